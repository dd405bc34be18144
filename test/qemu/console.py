# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The console of a virtual machine: lines in, lines out, and what to wait for.

Waiting for a line fails at once when a line appears that never should (a
panic, an oops, an error of the guest's init), so that no test has to run
into its time limit to find out.
"""

import fcntl
import os
import re
import select
import time
from collections import deque

import pexpect
from pexpect import fdpexpect

HANG = 120      # seconds; a hang stop, never a measure
CONSOLE_ROOM = 1 << 20  # bytes; a run prints some 100 KB
FAULT = r"\bvector=\S+ .*\bpc="      # the payload's line about an exception
NEVER = (r"Kernel panic", r"\bOops\b", r"\bBUG: ", r"general protection fault",
         r"\bWARNING: ", r"luotest: error", FAULT)


class VmError(AssertionError):
    """The guest did not do what it was to do; names the console's log."""


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


class Console:
    """The console part of a machine (vm.Vm); two pipes in its folder."""

    def __init__(self, log, echo):
        self.log = str(log)
        self.allow = []
        self.lines = []
        self._echo = echo
        self._pending = deque()
        self._in = self._out = None

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

    def _close_console(self):
        for end in (self._in, self._out):
            if end is not None:
                os.close(end)
        self._in = self._out = None

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
