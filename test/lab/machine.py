# SPDX-License-Identifier: BSD-2-Clause
"""One QEMU that runs Xen: started, watched, and ended whatever happens.

Nothing is left behind: QEMU dies with the process that started it (a parent
death signal), and a reaper that waits for the end of a pipe kills it and
removes the scratch directory even if this process gets SIGKILL.
"""

import ctypes
import os
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import image, trees

_PR_SET_PDEATHSIG = 1
_REAPER = """
while read -r pid; do qemu=$pid; done
[ "${qemu:-0}" = 0 ] || kill -KILL "$qemu"
rm -rf "$1"
"""
# icount: one virtual nanosecond an instruction, so a run does not depend on
# the machine below it. The CPU features left out break or bias that mode.
_CPU = "max,-rdtscp"
_CPU_DETERMINISTIC = "max,-rdtscp,-x2apic,-erms,-fsrm"
_DETERMINISTIC = ("-icount", "shift=0,sleep=off", "-seed", "1",
                  "-rtc", "base=2026-01-01T00:00:00,clock=vm")
# eager-fpu: QEMU's SVM does not carry Xen's lazy switching of vector registers,
# and programs in dom0 then find a guest's values in theirs.
_XEN = ("console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=all "
        "spec-ctrl=eager-fpu conring_size=256k "
        "dom0_mem={0}M,max:{0}M")
# QEMU before 10.2 changes interrupt_request in VMRUN and #VMEXIT without its
# lock, so that an interrupt that its other thread sets just then is lost until
# the next one, and with Xen's timer all stands still. Input on the console is
# an interrupt that brings the lost one along; XON, which a terminal swallows.
_WAKE_SECONDS, _WAKE = 1, b"\x11"
_LIBC = ctypes.CDLL(None)


def die_with(parent):
    """Runs in the child: SIGKILL when the thread that forked it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(127)


class Machine:
    """QEMU with Xen; use as a context manager.

    ports names the virtio-serial ports beyond 1 (results): each becomes a
    socket in self.port[name].
    """

    def __init__(self, options, ports=()):
        self.options = options
        self.console = bytearray()
        self.port = {}
        self.started = time.monotonic()
        self._readers = selectors.DefaultSelector()
        self._ports = ports
        self._qemu = None
        self._listener = None
        self._woken = time.monotonic()
        self.dir = tempfile.mkdtemp(prefix="pith-lab-")
        self._reaper = subprocess.Popen(
            ["/bin/sh", "-c", _REAPER, "lab-reaper", self.dir],
            stdin=subprocess.PIPE, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.kill()
        self._tell_reaper(0)
        self._reaper.stdin.close()
        self._reaper.wait()
        self._readers.close()
        for end in self.port.values():
            end.close()

    def _tell_reaper(self, pid):
        self._reaper.stdin.write(b"%d\n" % pid)
        self._reaper.stdin.flush()

    def path(self, name):
        return os.path.join(self.dir, name)

    def _serial_args(self):
        """The result file and the ports; returns (args, sockets for QEMU)."""
        args = ["-device", "virtio-serial-pci,max_ports=8,ioeventfd=off,"
                "disable-legacy=on,iommu_platform=on",
                "-chardev", "file,id=result,path=result.tar",
                "-device", "virtserialport,chardev=result,nr=1"]
        theirs = []
        for number, name in enumerate(self._ports, 2):
            mine, other = socket.socketpair()
            self.port[name] = mine
            theirs.append(other)
            args += ["-chardev", f"socket,id={name},fd={other.fileno()}",
                     "-device", f"virtserialport,chardev={name},nr={number}"]
        return args, theirs

    def _machine_args(self):
        opts = self.options
        thread = "single" if opts.smp == 1 or opts.deterministic else "multi"
        cpu = _CPU_DETERMINISTIC if opts.deterministic else _CPU
        args = ["-M", "q35", "-accel", f"tcg,thread={thread}", "-cpu", cpu,
                "-m", str(opts.memory), "-smp", str(opts.smp),
                "-nodefaults", "-no-user-config", "-display", "none",
                "-no-reboot", "-chardev", "stdio,id=com1,signal=off",
                "-serial", "chardev:com1"]
        return args + list(_DETERMINISTIC if opts.deterministic else ())

    def start(self, kernel_words):
        """Boots Xen with the files `kernel` and `initrd` in self.dir.

        The names are short and relative, because QEMU hands them to Xen.
        """
        opts = self.options
        shutil.copy(image.hypervisor(opts.xen), self.path("xen"))
        modules = "kernel " + kernel_words.replace(",", ",,")
        if os.path.exists(self.path("initrd")):
            modules += ",initrd"
        serial, theirs = self._serial_args()
        words = [_XEN.format(opts.dom0_memory), *opts.xen_args]
        command = [*trees.qemu_command(), *self._machine_args(), *serial,
                   "-kernel", "xen", "-append", " ".join(words),
                   "-initrd", modules, *opts.qemu_args]
        parent = os.getpid()
        with open(self.path("qemu.err"), "wb") as errors:
            self._qemu = subprocess.Popen(
                command, cwd=self.dir, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
                pass_fds=[end.fileno() for end in theirs],
                preexec_fn=lambda: die_with(parent))
        self._tell_reaper(self._qemu.pid)
        for end in theirs:
            end.close()
        os.set_blocking(self._qemu.stdin.fileno(), False)
        self._readers.register(self._qemu.stdout, selectors.EVENT_READ,
                               self._take_console)

    def listen(self, name, handler):
        """Calls handler(bytes) for what arrives on a port while pumping."""
        self.watch(self.port[name], lambda: self._take_port(name, handler))

    def watch(self, file, ready):
        """Calls ready() whenever file is readable while pumping."""
        self._readers.register(file, selectors.EVENT_READ, ready)

    def unwatch(self, file):
        self._readers.unregister(file)

    def on_console(self, listener):
        """Calls listener(bytes) for console output, CRs removed."""
        self._listener = listener

    def send(self, name, data):
        try:
            self.port[name].sendall(data)
        except OSError:
            pass

    def _take_console(self):
        data = os.read(self._qemu.stdout.fileno(), 65536)
        if not data:
            self._readers.unregister(self._qemu.stdout)
            self._qemu.wait()
            return
        data = data.replace(b"\r", b"")
        self.console += data
        if self._listener:
            self._listener(data)

    def _take_port(self, name, handler):
        try:
            data = self.port[name].recv(65536)
        except ConnectionError:
            data = b""
        if data:
            handler(data)
        else:
            self._readers.unregister(self.port[name])

    def pump(self, seconds):
        """Handles input for up to seconds; True once QEMU has ended."""
        deadline = time.monotonic() + seconds
        while self._qemu.returncode is None:
            self._wake()
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._readers.select(min(left, _WAKE_SECONDS)):
                key.data()
        # What QEMU wrote to the ports just before its end.
        for key, _ in self._readers.select(0):
            key.data()
        return True

    def _wake(self):
        """Now and then, but where the run must not depend on this machine."""
        now = time.monotonic()
        if self.options.deterministic or now < self._woken + _WAKE_SECONDS:
            return
        self._woken = now
        try:
            os.write(self._qemu.stdin.fileno(), _WAKE)
        except OSError:
            pass  # it takes nothing now, or is about to end

    def kill(self):
        if self._qemu and self._qemu.poll() is None:
            self._qemu.kill()
            self._qemu.wait()

    def error_text(self):
        """QEMU's own last words, for messages."""
        try:
            with open(self.path("qemu.err"), errors="replace") as log:
                lines = log.read().strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else ""
