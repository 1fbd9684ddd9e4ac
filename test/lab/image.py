# SPDX-License-Identifier: BSD-2-Clause
"""Builds what the lab boots: the dom0 image of each Xen version, the Linux
guest that is the tests' peer, and the decompressed kernels.

Each is a file in the cache, named by a hash of everything that goes into it,
so that it is built once and again only when a package or a script changes.
The archives are not compressed: under emulation unpacking costs seconds,
loading costs nothing.
"""

import fcntl
import glob
import gzip
import hashlib
import lzma
import os
import subprocess
import sys

from . import cpio, elf, modules, trees

XEN_PROGRAMS = (
    "xl", "xenstored", "xenconsoled", "xen-init-dom0", "xenconsole",
    "libxl-save-helper")
XEN_OPTIONAL = (
    "test-xenstore", "xenctx", "xen-9pfsd", "xen-hvmctx", "lsevtchn",
    "xentrace", "xenalyze", "xen-diag", "readnotes", "gdbsx",
    "vchan-socket-proxy")
PROGRAMS = ("bash", "ip", "curl", "iperf3", "e2fsck", "mke2fs")
XENSTORE = ("chmod", "exists", "list", "ls", "read", "rm", "watch", "write")

DOM0_MODULES = (
    "xen-privcmd", "xenfs", "xen-evtchn", "xen-gntdev", "xen-gntalloc",
    "bridge", "loop", "configfs", "xen-netback", "xen-blkback", "null_blk",
    "brd", "xen-netfront", "xen-blkfront", "ext4", "crc32c_generic",
    "virtio_pci", "virtio_console", "virtio_blk", "virtio_net")
GUEST_MODULES = (
    "xen-netfront", "xen-blkfront", "ext4", "crc32c_generic",
    "xen-evtchn", "xen-privcmd", "xenfs", "xen-gntdev", "xen-gntalloc")

_DIRS = ("bin", "sbin", "usr/bin", "usr/sbin")
_KEEP = 4
_PACKING = ("cpio.py", "elf.py", "modules.py")


def _find(root, name, dirs=_DIRS):
    for where in dirs:
        path = os.path.join(root, where, name)
        if os.path.isfile(path):
            return path
    return None


def _digest(root, *sources):
    """A hash over the sources that make an image and its package tree.

    The name of a tree that tools/deps unpacks stands for its versions.
    """
    total = hashlib.sha256(os.path.realpath(root).encode())
    own = [path for name in ("image.py",) + sources
           for path in sorted(glob.glob(os.path.join(trees.HERE, name)))]
    for path in own:
        with open(path, "rb") as src:
            total.update(path[len(trees.HERE):].encode() + src.read())
    return total.hexdigest()[:16]


def _cached(stem, key, suffix, build):
    """The cached file; build(path) makes it when it is not there yet."""
    cache = trees.cache_dir()
    path = os.path.join(cache, f"{stem}-{key}{suffix}")
    if os.path.exists(path):
        return path
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path):
            print(f"lab: building {os.path.basename(path)}", file=sys.stderr)
            part = path + ".part"
            build(part)
            os.replace(part, path)
        old = sorted(glob.glob(os.path.join(cache, f"{stem}-*{suffix}")),
                     key=os.path.getmtime)
        for stale in old[:-_KEEP]:
            os.unlink(stale)
    return path


def _write(path, data):
    with open(path, "wb") as out:
        out.write(data)


def hypervisor(version):
    """Xen as the plain multiboot ELF file that QEMU loads."""
    packed = trees.one(trees.tree(trees.SUITES[version]),
                       f"boot/xen-{version}*.gz", f"Xen {version}")

    def build(path):
        with gzip.open(packed) as src:
            _write(path, src.read())
    return _cached(f"xen-{version}", _digest(packed), "", build)


def linux():
    """The Debian kernel as vmlinux: unpacking it in the lab costs seconds."""
    packed = trees.one(trees.tree("lab-bookworm"), "boot/vmlinuz-*", "Linux")

    def build(path):
        with open(packed, "rb") as src:
            data = src.read()
        at = data.find(b"\xfd7zXZ\0")
        if at < 0:
            raise trees.LabError(f"{packed}: no xz-compressed kernel inside")
        _write(path, lzma.LZMADecompressor().decompress(data[at:]))
    return _cached("vmlinux", _digest(packed), "", build)


def _module_root():
    root = trees.tree("lab-bookworm")
    return os.path.dirname(trees.one(root, "lib/modules/*/kernel", "modules"))


def _add_busybox(archive, root):
    busybox = _find(root, "busybox") or _find("/", "busybox")
    if not busybox:
        raise trees.LabError(f"no busybox below {root}")
    archive.file("bin/busybox", busybox)
    names = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE,
                           check=True, text=True).stdout.split()
    for name in names:
        if name not in PROGRAMS + ("busybox", "modprobe"):
            archive.symlink(f"bin/{name}", "busybox")
    archive.symlink("sbin/modprobe", "/bin/busybox")
    archive.symlink("bin/modprobe", "busybox")


