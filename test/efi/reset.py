# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the tests of a live update through a reset share: the way into the reset, whose the pages of
a state are, what is done to anchors, and how what was trodden on is read."""

import re
from collections import Counter
from dataclasses import dataclass

from anchor import MAGIC, sealed
from kexec import Hop
from state import PAGE

ANCHOR = re.compile(
    r"luo: anchor at (0x[0-9a-f]+): live update (\d+), pages=(\d+) "
    r"trodden=(\d+) unchecked=(\d+)")
TRODDEN = re.compile(
    r"luo: trodden on: (?P<what>[^:]+): (?P<owner>.+): (?P<pages>\d+) pages? "
    r"(at|from) (?P<pa>0x[0-9a-f]+)")


def reset(vm, images, nonce, action=lambda stop: None, verdict="ok", **params):
    """From the old kernel into the payload, and on into the reset; `action`
    is called between the two."""
    hop = Hop(vm, images, nonce=nonce, then="reset", **params)
    hop.fire(luo_reset=action)
    found = hop.expect_verdict(verdict)
    anchor = vm.expect(r"luo: anchor (of all pages )?at (0x[0-9a-f]+)")
    vm.expect(r"luo: reset")
    return found, int(anchor[2], 16)


# what was trodden on

@dataclass(frozen=True)
class Owner:
    what: str
    name: str


def owners(state):
    """{page: Owner} of all that is preserved, and of the map's nodes."""
    found = {}

    def own(pa, size, what, name):
        for page in range(pa & -PAGE, pa + size, PAGE):
            found[page] = Owner(what, name)

    own(state.fdt, PAGE, "KHO FDT", "KHO FDT")
    for name, pa in state.blobs().items():
        own(pa, PAGE, *(("LUO container",) * 2 if name == "LUO"
                        else ("data of a sub-node", "KHO FDT")))
    if state.flb():
        own(state.flb(), PAGE, "FLB area", "LUO container")
    for node in state.map().nodes():
        own(node, PAGE, "node of the preserved-memory map",
            "preserved-memory map")
    for number, block in enumerate(state.session_blocks()):
        own(block.pa, PAGE, "session block", f"session block {number}")
    orders = dict(state.preserved())
    for session in state.sessions():
        of = f"of session '{session.name}'"
        for number, block in enumerate(state.chain(session.files)):
            own(block.pa, PAGE, "file block", f"file block {number} {of}")
        for number, file in enumerate(state.files(session)):
            name = f"file {number} {of}"
            own(file.data, PAGE, "memfd record", name)
            for pa in state.chunks(file):
                own(pa, PAGE, "vmalloc chunk", name)
            for folio in state.folios(file):
                own(folio.record, 1, "folio array", name)
                own(folio.pa, PAGE << orders[folio.pa], "folios", name)
    return found


class Watch:
    """Pages of a state in front of the reset, to be compared with those behind it."""

    def __init__(self):
        self.whose, self.before = {}, {}

    def look(self, stop):
        self.whose = owners(stop.state)
        self.before = {pa: stop.memory.read(pa, PAGE) for pa in self.whose}

    def damaged(self, memory):
        """{Owner: pages that are no longer what they were}"""
        return Counter(self.whose[pa] for pa, data in self.before.items()
                       if memory.read(pa, PAGE) != data)


def named(lines):
    """{Owner: pages} of all lines that say what was trodden on."""
    return {Owner(m["what"], m["owner"]): int(m["pages"])
            for line in lines if (m := TRODDEN.search(line))}


def hit_record(stop, name):
    """One bit of the record of a session's first memfd; the lines that say so."""
    state = stop.state
    pa = state.files(state.session(name))[0].data
    byte = stop.memory.read(pa + 100, 1)[0]
    stop.memory.write(pa + 100, bytes([byte ^ 1]))
    return (rf"luo: trodden on: memfd record: file 0 of session '{name}': 1 page at {pa:#x}$",
            r"LUO-A05 lose: 1 pages of metadata were trodden on since the reset: file 0 of "
            rf"session '{name}' at {pa:#x}$")


def hit_map(stop, name):
    """The map forgets a folio of a session's first memfd, and is well-formed all the same; the lines
    that say so."""
    state = stop.state
    (file, *_) = state.files(state.session(name))
    (folio, *_) = state.folios(file)
    byte, mask = state.map_bit(folio.pa, 0)
    stop.memory.write(byte, bytes([stop.memory.read(byte, 1)[0] & ~mask]))
    node = byte & -PAGE
    return (rf"luo: trodden on: node of the preserved-memory map: preserved-memory map: 1 page at "
            rf"{node:#x}$",
            rf"LUO-A05 lose: 1 pages of metadata were trodden on since the reset: .* at {node:#x}$")


def hit_version(stop, _name):
    """One bit of the container's version: what is left is one that nobody knows; the line that says
    so."""
    pa = stop.state.luo()
    version = stop.memory.read(pa, 8)
    assert version == b"luo-v5\0\0"
    stop.memory.write(pa, b"luo-v7")
    return (rf"luo: trodden on: LUO container: LUO container: 1 page at {pa:#x}$",)


# anchors

def anchor_of(stop):
    """(address, bytes) of the anchor that the payload has written."""
    for start, size in stop.state.scratch():
        for pa in range(start, start + size, PAGE):
            if stop.memory.read(pa, 16) == MAGIC:
                return pa, stop.memory.read(pa, stop.memory.u64(pa + 32))
    raise AssertionError("no anchor in any scratch area")


def damage(stop):
    """One bit in the middle."""
    pa, data = anchor_of(stop)
    at = len(data) // 2
    stop.memory.write(pa + at, bytes([data[at] ^ 1]))
    return rf"LUO-A01 note: anchor is damaged: boot data at {pa:#x}$"


def age(stop):
    """The anchor of another live update."""
    pa, data = anchor_of(stop)
    stop.memory.write(pa, sealed(data, pa, 7))
    return (r"LUO-A03 note: anchor is stale: it is of live update 7, not of "
            rf"this state: boot data at {pa:#x}$")


def double(stop):
    """An earlier one beside it."""
    pa, data = anchor_of(stop)
    other = pa + (len(data) + 2 * PAGE & -PAGE)
    stop.memory.write(other, sealed(data, other, 0))
    return (rf"LUO-A04 note: there is another anchor at {other:#x}: boot data "
            rf"at {pa:#x}$")
