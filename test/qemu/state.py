# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""An independent reader of the handed-over state (KHO and LUO).

It follows the state from KHO's tree (bootdata.py finds it) to the last page
of a memfd, in the live guest's RAM or in a snapshot, and says where every
field lies. Tests use it to damage one precise field and to check what is left
afterwards. It shares nothing with the code under test; kho-v1/v3/v4; luo-v5,
and luo-v1 with luo-session-v2 or luo-session-v3. The size of a page is that of
the kernel that handed over; PAGE and the numbers per block are the usual.
"""

import struct
from dataclasses import dataclass

import chunks
import fdtread
import radix

PAGE = 4096
SESSION_SIZE, FILE_SIZE, BLOCK_HEADER = 80, 64, 16
FDT_MAGIC = b"\xd0\x0d\xfe\xed"
SESSIONS_PER_BLOCK = (PAGE - BLOCK_HEADER) // SESSION_SIZE
MAX_BLOCKS = 10000


class StateError(Exception):
    """The state does not read as its ABI says."""


@dataclass(frozen=True)
class Block:
    """A block of a chain; `next` lies at pa, `count` at pa + 8.

    The array of luo-session-v2 is one block with only a count in front.
    """

    pa: int
    next: int
    count: int
    header: int = BLOCK_HEADER

    @property
    def count_pa(self):
        return self.pa + self.header - 8

    def entry(self, index, size):
        return self.pa + self.header + index * size


@dataclass(frozen=True)
class Abi:
    """How sessions and files are listed."""

    order: int          # of a block of sessions, in pages
    header: int         # 16 with `next` in front, 8 without
    file_blocks: bool   # files in chains of blocks, or in one array each

    def room(self, page):
        """How many sessions a block holds."""
        return ((page << self.order) - self.header) // SESSION_SIZE

    @property
    def capacity(self):
        return self.room(PAGE)


ABIS = {"luo-v5": Abi(0, 16, True),
        "luo-session-v2": Abi(4, 8, False),
        "luo-session-v3": Abi(4, 16, False)}

MEMFDS = {"memfd-v1": 16, "memfd-v2": 24}   # where the number of folios lies


@dataclass(frozen=True)
class Session:
    """A session record; `pa` is where its 64-byte name starts."""

    pa: int
    name: str
    files: int
    count: int


@dataclass(frozen=True)
class File:
    """A file record; `pa` is where its 48-byte handler string starts."""

    pa: int
    handler: str
    data: int
    token: int


@dataclass(frozen=True)
class Folio:
    record: int     # where its 16 bytes lie
    pa: int
    index: int


def _string(data):
    return data.split(b"\0")[0].decode("ascii", "replace")


class State:
    """The state of a bootdata.Handover, read anew at every call."""

    def __init__(self, memory, handover):
        self.memory = memory
        self.fdt, self.fdt_size = handover.fdt, handover.fdt_size
        self.scratch_list = handover.scratch
        self.scratch_size = handover.scratch_size
        self.page = handover.fdt_size
        if self.page not in (1 << 12, 1 << 14, 1 << 16):
            raise StateError(f"KHO's tree has a page of {self.page} bytes")

    # KHO

    def tree(self):
        return fdtread.parse(self.memory.read(self.fdt, self.fdt_size))

    def kho_compatible_pa(self):
        return self.fdt + self.tree().props["compatible"].offset

    def kho_compatible(self):
        return _string(self.tree().props["compatible"].data)

    def scratch(self):
        """[(pa, size)] of the scratch areas."""
        data = self.memory.read(self.scratch_list, self.scratch_size)
        return list(struct.iter_unpack("<QQ", data))

    def map(self):
        prop = self.tree().props["preserved-memory-map"]
        kind = chunks.Map if self.kho_compatible() == "kho-v1" else radix.Map
        return kind(self.memory, struct.unpack("<Q", prop.data)[0],
                    self.page.bit_length() - 1)

    def preserved(self):
        """[(pa, order)] of everything preserved, by key."""
        return self.map().entries()

    def preserved_pages(self):
        return sum(1 << order for _, order in self.preserved())

    def map_bit(self, pa, order):
        """Where the bit of an entry lies: (byte's pa, mask)."""
        return self.map().bit(pa, order)

    def blobs(self):
        """{name of a sub-node: where its data lie}"""
        name = ("fdt" if self.kho_compatible() == "kho-v1"
                else "preserved-data")
        return {key: struct.unpack("<Q", child.props[name].data)[0]
                for key, child in self.tree().children.items()}

    # LUO

    def luo(self):
        """Where the struct luo_ser or the luo-v1 tree lies."""
        blobs = self.blobs()
        if "LUO" not in blobs:
            raise StateError("no LUO child in the KHO tree")
        return blobs["LUO"]

    def luo_tree(self):
        """The luo-v1 tree; None when there is a struct luo_ser."""
        blob = self.memory.read(self.luo(), self.page)
        return fdtread.parse(blob) if blob.startswith(FDT_MAGIC) else None

    def luo_compatible(self):
        """The container's string, or that of luo-v1's session list."""
        if tree := self.luo_tree():
            if _string(tree.props["compatible"].data) != "luo-v1":
                raise StateError("a LUO tree that is not luo-v1")
            return _string(
                tree.children["luo-session"].props["compatible"].data)
        return _string(self.memory.read(self.luo(), 8))

    def abi(self):
        return ABIS[self.luo_compatible()]

    def liveupdate_number(self):
        if tree := self.luo_tree():
            return struct.unpack("<Q", tree.props["liveupdate-number"].data)[0]
        return self.memory.u64(self.luo() + 8)

    def sessions_head_pa(self):
        """Where the address of the first session block is written."""
        if tree := self.luo_tree():
            return self.luo() + tree.children["luo-session"].props[
                "luo-session-header"].offset
        return self.luo() + 16

    def flb(self):
        """The page of file-lifecycle-bound data; 0 when there is none."""
        if tree := self.luo_tree():
            if "luo-flb" not in tree.children:      # Linux 6.19
                return 0
            prop = tree.children["luo-flb"].props["luo-flb-header"]
            return struct.unpack("<Q", prop.data)[0]
        return self.memory.u64(self.luo() + 24)

    def chain(self, head):
        blocks = []
        while head:
            blocks.append(Block(head, *struct.unpack(
                "<QQ", self.memory.read(head, BLOCK_HEADER))))
            if len(blocks) > MAX_BLOCKS:
                raise StateError("a chain of blocks does not end")
            head = blocks[-1].next
        return blocks

    def session_blocks(self):
        head = self.memory.u64(self.sessions_head_pa())
        if self.abi().header == BLOCK_HEADER:
            return self.chain(head)
        return [Block(head, 0, self.memory.u64(head), self.abi().header)]

    def sessions(self):
        found, capacity = [], self.abi().room(self.page)
        for block in self.session_blocks():
            for index in range(min(block.count, capacity)):
                pa = block.entry(index, SESSION_SIZE)
                data = self.memory.read(pa, SESSION_SIZE)
                found.append(Session(pa, _string(data[:64]),
                                     *struct.unpack("<QQ", data[64:])))
        return found

    def session(self, name):
        return next(s for s in self.sessions() if s.name == name)

    def _file_records(self, session):
        if not self.abi().file_blocks:
            return [session.files + index * FILE_SIZE
                    for index in range(session.count)]
        room = (self.page - BLOCK_HEADER) // FILE_SIZE
        return [block.entry(index, FILE_SIZE)
                for block in self.chain(session.files)
                for index in range(min(block.count, room))]

    def files(self, session):
        found = []
        for pa in self._file_records(session):
            data = self.memory.read(pa, FILE_SIZE)
            found.append(File(pa, _string(data[:48]),
                              *struct.unpack("<QQ", data[48:])))
        return found

    # memfds

    def _array(self, file):
        """Number of folios, first chunk, pages, flags, order."""
        if file.handler not in MEMFDS:
            raise StateError(f"no memfd but {file.handler!r}")
        return struct.unpack(
            "<QQIHH", self.memory.read(file.data + MEMFDS[file.handler], 24))

    def chunks(self, file):
        """The pages that list those of its array of folios."""
        number, chunk, *_ = self._array(file)
        found = []
        while number and chunk:
            found.append(chunk)
            chunk = self.memory.u64(chunk)
        return found

    def folios(self, file):
        """The folios of a memfd, holes left out."""
        number, chunk, pages, _flags, order = self._array(file)
        if not number:
            return []
        runs, per_run = [], (self.page << order) // 16
        while chunk:
            head, *entries = struct.unpack(
                f"<{self.page // 8}Q", self.memory.read(chunk, self.page))
            runs += [pa for pa in entries[:(entries + [0]).index(0)]]
            chunk = head
        if len(runs) << order != pages or number > len(runs) * per_run:
            raise StateError(f"the folio array of {file} does not add up")
        found = []
        for at in range(number):
            record = runs[at // per_run] + at % per_run * 16
            word, index = struct.unpack("<QQ", self.memory.read(record, 16))
            pa = (word & ((1 << 52) - 1)) * self.page
            if pa:
                found.append(Folio(record, pa, index))
        return found

    def content(self, file):
        """All bytes of a memfd, zeros where it has no folio."""
        orders = dict(self.preserved())
        size = self.memory.u64(file.data + 8)
        data = bytearray(size)
        for folio in self.folios(file):
            at = folio.index * self.page
            length = min(self.page << orders[folio.pa], size - at)
            data[at:at + length] = self.memory.read(folio.pa, length)
        return bytes(data)
