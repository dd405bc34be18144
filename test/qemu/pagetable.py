# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A reader of arm64's stage 1 page tables, 4 KiB granule, and of the registers
that turn them on.

Source: Arm ARM (DDI 0487), "VMSAv8-64 translation table format descriptors",
MAIR_EL1, SCTLR_EL1 and TCR_EL1; those of EL2 have the same fields where they
are looked at here.
"""

import struct
from dataclasses import dataclass

PAGE_BITS, TABLE_BITS, LAST_LEVEL = 12, 9, 3
VALID, TABLE = 1, 2             # TABLE of the last level: a page
ADDRESS = ((1 << 48) - 1) & -(1 << PAGE_BITS)
EXECUTE_NEVER = 1 << 54
INNER_SHAREABLE = 3
SCTLR_M, SCTLR_C, SCTLR_I = 1, 1 << 2, 1 << 12


@dataclass(frozen=True)
class Leaf:
    """A page or block: `size` bytes at `va`."""

    va: int
    pa: int
    size: int
    attributes: int     # its byte of MAIR
    shareability: int
    executable: bool

    @property
    def normal(self):
        """Normal memory, of any cacheability."""
        return self.attributes & 0xf0 != 0

    @property
    def write_back(self):
        """Inner and outer write-back, not transient, inner shareable."""
        return (self.attributes & 0xcc == 0xcc and
                self.shareability == INNER_SHAREABLE)

    @property
    def device(self):
        return self.attributes & 0xf0 == 0


class Mmu:
    """The registers of a stopped processor, at its exception level."""

    def __init__(self, gdb):
        self.level = gdb.reg("cpsr") >> 2 & 3
        for name in ("sctlr", "tcr", "ttbr0", "mair", "vbar"):
            setattr(self, name, gdb.sysreg(name.upper(), self.level))
        self.hcr = gdb.sysreg("HCR", 2) if self.level == 2 else 0

    @property
    def on(self):
        return bool(self.sctlr & SCTLR_M)

    @property
    def caches_on(self):
        return self.sctlr & (SCTLR_C | SCTLR_I) == SCTLR_C | SCTLR_I

    @property
    def walks_are_cacheable(self):
        """Write-back both ways and inner shareable, as the tables' writers."""
        return self.tcr >> 8 & 0x3f == 0x35

    def leaves(self, memory):
        """Everything that the tables of the lower addresses map."""
        assert self.tcr >> 14 & 3 == 0, "no granule of 4 KiB"
        bits = 64 - (self.tcr & 0x3f) - PAGE_BITS
        first = LAST_LEVEL + 1 - -(-bits // TABLE_BITS)
        return list(self._below(memory, self.ttbr0 & ADDRESS, first, 0))

    def _below(self, memory, table, level, va):
        shift = PAGE_BITS + TABLE_BITS * (LAST_LEVEL - level)
        for index, entry in enumerate(struct.unpack(
                "<512Q", memory.read(table, 1 << PAGE_BITS))):
            at = va | index << shift
            if not entry & VALID:
                continue
            if entry & TABLE and level < LAST_LEVEL:
                yield from self._below(memory, entry & ADDRESS, level + 1, at)
            else:
                yield self._leaf(entry, at, 1 << shift)

    def _leaf(self, entry, va, size):
        return Leaf(va, entry & ADDRESS & -size, size,
                    self.mair >> 8 * (entry >> 2 & 7) & 0xff, entry >> 8 & 3,
                    not entry & EXECUTE_NEVER)


def page_map(leaves):
    """{page: leaf}, for look-ups of single pages."""
    return {page: leaf for leaf in leaves
            for page in range(leaf.va, leaf.va + leaf.size, 1 << PAGE_BITS)}
