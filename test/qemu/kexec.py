# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""One hop from a kernel to the next, with or without the payload.

A Hop loads an image (the kernel then prints where the segments lie), fires
the kexec and, when asked, stops the machine at the payload's first
instruction and at its last one before the jump, so that a test can look at
RAM or alter it from outside. Then it waits for the payload's verdict line
and reads it.
"""

import re
from dataclasses import dataclass

import bootdata
from guest import command_line
from images import symbols
from state import State

VERDICT = re.compile(
    r"luo: (?P<verdict>ok|repaired|errors|refused|none) abi=(?P<abi>\S+) "
    r"kho=(?P<kho>\S+) sessions=(?P<sessions>\d+) files=(?P<files>\d+) "
    r"blocks=(?P<blocks>\d+->\d+) fblocks=(?P<fblocks>\d+->\d+) "
    r"pages=(?P<pages>\d+) findings=(?P<findings>\d+) us=(?P<us>\d+)"
    r"(?: nonce=(?P<nonce>\S+))?\s*$")
NUMBERS = ("sessions", "files", "pages", "findings", "us")


def parse_verdict(line):
    """The fields of a verdict line, or None when it is none."""
    match = VERDICT.search(line)
    if not match:
        return None
    found = match.groupdict()
    for name in NUMBERS:
        found[name] = int(found[name])
    for name in ("blocks", "fblocks"):
        found[name] = tuple(int(part) for part in found[name].split("->"))
    return found


@dataclass(frozen=True)
class Place:
    """Where a segment went."""

    pa: int
    size: int


class Stop:
    """The machine, stopped inside the payload."""

    def __init__(self, hop, gdb, params):
        self.hop = hop
        self.vm = hop.vm
        self.gdb = gdb
        self.memory = hop.vm.memory
        self.params = params

    @property
    def state(self):
        return State(self.memory, self.handover())

    def handover(self):
        return bootdata.find(self.vm.arch, self.memory, self.params)


class Hop:
    """kexec from the running kernel to stage `stage`."""

    def __init__(self, vm, images, stage=2, *, nonce=None, more="",
                 plain=False, kaslr=False, **params):
        self.vm = vm
        self.arch = images.arch
        self.images = images
        self.stage = stage
        self.nonce = nonce
        self.plain = plain
        self.kernel = self.params = self.initrd = None
        self.verdict = None
        words = [f"luo_payload.{key}={value}" for key, value in params.items()]
        if nonce:
            words.append(f"luo_payload.nonce={nonce}")
        self.cmdline = command_line(self.arch, stage, " ".join([*words, more]),
                                    kaslr)
        self.since = 0

    # loading

    def load(self):
        """Loads the image; keeps where kexec put the segments."""
        name = self.arch.kernel if self.plain else self.arch.wrapped
        reply = self.vm.command(f"load /{name} /initrd debug {self.cmdline}")
        text = "\n".join(reply.lines)
        self.kernel = _place(self.arch.loaded_kernel, text)
        self.params = _place(self.arch.loaded_params, text)
        self.initrd = _place(self.arch.loaded_initrd, text)
        return self

    def image_range(self):
        """Load address and end of what kexec reserved for the image."""
        return self.kernel.pa, self.kernel.pa + self.images.header().reserved

    def entry_address(self):
        return self.kernel.pa + self.arch.entry_offset

    def symbol(self, name):
        """Where a symbol of the payload lies in this run."""
        table = symbols(self.images.payload_elf)
        if name not in table:
            raise AssertionError(f"the payload has no symbol {name}")
        return self.kernel.pa + table[name]

    # firing

    def _run_to(self, gdb, address):
        gdb.break_at(address)
        gdb.resume()

    def _stopped_at(self, gdb, address, what):
        self.vm.wait_stop(what)
        gdb.unbreak(address)
        if (pc := gdb.reg(self.arch.pc)) != address:
            raise AssertionError(f"stopped at {pc:#x}, not at {what} "
                                 f"({address:#x})")

    def _entered(self, gdb):
        """Waits for the payload's first instruction."""
        self._stopped_at(gdb, self.entry_address(), "the payload's entry")
        stop = Stop(self, gdb, gdb.reg(self.arch.boot_data))
        if stop.params != self.params.pa:
            raise AssertionError(f"boot data at {stop.params:#x}, loaded to "
                                 f"{self.params.pa:#x}")
        return stop

    def fire(self, entry=None, **at):
        """Fires the kexec and leaves the machine running.

        `entry` is called at the payload's first instruction; every other
        argument names a symbol of the payload and what to call there, in
        the order in which the payload gets to them. The first breakpoint is
        set beforehand: a kexec can be quicker than a connection to gdb.
        """
        if not self.kernel:
            self.load()
        gdb = self.vm.gdb() if entry or at else None
        if gdb:
            self._run_to(gdb, self.entry_address())
        self.vm.send("kexec")
        self.vm.expect(r"luotest: kexec")
        self.since = len(self.vm.lines)
        if not gdb:
            return self
        stop = self._entered(gdb)
        if entry:
            entry(stop)
        for name, action in at.items():
            self._run_to(gdb, self.symbol(name))
            self._stopped_at(gdb, self.symbol(name), name)
            action(stop)
        self.vm.release_gdb()
        return self

    # afterwards

    def expect_verdict(self, verdict=None):
        """Waits for the payload's verdict line and checks its nonce."""
        match = self.vm.expect(VERDICT)
        self.verdict = parse_verdict(match[0])
        assert self.verdict["nonce"] == self.nonce, (
            f"nonce {self.verdict['nonce']} instead of {self.nonce}")
        if verdict:
            assert self.verdict["verdict"] == verdict, (
                f"verdict {match[0]!r} instead of {verdict}; "
                f"console log: {self.vm.log}")
        return self.verdict

    def ready(self):
        return self.vm.ready(self.stage)

    def seen(self, pattern):
        """The console lines since the kexec that match, as far as read."""
        return [line for line in self.vm.lines[self.since:]
                if re.search(pattern, line)]

    def go(self, verdict="ok", **at):
        """The whole hop: load, fire, verdict, next kernel ready."""
        self.fire(**at)
        found = None if self.plain else self.expect_verdict(verdict)
        self.ready()
        return found


def _place(pattern, text):
    match = re.search(pattern, text)
    if not match:
        raise AssertionError("the kernel did not print where it put a "
                             f"segment ({pattern!r}):\n{text}")
    return Place(int(match[1], 16), int(match[3], 16))
