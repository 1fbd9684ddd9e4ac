# SPDX-License-Identifier: BSD-2-Clause
"""Boots that need a machine of their own: without Xen, and as dom0.

Each case_NAME raises AssertionError with what it got, or returns.
"""

import os
import pathlib
import subprocess
import time

from lab import boot_dom0, trees

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HELLO = ROOT / "build/apps/hello/hello"
LIMIT_S = 60


def read_until(process, wanted, seconds):
    """Console text up to wanted, or what came within seconds."""
    text = b""
    deadline = time.monotonic() + seconds
    os.set_blocking(process.stdout.fileno(), False)
    while wanted not in text and time.monotonic() < deadline:
        text += process.stdout.read() or b""
        time.sleep(0.05)
    return text


def case_without_xen_one_line_and_a_stop():
    command = [*trees.qemu_command(), "-nodefaults", "-no-reboot", "-m", "64",
               "-display", "none", "-serial", "stdio", "-kernel", str(HELLO)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE) as process:
        try:
            text = read_until(process, b"not running on Xen", LIMIT_S)
            text += read_until(process, b"\0", 1)
            assert process.poll() is None, "the machine did not stay stopped"
        finally:
            process.kill()
    lines = [line for line in text.decode(errors="replace").splitlines()
             if "pith" in line]
    assert len(lines) == 1 and "not running on Xen" in lines[0], \
        f"expected one line, got {text[-200:]!r}"


def boot_as_dom0(xen):
    result = boot_dom0(HELLO, "pith.env=GREETING=Ahoy -- as dom0", xen=xen,
                       timeout=LIMIT_S)
    for line in ("Ahoy from Pith", "argv[1]=as", "argv[2]=dom0", "pith: exit 0"):
        assert line in result.console, \
            f"no line {line!r}; the end: {result.console[-300:]!r}"
    assert not result.error, f"{result.error}; {result.console[-300:]!r}"


def case_pvh_dom0_on_4_20_prints_and_powers_off():
    boot_as_dom0("4.20")


def case_pvh_dom0_on_4_17_prints_and_powers_off():
    boot_as_dom0("4.17")
