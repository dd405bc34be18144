# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the payload does about a state that it cannot vouch for.

The state is damaged from outside at the payload's first instruction.
luo_payload.onerror= then decides what the next kernel gets to see.
"""

import struct

import pytest

from anchor import MAGIC, sealed
from damage import DAMAGES, duplicate_name
from guest import Batch, check, create, mem_total, retrieve_fails
from kexec import Hop
from state import SESSIONS_PER_BLOCK

EIO, ENOENT = 5, 2
KHO_FOUND = r"KHO: found kexec handover data"
LUO_FOUND = r"Retrieved live update data"


def damaged(boot, images, seed, nonce, onerror):
    """A hop over a state with two sessions of one name, after the verdict."""
    vm = boot()
    batch = Batch("vm", 0, 4, 1, 8 << 20, seed)
    create(vm, batch)
    hop = Hop(vm, images, nonce=nonce, onerror=onerror)
    hop.fire(entry=duplicate_name).expect_verdict("errors")
    return vm, batch, hop


@pytest.mark.everywhere
def test_pass_drop_and_drop_luo_differ(boot, images, seed, nonce):
    total, kho, luo = {}, {}, {}
    for onerror, errno in (("pass", EIO), ("drop", ENOENT),
                           ("drop-luo", ENOENT)):
        vm, batch, hop = damaged(boot, images, seed, nonce, onerror)
        hop.ready()
        total[onerror] = mem_total(vm)
        kho[onerror] = len(hop.seen(KHO_FOUND))
        luo[onerror] = len(hop.seen(LUO_FOUND))
        retrieve_fails(vm, batch, errno)
        if onerror != "pass":
            create(vm, batch)
        vm.close()
    assert kho == {"pass": 1, "drop": 0, "drop-luo": 1}
    assert luo == {"pass": 1, "drop": 0, "drop-luo": 0}
    # what was preserved stays away from the next kernel, or comes back to it
    assert total["drop"] - total["pass"] >= batch.bytes() // 1024, total
    assert total["drop"] - total["drop-luo"] >= batch.bytes() // 1024, total
    assert abs(total["pass"] - total["drop-luo"]) < 1024, total


@pytest.mark.everywhere
def test_halt(boot, images, seed, nonce):
    vm, _, hop = damaged(boot, images, seed, nonce, "halt")
    vm.expect(r"^luo: .*halt")
    gdb = vm.gdb()
    start, end = hop.image_range()
    assert start <= gdb.reg(images.arch.pc) < end
    vm.drain("the halted payload")
    assert not hop.seen(r"Linux version")


@pytest.mark.levels
def test_reset(boot, images, seed, nonce):
    vm, _, hop = damaged(boot, images, seed, nonce, "reset")
    assert vm.qmp.wait_event("SHUTDOWN")["reason"] == "guest-reset"
    assert not hop.seen(r"Linux version")


def test_a_good_state_is_not_dropped(boot, images, seed, nonce):
    vm = boot()
    batch = Batch("vm", 0, 3, 1, 4096, seed)
    create(vm, batch)
    Hop(vm, images, nonce=nonce, onerror="drop").go("ok")
    check(vm, batch)


@pytest.mark.everywhere
@pytest.mark.parametrize("digest", ["meta", "all"])
def test_then_reset(boot, images, seed, nonce, digest):
    """An anchor lies in scratch, sound and where its line says, with a sum of
    every page when that was asked for."""
    vm = boot()
    create(vm, Batch("vm", 0, 3, 1, 4096, seed))
    vm.qmp.execute("set-action", shutdown="pause")  # RAM stays to be read
    scratch = []
    hop = Hop(vm, images, nonce=nonce, then="reset", digest=digest)
    hop.fire(entry=lambda stop: scratch.extend(stop.state.scratch()))
    verdict = hop.expect_verdict("ok")
    line = vm.expect(r"luo: anchor (of all pages )?at (0x[0-9a-f]+)")
    assert vm.qmp.wait_event("SHUTDOWN")["reason"] == "guest-reset"
    assert not hop.seen(r"Linux version")
    pa = int(line[2], 16)
    data = vm.memory.read(pa, vm.memory.u64(pa + 32))
    number, runs, pages = (
        struct.unpack_from("<Q", data, at)[0] for at in (40, 80, 88))
    assert data.startswith(MAGIC) and sealed(data, pa, number) == data
    assert any(start <= pa < start + size for start, size in scratch)
    assert bool(line[1]) == bool(runs) == (digest == "all")
    assert pages == verdict["pages"]


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found(boot, images, seed, nonce, name):
    action, code, severity = DAMAGES[name]
    vm = boot()
    create(vm, Batch("vm", 0, SESSIONS_PER_BLOCK + 2, 1, 4096, seed))
    hop = Hop(vm, images, nonce=nonce, onerror="drop", report="text")
    hop.fire(entry=action)
    hop.expect_verdict("errors")
    hop.ready()
    assert hop.seen(code), hop.seen("luo: ")
    assert severity is None or hop.seen(severity), hop.seen("luo: ")
    assert not hop.seen(KHO_FOUND)
