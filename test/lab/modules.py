# SPDX-License-Identifier: BSD-2-Clause
"""Picks kernel modules with what they depend on, and writes modules.dep.

A module names its dependencies itself ("depends=" in its .modinfo section),
so neither modinfo nor depmod is needed on the host.
"""

import os
import re

from . import trees

_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


def _key(name):
    return name.replace("-", "_")


def _index(root):
    """All modules below root, by name."""
    found = {}
    for base, _, files in os.walk(root):
        for name in files:
            if name.endswith(".ko"):
                found[_key(name[:-3])] = os.path.join(base, name)
    return found


def _depends(data):
    match = _DEPENDS.search(data)
    return [n for n in match.group(1).decode().split(",") if n] if match else []


def _closure(name, index, images, order):
    """Appends name's dependencies, then name, to order."""
    key = _key(name)
    if key in order:
        return
    if key not in index:
        raise trees.LabError(f"kernel module {name} is not in the package")
    with open(index[key], "rb") as src:
        images[key] = src.read()
    for other in _depends(images[key]):
        _closure(other, index, images, order)
    order.append(key)


def add(archive, root, names):
    """Adds the modules and modules.dep; root is lib/modules/VERSION."""
    where = f"lib/modules/{os.path.basename(root)}"
    index, images, lines = _index(root), {}, []
    wanted = []
    for name in names:
        _closure(name, index, images, wanted)
    for key in wanted:
        order = []
        _closure(key, index, images, order)
        paths = [os.path.basename(index[k]) for k in reversed(order)]
        lines.append(f"{paths[0]}: {' '.join(paths[1:])}\n")
        archive.data(f"{where}/{paths[0]}", images[key])
    archive.data(f"{where}/modules.dep", "".join(lines).encode())
