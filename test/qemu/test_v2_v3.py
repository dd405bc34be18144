# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The lists of sessions before luo-v5, between two kernels that speak them.

luo-session-v2 is that of Linux 7.1: one array, which compact leaves alone.
luo-session-v3 comes from 7.1 with test/kernel/luo-session-v3.patch: a chain
of blocks that never gets shorter, so that closed sessions leave empty ones
behind, which compact drops.
"""

import pytest

from damage import empty_block_to
from guest import Batch, check, close, create, retrieve_fails
from kexec import Hop
from state import ABIS, PAGE
from watch import Watch

EMPTY = "LUO-S06"
ORDER = ABIS["luo-session-v3"].order
CAPACITY = ABIS["luo-session-v3"].capacity
ENOMEM = 12

v2 = pytest.mark.parametrize("version", ["7.1"])
v3 = pytest.mark.parametrize("version", ["7.1-v3"])
counts = pytest.mark.parametrize("count", [1, CAPACITY, CAPACITY + 1, 2000])


def blocks_for(count):
    return -(-count // CAPACITY)


# the kernels alone

@v2
@pytest.mark.parametrize("count", [1, CAPACITY])
def test_v2_comes_back_without_payload(boot, images, seed, count):
    vm = boot(payload=False)
    batch = Batch("vm", 0, count, 1, PAGE, seed)
    create(vm, batch)
    Hop(vm, images, plain=True).go()
    check(vm, batch)


@v2
def test_v2_has_room_for_one_array(boot, images, seed):
    vm = boot(payload=False)
    create(vm, Batch("vm", 0, CAPACITY, 0, 0, seed))
    vm.allow.append(r"luotest: error")
    vm.command(f"create vm {CAPACITY} 1 0 0 {seed}", rc=ENOMEM)


@v3
@counts
def test_v3_comes_back_without_payload(boot, images, seed, count):
    vm = boot(payload=False)
    batch = Batch("vm", 0, count, 1, PAGE, seed)
    create(vm, batch)
    found = {}

    def look(stop):
        state = stop.state
        found["abi"] = state.kho_compatible(), state.luo_compatible()
        found["counts"] = [block.count for block in state.session_blocks()]
        found["names"] = [session.name for session in state.sessions()]
        preserved = set(state.preserved())
        assert all((block.pa, ORDER) in preserved
                   for block in state.session_blocks())
        assert all((session.files, 1) in preserved
                   for session in state.sessions())

    Hop(vm, images, plain=True).go(entry=look)
    check(vm, batch)
    full, rest = divmod(count, CAPACITY)
    assert found == {"abi": ("kho-v3", "luo-session-v3"),
                     "counts": [CAPACITY] * full + [rest] * bool(rest),
                     "names": batch.names()}


# luo-session-v2 through the payload

@v2
@pytest.mark.everywhere(mode=["compact"], count=[12])
@pytest.mark.parametrize("mode", ["verify", "compact"])
@pytest.mark.parametrize("count", [0, 12, CAPACITY])
def test_v2_is_verified_and_left_alone(boot, images, seed, nonce, mode, count):
    vm = boot(memory=512)
    batch = Batch("vm", 0, count, 2, PAGE, seed)
    create(vm, batch)
    watch = Watch()
    hop = Hop(vm, images, nonce=nonce, mode=mode)
    verdict = hop.go("ok", entry=watch.entry, luo_jump_insn=watch.jump)
    assert watch.outside(hop) == []
    assert verdict | {
        "abi": "luo-session-v2", "kho": "kho-v3", "sessions": count,
        "files": 2 * count, "pages": watch.pages, "blocks": (1, 1)} == verdict
    why = "luo: nothing to compact: this version keeps its sessions in one array"
    assert bool(hop.seen(why)) == (mode == "compact")
    check(vm, batch)


# luo-session-v3 through the payload

@v3
@pytest.mark.everywhere(mode=["compact"], count=[CAPACITY + 1])
@pytest.mark.parametrize("mode", ["verify", "compact"])
@counts
def test_v3_comes_back(boot, images, seed, nonce, mode, count):
    vm = boot()
    batch = Batch("vm", 0, count, 1, PAGE, seed)
    create(vm, batch)
    verdict = Hop(vm, images, nonce=nonce, mode=mode).go("ok")
    assert verdict | {
        "abi": "luo-session-v3", "kho": "kho-v3", "sessions": count,
        "files": count, "findings": 0,
        "blocks": (blocks_for(count),) * 2} == verdict
    check(vm, batch)


def four_blocks(vm, seed, kept):
    """Sessions that filled four blocks, of which so many stay open."""
    batch = Batch("vm", 0, kept, 1, PAGE, seed)
    gone = Batch("gone", 0, 3 * CAPACITY + 1 - kept, 0, 0, seed)
    create(vm, batch)
    create(vm, gone)
    close(vm, gone)
    return batch


@v3
@pytest.mark.everywhere(kept=[12])
@pytest.mark.parametrize("kept", [0, 12, CAPACITY])
def test_v3_empty_blocks_are_dropped(boot, images, seed, nonce, kept):
    vm = boot()
    batch = four_blocks(vm, seed, kept)
    before = {}

    def look(stop):
        before["blocks"] = stop.state.session_blocks()
        before["preserved"] = set(stop.state.preserved())

    def look_again(stop):
        head, *empty = before["blocks"]
        assert [(block.pa, block.next, block.count)
                for block in stop.state.session_blocks()] == [
                    (head.pa, 0, kept)]
        assert before["preserved"] - set(stop.state.preserved()) == {
            (block.pa, ORDER) for block in empty}

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=look, luo_jump_insn=look_again)
    assert [block.count for block in before["blocks"]] == [kept, 0, 0, 0]
    assert (verdict["sessions"], verdict["blocks"]) == (kept, (4, 1))
    check(vm, batch)


@v3
def test_v3_empty_blocks_are_noted(boot, images, seed, nonce):
    vm = boot()
    batch = four_blocks(vm, seed, 12)
    hop = Hop(vm, images, nonce=nonce, mode="verify", report="text")
    verdict = hop.go("ok")
    assert (verdict["blocks"], verdict["findings"]) == ((4, 4), 3)
    assert len(hop.seen(f"{EMPTY}.*note")) == 3
    check(vm, batch)


def head_is(block, found):
    """At the payload's end the tree names this block first."""
    def look(stop):
        state = stop.state
        assert stop.memory.u64(state.sessions_head_pa()) == found[block].pa
        assert (found[0].pa, ORDER) not in state.preserved()
    return look


