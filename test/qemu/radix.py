# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A reader of KHO's map of preserved memory, for any page size.

A radix tree: nodes of one page hold the addresses of their children, leaves
are bitmaps. The key of an entry is its page number with one more bit in
front, whose place tells the order.
"""

import struct


class RadixError(Exception):
    """The map does not read as its ABI says."""


class Map:
    """The map at `root`, read anew at every call."""

    def __init__(self, memory, root, page_shift):
        self.memory, self.root, self.shift = memory, root, page_shift
        self.page = 1 << page_shift
        self.table_bits = page_shift - 3    # entries of a node
        self.leaf_bits = page_shift + 3     # bits of a leaf
        self.levels = -(-(64 - page_shift + 1 - self.leaf_bits)
                        // self.table_bits) + 1

    def _below(self, node, level, key):
        """(key of its first bit, pa) of every leaf below a node."""
        if level == 0:
            yield key << self.leaf_bits, node
            return
        table = struct.unpack(f"<{self.page // 8}Q",
                              self.memory.read(node, self.page))
        for index, child in enumerate(table):
            if child:
                yield from self._below(child, level - 1,
                                       key << self.table_bits | index)

    def leaves(self):
        return self._below(self.root, self.levels - 1, 0)

    def _nodes(self, node, level):
        yield node
        if level:
            table = struct.unpack(f"<{self.page // 8}Q",
                                  self.memory.read(node, self.page))
            for child in filter(None, table):
                yield from self._nodes(child, level - 1)

    def nodes(self):
        """Addresses of all nodes, leaves included."""
        return list(self._nodes(self.root, self.levels - 1))

    def decode(self, key):
        """(pa, order) of a key."""
        order = 64 - self.shift - (key.bit_length() - 1)
        return key << (self.shift + order) & ((1 << 64) - 1), order

    def entries(self):
        """[(pa, order)] of everything preserved, by key."""
        found = []
        for base, leaf in self.leaves():
            bits = int.from_bytes(self.memory.read(leaf, self.page), "little")
            while bits:
                low = bits & -bits
                found.append(self.decode(base + low.bit_length() - 1))
                bits ^= low
        return found

    def bit(self, pa, order):
        """Where the bit of an entry lies: (byte's pa, mask)."""
        shift = self.shift + order
        key = 1 << (64 - shift) | pa >> shift
        for base, leaf in self.leaves():
            if base == key & -(1 << self.leaf_bits):
                bit = key - base
                return leaf + bit // 8, 1 << bit % 8
        raise RadixError(f"no leaf for {pa:#x} order {order}")
