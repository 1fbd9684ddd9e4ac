# SPDX-License-Identifier: BSD-2-Clause
"""What the other modules share: the error type, the cache with its lock, running commands."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


class Fail(Exception):
    """An expected error; the text is the one line that the user sees."""


class Corrupt(Fail):
    """A fetched file is not what it must be."""


def say(text):
    print(f"deps: {text}", file=sys.stderr, flush=True)


def cache_dir():
    default = pathlib.Path.home() / ".cache" / "pith"
    return pathlib.Path(os.environ.get("PITH_CACHE") or default).absolute()


@contextlib.contextmanager
def cache_lock():
    """Holds the cache. Children inherit the lock: when this process is killed, an apt-get that it
    left behind still holds it, and the next run waits for that one's end."""
    path = cache_dir()
    path.mkdir(parents=True, exist_ok=True)
    with open(path / "lock", "w") as lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run that holds {path / 'lock'}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(path / "tmp", ignore_errors=True)
        yield


@contextlib.contextmanager
def new_dir(target):
    """Gives a temporary directory that becomes `target` at the end, or vanishes on an error."""
    base = cache_dir() / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(dir=base))
    try:
        work.chmod(0o755)
        yield work
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def run(command, what, **options):
    """Runs a command and returns its output; an error is one line: `what` and the reason."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment, close_fds=False, **options)
    if result.returncode != 0:
        raise Fail(f"{what}: {reason(result)}")
    return result.stdout


def reason(result):
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("E: ", "W: "))]
    if "NO_PUBKEY" in result.stderr:
        errors.append("the key is not known here; a newer debian-archive-keyring has it")
    return " | ".join((errors or lines)[-3:]) or f"exit status {result.returncode}"


def sha256_check(path, expected, what):
    """A file whose checksum differs is removed, so that the next run fetches it anew."""
    with open(path, "rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != expected:
        path.unlink()
        raise Corrupt(f"{what}: SHA-256 of {path} is {got}, expected {expected}; file removed, "
                      "run again to fetch it anew")
