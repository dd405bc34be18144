# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A machine at the payload's first instruction, kept, and started anew at will.

QEMU's migration puts the devices and the processor into a file; RAM lies in a
file of its own, which the migration leaves alone. From the two the payload can
be run as often as a test likes: on RAM as the kernel left it, as a test laid
it out, or as a run of the payload left it that was ended half-way (stop.c).
"""

import os
import time
from dataclasses import dataclass

import header
from console import HANG
from memory import CHUNK
from plugin import build_plugin
from state import State
from vm import Vm, VmError

# For every machine that is kept. With room for a second processor QEMU makes
# a 16-byte store at one stroke, as a processor does.
OPTIONS = {"memory": 512, "smp": "1,maxcpus=2"}
SHARED_RAM = [{"capability": "x-ignore-shared", "state": True}]
# An instruction that jumps to itself.
SPIN = {"x86_64": b"\xeb\xfe", "aarch64": b"\0\0\0\x14"}


@dataclass(frozen=True)
class Run:
    """What a run of the payload alone left: its stores, what it printed."""

    stores: list        # [(pa, bytes)] outside of its image
    data: list          # what each of them left in memory there
    text: str


def wait(there, what):
    """Asks QEMU again and again; what it is asked for takes no time."""
    deadline = time.monotonic() + HANG
    while not there():
        if time.monotonic() > deadline:
            raise VmError(f"hang: no {what} in time")
        time.sleep(0.002)


class Resumed(Vm):
    """The machine, running again; `plugin` is what stop.c is told."""

    def __init__(self, saved, log, ram, plugin=None):
        self._saved, self._ram = saved, ram
        more = ["-incoming", "defer"]
        if plugin:
            more += ["-plugin", ",".join([f"file={saved.folder}/stop.so"] + [
                f"{name}={value}" for name, value in plugin.items()])]
        first = saved.hop.vm
        super().__init__(first.arch, saved.kernel, saved.initrd,
                         first.cmdline, log, extra=more, **OPTIONS)

    def _start(self, command):
        self._ram(self.folder)
        super()._start(command)
        self.qmp.execute("migrate-set-capabilities", capabilities=SHARED_RAM)
        self.qmp.execute("migrate-incoming",
                         uri=f"exec:cat {self._saved.devices}")
        wait(lambda: self.qmp.execute("query-status")["status"] == "paused",
             "the kept machine")
        self.qmp.execute("cont")

    def wait_end(self):
        """Until the plugin ends QEMU."""
        wait(lambda: self._process.poll() is not None, "end of the payload")
        if self._process.returncode:
            raise VmError(f"QEMU ended with {self._process.returncode}: "
                          + self._errors())


class Saved:
    """Taken from a hop, whose first machine ends with it.

    `prepare` is called first, with the machine at the payload's entry.
    `before` is RAM as it was then, `memory` is RAM to work on.
    """

    def __init__(self, hop, folder, log, prepare=None):
        self.hop, self.folder, self._log = hop, folder, log
        self.kernel = hop.images.kernel
        self.initrd = hop.images.initrd(2)
        self.devices = folder / "devices"
        self._hold(prepare)
        self._keep(hop.vm)
        build_plugin("stop", folder)

    def _hold(self, prepare):
        """Stops the machine at its entry, with no debugger about."""
        self.hop.load()
        vm, at = self.hop.vm, self.hop.entry_address()
        spin = SPIN[vm.arch.name]
        seen = {}

        def entry(stop):
            if prepare:
                prepare(stop)
            self.handover = stop.handover()
            seen["old"] = stop.memory.read(at, len(spin))
            seen["registers"] = vm.qmp.monitor("info registers")
            stop.gdb.write(at, spin)

        self.hop.fire(entry=entry)
        vm.qmp.execute("stop")
        vm.memory.write(at, seen["old"])
        if vm.qmp.monitor("info registers") != seen["registers"]:
            raise VmError("the machine has not stayed at the payload's entry")

    def _keep(self, vm):
        vm.qmp.execute("migrate-set-capabilities", capabilities=SHARED_RAM)
        vm.qmp.execute("migrate", uri=f"exec:cat > {self.devices}")
        wait(lambda: vm.qmp.execute("query-migrate")["status"] == "completed",
             "the machine's devices in a file")
        self.before = vm.memory.snapshot(self.folder / "before")
        vm.close()
        self.memory = self.before.snapshot(self.folder / "work")

    def close(self):
        self.before.close()
        self.memory.close()

    @property
    def state(self):
        return State(self.memory, self.handover)

    @property
    def raw(self):
        """How the host tool is to read the RAM to work on."""
        (ram,) = self.memory.segments
        return ["--base", hex(ram.pa), "--kho-fdt", hex(self.handover.fdt),
                ram.path]

    # RAM to work on

    def anew(self):
        """RAM is again what it was."""
        self.memory.close()
        self.memory = self.before.snapshot(self.folder / "work")

    def settle(self):
        """RAM as it is now is what everything starts from."""
        self.before.close()
        self.before = self.memory.snapshot(self.folder / "before")

    def renew(self, pages=()):
        """The image is again as kexec loaded it, and so are these pages."""
        start, end = self.hop.image_range()
        for pa in range(start, end, CHUNK):
            length = min(CHUNK, end - pa)
            self.memory.write(pa, self.before.read(pa, length))
        for pa in pages:
            self.memory.write(pa, self.before.read(pa, self.handover.fdt_size))

    # running

    def _plugin(self, stop):
        start, end = self.hop.image_range()
        (ram,) = self.memory.segments
        assert ram.offset == 0
        return {"code": start, "code_end": start + header.read(
                    self.hop.arch, self.hop.images.next_kernel).alignment,
                "image": start, "image_end": end,
                "ram": ram.pa, "ram_end": ram.pa + ram.size, "stop": stop,
                "last": self.hop.symbol("luo_jump_insn"), "memory": ram.path,
                "log": self.folder / "stores"}

    def run(self, stop=0):
        """The payload on this RAM, up to a store of it or to its end."""
        def ram(folder):
            for segment in self.memory.segments:
                os.symlink(segment.path, os.path.join(
                    folder, os.path.basename(segment.path)))
        with Resumed(self, self._log, ram, self._plugin(stop)) as vm:
            vm.wait_end()
        lines = [line.split() for line in
                 (self.folder / "stores").read_text().splitlines()]
        return Run([(int(pa, 16), int(size)) for pa, size, _ in lines],
                   [bytes.fromhex(data) for _, _, data in lines],
                   self._log.read_text(errors="replace"))

    def boot(self):
        """The payload and the kernel behind it, on a copy of this RAM."""
        return Resumed(self, self._log,
                       lambda folder: self.memory.snapshot(folder).close())
