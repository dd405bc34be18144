# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A writer of handed-over states (KHO and LUO) in a piece of made-up memory.

It follows the on-memory ABI and shares nothing with the code under test:
preserved-memory map (radix tree), KHO root FDT, luo-v5 with blocks of one
page, and luo-v1 with the luo-session-v2 array or the luo-session-v3 blocks.
Pages of 4K, 16K and 64K. Everything written can be damaged afterwards: the
addresses of all parts are kept.
"""

import struct
from dataclasses import dataclass, field

from dumps import CHUNK
from flattree import flatten, native, text

MIB = 1 << 20
BASE = 0x40000000


class Ram:
    """Sparse memory: ranges, a hand-out of pages, scratch on top."""

    def __init__(self, *ranges, scratch=2 * MIB):
        self.ranges = list(ranges) or [(BASE, 16 * MIB)]
        self.chunks = {}
        start, size = self.ranges[0]
        self.next = start + 0x10000
        self.scratch = (start + size - scratch, scratch)
        self.next_scratch = self.scratch[0] + 0x10000

    def write(self, pa, data):
        for i, value in enumerate(data):
            chunk = self.chunks.setdefault((pa + i) // CHUNK, bytearray(CHUNK))
            chunk[(pa + i) % CHUNK] = value

    def read(self, pa, size):
        return bytes(self.chunks.get(i // CHUNK, bytes(CHUNK))[i % CHUNK]
                     for i in range(pa, pa + size))

    def put64(self, pa, *values):
        self.write(pa, struct.pack(f"<{len(values)}Q", *values))

    def get64(self, pa):
        return struct.unpack("<Q", self.read(pa, 8))[0]

    def take(self, size, align=None):
        """Memory outside scratch."""
        align = align or size
        pa = -(-self.next // align) * align
        self.next = pa + size
        assert self.next <= self.scratch[0], "the test's memory is full"
        return pa

    def take_scratch(self, size, align=4096):
        """Memory inside scratch, where kexec puts boot data."""
        pa = -(-self.next_scratch // align) * align
        self.next_scratch = pa + size
        return pa

    def copy(self):
        other = Ram(*self.ranges)
        other.__dict__.update(self.__dict__)
        other.chunks = {k: bytearray(v) for k, v in self.chunks.items()}
        return other


class Map:
    """The radix tree of preserved pages (kho-v2 to kho-v4)."""

    def __init__(self, ram, shift):
        self.ram, self.shift, self.size = ram, shift, 1 << shift
        self.table, self.leaf = shift - 3, shift + 3
        self.depth = -(-(64 - shift + 1 - self.leaf) // self.table) + 1
        self.root = ram.take(self.size)
        self.entries = set()

    def _key(self, pa, order):
        shift = self.shift + order
        return 1 << (64 - shift) | pa >> shift

    def slots(self, pa, order):
        """Where the pointers to an entry's nodes lie, down to the leaf's;
        makes nodes on the way."""
        key, node, slots = self._key(pa, order), self.root, []
        for level in range(self.depth - 1, 0, -1):
            index = key >> ((level - 1) * self.table + self.leaf)
            slots.append(node + (index & (1 << self.table) - 1) * 8)
            if not self.ram.get64(slots[-1]):
                self.ram.put64(slots[-1], self.ram.take(self.size))
            node = self.ram.get64(slots[-1])
        return slots

    def _bit(self, pa, order):
        leaf = self.ram.get64(self.slots(pa, order)[-1])
        bit = self._key(pa, order) & (1 << self.leaf) - 1
        return leaf + bit // 8, 1 << bit % 8

    def has(self, pa, order):
        at, mask = self._bit(pa, order)
        return bool(self.ram.read(at, 1)[0] & mask)

    def change(self, pa, order, present):
        at, mask = self._bit(pa, order)
        old = self.ram.read(at, 1)[0]
        self.ram.write(at, [old | mask if present else old & ~mask])
        (self.entries.add if present else self.entries.discard)((pa, order))

    @property
    def pages(self):
        return sum(1 << order for _, order in self.entries)


@dataclass
class File:
    token: int
    handler: bytes = b"memfd-v2"
    data: int = None    # a memfd record is made when it is not given
    folios: int = 1     # of that memfd, of 2**order pages each
    order: int = 0
    chunks: list = field(default_factory=list)  # where its parts are
    arrays: list = field(default_factory=list)
    pages: list = field(default_factory=list)


@dataclass
class Session:
    name: bytes
    files: list = field(default_factory=list)   # blocks: lists of File
    count: int = None   # stated; the true one when it is not given
    pa: int = 0         # of the record, and of the blocks of files
    file_blocks: list = field(default_factory=list)


# order, header of session blocks; order, header of file blocks
FORMS = {
    "luo-v5": (0, 16, 0, 16),
    "luo-session-v3": (4, 16, 1, 0),
    "luo-session-v2": (4, 8, 1, 0),
}


class State:
    """One generation of state. Sessions are given block by block."""

    def __init__(self, ram, blocks=(), *, shift=12, kho="kho-v4", abi="luo-v5",
                 number=3, luo=None, session=None):
        self.ram, self.shift, self.size = ram, shift, 1 << shift
        self.kho, self.abi, self.number = kho, abi, number
        self.luo = luo or ("luo-v5" if abi == "luo-v5" else "luo-v1")
        self.session_string = session or abi
        (self.order, self.header, self.file_order,
         self.file_header) = FORMS[abi]
        self.map = Map(ram, shift)
        self.sessions = [s for block in blocks for s in block]
        self.blocks = self._session_blocks(blocks)
        self.container_size = 0
        self.container = self._container()
        self.fdt = self.page()
        self.write_fdt()

    def page(self, order=0):
        """Preserved memory."""
        pa = self.ram.take(self.size << order)
        self.map.change(pa, order, True)
        return pa

    # lists

    def memfd_bytes(self, file):
        return file.folios << self.shift + file.order

    def _memfd(self, file):
        """A memfd: record, chunks that list the array's pages, the array,
        and the folios. Two pages to a chunk: a reader takes any number."""
        record = self.page()
        self.ram.put64(record, 0, self.memfd_bytes(file), 0, file.folios)
        if not file.folios:
            return record
        room = self.size // 16
        file.pages = [self.page(file.order) for _ in range(file.folios)]
        file.arrays = [self.page() for _ in range(0, file.folios, room)]
        file.chunks = [self.page() for _ in range(len(file.arrays) // 2 + 1)]
        self.ram.put64(record + 32, file.chunks[0],
                       len(file.arrays) | 1 << 32)
        for i, (pa, nxt) in enumerate(zip(file.chunks,
                                          [*file.chunks[1:], 0])):
            self.ram.put64(pa, nxt, *file.arrays[2 * i:2 * i + 2])
        for i, pa in enumerate(file.pages):
            self.ram.put64(file.arrays[i // room] + i % room * 16,
                           pa >> self.shift | 3 << 52, i << file.order)
            self.ram.write(pa, b"guest memory")
        return record

    def _file(self, pa, file):
        if file.data is None:
            file.data = self._memfd(file)
        self.ram.write(pa, file.handler.ljust(48, b"\0"))
        self.ram.put64(pa + 48, file.data, file.token)

    def _files(self, session):
        blocks = [self.page(self.file_order) for _ in session.files]
        for pa, nxt, files in zip(blocks, [*blocks[1:], 0], session.files):
            if self.file_header:
                self.ram.put64(pa, nxt, len(files))
            for i, file in enumerate(files):
                self._file(pa + self.file_header + i * 64, file)
        session.file_blocks = blocks
        if session.count is None:
            session.count = sum(map(len, session.files))
        return blocks[0] if blocks else 0

    def _session_blocks(self, blocks):
        pas = [self.page(self.order) for _ in blocks]
        for pa, nxt, sessions in zip(pas, [*pas[1:], 0], blocks):
            if self.header == 16:
                self.ram.put64(pa, nxt, len(sessions))
            else:
                self.ram.put64(pa, len(sessions))
            for i, s in enumerate(sessions):
                s.pa = pa + self.header + i * 80
                self.ram.write(s.pa, s.name.ljust(64, b"\0"))
                head = self._files(s)
                self.ram.put64(s.pa + 64, head, s.count)
        return pas

    # container and root

    def _container(self):
        head = self.blocks[0] if self.blocks else 0
        pa = self.page()
        if self.abi == "luo-v5":
            data = self.luo.encode() + b"\0"
            data += bytes(-len(data) % 8) + native(self.number) + native(head)
            data += native(0)
        else:
            data = flatten(({"compatible": text(self.luo),
                             "liveupdate-number": native(self.number)},
                            {"luo-session": (
                                {"compatible": text(self.session_string),
                                 "luo-session-header": native(head)}, {}),
                             "luo-flb": ({"compatible": text("luo-flb-v1"),
                                          "luo-flb-header": native(0)}, {})}))
        self.ram.write(pa, data)
        self.container_size = len(data)
        return pa

    @property
    def head_at(self):
        """Where the pointer to the first session block lies in luo-v5."""
        return self.container + 16

    def write_fdt(self, **changes):
        """Writes the KHO root FDT again; None leaves a property out, more
        are further children."""
        luo = {"preserved-data": native(self.container),
               "blob-size": native(self.container_size)}
        if self.kho == "kho-v2":
            del luo["blob-size"]
        root = {"compatible": text(self.kho),
                "preserved-memory-map": native(self.map.root)}
        root.update({k: v for k, v in changes.items() if k in root})
        root = {k: v for k, v in root.items() if v is not None}
        children = {} if changes.get("LUO", 1) is None else {"LUO": (luo, {})}
        children.update(changes.get("more", {}))
        self.ram.write(self.fdt, bytes(self.size))
        self.ram.write(self.fdt, flatten((root, children)))


def sessions(count, first=0, files=None):
    """Sessions with names of their own, each with files(number)."""
    return [Session(b"session-%d" % i, files(i) if files else [])
            for i in range(first, first + count)]


def empty_tail(**more):
    """The case from the field: a full block of 51 and an empty one behind."""
    return State(Ram(), [sessions(51), []], **more)


def with_files(**more):
    """Five sessions of 0 to 4 files, in two blocks."""
    def files(i):
        return [[File(t + 1) for t in range(i)]] if i else []
    blocks = [sessions(3, 0, files), sessions(2, 3, files)]
    if more.get("abi") == "luo-session-v2":
        blocks = [blocks[0] + blocks[1]]
    return State(Ram(), blocks, **more)
