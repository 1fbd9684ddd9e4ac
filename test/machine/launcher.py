# SPDX-License-Identifier: BSD-2-Clause
"""`pith run` as a user meets it: status, published ports, Ctrl-C, SIGKILL."""

import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PITH = ROOT / "build/sdk/bin/pith"
APPS = ROOT / "build/apps"
LIMIT_S = 120


def pith_run(*words):
    return subprocess.run([PITH, "run", *words], text=True, timeout=LIMIT_S,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def lab_processes():
    """Process numbers of the lab's QEMUs on this machine."""
    done = subprocess.run(["pgrep", "-f", "qemu-system-x86_64.*-kernel xen"],
                          text=True, stdout=subprocess.PIPE, check=False)
    return set(done.stdout.split())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_httpd(port):
    return subprocess.Popen(
        [PITH, "run", "--rootfs", ROOT / "apps/httpd/www", "-p", f"{port}:80",
         APPS / "httpd/httpd"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def fetch_page(port):
    deadline = time.monotonic() + LIMIT_S
    while True:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/",
                                          timeout=5).read()
        except OSError as error:
            assert time.monotonic() < deadline, f"no page: {error}"
            time.sleep(0.2)


def wait_gone(before):
    """No lab process beyond those in before, within ten seconds."""
    deadline = time.monotonic() + 10
    while lab_processes() - before:
        assert time.monotonic() < deadline, "a QEMU is left behind"
        time.sleep(0.1)


def case_exit_status_is_passed_through():
    done = pith_run("--net", "none", APPS / "hello/hello", "--", "--exit", "7")
    assert done.returncode == 7, f"status {done.returncode}, expected 7"
    assert "argv[2]=7\n" in done.stdout, f"console: {done.stdout!r}"


def case_crash_is_told_from_an_exit():
    done = pith_run("--net", "none", APPS / "hello/hello", "--", "--abort")
    assert done.returncode == 134, f"status {done.returncode}, expected 134"
    assert "abort() called" in done.stdout, f"console: {done.stdout!r}"


def case_published_port_serves_and_ctrl_c_ends():
    before = lab_processes()
    port = free_port()
    with start_httpd(port) as launcher:
        try:
            page = fetch_page(port)
        finally:
            launcher.send_signal(signal.SIGINT)
        status = launcher.wait(timeout=LIMIT_S)
    assert page == (ROOT / "apps/httpd/www/index.html").read_bytes(), \
        f"page: {page[:80]!r}"
    assert status == 130, f"status {status}, expected 130"
    wait_gone(before)


def case_killed_launcher_leaves_no_machine():
    before = lab_processes()
    with start_httpd(free_port()) as launcher:
        deadline = time.monotonic() + 30
        while not lab_processes() - before:
            assert time.monotonic() < deadline, "no machine was started"
            time.sleep(0.1)
        launcher.kill()
    wait_gone(before)


def case_missing_image_is_named():
    done = pith_run("/no/such/image")
    assert done.returncode not in (0, 130, 134), f"status {done.returncode}"
    assert "/no/such/image" in done.stdout, f"said: {done.stdout!r}"
    assert "Traceback" not in done.stdout, done.stdout
