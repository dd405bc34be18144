# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Dropped blocks are memory of the next kernel, exactly as many pages.

Three empty blocks of luo-session-v3 are left alone, are dropped, or are
dropped while their entries in the map are put back from outside. The next
kernel keeps what the map names out of its memory, and gives back what it
finds in the chain when that is read; what is in no chain it never gives back.
"""

import pytest

from guest import Batch, check, close, create, finish, managed
from kexec import Hop
from state import ABIS

ABI = ABIS["luo-session-v3"]
EMPTY = 3


def put_back(blocks):
    """Preserves the pages of these blocks again."""
    def action(stop):
        for block in blocks:
            byte, mask = stop.state.map_bit(block.pa, ABI.order)
            old = stop.memory.read(byte, 1)[0]
            assert not old & mask
            stop.memory.write(byte, bytes([old | mask]))
    return action


def hop(boot, images, seed, nonce, mode, keep=False):
    """Managed pages of the next kernel: as it comes up, and in the end."""
    vm, blocks = boot(), []
    batch = Batch("vm", 0, 12, 1, 4096, seed)
    gone = Batch("gone", 0, EMPTY * ABI.capacity + 1 - 12, 0, 0, seed)
    create(vm, batch)
    create(vm, gone)
    close(vm, gone)
    Hop(vm, images, nonce=nonce, mode=mode).go(
        "ok" if mode == "verify" else "repaired",
        entry=lambda stop: blocks.extend(stop.state.session_blocks()[1:]),
        luo_jump_insn=put_back(blocks) if keep else lambda stop: None)
    assert [block.count for block in blocks] == [0] * EMPTY
    start = managed(vm)
    check(vm, batch)
    finish(vm, batch)
    end = managed(vm)
    vm.close()
    return start, end


@pytest.mark.parametrize("version", ["7.1-v3"])
def test_dropped_blocks_are_managed_pages(boot, images, seed, nonce):
    left, left_end = hop(boot, images, seed, nonce, "verify")
    dropped, dropped_end = hop(boot, images, seed, nonce, "compact")
    kept, kept_end = hop(boot, images, seed, nonce, "compact", keep=True)
    pages = EMPTY << ABI.order
    assert (dropped - left, kept - left) == (pages, 0)
    # reading the chain gives back what is in it: dropped ones came earlier
    assert (dropped_end - left_end, kept_end - left_end) == (0, -pages)
