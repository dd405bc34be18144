# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Many damages to one real state, one after the other, each through the payload.

The machine is stopped at the payload's first instruction; a field is damaged
and the nonce on the command line changed; the payload runs to its last
instruction before the jump. Then the damage is undone, the image's memory is
put back as it was at entry, and so are the registers; what else a CPU has,
the payload itself has put back, as it promises. In the end all RAM is as it
was at first: no run wrote anywhere but into its image.

What the payload must say is what docs/damaged-states.md says of the same
field, damaged in the same way, in the unit tests' own state.
"""

import re

import pytest

from guest import Batch, create
from images import ROOT
from kexec import VERDICT, Hop, parse_verdict
from memory import PAGE, diff_pages, diff_words
from state import SESSIONS_PER_BLOCK

CODE = re.compile(r"^\s*LUO-([A-Z][0-9]{2}) ")
ONES = (1 << 64) - 1
ACCESSED_AND_DIRTY = 0x60     # of an entry in page tables of x86
FILES = 70              # of the first session: a block of 63, and another
GENERAL = {
    "x86_64": ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
               *(f"r{n}" for n in range(8, 16)), "eflags", "rip"],
    "aarch64": [*(f"x{n}" for n in range(31)), "sp", "cpsr", "pc"],
}


def documented():
    """{case: (codes of the payload, verdict, verdict after compacting)}"""
    found = {}
    for line in (ROOT / "docs/damaged-states.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6:
            found[cells[0]] = (set(re.findall(r"\b[A-Z]\d\d\b", cells[1])),
                               cells[2].split()[0], cells[5].split()[0])
    return found


def fields(state):
    """{field: (pa, the object it lies in, another owner's)}, None: not tried"""
    first, second, _ = state.session_blocks()[:3]
    record, short = state.sessions()[:2]
    file = state.files(short)[0]
    return {
        "KHO FDT: LUO address": (
            state.fdt + state.tree().children["LUO"].props[
                "preserved-data"].offset, None, None),
        "LUO record: sessions_pa": (state.sessions_head_pa(), None, state.fdt),
        "session block: next": (first.pa, first.pa, second.next),
        "session: files": (record.pa + 64, first.pa, short.files),
        "file block: next": (record.files, record.files, short.files),
        "file: data": (file.pa + 48, None, None),
    }


def counts(state):
    first, record = state.session_blocks()[0], state.sessions()[0]
    short = state.sessions()[1]
    return {"session block: count": (first.count_pa, SESSIONS_PER_BLOCK),
            "session: count": (short.pa + 72, None),
            "file block: count": (record.files + 8, 63)}


def damages(memory, state):
    """[(name, pa, new bytes)]: pointers, counts, strings, names, the map."""
    def word(value):
        return (value & ONES).to_bytes(8, "little")

    last = memory.segments[-1]
    low, _ = next(area for area in state.scratch() if area[1])
    found = []
    for field, (pa, itself, other) in fields(state).items():
        old = memory.u64(pa)
        ways = {"all ones": ONES, "off by one": old + 1,
                "misaligned": old + PAGE // 2, "above RAM": last.pa + last.size,
                "at the top of all addresses": -PAGE, "zero": 0}
        if other:
            ways["into another owner"] = other
        if itself:
            ways["into itself"] = itself
        found += [(f"{field}: {way}", pa, word(value))
                  for way, value in ways.items()]
        if field in ("session block: next", "session: files"):
            found.append((f"{field}: into scratch", pa, word(low)))
    for field, (pa, room) in counts(state).items():
        old = memory.u64(pa)
        ways = {"zero": 0, "all ones": ONES, "highest bit": old ^ 1 << 63,
                "bit 32": old + (1 << 32)}
        if room:
            ways["one more than fit"] = room + 1
        found += [(f"{field}: {way}", pa, word(value))
                  for way, value in ways.items()]
    record, fourth = state.sessions()[1], state.sessions()[3]
    found += [("session: name: without end", record.pa, b"x" * 64),
              ("session: name: zero", record.pa, bytes(64)),
              ("session: name: duplicated", record.pa,
               memory.read(fourth.pa, 64)),
              ("file: handler: without end", state.files(record)[0].pa,
               b"x" * 48),
              ("LUO record: string: off by one", state.luo() + 5, b"6"),
              ("KHO FDT: compatible: off by one",
               state.kho_compatible_pa() + 5, b"5"),
              ("KHO FDT: magic: zero", state.fdt, bytes(4)),
              ("KHO FDT: totalsize: all ones", state.fdt + 4, b"\xff" * 4),
              ("KHO FDT: off_dt_struct: misaligned", state.fdt + 11,
               bytes([memory.read(state.fdt + 11, 1)[0] + 2]))]
    for what, pa in (("session block", state.session_blocks()[0].pa),
                     ("LUO container", state.luo()), ("KHO FDT", state.fdt)):
        byte, mask = state.map_bit(pa, 0)
        article = "a" if what == "session block" else "the"
        found.append((f"map: entry of {article} {what}: zero", byte,
                      bytes([memory.read(byte, 1)[0] & ~mask])))
    return found


class Again:
    """Runs the payload again and again from its first instruction."""

    def __init__(self, hop, stop, before):
        self.before = before
        self.hop, self.gdb, self.memory = hop, stop.gdb, stop.memory
        self.names = GENERAL[hop.arch.name]
        self.registers = {name: self.gdb.reg(name) for name in self.names}
        self.start, self.end = hop.image_range()
        self.image = self.memory.read(self.start, self.end - self.start)
        place = hop.params
        text = self.memory.read(place.pa, place.size)
        self.nonce = [place.pa + match.start() for match in
                      re.finditer(hop.nonce.encode(), text)]
        assert self.nonce, "no nonce in the boot data"

    def run(self, number, pa, data):
        """The verdict line's fields and the codes of one damage."""
        nonce, old = f"{number:012x}", self.memory.read(pa, len(data))
        for place in self.nonce:
            self.memory.write(place, nonce.encode())
        self.memory.write(pa, data)
        vm, since = self.hop.vm, len(self.hop.vm.lines)
        self.gdb.break_at(jump := self.hop.symbol("luo_jump_insn"))
        self.gdb.resume()
        vm.wait_stop("the jump")
        self.gdb.unbreak(jump)
        verdict = parse_verdict(vm.expect(VERDICT)[0])
        assert verdict["nonce"] == nonce
        codes = {match[1] for line in vm.lines[since:]
                 if (match := CODE.match(line))}
        if verdict["verdict"] == "repaired":
            self.undo()
        else:
            assert self.memory.read(pa, len(data)) == data, "written to"
        self.memory.write(pa, old)
        self.restore()
        return verdict["verdict"], codes

    def undo(self):
        """Takes back what a compaction has written."""
        pages = diff_pages(self.before, self.memory)
        for page in pages:
            if not self.start <= page < self.end:
                self.memory.write(page, self.before.read(page, PAGE))

    def restore(self):
        now = self.memory.read(self.start, len(self.image))
        for at in range(0, len(now), PAGE):
            if now[at:at + PAGE] != (old := self.image[at:at + PAGE]):
                self.memory.write(self.start + at, old)
        for place in self.nonce:
            self.memory.write(place, self.hop.nonce.encode())
        for name in self.names:
            self.gdb.set_reg(name, self.registers[name])


@pytest.mark.everywhere
def test_every_damage_gets_its_verdict(boot, images, seed, nonce):
    vm, wrong, wants = boot(memory=512), [], documented()
    create(vm, Batch("many", 0, 1, FILES, 4096, seed))
    create(vm, Batch("few", 0, 1, 3, 4096, seed))
    create(vm, Batch("vm", 0, 2 * SESSIONS_PER_BLOCK + 5, 1, 4096, seed))
    hop = Hop(vm, images, nonce=nonce, mode="compact", report="text")

    def entry(stop):
        before = vm.snapshot("before")
        again = Again(hop, stop, before)
        cases = damages(stop.memory, stop.state)
        for number, (name, pa, data) in enumerate(cases):
            codes, _, verdict = wants[f"luo-v5, {name}"]
            mended = verdict == "repaired"
            want = verdict, set() if mended else codes
            got = again.run(number, pa, data)
            if got != want:
                wrong.append((name, got, want))
        assert len(cases) > 60
        assert not wrong, "\n".join(map(str, wrong))
        after = vm.snapshot("after")
        # a CPU notes in page tables what it has accessed and written
        assert [(hex(pa), hex(old), hex(new)) for pa, (old, new)
                in diff_words(before, after).items()
                if (old ^ new) & ~ACCESSED_AND_DIRTY] == []
        print(f"{len(cases)} damages")

    hop.fire(entry=entry)
    hop.expect_verdict("ok")
    hop.ready()
