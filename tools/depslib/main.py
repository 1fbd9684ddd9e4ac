# SPDX-License-Identifier: BSD-2-Clause
"""The commands of tools/deps. What is fetched is named by ../deps.lock; it is unpacked below the
cache into directories whose names carry a hash of the lock's lines, so that a changed lock never
meets an old tree. A directory appears under its name only when it is complete."""

import hashlib
import json
import os
import pathlib
import shutil
import shlex
import subprocess
import sys
import tomllib

from aptstate import Apt, mirrors, stanzas
from util import Corrupt, Fail, cache_dir, cache_lock, new_dir, run, say, sha256_check

LOCK_PATH = pathlib.Path(__file__).resolve().parent.parent / "deps.lock"
UNPACK_DEB = """dpkg-deb --fsys-tarfile "$1" >"$2/.deb.tar" &&
tar -x -f "$2/.deb.tar" -C "$2" --no-same-owner --keep-directory-symlink \\
    --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \\
    --exclude='./usr/share/locale/*' && rm "$2/.deb.tar"
"""
LAYOUT = 2  # part of the directory names: raise it when trees are laid out anew

USAGE = """usage: tools/deps COMMAND
  host            check what the build needs on this machine; install it as root or by sudo
  test            the same for what the tests of the SDK need besides
  port-tools      the same for what building ports needs besides
  linked          fetch, check and unpack what is linked into images
  ports NAME...   the same for the sources of ports, of all if none is named
  lab [--update]  fetch and unpack what the lab runs; --update follows the suites' newest index
  path NAME       print where NAME is unpacked (newlib lwip xen-headers lab-trixie lab-bookworm
                  qemu gdb, a port)
  versions        print, as JSON, the version of each package in each set
  mirror          print the Debian mirror that is used
  repin NAME      print the lock lines for the version that the mirror has now
  clean           remove all that this tool has fetched
Cache: $PITH_CACHE, else ~/.cache/pith. Mirror: that of the machine's apt, or $PITH_MIRROR."""


def patches(name):
    return sorted((LOCK_PATH.parent / "patches" / name).glob("*.patch"))


def tree_dir(group, name, lock):
    applied = [path.read_text() for path in patches(name)]
    text = json.dumps([LAYOUT, lock[group][name], applied], sort_keys=True)
    return cache_dir() / group / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def missing_on_host(packages):
    def there(probe):
        return os.path.exists(probe) if probe.startswith("/") else shutil.which(probe)
    return [package for package, probe in packages.items() if not there(probe)]


def command_host(packages):
    if not shutil.which("apt-get"):
        raise Fail("apt-get not found: this needs Debian 12 or 13, or a container of one")
    missing = missing_on_host(packages)
    if not missing:
        return
    update = ["apt-get", "update", "-qq"]
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() == 0:
        prefix = []
    elif subprocess.run(["sh", "-c", "sudo -n true"], capture_output=True).returncode == 0:
        prefix = ["sudo", "env", "DEBIAN_FRONTEND=noninteractive"]
    else:
        raise Fail(f"missing on this machine: {' '.join(missing)}; as root run:\n"
                   f"apt-get update && {shlex.join(install)}")
    say(f"installing {' '.join(missing)}")
    run(prefix + update, "apt-get update")
    run(prefix + install, "apt-get install")
    missing = missing_on_host(packages)
    if missing:
        raise Fail(f"still missing after apt-get install: {' '.join(missing)}")


def source_tarballs(apt, pin):
    """Each upstream tarball that the index has: (version of the package, file name, SHA-256)."""
    shown = apt.run("apt-cache", "showsrc", "--only-source", pin["source"],
                    what=f"source package {pin['source']} in {pin['suite']}")
    for fields in stanzas(shown):
        for line in fields.get("Checksums-Sha256", "").splitlines():
            digest, _, name = line.split()
            if ".orig.tar." in name and not name.endswith(".asc"):
                yield fields["Version"], name, digest


def upstream_version(version):
    return version.split(":")[-1].rpartition("-")[0]


