# SPDX-License-Identifier: BSD-2-Clause
"""Debugging as docs/debugging.md shows it: gdb on what xl dump-core wrote."""

import functools
import gzip
import pathlib
import re
import shutil
import subprocess
import tempfile

from lab import trees
from lab.job import run_job

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / "tools/pith-core"
IMAGE = ROOT / "build/test/debuggee"

# The same xl as ever; fewpages.so spares it minutes of looking for nothing.
JOB = """. /lab/lib.sh
dump() {
    LD_PRELOAD=/job/fewpages.so xl dump-core $1 /tmp/core &&
        gzip -1 </tmp/core >/job/out/$1.gz
    rm -f /tmp/core
}
guest_start crashed /job/debuggee 'cmdline="-- crash"' 'vcpus=2' memory=8 &&
    guest_wait crashed 60 && dump crashed
guest_start running /job/debuggee 'vcpus=2' memory=8 &&
    guest_says running 'debuggee: ready' 60 && dump running
"""


@functools.lru_cache(None)
def dumps():
    """What xl dump-core wrote of a crashed guest and of one that runs."""
    with tempfile.TemporaryDirectory() as job:
        (pathlib.Path(job) / "job.sh").write_text(JOB)
        shutil.copy(IMAGE, job)
        shutil.copy(ROOT / "build/test/fewpages.so", job)
        result = run_job(job, timeout=240)
    assert {"crashed.gz", "running.gz"} <= result.files.keys(), \
        f"{result.error}: {result.console[-800:]}"
    return {name: gzip.decompress(data)
            for name, data in result.files.items()}


def convert(directory, dump):
    """Runs pith-core on the bytes of a dump: (status, output, core)."""
    source, core = (pathlib.Path(directory) / n for n in ("dump", "core"))
    source.write_bytes(dump)
    done = subprocess.run([TOOL, source, core], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout, core


def gdb(core, base, *commands):
    """The output of gdb's commands on a core file, its image being at base."""
    commands = (f"core-file {core}", f"symbol-file {IMAGE}.debug -o {base}",
                *commands)
    words = [word for command in commands for word in ("-ex", command)]
    done = subprocess.run(
        [trees.tree("gdb") + "/wrap/gdb", "-nx", "-batch", *words], text=True, check=False, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def look(name, *commands):
    """What pith-core said of a dump and what gdb said of its core."""
    with tempfile.TemporaryDirectory() as directory:
        status, listing, core = convert(directory, dumps()[name])
        assert status == 0, f"pith-core: {listing}"
        base = re.match(r"image base (0x[67][0-9a-f]{11})\n", listing)
        assert base, f"no image base: {listing}"
        return listing, gdb(core, base[1], *commands)


def expect(text, *patterns):
    """Each pattern is found, each behind the one before."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.M).search(text, at)
        assert found, f"nothing like {pattern!r} in {text[at:]!r}"
        at = found.end()


def case_core_of_a_crash_leads_to_the_culprit():
    listing, text = look("crashed.gz", "bt", "frame function crash_outer",
                         "print debuggee_answer")
    expect(listing, r'^LWP 2: vCPU 1, thread "main", panicked$',
           r"^LWP 1: vCPU 0, idle$")
    expect(text, r"\bpanic_trap \(", "<signal handler called>",
           r"\bcrash_inner \(\)", r"\bcrash_outer \(\)", r"\bmain \(argc=2",
           r"^\$1 = 42$")


def case_core_of_a_running_guest_has_all_threads():
    listing, text = look("running.gz", "thread apply all bt",
                         "print debuggee_ticks > 0")
    expect(listing, r'^LWP 1: vCPU 0', r'^LWP \d+: thread "worker"$')
    lwp = re.search(r'^LWP (\d+): thread "worker"$', listing, re.M).group(1)
    expect(text, rf"\(LWP {lwp}\)", r"\bthread_sleep_until \(",
           r"\bworker_waits \(\)", r"\barch_context_start \(\)")
    expect(text, r"\bdebuggee_tick \(", r"\bmain \(argc=", r"^\$1 = 1$")


def case_core_of_nonsense_is_refused_by_name():
    good = dumps()["crashed.gz"]
    wrong = {
        b"": "cut short: 64 bytes at 0",
        bytes(100): "not an ELF file of 64 bits",
        IMAGE.read_bytes(): "not a core file of x86-64",
        good[:len(good) // 2]: "cut short: ",
        good.replace(b".xen_pfn", b".xen_pfm"): "no section .xen_pfn",
    }
    for dump, message in wrong.items():
        with tempfile.TemporaryDirectory() as directory:
            status, text, _ = convert(directory, dump)
            assert status == 1 and f"dump: {message}" in text, \
                f"status {status}, expected {message!r}, got {text!r}"