def _programs(root, version):
    """All dynamic programs of a dom0 image: name in the image to path."""
    chosen = {}
    xen_dirs = (f"usr/lib/xen-{version}/bin",) + _DIRS
    for name in XEN_PROGRAMS + XEN_OPTIONAL:
        path = _find(root, name, xen_dirs)
        if path:
            chosen[f"usr/lib/xen-{version}/bin/{name}"] = path
        elif name in XEN_PROGRAMS:
            raise trees.LabError(f"no {name} below {root}")
    for name in PROGRAMS:
        path = _find(root, name)
        if not path:
            raise trees.LabError(f"no {name} below {root}")
        chosen[f"bin/{name}"] = path
    chosen["bin/xenstore"] = _find(root, "xenstore")
    return chosen


def _add_programs(archive, root, version):
    chosen = _programs(root, version)
    for name, path in sorted(chosen.items()):
        archive.file(name, path)
        short = os.path.basename(name)
        if name.startswith("usr/lib/"):
            archive.symlink(f"bin/{short}", "/" + name)
    for name in XENSTORE:
        archive.symlink(f"bin/xenstore-{name}", "xenstore")
    archive.symlink("bin/mkfs.ext4", "mke2fs")
    archive.symlink("usr/lib/xen", f"xen-{version}")
    dirs = elf.library_dirs(root)
    libs, missing = elf.closure(chosen.values(), dirs)
    if missing:
        name, user = sorted(missing.items())[0]
        raise trees.LabError(f"{name}, which {user} needs, is not in {root}")
    # libpthread opens it by name when a thread is cancelled
    libs["libgcc_s.so.1"] = _find(
        root, "libgcc_s.so.1",
        ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))
    loader = "ld-linux-x86-64.so.2"
    for name, path in sorted(libs.items()):
        archive.file(f"lib/{name}", path)
    archive.symlink(f"lib64/{loader}", f"/lib/{loader}")


def _compile(source, work):
    """A static helper program for dom0, built by the host's compiler."""
    name = os.path.basename(source)[:-2]
    out = os.path.join(work, name)
    command = ["cc", "-D_GNU_SOURCE", "-O2", "-static", "-Wall", "-Wextra",
               "-o", out, source]
    if subprocess.run(command).returncode:
        raise trees.LabError(f"{source} does not compile")
    return name, out


def _add_scripts(archive, version):
    own = os.path.join(trees.HERE, "dom0")
    for name in ("labvif", "labblk"):
        archive.file(f"etc/xen/scripts/{name}", os.path.join(own, name))
    archive.file("init", os.path.join(own, "init"))
    archive.file("lab/lib.sh", os.path.join(own, "lib.sh"))
    archive.data("lab/xen-version", version.encode() + b"\n")
    archive.data("etc/xen/xl.conf", b"")
    archive.data("etc/passwd", b"root:x:0:0::/:/bin/sh\n")
    archive.data("etc/group", b"root:x:0:\n")
    archive.data("etc/hosts", b"127.0.0.1 localhost\n")
    for path in ("dev", "proc", "sys", "run", "tmp", "job/out", "mnt",
                 "var/lib/xenstored", "var/lib/xen", "var/log/xen",
                 "var/lib/xen/dump"):
        archive.directory(path)
    archive.symlink("var/run", "/run")
    archive.device("dev/console", 5, 1)


def dom0(version):
    """The dom0 root file system, to which a job's archive is appended."""
    root = trees.tree(trees.SUITES[version])

    def build(path):
        with open(path, "wb") as out:
            archive = cpio.Writer(out)
            _add_scripts(archive, version)
            _add_busybox(archive, root)
            _add_programs(archive, root, version)
            modules.add(archive, _module_root(), DOM0_MODULES)
            for source in sorted(glob.glob(trees.HERE + "/*.c")):
                name, built = _compile(source, trees.cache_dir())
                archive.file(f"bin/{name}", built)
                os.unlink(built)
            archive.close()
    return _cached(f"dom0-{version}", _digest(
        root, "*.c", "dom0/*", *_PACKING), ".cpio", build)


def linux_guest():
    """The ramdisk of a Linux PVH guest; it runs /job/guest.sh."""
    root = trees.tree("lab-bookworm")

    def build(path):
        with open(path, "wb") as out:
            archive = cpio.Writer(out)
            archive.file("init", trees.HERE + "/dom0/guest-init")
            archive.device("dev/console", 5, 1)
            for name in ("proc", "sys", "tmp", "run", "job", "mnt"):
                archive.directory(name)
            _add_busybox(archive, root)
            modules.add(archive, _module_root(), GUEST_MODULES)
            archive.close()
    return _cached("linux-guest", _digest(
        root, "dom0/guest-init", *_PACKING), ".cpio", build)
