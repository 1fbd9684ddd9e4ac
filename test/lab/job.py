# SPDX-License-Identifier: BSD-2-Clause
"""Runs one job in the lab's dom0 and brings back what it left.

A job is a directory with job.sh; dom0 sees it as /job and runs it with bash.
Its exit status, its console and the files it puts in /job/out come back.
"""

import os
import re
import shutil
import tarfile
import time
from dataclasses import dataclass, field

from . import cpio, image
from .machine import Machine
from .trees import LabError

LAB_FAILED = 125
_GRACE_S = 30
DOM0_WORDS = ("console=hvc0 quiet loglevel=3 panic=1 audit=0 mitigations=off "
              "cryptomgr.notests")


@dataclass
class Options:
    """How to boot; the defaults serve most tests."""
    xen: str = "4.20"
    deterministic: bool = False
    timeout: float = 300
    smp: int = 1
    memory: int = 2048
    dom0_memory: int = 512
    qemu_args: tuple = ()
    xen_args: tuple = ()
    linux_guest: bool = False
    out: str = None


@dataclass
class Result:
    """What a job left. status is the job's own exit status, or 125 with
    error set when the lab failed. files maps names below /job/out to bytes;
    logs maps xenconsoled's and Xen's logs likewise."""
    status: int = LAB_FAILED
    error: str = ""
    console: str = ""
    files: dict = field(default_factory=dict)
    logs: dict = field(default_factory=dict)
    seconds: float = 0


def pack(machine, jobdir, options):
    """Writes kernel and initrd: dom0's root, then the job's archive."""
    os.symlink(image.linux(), machine.path("kernel"))
    with open(machine.path("initrd"), "wb") as out:
        with open(image.dom0(options.xen), "rb") as base:
            shutil.copyfileobj(base, out, 1 << 20)
        archive = cpio.Writer(out)
        archive.tree("job", jobdir)
        archive.directory("job/out")
        if options.linux_guest:
            archive.file("lab/linux/vmlinux", image.linux())
            archive.file("lab/linux/initrd", image.linux_guest())
        archive.close()


def unpack(path, result):
    """Reads the result archive; status is its last member."""
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                data = archive.extractfile(member).read()
                kind, _, name = member.name.partition("/")
                if kind == "out":
                    result.files[name] = data
                elif kind == "log":
                    result.logs[name] = data
                elif member.name == "status":
                    result.status = int(data)
                    return True
    except (tarfile.TarError, OSError, ValueError):
        pass
    return False


def _state(console):
    """How far the machine got, for messages."""
    if "\nLAB-END" in console:
        return "while dom0 was sending the results"
    if "\nLAB-START" in console:
        return "while the job was running"
    if "about to get started" in console:
        return "while dom0 was booting"
    if "(XEN)" in console or " Xen 4." in console:
        return "while Xen was booting"
    return "before Xen printed anything"


def _cause(machine, console):
    """Why QEMU ended without a result."""
    for pattern, cause in (
            (r"^\(XEN\) Panic on CPU \d+:\n\(XEN\) (.*)", "Xen crashed: "),
            (r"Kernel panic - not syncing: (.*)", "dom0 crashed: "),
            (r"^\(XEN\) (.*Dom(?:ain-)?0 crashed.*)", "")):
        match = re.search(pattern, console, re.M)
        if match:
            return cause + match.group(1)
    words = machine.error_text()
    return "QEMU ended" + (f": {words}" if words else " without a result")


def failure(machine):
    """Why there is no result, and how far the machine got."""
    console = _text(machine)
    return f"{_cause(machine, console)} {_state(console)}"


def _tidy(console):
    """The console without the lab's own marks."""
    return re.sub(r"^LAB-.*\n", "", console, flags=re.M)


class Echo:
    """Prints console bytes as they come, without the lab's own marks."""

    def __init__(self, out):
        self._out = out
        self._line = b""

    def __call__(self, data):
        for part in data.splitlines(keepends=True):
            self._line += part
            if b"LAB-".startswith(self._line[:4]):
                if not self._line.endswith(b"\n"):
                    continue
                if self._line.startswith(b"LAB-"):
                    self._line = b""
                    continue
                part = self._line
            elif len(self._line) > len(part) and \
                    b"LAB-".startswith(self._line[:-len(part)][:4]):
                part = self._line
            self._out.write(part)
            if part.endswith(b"\n"):
                self._line = b""
        self._out.flush()


def _save(result, out):
    """Writes a result's files, logs and console below the directory out."""
    items = {f"log/{name}": data for name, data in result.logs.items()}
    items.update(result.files)
    items["console.log"] = result.console.encode()
    for name, data in items.items():
        path = os.path.normpath(os.path.join(out, name))
        if not path.startswith(os.path.normpath(out) + os.sep):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as dst:
            dst.write(data)


def _text(machine):
    return machine.console.decode(errors="replace")


def _wait(machine, timeout):
    """Pumps until QEMU ends; "" or what the time limit cut short."""
    if machine.pump(timeout):
        return ""
    state = _state(_text(machine))
    if b"\nLAB-START" in machine.console:
        machine.send("control", b"stop\n")
        machine.pump(_GRACE_S)
    machine.kill()
    return f"time limit of {timeout:g} s reached {state}"


def run_job(jobdir, echo=None, **options):
    """Boots Xen, runs jobdir/job.sh in dom0 and returns a Result.

    options are the fields of Options. echo is a binary file that gets the
    console live. Trouble with the lab itself is told in Result.error; only
    what cannot be tried at all (missing files) raises LabError.
    """
    opts = Options(**options)
    if not os.path.isfile(os.path.join(jobdir, "job.sh")):
        raise LabError(f"{jobdir}: no job.sh")
    result = Result()
    with Machine(opts, ports=("control",)) as machine:
        pack(machine, jobdir, opts)
        if echo:
            machine.on_console(Echo(echo))
        begun = time.monotonic()
        machine.start(DOM0_WORDS)
        result.error = _wait(machine, opts.timeout)
        result.seconds = time.monotonic() - begun
        console = _text(machine)
        complete = unpack(machine.path("result.tar"), result)
        if not complete and not result.error:
            result.error = failure(machine)
    if result.error:
        result.status = LAB_FAILED
    result.console = _tidy(console)
    if opts.out:
        _save(result, opts.out)
    return result


_PVH_XEN = ("dom0=pvh", "iommu=no-sharept")
_PVH_QEMU = ("-device", "intel-iommu,intremap=off")


def boot_dom0(kernel, words="", echo=None, **options):
    """Boots Xen with kernel as its PVH dom0, without anything of the lab's.

    The Result has the console; status is 0 if the machine was powered off
    within the time limit.
    """
    opts = Options(**options)
    opts.xen_args = (*_PVH_XEN, *opts.xen_args)
    opts.qemu_args = (*_PVH_QEMU, *opts.qemu_args)
    result = Result()
    with Machine(opts) as machine:
        shutil.copy(kernel, machine.path("kernel"))
        if echo:
            machine.on_console(Echo(echo))
        begun = time.monotonic()
        machine.start(words)
        ended = machine.pump(opts.timeout)
        machine.kill()
        result.seconds = time.monotonic() - begun
        result.console = _text(machine)
        if not ended:
            result.error = f"time limit of {opts.timeout:g} s reached"
        elif re.search(r"^\(XEN\) Panic on CPU|Dom(ain-)?0 crashed",
                       result.console, re.M):
            result.error = _cause(machine, result.console)
        elif "(XEN)" not in result.console:
            result.error = failure(machine)
    result.status = LAB_FAILED if result.error else 0
    return result
