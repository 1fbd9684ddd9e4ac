# SPDX-License-Identifier: BSD-2-Clause
"""docs/port-a-program.md: its commands, typed in order, in one shell.

The source comes from the pin in tools/deps.lock, in place of apt-get source.
"""

import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT_S = 900


def deps(*words):
    return subprocess.run([ROOT / "tools/deps", *words], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def commands():
    """The lines behind `$` that the document shows."""
    text = (ROOT / "docs/port-a-program.md").read_text()
    return re.findall(r"^    \$ (.*)$", text, re.M)


def case_commands_of_the_document_lead_to_a_running_guest():
    deps("ports", "gzip")
    fetch = f"cp -a {deps('path', 'gzip')} gzip-1.13"
    typed = [line.replace("build/sdk/bin", str(ROOT / "build/sdk/bin"))
             for line in commands()]
    assert len(typed) == 8 and "apt-get source gzip" in typed, typed
    typed[typed.index("apt-get source gzip")] = fetch
    with tempfile.TemporaryDirectory() as tmp:
        done = subprocess.run(
            ["bash", "-exc", "\n".join(typed)], cwd=tmp, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=LIMIT_S)
        said = done.stdout
    assert done.returncode == 0, f"status {done.returncode}: {said[-1500:]}"
    assert "checking whether we are cross compiling... yes" in said, said[:3000]
    for pattern in (r"^/README:\s+\d+\.\d% -- created /README\.gz$",
                    r"^/NEWS:\s+\d+\.\d% -- created /NEWS\.gz\npith: exit 0$"):
        assert re.search(pattern, said, re.M), f"{pattern}: {said[-1500:]}"
