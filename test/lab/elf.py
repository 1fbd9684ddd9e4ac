# SPDX-License-Identifier: BSD-2-Clause
"""Just enough ELF to find the libraries that a foreign binary needs.

The host's ldd would run the binary with the host's loader, which is the wrong
suite; so the dynamic section is read here (System V ABI, chapter 5).
"""

import os
import struct

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB = 1, 5


def _segments(data):
    phoff, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, offset, vaddr, _, filesz = struct.unpack_from(
            "<IIQQQQ", data, phoff + i * size)
        yield kind, offset, vaddr, filesz


def memory_end(path):
    """Behind the highest physical address that path is loaded to; 0: no ELF."""
    with open(path, "rb") as src:
        data = src.read()
    if data[:5] != b"\x7fELF\x02":
        return 0
    end, (size, count) = 0, struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, _, _, paddr, _, memsz = struct.unpack_from(
            "<IIQQQQQ", data, struct.unpack_from("<Q", data, 32)[0] + i * size)
        if kind == _PT_LOAD:
            end = max(end, paddr + memsz)
    return end


def _string(data, offset):
    return data[offset:data.index(b"\0", offset)].decode()


def needed(path):
    """Names of the libraries in path's DT_NEEDED; [] if it is no 64-bit ELF."""
    with open(path, "rb") as src:
        data = src.read()
    if data[:5] != b"\x7fELF\x02":
        return []
    loads, names, strtab = [], [], None
    for kind, offset, vaddr, filesz in _segments(data):
        if kind == _PT_LOAD:
            loads.append((offset, vaddr, filesz))
        if kind == _PT_DYNAMIC:
            for at in range(offset, offset + filesz, 16):
                tag, value = struct.unpack_from("<QQ", data, at)
                if tag == _DT_NEEDED:
                    names.append(value)
                elif tag == _DT_STRTAB:
                    strtab = value
    for offset, vaddr, filesz in loads:
        if strtab is not None and vaddr <= strtab < vaddr + filesz:
            base = strtab - vaddr + offset
            return [_string(data, base + name) for name in names]
    return []


def library_dirs(root):
    """Where Debian keeps libraries below an unpacked root."""
    dirs = []
    for name in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu",
                 "usr/lib64", "lib64"):
        path = os.path.join(root, name)
        if os.path.isdir(path):
            dirs.append(path)
    return dirs


def closure(paths, dirs):
    """All libraries that paths need, directly or not: (found, missing).

    found maps a library's name to its path, missing a name to who needs it.
    """
    found, missing, work = {}, {}, list(paths)
    while work:
        path = work.pop()
        for name in needed(path):
            if name in found or name in missing:
                continue
            for where in dirs:
                lib = os.path.join(where, name)
                if os.path.exists(lib):
                    found[name] = lib
                    work.append(lib)
                    break
            else:
                missing[name] = os.path.basename(path)
    return found, missing
