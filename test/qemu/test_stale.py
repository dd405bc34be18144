# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Vacant entries of luo-session-v3: zeros that a block still counts.

A kernel whose serialization failed leaves them. Here they are written from
outside, at the payload's first instruction: the counts of blocks that hold
zeros, or zeros over sessions. The next kernel makes a session without a name
of the first, and cannot open /dev/liveupdate over the second. Compact takes
them away. An entry with files and no name is no vacant one: it stays.
"""

from dataclasses import dataclass, replace

import pytest

from guest import Batch, check, close, create, retrieve_fails
from kexec import Hop
from state import ABIS, SESSION_SIZE
from watch import Watch

pytestmark = pytest.mark.parametrize("version", ["7.1-v3"])

CAPACITY = ABIS["luo-session-v3"].capacity
VACANT, NAMELESS, COUNT_OF_FILES = "LUO-S15", "LUO-S11", 72
ENOENT, EIO = 2, 5


def counts(state):
    return [block.count for block in state.session_blocks()]


def vacate(stop, block, first, number):
    """Zeros over entries of a block; what they held was without files."""
    stop.memory.write(block.entry(first, SESSION_SIZE),
                      bytes(number * SESSION_SIZE))


# shapes: sessions that stay open, others made before and closed behind them,
# and what is done to the blocks

def full_tail(stop):
    """Every block behind the head counts all of its zeros."""
    for block in stop.state.session_blocks()[1:]:
        stop.memory.set_u64(block.count_pa, CAPACITY)


def one_entry_blocks(stop):
    for block in stop.state.session_blocks()[1:]:
        stop.memory.set_u64(block.count_pa, 1)


def behind_the_last(stop):
    """Zeros behind the last session of its block."""
    head = stop.state.session_blocks()[0]
    stop.memory.set_u64(head.count_pa, head.count + 7)


def whole_head(stop):
    """The head counts nothing but zeros; its sessions had no files."""
    vacate(stop, stop.state.session_blocks()[0], 0, CAPACITY)


@dataclass(frozen=True)
class Shape:
    before: int         # sessions without files, made first
    behind: int         # made last, and closed
    damage: callable
    counts: tuple       # of the blocks, as the payload finds them
    blocks: tuple       # of the verdict
    vacant_blocks: int


SHAPES = {
    "full-tail": Shape(0, 3 * CAPACITY, full_tail,
                       (12, CAPACITY, CAPACITY, CAPACITY), (4, 1), 3),
    "one-each": Shape(0, 2 * CAPACITY, one_entry_blocks, (12, 1, 1), (3, 1), 2),
    "behind-the-last": Shape(0, 0, behind_the_last, (19,), (1, 1), 1),
    "whole-head": Shape(CAPACITY, 0, whole_head, (CAPACITY, 12), (2, 1), 1),
}
shapes = pytest.mark.parametrize("shape", [
    pytest.param(name, marks=pytest.mark.long) if name == "one-each" else name
    for name in SHAPES])


def sessions(vm, seed, shape):
    """Makes them; gives back the batch that must come through."""
    batch = Batch("vm", 0, 12, 1, 4096, seed)
    create(vm, Batch("before", 0, shape.before, 0, 0, seed))
    create(vm, batch)
    behind = Batch("behind", 0, shape.behind, 0, 0, seed)
    create(vm, behind)
    close(vm, behind)
    return batch


@pytest.mark.everywhere(shape=["full-tail"])
@shapes
def test_compact_takes_them_away(boot, images, seed, nonce, shape):
    vm, shape = boot(), SHAPES[shape]
    batch = sessions(vm, seed, shape)

    def damage(stop):
        shape.damage(stop)
        assert counts(stop.state) == list(shape.counts)

    def look(stop):
        assert counts(stop.state) == [batch.count]
        assert [s.name for s in stop.state.sessions()] == batch.names()

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=damage, luo_jump_insn=look)
    assert verdict | {"sessions": batch.count, "files": batch.count,
                      "blocks": shape.blocks} == verdict
    check(vm, batch)


@pytest.mark.long
@shapes
@pytest.mark.parametrize("payload", [False, True])
def test_left_there_they_break_the_next_kernel(boot, images, seed, nonce, shape,
                                               payload):
    """Without the payload, and verified only: no session can be had."""
    vm, shape = boot(), SHAPES[shape]
    batch = sessions(vm, seed, shape)
    if payload:
        hop = Hop(vm, images, nonce=nonce, mode="verify", report="text")
        hop.go("errors", entry=shape.damage)
        assert len(hop.seen(VACANT)) == shape.vacant_blocks
    else:
        Hop(vm, images, plain=True).go(entry=shape.damage)
    retrieve_fails(vm, batch, EIO)


@pytest.mark.long
def test_a_single_one_is_a_note(boot, images, seed, nonce):
    """The next kernel makes a session without a name of it, and goes on."""
    vm, shape = boot(), Shape(0, CAPACITY, one_entry_blocks, (), (), 1)
    batch = sessions(vm, seed, shape)
    hop = Hop(vm, images, nonce=nonce, mode="verify", report="text")
    verdict = hop.go("ok", entry=shape.damage)
    assert (verdict["sessions"], verdict["blocks"]) == (12, (2, 2))
    assert len(hop.seen(f"{VACANT}.*note")) == 1
    check(vm, batch)


@pytest.mark.long
def test_between_sessions_one_stays(boot, images, seed, nonce):
    """Entries keep their places: only what is behind the last is cut."""
    vm, shape = boot(), Shape(2, 0, None, (), (), 1)
    batch = sessions(vm, seed, shape)

    def damage(stop):
        vacate(stop, stop.state.session_blocks()[0], 1, 1)
        behind_the_last(stop)

    def look(stop):
        assert counts(stop.state) == [14]

    hop = Hop(vm, images, nonce=nonce, mode="compact", report="text")
    verdict = hop.go("repaired", entry=damage, luo_jump_insn=look)
    assert verdict | {"sessions": 13, "files": 12, "blocks": (1, 1)} == verdict
    assert len(hop.seen(f"{VACANT}.*note")) == 1
    check(vm, batch)


# an entry that is no vacant one

def forget_name(stop):
    stop.memory.write(stop.state.session("vm-5").pa, bytes(64))


def only_a_count(stop):
    """All that is left of the entry is how many files it had."""
    pa = stop.state.session("vm-5").pa
    stop.memory.write(pa, bytes(COUNT_OF_FILES))


@pytest.mark.parametrize("damage", [
    forget_name, pytest.param(only_a_count, marks=pytest.mark.long)])
def test_a_lost_name_is_an_error(boot, images, seed, nonce, damage):
    """It is reported and nothing is written, empty blocks or not."""
    vm, shape = boot(), Shape(0, CAPACITY, None, (), (), 0)
    batch, watch = sessions(vm, seed, shape), Watch()

    def spoil(stop):
        damage(stop)
        assert counts(stop.state) == [12, 0]
        watch.entry(stop)

    hop = Hop(vm, images, nonce=nonce, mode="compact", report="text")
    verdict = hop.go("errors", entry=spoil, luo_jump_insn=watch.jump)
    assert watch.outside(hop) == []
    assert verdict["blocks"] == (2, 2) and not hop.seen(VACANT)
    assert hop.seen(NAMELESS)
    vm.allow.append(r"\bWARNING: ")     # over a count of files without files
    check(vm, replace(batch, count=5))
    check(vm, replace(batch, first=6, count=6))
    retrieve_fails(vm, replace(batch, first=5, count=1), ENOENT)
