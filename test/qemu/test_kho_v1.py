# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Linux 6.19: kho-v1, whose map is a list of bitmaps, and luo-session-v2."""

import pytest

from guest import Batch, check, create
from kexec import Hop
from state import ABIS, PAGE
from watch import Watch

pytestmark = [pytest.mark.long,
              pytest.mark.parametrize("version", ["6.19"])]

ABI = ABIS["luo-session-v2"]
NOT_PRESERVED = "LUO-S05"


@pytest.mark.parametrize("mode", ["verify", "compact"])
@pytest.mark.parametrize("count", [0, 12, ABI.capacity])
def test_verified_and_left_alone(boot, images, seed, nonce, mode, count):
    """Every page of the map is counted; compact has nothing to do."""
    vm, watch = boot(memory=512), Watch()
    batch = Batch("vm", 0, count, 2, PAGE + 5, seed)
    create(vm, batch)
    hop = Hop(vm, images, nonce=nonce, mode=mode)
    verdict = hop.go("ok", entry=watch.entry, luo_jump_insn=watch.jump)
    assert watch.outside(hop) == []
    assert verdict | {
        "abi": "luo-session-v2", "kho": "kho-v1", "sessions": count,
        "files": 2 * count, "pages": watch.pages, "findings": 0,
        "blocks": (1, 1), "fblocks": (count, count)} == verdict
    check(vm, batch)


def test_a_lost_bit_is_found(boot, images, seed, nonce):
    """The map forgets the array of sessions; the next kernel is not asked."""
    vm = boot(memory=512)
    create(vm, Batch("vm", 0, 3, 1, PAGE, seed))

    def forget(stop):
        byte, mask = stop.state.map_bit(stop.state.session_blocks()[0].pa,
                                        ABI.order)
        old = stop.memory.read(byte, 1)[0]
        assert old & mask
        stop.memory.write(byte, bytes([old & ~mask]))

    hop = Hop(vm, images, nonce=nonce, mode="verify", report="text").fire(
        entry=forget)
    hop.expect_verdict("errors")
    assert hop.seen(NOT_PRESERVED)
