# SPDX-License-Identifier: BSD-2-Clause
"""`pith run` as a user meets it: status, published ports, Ctrl-C, SIGKILL."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
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


def machines_below(directory):
    """Processes that work below directory: the lab's machines do."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(directory):
                found.append(process.name)
        except OSError:  # ended meanwhile, or not ours
            continue
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_httpd(port, scratch):
    """scratch: where the lab makes its directories."""
    return subprocess.Popen(
        [PITH, "run", "--rootfs", ROOT / "apps/httpd/www", "-p", f"{port}:80",
         APPS / "httpd/httpd"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TMPDIR": scratch})


def fetch_page(port):
    deadline = time.monotonic() + LIMIT_S
    while True:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/",
                                          timeout=5).read()
        except OSError as error:
            assert time.monotonic() < deadline, f"no page: {error}"
            time.sleep(0.2)


def wait_gone(scratch):
    """Within ten seconds neither process nor file is left below scratch."""
    deadline = time.monotonic() + 10
    while machines_below(scratch) or list(pathlib.Path(scratch).iterdir()):
        assert time.monotonic() < deadline, "a machine or its files are left"
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
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        with start_httpd(port, scratch) as launcher:
            try:
                page = fetch_page(port)
            finally:
                launcher.send_signal(signal.SIGINT)
            status = launcher.wait(timeout=LIMIT_S)
        wait_gone(scratch)
    assert page == (ROOT / "apps/httpd/www/index.html").read_bytes(), \
        f"page: {page[:80]!r}"
    assert status == 130, f"status {status}, expected 130"


def case_killed_launcher_leaves_no_machine():
    with tempfile.TemporaryDirectory() as scratch:
        with start_httpd(free_port(), scratch) as launcher:
            deadline = time.monotonic() + 60
            while not machines_below(scratch):
                assert time.monotonic() < deadline, "no machine was started"
                time.sleep(0.1)
            launcher.kill()
        wait_gone(scratch)


def case_missing_image_is_named():
    done = pith_run("/no/such/image")
    assert done.returncode not in (0, 130, 134), f"status {done.returncode}"
    assert "/no/such/image" in done.stdout, f"said: {done.stdout!r}"
    assert "Traceback" not in done.stdout, done.stdout


def case_bad_options_are_named_and_end_with_2():
    hello = APPS / "hello/hello"
    mistakes = {
        ("--memory", "much"): "--memory: much: not a number",
        ("--memory", "1"): "--memory: 1: not a number from 2",
        ("--vcpus", "0"): "--vcpus: 0: not a number from 1",
        ("--net", "10.0.0.1/99"): "--net 10.0.0.1/99: not dhcp, none or",
        ("-p", "80"): "80: not HOST:GUEST",
        ("-p", "99999:80"): "99999:80: not HOST:GUEST",
        ("--net", "none", "-p", "8080:80"): "-p needs a network",
        ("--disk", "/no/disk"): "/no/disk: no such file",
        ("--rootfs", "/no/root"): "/no/root: no such file or directory",
        ("--xen", "4.0"): "--xen",
        ("--timeout", "0"): "--timeout: 0: not a number",
        ("--nothing",): "--nothing",
        ("--gdb",): "no live session",
    }
    for words, message in mistakes.items():
        done = pith_run(*words, hello)
        assert done.returncode == 2, f"{words}: status {done.returncode}"
        assert message in done.stdout, f"{words}: {done.stdout!r}"
        assert "Traceback" not in done.stdout, done.stdout
    for path, message in ((ROOT / "README.md", "not a PVH image"),
                          ("/no/such/image", "/no/such/image: no such file")):
        done = pith_run(path)
        assert done.returncode == 2 and message in done.stdout, done.stdout


def case_image_that_does_not_fit_is_told_with_what_it_needs():
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "big.c"
        source.write_text("char big[40 << 20];\nint main(int argc, char **argv)"
                          "{ return big[argc]; }\n")
        subprocess.run([PITH.with_name("pith-cc"), "-o", "big", "big.c"],
                       cwd=tmp, check=True)
        config = (pathlib.Path(tmp) / "big.cfg").read_text()
        assert "memory = 72\n" in config, config
        done = pith_run("--memory", "32", f"{tmp}/big")
        assert done.returncode == 2, f"status {done.returncode}"
        assert "--memory 32: the image needs 42 MB at least" in done.stdout, \
            done.stdout