def find_pin(name, pin, apt):
    known = list(source_tarballs(apt, pin))
    for version, file, digest in known:
        if upstream_version(version) == pin["version"] and digest == pin["sha256"]:
            return version, file
    now = ", ".join(f"{upstream_version(version)} (SHA-256 {digest})"
                    for version, _, digest in known) or "nothing"
    raise Fail(f"the pin {name} {pin['version']} (SHA-256 {pin['sha256']}) is not on the mirror; "
               f"{pin['suite']} has {now}. To move the pin put the lines of "
               f"`tools/deps repin {name}` into {LOCK_PATH}")


def fetch_pin(name, pin, downloads, refresh=False):
    """Fetches the pinned tarball and returns its file name. When the index was fetched by an
    earlier run, a failure counts only after it has been fetched anew."""
    apt = Apt("deb-src", pin["suite"])
    fresh = apt.prepare(refresh)
    try:
        version, file = find_pin(name, pin, apt)
        say(f"fetching {file}")
        apt.run("apt-get", "source", "-q", "--download-only", "--tar-only", "--only-source",
                f"{pin['source']}={version}", what=f"fetching {file}", cwd=downloads)
        return file
    except Fail:
        if fresh:
            raise
    return fetch_pin(name, pin, downloads, refresh=True)


def fetch_source(group, name, lock):
    target, pin = tree_dir(group, name, lock), lock[group][name]
    if target.exists():
        return
    downloads = cache_dir() / "sources"
    downloads.mkdir(parents=True, exist_ok=True)
    tarball = next(downloads.glob(f"{pin['sha256']}_*"), None)
    if tarball is None:
        file = fetch_pin(name, pin, downloads)
        tarball = downloads / f"{pin['sha256']}_{file}"
        (downloads / file).rename(tarball)
    sha256_check(tarball, pin["sha256"], f"{name} {pin['version']}")
    with new_dir(target) as work:
        strip, members = 1, []
        into = work
        if "take" in pin:
            strip, members = 1 + len(pin["take"].split("/")), [f"*/{pin['take']}"]
            into = work / pin["as"]
            into.mkdir()
        run(["tar", "-x", "-f", tarball, "-C", into, "--no-same-owner", "--no-anchored",
             "--wildcards", f"--strip-components={strip}", *members], f"unpacking {tarball}")
        for path in patches(name):
            run(["patch", "-p1", "-s", "-d", work, "-i", path], f"applying {path}")


def download_lab(apt, name, wanted):
    """Returns {package: version} of the set and its files in the cache."""
    apt.assume(wanted["assume"])
    found = apt.resolve(wanted["packages"], f"resolving {name} in {wanted['suite']}")
    exact = [f"{package}={version}" for package, (version, _) in found.items()]
    shown = list(stanzas(apt.run("apt-cache", "show", *exact, what=f"index of {name}")))
    size = sum(int(fields["Size"]) for fields in shown) >> 20
    say(f"{name}: {len(found)} packages of {wanted['suite']}, {size} MB")
    apt.run("apt-get", "install", "-q", "-y", "--download-only", *wanted["packages"],
            what=f"fetching {name}")
    digests = {(fields["Package"], fields["Version"]): fields["SHA256"] for fields in shown}
    debs = []
    for package, (version, arch) in sorted(found.items()):
        deb = apt.archives / f"{package}_{version.replace(':', '%3a')}_{arch}.deb"
        sha256_check(deb, digests[package, version], f"{package} {version}")
        debs.append(deb)
    return {package: version for package, (version, _) in sorted(found.items())}, debs


def fetch_lab(name, lock, update, fresh):
    """`fresh` holds the suites whose index this run has fetched. With an older one a package may
    have left the mirror; then the index is fetched and the set resolved again."""
    link, wanted = tree_dir("lab", name, lock), lock["lab"][name]
    suite = wanted["suite"]
    if link.exists() and not update:
        return
    apt = Apt("deb", suite)
    if apt.prepare(update and suite not in fresh):
        fresh.add(suite)
    try:
        versions, debs = download_lab(apt, name, wanted)
    except Fail as error:
        if suite in fresh or isinstance(error, Corrupt):
            raise
        say(f"{error}; trying with a new index")
        apt.prepare(refresh=True)
        fresh.add(suite)
        versions, debs = download_lab(apt, name, wanted)
    digest = hashlib.sha256(json.dumps(versions).encode()).hexdigest()[:12]
    target = link.with_name(f"{link.name}-{digest}")
    if not target.exists():
        unpack_lab(target, debs, versions, wanted.get("wrap", []))
    new_link = link.with_name(f"{link.name}.new")
    new_link.unlink(missing_ok=True)
    new_link.symlink_to(target.name)
    new_link.rename(link)


