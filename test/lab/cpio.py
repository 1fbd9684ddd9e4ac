# SPDX-License-Identifier: BSD-2-Clause
"""Writes newc cpio archives, the form Linux and Pith unpack as a ramfs.

Everything that varies between two runs (times, inode numbers, owners) is
normalised, so the same files always give the same bytes.
"""

import os
import stat

_ALIGN = 512


class Writer:
    """A newc archive written to a binary file object."""

    def __init__(self, out):
        self._out = out
        self._inode = 0
        self._size = 0
        self._seen = set()

    def _put(self, data):
        self._out.write(data)
        self._size += len(data)

    def _pad(self, align):
        self._put(b"\0" * (-self._size % align))

    def _entry(self, name, mode, data, nlink=1, dev=(0, 0)):
        self._inode += 1
        raw = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, nlink, 0, len(data), 0, 0,
                  dev[0], dev[1], len(raw), 0)
        self._put(b"070701" + b"".join(b"%08X" % f for f in fields) + raw)
        self._pad(4)
        self._put(data)
        self._pad(4)

    def directory(self, name, mode=0o755):
        """Adds a directory and, where missing, its parents."""
        name = name.strip("/")
        if not name or name in self._seen:
            return
        self.directory(os.path.dirname(name))
        self._seen.add(name)
        self._entry(name, stat.S_IFDIR | mode, b"", nlink=2)

    def data(self, name, data, mode=0o644):
        """Adds a regular file with the given bytes."""
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def symlink(self, name, target):
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor, mode=0o600):
        """Adds a character device."""
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFCHR | mode, b"", dev=(major, minor))

    def file(self, name, path):
        """Adds the regular file at path, following symbolic links."""
        mode = 0o755 if os.stat(path).st_mode & 0o111 else 0o644
        with open(path, "rb") as src:
            self.data(name, src.read(), mode)

    def tree(self, prefix, path):
        """Adds the directory at path under prefix, links kept as links."""
        self.directory(prefix)
        for base, dirs, files in os.walk(path):
            dirs.sort()
            where = os.path.normpath(
                os.path.join(prefix, os.path.relpath(base, path)))
            where = "" if where == "." else where
            for name in sorted(dirs + files):
                self._tree_item(os.path.join(where, name),
                                os.path.join(base, name))

    def _tree_item(self, name, path):
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            self.symlink(name, os.readlink(path))
        elif stat.S_ISDIR(mode):
            self.directory(name)
        elif stat.S_ISREG(mode):
            self.file(name, path)
        else:
            raise ValueError(f"{path}: only files, directories and "
                             "symbolic links can be packed")

    def close(self):
        """Writes the trailer; another archive may follow it."""
        self._entry("TRAILER!!!", 0, b"")
        self._pad(_ALIGN)
