# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Machines of all kinds, more than one hop, a crash, a fault in the payload.
"""

import re

import pytest

from console import FAULT
from guest import Batch, check, create, finish, retrieve_fails
from kexec import Hop
from state import SESSIONS_PER_BLOCK

GIB = 1 << 30
LA57 = 1 << 12      # of CR4
ENOENT = 2


def hop_with_sessions(vm, images, seed, nonce, facts=lambda stop: None,
                      **options):
    """52 sessions through the payload and back.

    Gives back the hop, and `facts` of the machine at the payload's entry.
    """
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK + 1, 1, 8192, seed)
    create(vm, batch)
    found = []
    hop = Hop(vm, images, nonce=nonce, **options)
    hop.go("ok", entry=lambda stop: found.append(facts(stop)))
    check(vm, batch)
    return hop, found[0]


@pytest.mark.only("x86_64")
@pytest.mark.parametrize("cpu, la57", [
    ("max", True), ("max,la57=off", False), ("qemu64", False)])
def test_cpu(boot, images, seed, nonce, cpu, la57):
    vm = boot(cpu=cpu)
    _, cr4 = hop_with_sessions(vm, images, seed, nonce, mode="compact",
                               facts=lambda stop: vm.control("CR4"))
    assert bool(cr4 & LA57) == la57


def test_kaslr(boot, images, seed, nonce):
    vm = boot(kaslr=True)
    hop, _ = hop_with_sessions(vm, images, seed, nonce, kaslr=True)
    assert hop.seen(images.arch.kaslr), "the next kernel did not move"


@pytest.mark.only("x86_64")
def test_efi(boot, images, seed, nonce):
    """The first kernel comes from UEFI; the next one gets its tables too.

    For arm64 see test_aarch64.py.
    """
    vm = boot(extra=("-drive", "if=pflash,format=raw,readonly=on,"
                     f"file={images.arch.firmware}"))
    size = "cat /sys/firmware/efi/fw_platform_size"
    assert vm.command(size).text() == ["64"]
    hop_with_sessions(vm, images, seed, nonce, mode="compact")
    assert vm.command(size).text() == ["64"]


def test_image_above_4_gib(boot, images, seed, nonce):
    """Only the node's scratch area has a size, and it lies high."""
    vm = boot("kho_scratch=0,0,256M", memory=6144)
    hop, _ = hop_with_sessions(vm, images, seed, nonce, mode="compact")
    for place in (hop.kernel, hop.params, hop.initrd):
        assert place.pa >= 4 * GIB, f"{place.pa:#x}"


def test_state_above_4_gib(boot, images, seed, nonce):
    """The processor's own memory lies high, so that all blocks do."""
    vm = boot(memory=8192, nodes=2, home=1)
    _, found = hop_with_sessions(
        vm, images, seed, nonce, mode="compact", facts=lambda stop: [
            *(block.pa for block in stop.state.session_blocks()),
            *(session.files for session in stop.state.sessions())])
    assert all(pa >= 4 * GIB for pa in found), [hex(pa) for pa in found]


@pytest.mark.parametrize("nodes, smp", [(2, 2), (1, 2)])
def test_nodes_and_processors(boot, images, seed, nonce, nodes, smp):
    vm = boot(nodes=nodes, smp=smp)
    _, scratch = hop_with_sessions(vm, images, seed, nonce, mode="compact",
                                   facts=lambda stop: stop.state.scratch())
    assert len(scratch) == nodes + 2
    online = vm.command("cat /sys/devices/system/cpu/online").text()
    assert online == [f"0-{smp - 1}"]


@pytest.mark.everywhere
def test_three_kernels_two_payloads(boot, images, seed, nonce):
    vm = boot(kernels=3)
    first = Batch("one", 0, SESSIONS_PER_BLOCK, 1, 8192, seed)
    create(vm, first)
    vm.command("dup one-0", rc=17)
    verdict = Hop(vm, images, 2, nonce=nonce + "a", mode="compact").go(
        "repaired")
    assert verdict["blocks"] == (2, 1)
    check(vm, first)
    finish(vm, first)
    second = Batch("two", 0, 5, 2, 4096, seed)
    create(vm, second)
    verdict = Hop(vm, images, 3, nonce=nonce + "b").go("ok")
    assert verdict["sessions"] >= second.count
    check(vm, second)


@pytest.mark.everywhere
def test_crash(boot, images, seed):
    """The payload keeps out of a crash kernel's way."""
    vm = boot("crashkernel=160M")
    create(vm, Batch("vm", 0, 3, 1, 8192, seed))
    hop = Hop(vm, images)
    vm.command(f"load /{images.arch.wrapped} /initrd crash {hop.cmdline}")
    vm.allow += [r"Kernel panic", r"\bOops\b", r"\bBUG: "]
    vm.send("crash")
    vm.expect(r"Kernel panic - not syncing: sysrq triggered crash")
    hop.since = len(vm.lines)
    vm.expect(r"^luo: .*\boff\b")
    vm.allow.clear()
    vm.expect(images.arch.crash)
    hop.ready()
    assert len(hop.seen(r"^luo: ")) == 1, hop.seen(r"^luo: ")


def trap(stop):
    """Puts an invalid instruction where the payload starts to look."""
    address = stop.hop.symbol("luo_inspect")
    stop.gdb.write(address, stop.vm.arch.trap_insn)
    return address, None, stop.vm.arch.trap_vector


def lost(stop):
    """Sends the payload to an address that no one maps."""
    address = stop.vm.arch.unmapped
    stop.gdb.set_reg(stop.vm.arch.pc, address)
    return address, address, stop.vm.arch.page_fault_vector


def field(line, name):
    return int(re.search(rf"\b{name}=(\S+)", line)[1], 0)


@pytest.mark.levels(onerror=["pass"])
@pytest.mark.parametrize("fault, onerror", [
    (trap, "pass"), (lost, "pass"), (trap, "drop")])
def test_fault_in_the_payload(boot, images, seed, nonce, fault, onerror):
    """One line, with pc counted from the load address; then onerror."""
    vm = boot()
    vm.allow.append(FAULT)
    batch = Batch("vm", 0, 3, 1, 8192, seed)
    create(vm, batch)
    expected = []
    hop = Hop(vm, images, nonce=nonce, onerror=onerror)
    hop.fire(luo_inspect=lambda stop: expected.append(fault(stop)))
    hop.ready()
    (line,) = hop.seen(FAULT)
    assert re.findall(r"(\w+)=", line) == list(images.arch.fault_fields), line
    pc, address, vector = expected[0]
    assert field(line, "vector") == vector, line
    assert field(line, "pc") == (pc - hop.kernel.pa) % (1 << 64), line
    assert address is None or field(line, "addr") == address, line
    if onerror == "pass":
        check(vm, batch)
    else:
        retrieve_fails(vm, batch, ENOENT)
