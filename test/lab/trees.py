# SPDX-License-Identifier: BSD-2-Clause
"""Where the lab's parts are: the cache, and the unpacked package trees.

The trees come from `tools/deps` (in the checkout, or beside the lab in an
installed SDK). PITH_LAB_TREES=DIR names a directory with lab-trixie,
lab-bookworm and qemu instead, for experiments.
"""

import functools
import glob
import os
import signal
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
SUITES = {"4.20": "lab-trixie", "4.17": "lab-bookworm"}


class LabError(Exception):
    """What went wrong, in one line for the user."""


def interruptible():
    """Lets SIGINT and SIGTERM end the program in order.

    A shell starts background commands with SIGINT ignored, and Python would
    then leave it so.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def cache_dir():
    base = os.environ.get("PITH_CACHE") or os.path.expanduser("~/.cache/pith")
    path = os.path.join(base, "images")
    os.makedirs(path, exist_ok=True)
    return path


def _deps_tool():
    for up in ("../../tools/deps", "../tools/deps"):
        path = os.path.normpath(os.path.join(HERE, up))
        if os.access(path, os.X_OK):
            return path
    raise LabError("tools/deps is missing; it fetches the lab's packages")


def _run_deps(*args, quiet=False):
    done = subprocess.run([_deps_tool(), *args], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL if quiet else None,
                          text=True)
    return done.stdout if done.returncode == 0 else None


@functools.lru_cache(None)
def tree(name):
    """The unpacked root called name (lab-trixie, lab-bookworm, qemu)."""
    given = os.environ.get("PITH_LAB_TREES")
    if given:
        return os.path.join(given, name)
    path = _run_deps("path", name, quiet=True)
    if path is None:
        if subprocess.run([_deps_tool(), "lab"]).returncode:
            raise LabError("`tools/deps lab` failed, see above")
        path = _run_deps("path", name)
    if path is None:
        raise LabError(f"`tools/deps path {name}` failed, see above")
    return path.strip()


def versions():
    """Package versions as JSON text, to be stored with results."""
    if os.environ.get("PITH_LAB_TREES"):
        return "{}"
    return _run_deps("versions") or "{}"


def one(root, pattern, what):
    """The newest file below root that matches pattern."""
    found = sorted(glob.glob(os.path.join(root, pattern)))
    if not found:
        raise LabError(f"{what} not found: no {pattern} below {root}")
    return found[-1]


def qemu_command():
    """The start of QEMU's argument list: the program and its data paths."""
    root = tree("qemu")
    wrapper = os.path.join(root, "wrap/qemu-system-x86_64")
    if os.path.exists(wrapper):
        return [wrapper]
    share = os.path.join(root, "usr/share")
    return [one(root, "usr/bin/qemu-system-x86_64", "QEMU"),
            "-L", share + "/qemu", "-L", share + "/seabios"]
