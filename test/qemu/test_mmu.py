# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The MMU, which kexec on arm64 leaves off and a payload has to turn on.

At every exception level: what its page tables map, and when; that the next
kernel finds all as the payload did; and that a fault in front of all this
does no harm.
"""

import re

import pytest

import fdtread
from bootdata import device_tree
from guest import Batch, check, create
from kexec import Hop
from pagetable import Mmu, page_map
from state import PAGE, SESSIONS_PER_BLOCK

UART = 0x9000000
FLAGS, BRANCH_TYPE = 0xf << 28, 3 << 10     # of CPSR: those of the last insn

pytestmark = [pytest.mark.only("aarch64"), pytest.mark.levels]


def sessions(vm, seed):
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK + 1, 1, 8192, seed)
    create(vm, batch)
    return batch


def runs(preserved, page):
    """Preserved memory as [(start, size)] without neighbours."""
    merged = []
    for pa, order in sorted(preserved):
        if merged and sum(merged[-1]) == pa:
            pa, size = merged.pop()
        else:
            size = 0
        merged.append((pa, size + (page << order)))
    return merged


def run_to_first_read(stop, ranges):
    """Lets the payload run until it reads one of these; gives it back."""
    for start, size in ranges:
        stop.gdb.watch_reads(start, size)
    stop.gdb.resume()
    stop.vm.wait_stop("the first read of preserved memory")
    for start, size in ranges:
        stop.gdb.unwatch_reads(start, size)
    hit = re.search(r"rwatch:([0-9a-f]+);", stop.gdb.stop_reason)
    assert hit, f"not at a read: {stop.gdb.stop_reason}"
    return next((start, size) for start, size in ranges
                if start == int(hit[1], 16))


def assert_sound(stop, mmu, preserved):
    """The tables that this moment's reads go through."""
    assert mmu.on and mmu.caches_on and mmu.walks_are_cacheable
    leaves = mmu.leaves(stop.memory)
    assert all(leaf.va == leaf.pa for leaf in leaves)
    for leaf in leaves:
        assert not leaf.normal or stop.memory.has(leaf.pa, leaf.size), leaf
    start, end = stop.hop.image_range()
    assert all(start <= leaf.pa and leaf.pa + leaf.size <= end
               for leaf in leaves if leaf.executable)
    pages = page_map(leaves)
    assert pages[UART].device and not pages[UART].executable
    for pa, size in preserved:
        for page in range(pa, pa + size, PAGE):
            assert page not in pages or pages[page].write_back, hex(page)
    return pages


def test_preserved_memory_is_read_through_the_caches(boot, images, seed,
                                                     nonce):
    """At the first read of it, and when all of it has been read."""
    vm = boot(memory=512)
    batch = sessions(vm, seed)
    found = {}

    def first_read(stop):
        found["preserved"] = runs(stop.state.preserved(), PAGE)
        assert not Mmu(stop.gdb).on
        start, size = run_to_first_read(stop, found["preserved"])
        assert start <= stop.state.fdt < start + size
        pages = assert_sound(stop, Mmu(stop.gdb), found["preserved"])
        assert stop.state.fdt in pages

    def all_read(stop):
        pages = assert_sound(stop, Mmu(stop.gdb), found["preserved"])
        assert all(block.pa in pages for block in stop.state.session_blocks())
        assert all(leaf in pages for _, leaf in stop.state.map().leaves())

    Hop(vm, images, nonce=nonce).go("ok", entry=first_read,
                                    luo_exit=all_read)
    check(vm, batch)


def registers(stop):
    """What the kernel's boot protocol or the payload's own promise fixes."""
    return vars(Mmu(stop.gdb)) | {
        "sp": stop.gdb.reg("sp"),
        "cpsr": stop.gdb.reg("cpsr") & ~(FLAGS | BRANCH_TYPE)}


def but_for_bootargs(tree):
    values = fdtread.parse(tree).values()
    assert values.pop("/chosen/bootargs")
    return values


@pytest.mark.parametrize("edited", [False, True])
def test_the_next_kernel_finds_what_the_payload_found(boot, images, seed, nonce,
                                                      edited):
    """The same registers, MMU off, and the device tree.

    With nothing to be changed in it that is the one that kexec loaded, else a
    copy inside the image.
    """
    vm = boot(memory=512)
    batch = sessions(vm, seed)
    found = {}

    def entry(stop):
        found["registers"] = registers(stop)
        found["tree"] = device_tree(stop.memory, stop.params)

    def jump(stop):
        assert registers(stop) == found["registers"]
        assert not Mmu(stop.gdb).sctlr & 0b101      # MMU and data cache
        assert [stop.gdb.reg(f"x{n}") for n in (1, 2, 3)] == [0, 0, 0]
        start, end = stop.hop.image_range()
        handed_on = stop.gdb.reg("x0")
        tree = device_tree(stop.memory, handed_on)
        if not edited:
            assert (handed_on, tree) == (stop.params, found["tree"])
            return
        assert start <= handed_on < end
        assert b"luo_payload.result=ok" in tree
        assert but_for_bootargs(tree) == but_for_bootargs(found["tree"])
        assert fdtread.reserved(tree) == fdtread.reserved(found["tree"])

    hop = Hop(vm, images, nonce=nonce, mode="verify",
              **({"verdict": "on"} if edited else {}))
    hop.go("ok", entry=entry, luo_jump_insn=jump)
    level = images.arch.level[2]
    assert found["registers"]["level"] == int(level)
    assert hop.seen(rf"CPU: All CPU\(s\) started at EL{level}")
    check(vm, batch)


def test_a_fault_while_the_mmu_is_off(boot, images, seed, nonce):
    """Nothing can be said yet; the next kernel boots with all its sessions."""
    vm = boot(memory=512)
    batch = sessions(vm, seed)

    def trap(stop):
        assert not Mmu(stop.gdb).on
        stop.gdb.write(stop.gdb.reg(stop.vm.arch.pc), stop.vm.arch.trap_insn)

    hop = Hop(vm, images, nonce=nonce).fire(luo_mmu_start=trap)
    hop.ready()
    assert not hop.seen(r"^luo: ")
    check(vm, batch)
