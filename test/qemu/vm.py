# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""One virtual machine under QEMU, driven line by line over its console.

The whole console goes to a log file, whatever the harness has read of it.
Waiting for a line fails at once when a line appears that never should (a
panic, an oops, an error of the guest's init), so that no test has to run
into its time limit to find out. RAM is open to the harness (memory.py), QMP
and the gdb stub listen on sockets beside it; the console is a pair of pipes.
"""

import fcntl
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections import deque

import pexpect
from pexpect import fdpexpect

from gdb import Gdb
from memory import Memory, parse_flat_view
from qmp import Qmp

HANG = 120      # seconds; a hang stop, never a measure
CONSOLE_ROOM = 1 << 20  # bytes; a run prints some 100 KB
FAULT = r"\bvector=\S+ .*\bpc="      # the payload's line about an exception
NEVER = (r"Kernel panic", r"\bOops\b", r"\bBUG: ", r"general protection fault",
         r"\bWARNING: ", r"luotest: error", FAULT)


class VmError(AssertionError):
    """The guest did not do what it was to do; names the console's log."""


def scratch_folder(need):
    """A new folder with room for `need` bytes, in memory where possible."""
    for parent in ("/dev/shm", None):
        try:
            stat = os.statvfs(parent or tempfile.gettempdir())
        except OSError:
            continue
        if stat.f_bavail * stat.f_frsize > need or parent is None:
            return tempfile.mkdtemp(prefix="luo-", dir=parent)
    raise VmError("no folder for temporary files")


class Reply:
    """What a guest command printed, and its return code."""

    def __init__(self, lines, rc):
        self.lines = lines
        self.rc = rc

    def results(self, word):
        """The fields of each line `luotest: WORD ...`."""
        head = f"luotest: {word} "
        return [line[line.index(head) + len(head):].split()
                for line in self.lines if head in line]

    def text(self):
        """A file printed by `cat`, without the marks before its lines."""
        mark = "luotest: | "
        return [line[line.index(mark) + len(mark):]
                for line in self.lines if mark in line]


class Vm:
    """A machine; `memory` in MiB, evenly spread over `nodes` NUMA nodes."""

    def __init__(self, arch, kernel, initrd, cmdline, log, *, memory=1024,
                 nodes=1, smp=1, cpu=None, machine=None, extra=(), echo=None):
        self.arch = arch
        self.log = str(log)
        self.cmdline = cmdline
        self.allow = []
        self.lines = []
        self._echo = echo
        self._pending = deque()
        self._memory = self._gdb = self.qmp = self._process = None
        self._in = self._out = None
        self.folder = scratch_folder(memory << 21)
        try:
            self._start([
                arch.qemu, "-nodefaults", "-no-reboot", "-display", "none",
                "-S", "-accel", "tcg,thread=multi", "-cpu", cpu or arch.cpu,
                "-smp", str(smp), *self._memory_options(
                    memory, nodes, machine or arch.machine),
                "-kernel", str(kernel), "-initrd", str(initrd),
                "-append", cmdline, *self._channels(), *extra])
        except BaseException:
            self.close()
            raise

    # starting and ending

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _memory_options(self, memory, nodes, machine):
        if memory % nodes:
            raise ValueError("memory does not divide into its nodes")
        self._ram_files, options = {}, ["-m", f"{memory}M"]
        for node in range(nodes):
            name = f"ram{node}"
            self._ram_files[name] = self._path(name)
            options += ["-object", f"memory-backend-file,id={name},share=on,"
                        f"size={memory // nodes}M,mem-path={self._path(name)}"]
            if nodes > 1:
                options += ["-numa", f"node,nodeid={node},memdev={name}"]
        if nodes == 1:
            machine += ",memory-backend=ram0"
        return [*options, "-machine", machine]

    def _channels(self):
        def sock(name, more=""):
            return ["-chardev", f"socket,id={name},server=on,wait=off,"
                    f"path={self._path(name)}{more}"]
        logged = self.log.replace(",", ",,")
        return ["-chardev", f"pipe,id=console,path={self._path('console')},"
                f"logfile={logged}",
                "-serial", "chardev:console",
                *sock("qmp"), "-mon", "chardev=qmp,mode=control",
                *sock("gdb"), "-gdb", "chardev:gdb"]

    def _start(self, command):
        os.makedirs(os.path.dirname(self.log) or ".", exist_ok=True)
        self._open_console()
        with open(self._path("stderr"), "wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        self._wait_sockets()
        self.qmp = Qmp(self._path("qmp"))
        self.qmp.execute("cont")

    def _open_console(self):
        """A pipe each way, large enough for all that a guest ever prints.

        QEMU's UART writes byte by byte and drops what finds no room. On a
        socket each byte costs a buffer of its own, so that some 300 of them
        fill it; in a pipe they share pages.
        """
        for way in ("in", "out"):
            os.mkfifo(self._path(f"console.{way}"))
        self._out = os.open(self._path("console.out"),
                            os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, CONSOLE_ROOM)
        self._in = os.open(self._path("console.in"), os.O_RDWR)
        self._console = fdpexpect.fdspawn(self._out, timeout=HANG)

    def _wait_sockets(self):
        """QEMU makes its sockets in order, so that the last one means all."""
        deadline = time.monotonic() + HANG
        while not os.path.exists(self._path("gdb")):
            if self._process.poll() is not None:
                raise VmError("QEMU did not start: " + self._errors())
            if time.monotonic() > deadline:
                raise VmError("QEMU made no sockets")
            time.sleep(0.01)

    def _errors(self):
        with open(self._path("stderr"), encoding="utf-8",
                  errors="replace") as file:
            return file.read().strip()

    def close(self):
        if self._gdb:
            self._gdb.abandon()
        if self._process and self._process.poll() is None:
            self._process.kill()
        if self._process:
            self._process.wait()
        if self._memory:
            self._memory.close()
        if self.qmp:
            self.qmp.close()
        for end in (self._in, self._out):
            if end is not None:
                os.close(end)
        self._in = self._out = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # console

    def _fail(self, reason):
        tail = "\n".join("    " + line for line in self.lines[-30:])
        raise VmError(f"{reason}\n  console log: {self.log}\n"
                      f"  its last lines:\n{tail}")

    def _read(self, timeout, waiting_for):
        found = self._console.expect_exact(
            [b"\n", pexpect.EOF, pexpect.TIMEOUT], timeout=max(timeout, 0))
        if found == 1:
            self._process.wait(HANG)
            self._fail(f"QEMU ended (status {self._process.returncode}) "
                       f"while waiting for {waiting_for}. {self._errors()}")
        if found == 2:
            self._fail(f"hang: no {waiting_for} in time")
        line = self._console.before.decode("utf-8", "replace").strip("\r")
        self.lines.append(line)
        if self._echo:
            self._echo(line)
        return line

    def _line(self, timeout, waiting_for):
        if self._pending:
            return self._pending.popleft()
        return self._read(timeout, waiting_for)

    def _refuse_never(self, line, waiting_for):
        for never in NEVER:
            if never not in self.allow and re.search(never, line):
                self._fail(f"while waiting for {waiting_for} the guest "
                           f"printed: {line.strip()}")

    def expect(self, pattern, timeout=HANG):
        """Waits for a console line that matches; gives back the match."""
        regex, what = re.compile(pattern), f"a line like {pattern!r}"
        deadline = time.monotonic() + timeout
        while True:
            line = self._line(deadline - time.monotonic(), what)
            if match := regex.search(line):
                return match
            self._refuse_never(line, what)

    def drain(self, waiting_for):
        """Takes in what the console has; later expect() still sees it."""
        while select.select([self._out], [], [], 0)[0]:
            line = self._read(HANG, waiting_for)
            self._pending.append(line)
            self._refuse_never(line, waiting_for)

    def send(self, text):
        os.write(self._in, (text + "\n").encode())

    def ready(self, stage):
        """Waits for the guest's init; gives back the kernel's release."""
        return self.expect(rf"luotest: ready stage={stage} release=(\S+)")[1]

    def command(self, text, rc=0, timeout=HANG):
        """Has the guest's init run a command; `rc` None takes any result."""
        name = text.split()[0]
        done = re.compile(rf"luotest: done {re.escape(name)}\b.* rc=(\d+)")
        what = f"the end of guest command {text!r}"
        deadline = time.monotonic() + timeout
        self.send(text)
        lines = []
        while True:
            line = self._line(deadline - time.monotonic(), what)
            if match := done.search(line):
                break
            self._refuse_never(line, what)
            lines.append(line)
        if rc is not None and int(match[1]) != rc:
            self._fail(f"guest command {text!r} ended with rc={match[1]} "
                       f"instead of {rc}")
        return Reply(lines, int(match[1]))

    # from outside

    @property
    def memory(self):
        if self._memory is None:
            self._memory = Memory(parse_flat_view(
                self.qmp.monitor("info mtree -f"), self._ram_files))
        return self._memory

    def control(self, name):
        """A control register of the first processor, such as CR4 or EFER."""
        text = self.qmp.monitor("info registers")
        return int(re.search(rf"\b{name}=([0-9a-f]+)", text)[1], 16)

    def gdb(self):
        """Stops the machine and connects to its gdb stub."""
        self._gdb = Gdb(self._path("gdb"))
        return self._gdb

    def release_gdb(self):
        self._gdb.close()
        self._gdb = None

    def wait_stop(self, what, timeout=HANG):
        """Waits for gdb's stop, watching the console meanwhile."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            readable = select.select([self._gdb, self._out], [], [],
                                     max(left, 0))[0]
            if self._gdb in readable and self._gdb.poll_stop():
                return
            if not readable:
                self._fail(f"hang: the machine did not reach {what}")
            self.drain(what)
            if any("luotest: ready" in line for line in self._pending):
                self._fail(f"the next kernel is up without passing {what}")

    def snapshot(self, name):
        """A copy of RAM in this machine's folder; stop the machine first."""
        return self.memory.snapshot(self._path(name))

    def dump(self, path):
        """Writes all RAM as an ELF core."""
        self.qmp.execute("dump-guest-memory", paging=False,
                         protocol=f"file:{path}")
        return path
