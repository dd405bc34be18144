# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The case that the payload was made for: an empty block in the chain.

A full block of sessions and one failed duplicate create leave a linked
block with no entries; the next kernel panics over it (test_plain.py shows
it). Compact drops the block, verify names it.
"""

import pytest

from console import VmError
from damage import empty_block_to
from guest import Batch, check, create
from kexec import Hop
from state import SESSIONS_PER_BLOCK

EMPTY = "LUO-S06"


def full_blocks(vm, seed, blocks):
    """So many full blocks and an empty one behind them."""
    batch = Batch("vm", 0, blocks * SESSIONS_PER_BLOCK, 1, 4096, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    return batch


@pytest.mark.levels(position=["tail"], blocks=[1])
@pytest.mark.parametrize("position, blocks", [
    ("tail", 1), ("tail", 2), ("middle", 2), ("head", 1), ("head", 2)])
def test_compact_drops_it(boot, images, seed, nonce, work, position, blocks):
    vm = boot()
    batch = full_blocks(vm, seed, blocks)
    before = {}

    def move(stop):
        empty_block_to(position)(stop)
        before["blocks"] = stop.state.session_blocks()
        before["pages"] = stop.state.preserved_pages()

    def look(stop):
        state = stop.state
        kept = [b for b in before["blocks"] if b.count]
        assert [(b.pa, b.count) for b in state.session_blocks()] == [
            (b.pa, b.count) for b in kept]
        (empty,) = [b for b in before["blocks"] if not b.count]
        assert (empty.pa, 0) not in state.preserved()
        assert state.preserved_pages() == before["pages"] - 1
        vm.dump(work / "core")

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=move, luo_jump_insn=look)
    assert verdict["sessions"] == batch.count
    assert verdict["blocks"] == (blocks + 1, blocks)
    assert verdict["pages"] == before["pages"]
    check(vm, batch)
    # nothing is left for a second compaction
    images.luo("compact", "-n", work / "core", status=0)


@pytest.mark.levels(report=["text"])
@pytest.mark.parametrize("report", ["text", "ktap"])
def test_verify_names_it(boot, images, seed, nonce, report):
    vm = boot()
    full_blocks(vm, seed, 1)
    empty = []
    hop = Hop(vm, images, nonce=nonce, mode="verify", report=report).fire(
        entry=lambda stop: empty.append(stop.state.session_blocks()[1]))
    verdict = hop.expect_verdict("errors")
    assert verdict["blocks"] == (2, 2)
    text = "\n".join(hop.seen(r"."))
    assert EMPTY in text and "panic" in text and f"{empty[0].pa:#x}" in text
    with pytest.raises(VmError, match="Kernel panic"):
        hop.ready()
    assert hop.seen(r"Block contains invalid entry count: 0")
