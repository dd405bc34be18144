# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Damages to a real state, named as docs/damaged-states.md names them.

A field is where it lies and of which kind it is; a kind is a list of ways to
damage it. What a damage moves in the document, such as the content of a block
that goes into scratch, stays here where it was.

Where other findings follow from the first one depends on what lies behind the
field, as with a pointer of the map: such a case asks for the first alone.
"""

import struct
from dataclasses import dataclass

import bootdata
import fdtread
from memory import PAGE
from state import BLOCK_HEADER, SESSIONS_PER_BLOCK

ONES = (1 << 64) - 1
NOP = fdtread.NOP.to_bytes(4, "big")


@dataclass(frozen=True)
class Case:
    """What is written where; `first`: only the document's first finding is
    asked for."""

    name: str       # of the document: ABI, structure, field, way
    pa: int
    data: bytes
    first: bool = False


def little(value, width=8):
    return (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")


class Spoiler:
    """All cases of one state; `abi` is the name of its rows."""

    def __init__(self, memory, state, abi):
        self.memory, self.state, self.abi = memory, state, abi
        self.cases = []
        last = memory.segments[-1]
        self.end = last.pa + last.size
        self.low, _ = next(area for area in state.scratch() if area[1])

    def add(self, name, pa, data, abi=None, first=False):
        self.cases.append(Case(f"{abi or self.abi}, {name}", pa, data, first))

    # kinds

    def pointer(self, field, pa, *, order=0, itself=None, other=None,
                scratch=False, zero=True, **more):
        """To 2^order pages."""
        old = self.memory.u64(pa)
        ways = {"all ones": ONES, "off by one": old + 1,
                "misaligned": old + PAGE // 2, "above RAM": self.end,
                "at the top of all addresses": -(PAGE << order)}
        if zero:
            ways["zero"] = 0
        if itself:
            ways["into itself"] = itself
        if other:
            ways["into another owner"] = other
        if scratch:
            ways["into scratch"] = self.low
        for way, value in ways.items():
            self.add(f"{field}: {way}", pa, little(value), **more)

    def node(self, field, pa, itself):
        """A pointer of the map to a page of it."""
        self.pointer(field, pa, itself=itself, scratch=True, zero=False,
                     first=True)

    def number(self, field, pa, ways, width=8, room=None, **more):
        old = int.from_bytes(self.memory.read(pa, width), "little")
        values = {"zero": 0, "all ones": ONES, "one more": old + 1,
                  "one less": old - 1, "highest bit": old ^ 1 << 8 * width - 1,
                  "bit 32": old + (1 << 32)}
        if room:
            values["one more than fit"] = room + 1
        for way in ways:
            self.add(f"{field}: {way}", pa, little(values[way], width), **more)

    def count(self, field, pa, room=None):
        ways = ["zero", "all ones", "highest bit", "bit 32"]
        self.number(field, pa, ways + (["one more than fit"] if room else []),
                    room=room)

    def entry_lost(self, what, pa, order=0):
        byte, mask = self.state.map_bit(pa, order)
        article = "a" if what == "session block" else "the"
        what = what if what == "files" else f"{article} {what}"
        self.add(f"map: entry of {what}: zero", byte,
                 bytes([self.memory.read(byte, 1)[0] & ~mask]))

    def record(self, what, size, pa, other, ways):
        """All of a record; `other` is one of its kind behind it."""
        between = self.memory.read(pa, other + size - pa)
        own, sibling = between[:size], between[-size:]
        rest = between[size:-size]
        values = {"zero": bytes(size), "all ones": b"\xff" * size,
                  "misaligned by a word": own[:8] + own[:-8],
                  "duplicated": own + rest + own,
                  "in the wrong order": sibling + rest + own}
        for way in ways:
            self.add(f"{what} record: {way}", pa, values[way])

    # parts of a state

    def tree(self):
        """The KHO FDT and what it leads to."""
        s, memory = self.state, self.memory
        name = "fdt" if s.kho_compatible() == "kho-v1" else "preserved-data"
        prop = s.tree().children["LUO"].props[name]
        self.pointer("KHO FDT: LUO address", s.fdt + prop.offset)
        self.add("KHO FDT: compatible: off by one", s.kho_compatible_pa() + 5,
                 bytes([memory.read(s.kho_compatible_pa() + 5, 1)[0] + 1]),
                 first=s.kho_compatible() == "kho-v1")
        self.add("KHO FDT: magic: zero", s.fdt, bytes(4))
        self.add("KHO FDT: totalsize: all ones", s.fdt + 4, b"\xff" * 4)
        self.add("KHO FDT: off_dt_struct: misaligned", s.fdt + 11,
                 bytes([memory.read(s.fdt + 11, 1)[0] + 2]))
        self.entry_lost("LUO container", s.luo())
        self.entry_lost("KHO FDT", s.fdt)

    def lists(self):
        """Sessions and files. The first session has the more files."""
        s, memory, abi = self.state, self.memory, self.state.abi()
        blocks, (record, short, _, fourth) = (s.session_blocks(),
                                              s.sessions()[:4])
        room = abi.room(PAGE)
        if s.luo_tree():
            self.pointer("LUO tree: luo-session-header", s.sessions_head_pa(),
                         order=abi.order)
        else:
            self.pointer("LUO record: sessions_pa", s.sessions_head_pa(),
                         other=s.fdt)
            self.add("LUO record: string: off by one", s.luo() + 5, b"6")
        if abi.header == BLOCK_HEADER:
            second = blocks[1]
            self.pointer("session block: next", blocks[0].pa, scratch=True,
                         order=abi.order, itself=blocks[0].pa,
                         other=second.next or None)
        self.count("session block: count", blocks[0].count_pa, room)
        self.pointer("session: files", record.pa + 64, scratch=True,
                     order=0 if abi.file_blocks else 1, itself=blocks[0].pa,
                     other=short.files if abi.file_blocks else None)
        self.count("session: count", short.pa + 72)
        if abi.file_blocks:
            self.pointer("file block: next", record.files, itself=record.files,
                         other=short.files)
            self.count("file block: count", record.files + 8, 63)
        self.add("session: name: without end", short.pa, b"x" * 64)
        self.add("session: name: zero", short.pa, bytes(64))
        self.add("session: name: duplicated", short.pa,
                 memory.read(fourth.pa, 64))
        file = s.files(short)[0]
        self.record("session", 80, short.pa, fourth.pa, [
            "zero", "all ones", "misaligned by a word", "duplicated",
            "in the wrong order"])
        files = s.files(record)
        self.record("file", 64, files[0].pa, files[1].pa, [
            "zero", "all ones", "duplicated", "in the wrong order"])
        self.pointer("file: data", file.pa + 48)
        self.add("file: handler: without end", file.pa, b"x" * 48)
        self.entry_lost("session block", blocks[0].pa, abi.order)
        self.entry_lost("files", record.files, 0 if abi.file_blocks else 1)

    def radix(self):
        """Pointers on the way to the first leaf."""
        tree = self.state.map()
        node, level = tree.root, tree.levels - 1
        names = {tree.levels - 1: "in the root",
                 tree.levels - 2: "in the middle", 1: "to a leaf"}
        while level:
            words = struct.unpack(f"<{PAGE // 8}Q",
                                  self.memory.read(node, PAGE))
            index = next(i for i, word in enumerate(words) if word)
            if level in names:
                self.node(f"map: pointer {names[level]}", node + 8 * index,
                          node)
            node, level = words[index], level - 1

    def chunks(self):
        """The first chunk of kho-v1's map and its first bitmap."""
        chunk = self.state.map().root
        self.node("chunk: next", chunk, chunk)
        self.node("chunk: bitmap", chunk + 24, chunk)
        self.number("chunk: order", chunk + 8, ["all ones", "highest bit"], 4,
                    first=True)
        self.number("chunk: number of bitmaps", chunk + 12,
                    ["all ones", "one more than fit", "highest bit"], 4, 255,
                    first=True)
        start = self.memory.u64(chunk + 16)
        for way, value in {"all ones": ONES, "off by one": start + 1,
                           "misaligned": start + PAGE // 2,
                           "at the top of all addresses": -PAGE}.items():
            self.add(f"chunk: start of a bitmap: {way}", chunk + 16,
                     little(value), first=True)

    # boot data

    def scratch_list(self):
        """Of the first area that is not empty, but the list's own."""
        at = self.state.scratch_list
        areas = self.state.scratch()
        at += 16 * next(i for i, (pa, size) in enumerate(areas) if size and not
                        pa <= self.state.scratch_list < pa + size)
        row = {"abi": "luo-v5", "first": True}
        for way, value in {"all ones": ONES, "above RAM": self.end,
                           "at the top of all addresses": -PAGE}.items():
            self.add(f"scratch list: address: {way}", at, little(value), **row)
        self.number("scratch list: size", at + 8,
                    ["all ones", "highest bit", "bit 32", "one less"], **row)

    def setup_data(self, boot_params):
        """KHO's node of the list, and the pointers around it."""
        node = next(pa for pa, kind, _ in
                    bootdata.setup_data(self.memory, boot_params)
                    if kind == bootdata.SETUP_KHO)
        row = {"abi": "luo-v5"}
        self.pointer("setup_data: next", node, itself=node, zero=False, **row)
        self.number("setup_data: type", node + 8,
                    ["zero", "all ones", "one more", "highest bit"], 4, **row)
        self.number("setup_data: len", node + 12, [
            "zero", "all ones", "one more", "one less", "highest bit"], 4,
            **row)
        self.pointer("setup_data: fdt_addr", node + 16, **row)
        self.number("setup_data: fdt_size", node + 24,
                    ["zero", "all ones", "one more", "one less", "highest bit",
                     "bit 32"], **row)
        for way, value in {"zero": 0, "all ones": ONES, "above RAM": self.end,
                           "at the top of all addresses": -PAGE}.items():
            self.add(f"setup_data: scratch_addr: {way}", node + 32,
                     little(value), **row)
        self.number("setup_data: scratch_size", node + 40,
                    ["zero", "all ones", "one more", "one less", "highest bit",
                     "bit 32"], **row)

    def chosen(self, dtb):
        """The two properties of /chosen; numbers are big-endian."""
        root = fdtread.parse(bootdata.device_tree(self.memory, dtb))
        props = root.children["chosen"].props

        def cell(field, pa, *wanted):
            old = self.memory.read(pa, 4)
            value = int.from_bytes(old, "big")
            ways = {"zero": 0, "all ones": ONES, "one more": value + 1,
                    "one less": value - 1,
                    "bytes in the wrong order": int.from_bytes(old, "little")}
            for way in wanted:
                self.add(f"chosen: {field}: {way}", pa,
                         (ways[way] & 0xffffffff).to_bytes(4, "big"),
                         abi="luo-session-v2")

        numbers = ("all ones", "one more", "one less",
                   "bytes in the wrong order")
        for name, second in (("fdt", "high cell"), ("scratch", None)):
            prop = props[f"linux,kho-{name}"]
            pa = dtb + prop.offset
            if second:
                cell(f"linux,kho-{name}, {second}", pa, "all ones", "one more")
            cell(f"linux,kho-{name}, low cell", pa + 4, *numbers)
            cell(f"linux,kho-{name}, size", pa + 12, "zero", *numbers)
            whole = 12 + len(prop.data)
            self.add(f"chosen: linux,kho-{name}: property absent", pa - 12,
                     NOP * (whole // 4), abi="luo-session-v2")

    def boot_data(self, arch, params):
        self.scratch_list()
        (self.setup_data if arch.name == "x86_64" else self.chosen)(params)
