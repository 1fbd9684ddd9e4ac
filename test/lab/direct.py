# SPDX-License-Identifier: BSD-2-Clause
"""`pith run` on a Xen host: the guest is started here, with this dom0's xl.

Ports are published by a small proxy, because the guest is on the host's own
bridge; that needs its address, so -p goes with --net A.B.C.D/N here.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time

from . import guest as guests
from .trees import LabError

_POLL_S = 0.5
_GRACE_S = 15


def available():
    """True in a Xen dom0 (or any domain with control rights)."""
    try:
        with open("/proc/xen/capabilities") as caps:
            return "control_d" in caps.read()
    except OSError:
        return False


def _xl(*args):
    try:
        return subprocess.run(["xl", *args], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise LabError("this is a Xen dom0, but xl is not on PATH") from None


def _write_config(guest, name, work):
    ramdisk = None
    if guest.rootfs:
        ramdisk = os.path.join(work, "ramdisk")
        guests.write_ramdisk(guest.rootfs, ramdisk)
    disks = [f"format=raw,vdev={guests.vdev(n)},access=rw,"
             f"target={os.path.abspath(path)}"
             for n, path in enumerate(guest.disks)]
    path = os.path.join(work, "guest.cfg")
    with open(path, "w") as out:
        out.write(guests.config(guest, name, os.path.abspath(guest.image),
                                ramdisk, guests.command_line(guest), "",
                                disks))
    return path


def _state(name):
    """xl's state letters of the domain, "" once it is gone."""
    done = _xl("list", name)
    if done.returncode:
        return ""
    return done.stdout.strip().splitlines()[-1].split()[-2]


class _Viewer(threading.Thread):
    """Copies what `xl create -c` prints to the console."""

    def __init__(self, process, console):
        super().__init__(daemon=True)
        self._process, self._console = process, console

    def run(self):
        while data := os.read(self._process.stdout.fileno(), 4096):
            self._console(data)


def _wait(name, process, limit):
    """Until the domain is gone or crashed; "" or "crashed" or "limit"."""
    deadline = time.monotonic() + (limit or 1e9)
    while time.monotonic() < deadline:
        state = _state(name)
        if "c" in state:
            return "crashed"
        if not state and process.poll() is not None:
            return ""
        time.sleep(_POLL_S)
    return "limit"


def _end(name):
    """Asks the guest to shut down, then destroys it."""
    _xl("shutdown", name)
    deadline = time.monotonic() + _GRACE_S
    while _state(name) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    if _state(name):
        _xl("destroy", name)


async def _copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def _serve(address, ports):
    def bridge(port):
        async def accept(reader, writer):
            try:
                up = await asyncio.open_connection(address, port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(_copy(reader, up[1]), _copy(up[0], writer))
        return accept
    servers = [await asyncio.start_server(bridge(port), "127.0.0.1", host)
               for host, port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _publish(guest):
    if not guest.ports:
        return
    if not guest.address():
        raise LabError("-p on a Xen host needs --net A.B.C.D/N: the address "
                       "that DHCP gives to the guest is not known here")
    address = str(guest.address().ip)
    threading.Thread(target=lambda: asyncio.run(_serve(address, guest.ports)),
                     daemon=True).start()


def _watch(guest, name, process):
    """Waits for the guest's end; returns the status that forces, or None."""
    try:
        end = _wait(name, process, guest.timeout)
    except KeyboardInterrupt:
        _end(name)
        print("pith: interrupted", file=sys.stderr)
        return 130
    if end == "limit":
        _end(name)
        print(f"pith: time limit of {guest.timeout:g} s reached",
              file=sys.stderr)
        return guests.NO_STATUS
    if end == "crashed":
        _xl("destroy", name)
        print("pith: the guest crashed", file=sys.stderr)
        return guests.CRASHED
    return None


def run(guest, out=None):
    """Runs the guest under this host's xl; returns the exit status."""
    _publish(guest)
    name = f"pith-{os.path.basename(guest.image)}-{os.getpid()}"
    console = guests.Console(out or sys.stdout.buffer)
    with tempfile.TemporaryDirectory(prefix="pith-run-") as work:
        path = _write_config(guest, name, work)
        # The pipe stays open: the console client must not see an end of input.
        process = subprocess.Popen(
            ["xl", "create", "-q", "-c", path], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, start_new_session=True)
        viewer = _Viewer(process, console)
        viewer.start()
        forced = _watch(guest, name, process)
        process.wait()
        viewer.join(5)
    if forced is not None:
        return forced
    status = console.status()
    if status is None:
        words = f"xl create failed ({process.returncode})" \
            if process.returncode else "the guest ended without an exit status"
        print(f"pith: {words}", file=sys.stderr)
        return guests.NO_STATUS
    return status
