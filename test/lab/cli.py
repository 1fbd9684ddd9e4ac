# SPDX-License-Identifier: BSD-2-Clause
"""The lab's command line; see docs/lab.md."""

import argparse
import os
import sys
import tempfile

from . import image, trees
from .job import LAB_FAILED, boot_dom0, run_job


def _machine_options(parser):
    add = parser.add_argument
    add("--xen", choices=sorted(trees.SUITES), default="4.20")
    add("--deterministic", action="store_true",
        help="virtual time counts instructions; runs repeat exactly")
    add("--timeout", type=float, default=300, metavar="S")
    add("--smp", type=int, default=1, metavar="N")
    add("--memory", type=int, default=2048, metavar="MB")
    add("--dom0-memory", type=int, default=512, metavar="MB")
    add("--qemu-arg", action="append", default=[], dest="qemu_args")
    add("--xen-arg", action="append", default=[], dest="xen_args")


def _parser():
    parser = argparse.ArgumentParser(
        prog="lab", description="A Xen host in QEMU for tests.")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("image", help="build the images, cached")
    build.add_argument("--xen", choices=sorted(trees.SUITES))
    run = commands.add_parser("run", help="run a job in dom0")
    _machine_options(run)
    run.add_argument("--linux-guest", action="store_true",
                     help="give dom0 the Linux PVH guest in /lab/linux")
    run.add_argument("--out", metavar="DIR", help="where the files go")
    run.add_argument("-q", "--quiet", action="store_true",
                     help="do not show the console")
    run.add_argument("jobdir")
    boot = commands.add_parser("boot", help="boot an image as PVH dom0")
    _machine_options(boot)
    boot.add_argument("-q", "--quiet", action="store_true")
    boot.add_argument("kernel")
    boot.add_argument("words", nargs="*", help="its command line")
    return parser


def _image(args):
    for version in [args.xen] if args.xen else sorted(trees.SUITES):
        print(image.hypervisor(version))
        print(image.dom0(version))
    print(image.linux())
    print(image.linux_guest())
    return 0


def _report(result, out=None):
    """Says where the console of a failed run is; returns its status."""
    if result.error:
        log = os.path.join(out or "", "console.log")
        if not out:
            number, log = tempfile.mkstemp(prefix="pith-lab-", suffix=".log")
            with os.fdopen(number, "w") as dst:
                dst.write(result.console)
        print(f"lab: {result.error}; console in {log}", file=sys.stderr)
    return result.status


def _options(args):
    options = dict(vars(args))
    del options["command"]
    options["echo"] = None if options.pop("quiet") else sys.stdout.buffer
    return options


def _run(args):
    options = _options(args)
    return _report(run_job(options.pop("jobdir"), **options), args.out)


def _boot(args):
    options = _options(args)
    words = " ".join(options.pop("words"))
    return _report(boot_dom0(options.pop("kernel"), words, **options))


def main():
    args = _parser().parse_args()
    trees.interruptible()
    try:
        return {"image": _image, "run": _run, "boot": _boot}[args.command](
            args)
    except trees.LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return LAB_FAILED
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130
