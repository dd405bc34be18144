# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The ground the other tests stand on: kernels without the payload.

A plain kexec brings the sessions back, the harness sees a single altered
byte, its reader of the state agrees with what was created, and the kernel
does panic on the empty block that the payload is there to drop.
"""

import pytest

from console import VmError
from content import content
from guest import Batch, check, create, differences, retrieve
from kexec import Hop
from memory import PAGE, diff_pages, diff_words
from state import SESSIONS_PER_BLOCK

EMPTY_BLOCK = r"Block contains invalid entry count: 0"


def plain(vm, images):
    return Hop(vm, images, plain=True)


@pytest.mark.levels
def test_sessions_come_back(boot, images, seed):
    vm = boot(payload=False)
    batch = Batch("vm", 0, 12, 2, 65536 + 13, seed)
    create(vm, batch)
    plain(vm, images).go()
    check(vm, batch)


def test_a_flipped_byte_is_seen(boot, images, seed):
    vm = boot(payload=False)
    batch = Batch("vm", 3, 4, 2, 16384, seed)
    create(vm, batch)

    def flip(stop):
        file = stop.state.files(stop.state.session("vm-5"))[1]
        pa = stop.state.folios(file)[2].pa + 77
        stop.memory.write(pa, bytes([stop.memory.read(pa, 1)[0] ^ 1]))

    plain(vm, images).go(entry=flip)
    found = differences(batch, *retrieve(vm, batch))
    assert len(found) == 1 and found[0].startswith("memfd vm-5/1:"), found


@pytest.mark.everywhere
def test_the_reader_agrees_with_what_was_created(boot, images, seed):
    vm = boot(payload=False)
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK + 1, 1, 3 * PAGE, seed)
    create(vm, batch)
    seen = {}

    def look(stop):
        state = stop.state
        preserved = dict(state.preserved())
        assert (state.kho_compatible(), state.luo_compatible()) == (
            "kho-v4", "luo-v5")
        assert [b.count for b in state.session_blocks()] == [
            SESSIONS_PER_BLOCK, 1]
        assert sorted(s.name for s in state.sessions()) == sorted(batch.names())
        for session in state.sessions():
            (file,) = state.files(session)
            assert (file.token, session.count) == (0, 1)
            folios = state.folios(file)
            assert [f.index for f in folios] == [0, 1, 2]
            seen[session.name] = b"".join(
                stop.memory.read(f.pa, PAGE) for f in folios)
            assert all(f.pa in preserved for f in folios)
        for block in state.session_blocks():
            byte, mask = state.map_bit(block.pa, 0)
            assert stop.memory.read(byte, 1)[0] & mask
        assert all(pa + (PAGE << order) <= low or pa >= low + size
                   for pa, order in preserved.items()
                   for low, size in state.scratch())

    plain(vm, images).go(entry=look)
    check(vm, batch)
    assert seen == {name: content(seed, name, 0, 3 * PAGE)
                    for name in batch.names()}


def test_snapshots_show_exactly_what_changed(boot, images, seed):
    vm = boot(payload=False, memory=512)
    create(vm, Batch("vm", 0, 1, 1, PAGE, seed))

    def compare(stop):
        before = vm.snapshot("before")
        stop.gdb.step()
        page = stop.state.session_blocks()[0].pa
        old = stop.memory.u64(page + 2048)
        stop.memory.set_u64(page + 2048, old ^ 0x5a5a)
        assert stop.gdb.read(page + 2048, 8) == (
            old ^ 0x5a5a).to_bytes(8, "little")
        after = vm.snapshot("after")
        assert diff_pages(before, after) == [page]
        assert diff_words(before, after) == {
            page + 2048: (old, old ^ 0x5a5a)}
        stop.memory.set_u64(page + 2048, old)
        before.close()
        after.close()

    plain(vm, images).go(entry=compare)


@pytest.mark.levels
def test_the_empty_block_makes_the_next_kernel_panic(boot, images, seed):
    vm = boot(payload=False)
    create(vm, Batch("vm", 0, SESSIONS_PER_BLOCK, 1, PAGE, seed))
    vm.command("dup vm-0", rc=17)
    plain(vm, images).fire()
    vm.expect(EMPTY_BLOCK)
    with pytest.raises(VmError, match="Kernel panic"):
        vm.ready(2)


def test_no_empty_block_without_the_duplicate(boot, images, seed):
    vm = boot(payload=False)
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK, 1, PAGE, seed)
    create(vm, batch)
    plain(vm, images).go()
    check(vm, batch)