@v3
@pytest.mark.parametrize("position", ["head", "middle"])
def test_v3_empty_block_before_full_ones(boot, images, seed, nonce, position):
    """A new head is written to the tree; every session is there."""
    vm = boot()
    batch = Batch("vm", 0, CAPACITY + 5, 1, PAGE, seed)
    gone = Batch("gone", 0, CAPACITY, 0, 0, seed)
    create(vm, batch)
    create(vm, gone)
    close(vm, gone)
    before = {}

    def move(stop):
        empty_block_to(position)(stop)
        before["blocks"] = stop.state.session_blocks()

    def look(stop):
        kept = [block for block in before["blocks"] if block.count]
        assert [block.pa for block in stop.state.session_blocks()] == [
            block.pa for block in kept]
        (empty,) = [block for block in before["blocks"] if not block.count]
        assert (empty.pa, ORDER) not in stop.state.preserved()

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=move, luo_jump_insn=look)
    assert (verdict["sessions"], verdict["blocks"]) == (batch.count, (3, 2))
    check(vm, batch)


@v3
@pytest.mark.everywhere
def test_v3_head_emptied(boot, images, seed, nonce):
    """The head forgets its sessions: the next kernel starts behind it."""
    vm = boot()
    gone = Batch("gone", 0, CAPACITY, 0, 0, seed)
    batch = Batch("vm", 0, 12, 2, 3 * PAGE, seed)
    create(vm, gone)
    create(vm, batch)
    found = []

    def empty(stop):
        found.extend(stop.state.session_blocks())
        stop.memory.set_u64(found[0].count_pa, 0)

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=empty, luo_jump_insn=head_is(1, found))
    assert (verdict["sessions"], verdict["blocks"]) == (batch.count, (2, 1))
    check(vm, batch)


@v3
@pytest.mark.long
def test_v3_many_sessions(boot, images, seed, nonce):
    vm = boot(memory=2048)
    batch = Batch("vm", 0, 20000, 1, PAGE, seed)
    gone = Batch("gone", 0, CAPACITY, 0, 0, seed)
    create(vm, batch)
    create(vm, gone)
    close(vm, gone)
    verdict = Hop(vm, images, nonce=nonce, mode="compact").go("repaired")
    blocks = blocks_for(batch.count)
    assert (verdict["sessions"], verdict["blocks"]) == (
        batch.count, (blocks + 1, blocks))
    check(vm, batch)


# what the next kernel refuses

@v3
def test_v3_overfull_block_is_refused_at_open(boot, images, seed, nonce):
    vm = boot()
    create(vm, Batch("vm", 0, 3, 1, PAGE, seed))
    hop = Hop(vm, images, nonce=nonce, mode="compact", report="text")
    hop.go("errors", entry=lambda stop: stop.memory.set_u64(
        stop.state.session_blocks()[0].count_pa, CAPACITY + 1))
    assert hop.seen("LUO-S07")
    retrieve_fails(vm, Batch("vm", 0, 3, 1, PAGE, seed), 5)


@v3
def test_v3_endless_chain_panics(boot, images, seed, nonce):
    vm = boot()
    create(vm, Batch("vm", 0, 3, 1, PAGE, seed))

    def loop(stop):
        head = stop.state.session_blocks()[0].pa
        stop.memory.set_u64(head, head)

    hop = Hop(vm, images, nonce=nonce, mode="verify", report="text").fire(
        entry=loop)
    hop.expect_verdict("errors")
    assert hop.seen("LUO-S08")
    vm.expect(r"More than 10000 session blocks")
    vm.expect(r"Kernel panic")
