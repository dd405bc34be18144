# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Partly filled blocks, which kernels do not leave in front of others, merged.

The kernel fills its blocks; at the payload's first instruction sessions
without files are taken off the ends of blocks from outside. What is left
comes back in the next kernel with all its memfds, in as few blocks as it
needs, and nothing is preserved that no one owns.
"""

import json

import pytest

from guest import Batch, check, create
from kexec import Hop
from state import ABIS, PAGE

WITH_FILES = 6      # sessions of a block, at most

# sessions left in each block, and blocks that they need
PATTERNS = [
    ("7.3", (30, 25, 40, 7), 2),
    ("7.3", (1, 1, 1, 1), 1),
    ("7.3", (0, 26, 51, 26), 3),
    ("7.3", (40, 40, 40, 7), 3),
    ("7.3", (50, 2, 50, 2, 40, 2), 3),
    ("7.3", (50, 2, 50, 2, 50, 2), 6),      # no block is free, no two fit
    ("7.1-v3", (500, 300, 62), 2),
    ("7.1-v3", (0, 1, 700, 200), 2),
]

def fill(vm, seed, capacity, counts):
    """Full blocks; gives back what is left when they are cut to `counts`."""
    left = []
    for number, count in enumerate(counts):
        last = number == len(counts) - 1
        files = min(count, WITH_FILES)
        rest = (count if last else capacity) - files
        batches = [Batch(f"f{number}", 0, files, 1, PAGE + 1, seed),
                   Batch(f"e{number}", 0, rest, 0, 0, seed)]
        for batch in batches:
            if batch.count:
                create(vm, batch)
        left += [batches[0], Batch(f"e{number}", 0, count - files, 0, 0, seed)]
    return [batch for batch in left if batch.count]


@pytest.mark.everywhere(version=["7.3"], counts=[PATTERNS[0][1]])
@pytest.mark.parametrize("version, counts, blocks", PATTERNS)
def test_blocks_are_merged(boot, images, seed, nonce, work, version, counts,
                           blocks):
    abi = "luo-v5" if version == "7.3" else "luo-session-v3"
    vm = boot()
    left = fill(vm, seed, ABIS[abi].capacity, counts)
    names = []

    def cut(stop):
        for block, count in zip(stop.state.session_blocks(), counts):
            stop.memory.set_u64(block.count_pa, count)
        names.extend(s.name for s in stop.state.sessions())

    def look(stop):
        assert [s.name for s in stop.state.sessions()] == names
        assert len(stop.state.session_blocks()) == blocks
        vm.dump(work / "core")

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired" if blocks < len(counts) else "ok", entry=cut,
        luo_jump_insn=look)
    assert verdict["sessions"] == sum(counts) == len(names)
    assert verdict["blocks"] == (len(counts), blocks)
    images.luo("compact", "-n", work / "core", status=0)
    owners = json.loads(images.luo("map", "--json", work / "core"))
    assert owners["complete"] and not owners["unclaimed"]["entries"]
    for batch in left:
        check(vm, batch)
