# SPDX-License-Identifier: BSD-2-Clause
"""What `pith run` starts: the guest's options, and its xl configuration.

Also the part that both ways of running share: reading the guest's console
for the line that tells its exit status.
"""

import ipaddress
import os
import re
import shutil
from dataclasses import dataclass

from . import cpio, elf
from .trees import LabError

GUEST_MAC = "00:16:3e:70:69:74"
CRASHED, NO_STATUS = 134, 125
# Type and owner of the note with the entry point (xen/elfnote.h).
_PVH_NOTE = b"\x12\0\0\0Xen\0"
_EXIT_LINE = re.compile(rb"^(?:pith|linux-guest): exit (\d+)\s*$", re.M)


@dataclass
class Guest:
    """The options of `pith run`, checked."""
    image: str
    args: tuple = ()
    memory: int = 32
    vcpus: int = 1
    net: str = "dhcp"
    ports: tuple = ()
    disks: tuple = ()
    rootfs: str = None
    xen: str = "4.20"
    cmdline: str = ""
    timeout: float = None
    verbose: bool = False

    def check(self):
        for path in (self.image, *self.disks):
            if not os.path.isfile(path):
                raise LabError(f"{path}: no such file")
        with open(self.image, "rb") as image:
            if _PVH_NOTE not in image.read():
                raise LabError(f"{self.image}: not a PVH image (it has no "
                               "XEN_ELFNOTE_PHYS32_ENTRY)")
        if self.rootfs and not os.path.exists(self.rootfs):
            raise LabError(f"{self.rootfs}: no such file or directory")
        if self.ports and self.net == "none":
            raise LabError("-p needs a network; it is --net none")
        if self.memory < 2 or self.vcpus < 1:
            raise LabError("a guest needs 2 MB and one vCPU at least")
        self._check_memory()
        self.address()

    def _check_memory(self):
        """What is loaded must fit; what the program allocates comes on top."""
        loaded = elf.memory_end(self.image)
        if self.rootfs and os.path.isfile(self.rootfs):
            loaded += os.path.getsize(self.rootfs)
        needed = (loaded + (1 << 20) - 1) >> 20
        if self.memory < needed:
            raise LabError(f"--memory {self.memory}: the image needs {needed} "
                           "MB at least, and more for what it allocates")

    def address(self):
        """The fixed address as an ip interface, or None."""
        if self.net in ("dhcp", "none"):
            return None
        try:
            return ipaddress.IPv4Interface(self.net)
        except ValueError:
            raise LabError(f"--net {self.net}: not dhcp, none or "
                           "A.B.C.D/N") from None


def publication(text):
    """-p HOST:GUEST as a pair of port numbers."""
    match = re.fullmatch(r"(\d+):(\d+)", text)
    ports = tuple(map(int, match.groups())) if match else ()
    if not ports or not all(0 < port < 65536 for port in ports):
        raise ValueError(f"{text}: not HOST:GUEST")
    return ports


def _quoted(arg):
    """One word of the guest's command line (include/pith/cmdline.h)."""
    if arg and not re.search(r'[\s"]', arg):
        return arg
    return '"' + arg.replace("\\", "\\\\").replace('"', '\\"') + '"'


def command_line(guest, extra=()):
    """The guest's command line; extra are further kernel words."""
    words = [f"pith.ip={guest.net}", *extra]
    if guest.cmdline:
        words.append(guest.cmdline)
    if guest.args:
        words += ["--", *map(_quoted, guest.args)]
    return " ".join(words)


def _string(text):
    """A string of xl.cfg(5)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def config(guest, name, kernel, ramdisk, cmdline, vif, disks):
    """The text of an xl configuration; disks are xl disk specifications.

    What crashed is kept, so that the launcher can tell, and then destroyed.
    """
    lines = [f"name={_string(name)}", 'type="pvh"',
             f"kernel={_string(kernel)}",
             f"memory={guest.memory}", f"vcpus={guest.vcpus}",
             f"cmdline={_string(cmdline)}",
             'on_poweroff="destroy"', 'on_reboot="destroy"',
             'on_crash="preserve"']
    if ramdisk:
        lines.append(f"ramdisk={_string(ramdisk)}")
    if guest.net != "none":
        lines.append(f"vif=[{_string(vif)}]")
    if disks:
        lines.append("disk=[" + ",".join(map(_string, disks)) + "]")
    return "\n".join(lines) + "\n"


def vdev(number):
    return "xvd" + chr(ord("a") + number)


def write_ramdisk(rootfs, path):
    """Packs the directory rootfs as a cpio archive, or copies a file."""
    if not os.path.isdir(rootfs):
        shutil.copy(rootfs, path)
        return
    with open(path, "wb") as out:
        archive = cpio.Writer(out)
        try:
            archive.tree("", rootfs)
        except (ValueError, OSError) as error:
            raise LabError(f"--rootfs: {error}") from None
        archive.close()


class Console:
    """Shows a guest's console and remembers its end."""

    def __init__(self, out):
        self._out = out
        self._tail = b""

    def __call__(self, data):
        data = data.replace(b"\r", b"")
        self._tail = (self._tail + data)[-4096:]
        self._out.write(data)
        self._out.flush()

    def status(self):
        """The exit status that the guest printed last, or None."""
        found = _EXIT_LINE.findall(self._tail)
        return int(found[-1]) & 0xff if found else None