def unpack_lab(target, debs, versions, wrapped):
    with new_dir(target) as work:
        for name in ("bin", "sbin", "lib", "lib64"):
            (work / "usr" / name).mkdir(parents=True)
            (work / name).symlink_to(f"usr/{name}")
        for deb in debs:
            run(["sh", "-c", UNPACK_DEB, "sh", deb, work], f"unpacking {deb}")
        for name in wrapped:
            wrap(work, name)
        (work / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


def wrap(work, name):
    path = work / "wrap" / name
    data = (' -L "$root/usr/share/qemu" -L "$root/usr/share/seabios"'
            if name.startswith("qemu") else "")
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "#!/bin/sh\n# Runs NAME with the loader, libraries and modules of its own suite.\n"
        'root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)\n'
        'libs=$root/usr/lib/x86_64-linux-gnu\nexport QEMU_MODULE_DIR="$libs/qemu"\n'
        'exec "$root/lib64/ld-linux-x86-64.so.2" --argv0 NAME --library-path "$libs" \\\n'
        '    "$root/usr/bin/NAME"DATA "$@"\n'.replace("NAME", name).replace("DATA", data))
    path.chmod(0o755)


def command_path(lock, name):
    for group in ("linked", "ports", "lab"):
        if name in lock[group]:
            path = tree_dir(group, name, lock)
            if not path.exists():
                raise Fail(f"{name} is not unpacked ({path}); run `tools/deps {group}`")
            return print(path.resolve())
    names = " ".join([*lock["linked"], *lock["ports"], *lock["lab"]])
    raise Fail(f"no dependency is called {name}; there are: {names}")


def command_versions(lock):
    result = {group: {name: pin["version"] for name, pin in lock[group].items()}
              for group in ("linked", "ports")}
    for name in lock["lab"]:
        path = tree_dir("lab", name, lock)
        if not path.exists():
            raise Fail(f"{name} is not unpacked; run `tools/deps lab`")
        result[name] = json.loads((path / "versions.json").read_text())
    print(json.dumps(result, indent=1))


def command_repin(lock, name):
    pins = {**lock["linked"], **lock["ports"]}
    if name not in pins:
        raise Fail(f"{name} is not a pin; pins are: {' '.join(pins)}")
    pin = pins[name]
    apt = Apt("deb-src", pin["suite"])
    apt.prepare(refresh=True)
    for version, file, digest in source_tarballs(apt, pin):
        print(f'# {file} of {pin["source"]} {version}\n'
              f'version = "{upstream_version(version)}"\nsha256 = "{digest}"')


def command_clean():
    for name in ("apt", "lab", "linked", "ports", "sources", "tmp"):
        shutil.rmtree(cache_dir() / name, ignore_errors=True)


def dispatch(words):
    lock = tomllib.loads(LOCK_PATH.read_text())
    match words:
        case ["host" | "test" | "port-tools"]:
            command_host(lock[words[0]])
        case ["path", name]:
            command_path(lock, name)
        case ["versions"]:
            command_versions(lock)
        case ["mirror"]:
            print(mirrors()[0])
        case ["linked"]:
            with cache_lock():
                for name in lock["linked"]:
                    fetch_source("linked", name, lock)
        case ["ports", *names]:
            with cache_lock():
                for name in names or lock["ports"]:
                    fetch_source("ports", name, lock)
        case ["lab"] | ["lab", "--update"]:
            with cache_lock():
                fresh = set()
                for name in lock["lab"]:
                    fetch_lab(name, lock, "--update" in words, fresh)
        case ["repin", name]:
            with cache_lock():
                command_repin(lock, name)
        case ["clean"]:
            with cache_lock():
                command_clean()
        case ["help"] | ["--help"] | ["-h"]:
            print(USAGE)
        case _:
            raise Fail(f"unknown command: {' '.join(words) or '(none)'}\n{USAGE}")


def main():
    try:
        dispatch(sys.argv[1:])
    except (Fail, OSError, tomllib.TOMLDecodeError) as error:
        print(f"deps: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deps: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
