# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A reader of kho-v1's map of preserved memory, for any page size.

A chain of chunks, one page each and each of one order, that list bitmaps of
one page. The neighbour of radix.py, with the same face.
"""

import struct
from dataclasses import dataclass

MAX_CHUNKS = 10000
CHUNK_HEADER, ELEMENT = 16, 16


class ChunksError(Exception):
    """The map does not read as its ABI says."""


@dataclass(frozen=True)
class Bitmap:
    """One page of bits; the first stands for the allocation at `start`."""

    pa: int
    start: int
    order: int


class Map:
    """The map whose first chunk is at `root`, 0 when nothing is preserved."""

    def __init__(self, memory, root, page_shift):
        self.memory, self.root, self.shift = memory, root, page_shift
        self.page = 1 << page_shift

    def bitmaps(self):
        """Every bitmap that a chunk lists, as they come."""
        found, at, chunks = [], self.root, 0
        while at:
            data = self.memory.read(at, self.page)
            at, order, number = struct.unpack_from("<QII", data)
            chunks += 1
            if (chunks > MAX_CHUNKS or
                    number > (self.page - CHUNK_HEADER) // ELEMENT):
                raise ChunksError(f"chunk {chunks} lists {number} bitmaps")
            found += [Bitmap(pa, start, order) for start, pa in (
                struct.unpack_from("<QQ", data, CHUNK_HEADER + ELEMENT * index)
                for index in range(number))]
        return found

    def entries(self):
        """[(pa, order)] of everything preserved."""
        found = []
        for bitmap in self.bitmaps():
            bits = int.from_bytes(self.memory.read(bitmap.pa, self.page),
                                  "little")
            while bits:
                low = bits & -bits
                found.append((bitmap.start + (low.bit_length() - 1 <<
                                              self.shift + bitmap.order),
                              bitmap.order))
                bits ^= low
        return found

    def bit(self, pa, order):
        """Where the bit of an entry lies: (byte's pa, mask)."""
        for bitmap in self.bitmaps():
            bit = (pa - bitmap.start) >> (self.shift + order)
            if bitmap.order == order and 0 <= bit < self.page * 8:
                return bitmap.pa + bit // 8, 1 << bit % 8
        raise ChunksError(f"no bitmap for {pa:#x} order {order}")
