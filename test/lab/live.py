# SPDX-License-Identifier: BSD-2-Clause
"""`pith run` without Xen on this machine: the guest runs in the lab.

dom0 runs dom0/launch.sh, which starts the guest and copies its console to a
virtio-serial port. The guest is bridged to QEMU's user network, which gives
it an address by DHCP and forwards published ports to that address.
"""

import os
import shutil
import socket
import sys

from . import guest as guests
from .job import DOM0_WORDS, Echo, Options, Result, failure, pack, unpack
from .machine import Machine
from .trees import HERE, LabError

_GRACE_S = 40
_SLIRP_GUEST = "10.0.2.15"


def _subnet(interface):
    """Gateway, name server and DHCP start beside a fixed guest address."""
    free = (host for host in interface.network.hosts()
            if host != interface.ip)
    try:
        return [str(next(free)) for _ in range(3)]
    except StopIteration:
        raise LabError(f"--net {interface}: the network is too small; "
                       "the lab needs three addresses more") from None


def _network_args(guest):
    """QEMU's arguments for the guest's network, and kernel words for it."""
    if guest.net == "none":
        return [], ()
    netdev, words, address = "user,id=net0", (), _SLIRP_GUEST
    interface = guest.address()
    if interface:
        gateway, dns, start = _subnet(interface)
        address = str(interface.ip)
        words = (f"pith.gw={gateway}", f"pith.dns={dns}")
        netdev += (f",net={interface.network},host={gateway},dns={dns},"
                   f"dhcpstart={start}")
    for host, port in guest.ports:
        netdev += f",hostfwd=tcp:127.0.0.1:{host}-{address}:{port}"
    return ["-netdev", netdev, "-device", "virtio-net-pci,netdev=net0,"
            "disable-legacy=on,iommu_platform=on"], words


def _disk_args(guest):
    args = []
    for number, path in enumerate(guest.disks):
        name = os.path.abspath(path).replace(",", ",,")
        args += ["-drive", f"if=none,id=disk{number},format=raw,file={name}",
                 "-device", f"virtio-blk-pci,drive=disk{number},"
                 "disable-legacy=on,iommu_platform=on"]
    return args


def _check_ports(guest):
    """A port that is taken gives a clear message before anything boots."""
    for host, _ in guest.ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", host))
            except OSError as error:
                raise LabError(f"-p {host}: {error.strerror}") from None


def _write_job(guest, words, jobdir):
    shutil.copy(guest.image, os.path.join(jobdir, "image"))
    ramdisk = None
    if guest.rootfs:
        ramdisk = "/job/ramdisk"
        guests.write_ramdisk(guest.rootfs, os.path.join(jobdir, "ramdisk"))
    disks = [f"format=raw,vdev={guests.vdev(n)},access=rw,script=labblk,"
             f"target=/dev/vd{chr(ord('a') + n)}"
             for n in range(len(guest.disks))]
    text = guests.config(
        guest, "guest", "/job/image", ramdisk,
        guests.command_line(guest, words),
        f"mac={guests.GUEST_MAC},bridge=br0,script=labvif", disks)
    with open(os.path.join(jobdir, "guest.cfg"), "w") as out:
        out.write(text)
    shutil.copy(HERE + "/dom0/launch.sh", os.path.join(jobdir, "job.sh"))


def _options(guest, qemu_args):
    payload = os.path.getsize(guest.image)
    if guest.rootfs and os.path.isfile(guest.rootfs):
        payload += os.path.getsize(guest.rootfs)
    elif guest.rootfs:
        payload += sum(os.path.getsize(os.path.join(base, name))
                       for base, _, names in os.walk(guest.rootfs)
                       for name in names
                       if os.path.isfile(os.path.join(base, name)))
    dom0 = 512 + 3 * (payload >> 20)
    return Options(xen=guest.xen, dom0_memory=dom0,
                   memory=dom0 + guest.memory * 9 // 8 + 384,
                   qemu_args=tuple(qemu_args))


def _pump(machine, guest):
    """Waits for the end; returns a reason if the guest was cut short."""
    ended = ""
    limit = guest.timeout or 1e9
    try:
        if machine.pump(limit):
            return ended
        ended = f"time limit of {limit:g} s reached"
    except KeyboardInterrupt:
        ended = "interrupted"
    machine.send("control", b"stop\n")
    try:
        machine.pump(_GRACE_S)
    except KeyboardInterrupt:
        pass
    machine.kill()
    return ended


def _forward_input(machine):
    """Lines typed here become the guest's console input."""
    def ready():
        data = os.read(0, 4096)
        if data:
            machine.send("input", data)
        else:
            machine.unwatch(sys.stdin)
    if sys.stdin and sys.stdin.isatty():
        machine.watch(sys.stdin, ready)


def _verdict(machine, result, console, ended):
    """The exit status for the user; says on stderr what was not normal."""
    status = console.status()
    if ended:
        print(f"pith: {ended}", file=sys.stderr)
        return 130 if ended == "interrupted" else guests.NO_STATUS
    if result.error:
        raise LabError(result.error)
    if result.status:
        words = result.files.get("error", b"").decode().strip()
        raise LabError(words or f"dom0's script failed ({result.status})")
    if result.files.get("reason", b"").strip() == b"3":
        print("pith: the guest crashed", file=sys.stderr)
        return guests.CRASHED
    if status is None:
        print("pith: the guest ended without an exit status", file=sys.stderr)
        return guests.NO_STATUS
    return status


def run(guest, out=None):
    """Runs the guest in the lab and returns the launcher's exit status."""
    _check_ports(guest)
    net_args, words = _network_args(guest)
    options = _options(guest, net_args + _disk_args(guest))
    console = guests.Console(out or sys.stdout.buffer)
    result = Result()
    with Machine(options, ("control", "console", "input")) as machine:
        jobdir = machine.path("job")
        os.mkdir(jobdir)
        _write_job(guest, words, jobdir)
        pack(machine, jobdir, options)
        if guest.verbose:
            machine.on_console(Echo(sys.stderr.buffer))
        machine.start(DOM0_WORDS)
        machine.listen("console", console)
        _forward_input(machine)
        ended = _pump(machine, guest)
        if not unpack(machine.path("result.tar"), result) and not ended:
            result.error = failure(machine)
    return _verdict(machine, result, console, ended)
