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
from spoil import Spoiler
from state import SESSIONS_PER_BLOCK

CODE = re.compile(r"^\s*LUO-([A-Z][0-9]{2}) ")
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
            found[cells[0]] = (re.findall(r"\b[A-Z]\d\d\b", cells[1]),
                               cells[2].split()[0], cells[5].split()[0])
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


FEW = Batch("few", 0, 1, 3, 4096, "damaged")
# a version: the rows of its ABI in the document, sessions, and how many cases
# there are at least
STATES = {
    "7.3": ("luo-v5", [Batch("many", 0, 1, FILES, 4096, "damaged"), FEW,
                       Batch("vm", 0, 2 * SESSIONS_PER_BLOCK + 5, 1, 4096,
                             "damaged")], 115),
    "7.1": ("luo-session-v2", [FEW, Batch("vm", 0, 9, 1, 4096, "damaged")], 60),
    "7.1-v3": ("luo-session-v3",
               [FEW, Batch("vm", 0, 9, 1, 4096, "damaged"),
                Batch("e", 0, 1700, 0, 0, "damaged")], 90),
    "6.19": ("kho-v1", [FEW, Batch("vm", 0, 9, 1, 4096, "damaged")], 90),
}


def all_cases(stop, arch, abi, wants):
    """Those that the document has a row for."""
    spoiler = Spoiler(stop.memory, stop.state, abi)
    spoiler.tree()
    spoiler.lists()
    if abi == "kho-v1":
        spoiler.chunks()
    else:
        spoiler.radix()
    spoiler.boot_data(arch, stop.params)
    return [case for case in spoiler.cases if case.name in wants]


def is_wanted(case, got, want):
    """Is this what the document says?"""
    verdict, codes = got
    if case.first:
        return verdict == want[2] and want[0][0] in codes
    expected = set() if want[2] == "repaired" else set(want[0])
    return verdict == want[2] and codes == expected


@pytest.mark.everywhere(version=["7.3"])
@pytest.mark.parametrize("version", [
    "7.3", "7.1", "7.1-v3", pytest.param("6.19", marks=pytest.mark.long)])
def test_every_damage_gets_its_verdict(arch, boot, images, version, nonce):
    vm, wrong, wants = boot(memory=512), [], documented()
    abi, batches, least = STATES[version]
    for batch in batches:
        create(vm, batch)
    hop = Hop(vm, images, nonce=nonce, mode="compact", report="text")

    def entry(stop):
        before = vm.snapshot("before")
        again = Again(hop, stop, before)
        cases = all_cases(stop, arch, abi, wants)
        for number, case in enumerate(cases):
            got = again.run(number, case.pa, case.data)
            if not is_wanted(case, got, wants[case.name]):
                wrong.append((case.name, got, wants[case.name]))
        assert len(cases) > least
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
