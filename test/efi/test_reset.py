# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A live update through a reset of the machine, in one QEMU from end to end.

Firmware starts luo.efi, which finds no state and starts the kernel plainly.
That kernel makes sessions and kexecs into the payload, which verifies, leaves
an anchor and resets the machine. Firmware starts the same luo.efi again, and
this time it finds the anchor.
"""

import re
from collections import Counter
from dataclasses import dataclass

import pytest
from anchor import MAGIC, sealed
from firmware import BOARDS
from guest import Batch, check, command_line, create, retrieve_fails
from kexec import Hop
from state import PAGE

ANCHOR = re.compile(
    r"luo: anchor at (0x[0-9a-f]+): live update (\d+), pages=(\d+) "
    r"trodden=(\d+) unchecked=(\d+)")
TRODDEN = re.compile(
    r"luo: trodden on: (?P<what>[^:]+): (?P<owner>.+): (?P<pages>\d+) pages? "
    r"(at|from) (?P<pa>0x[0-9a-f]+)")


def anchor_of(stop):
    """(address, bytes) of the anchor that the payload has written."""
    for start, size in stop.state.scratch():
        for pa in range(start, start + size, PAGE):
            if stop.memory.read(pa, 16) == MAGIC:
                return pa, stop.memory.read(pa, stop.memory.u64(pa + 32))
    raise AssertionError("no anchor in any scratch area")


@pytest.fixture
def begin(images, application, volume, ram, start):
    """A machine whose firmware starts `luo.efi boot`, up to its first
    kernel."""
    def go(options="", sizing=True):
        files = volume({"kernel.img": images.kernel,
                        "initrd.img": images.initrd(2)})
        cmdline = command_line(
            images.arch, 1, BOARDS[images.arch.name].keep_off if sizing else "")
        vm = start(ram, application=application, volume=files, resets=True,
                   arguments=rf"boot --kernel \kernel.img --initrd "
                   rf'\initrd.img {options} --cmdline "{cmdline}"')
        vm.expect(r"luo: no state: the next kernel starts without KHO")
        vm.ready(1)
        return vm
    return go


def reset(vm, images, nonce, action=lambda stop: None, verdict="ok", **params):
    """From the old kernel into the payload, and on into the reset; `action`
    is called between the two."""
    hop = Hop(vm, images, nonce=nonce, then="reset", **params)
    hop.fire(luo_reset=action)
    found = hop.expect_verdict(verdict)
    anchor = vm.expect(r"luo: anchor (of all pages )?at (0x[0-9a-f]+)")
    vm.expect(r"luo: reset")
    return found, int(anchor[2], 16)


@pytest.mark.only("x86_64")
@pytest.mark.parametrize("digest_of", ["meta", "all"])
def test_sessions_are_back(arch, begin, images, nonce, seed, digest_of):
    vm = begin()
    batch = Batch("vm", 0, 60, 1, 8192, seed)
    create(vm, batch)
    verdict, at = reset(vm, images, nonce, digest=digest_of)
    anchor = vm.expect(ANCHOR)
    assert int(anchor[1], 16) == at and int(anchor[2]) == 1
    assert int(anchor[3]) == verdict["pages"] and anchor[4] == "0"
    assert (anchor[5] == "0") == (digest_of == "all")
    vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.ready(1)
    check(vm, batch)


@pytest.mark.only("x86_64")
def test_compacted_by_firmwares_side(arch, begin, images, nonce, seed):
    """The payload only looks; luo.efi drops the empty block, and that is not
    taken for damage."""
    vm = begin("--mode compact")
    batch = Batch("vm", 0, 51, 1, 8192, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    reset(vm, images, nonce, verdict="errors", digest="all")
    assert vm.expect(ANCHOR)[4] == "0"
    vm.expect(rf"luo: repaired abi=luo-v5 kho=kho-v4 sessions={batch.count} "
              r"files=51 blocks=2->1 ")
    vm.ready(1)
    check(vm, batch)


# what was trodden on

@dataclass(frozen=True)
class Owner:
    what: str
    name: str


def owners(state):
    """{page: Owner} of all that is preserved, and of the map's nodes."""
    found = {}

    def own(pa, size, what, name):
        for page in range(pa & -PAGE, pa + size, PAGE):
            found[page] = Owner(what, name)

    own(state.fdt, PAGE, "KHO FDT", "KHO FDT")
    for name, pa in state.blobs().items():
        own(pa, PAGE, *(("LUO container",) * 2 if name == "LUO"
                        else ("data of a sub-node", "KHO FDT")))
    if state.flb():
        own(state.flb(), PAGE, "FLB area", "LUO container")
    for node in state.map().nodes():
        own(node, PAGE, "node of the preserved-memory map",
            "preserved-memory map")
    for number, block in enumerate(state.session_blocks()):
        own(block.pa, PAGE, "session block", f"session block {number}")
    orders = dict(state.preserved())
    for session in state.sessions():
        of = f"of session '{session.name}'"
        for number, block in enumerate(state.chain(session.files)):
            own(block.pa, PAGE, "file block", f"file block {number} {of}")
        for number, file in enumerate(state.files(session)):
            name = f"file {number} {of}"
            own(file.data, PAGE, "memfd record", name)
            for pa in state.chunks(file):
                own(pa, PAGE, "vmalloc chunk", name)
            for folio in state.folios(file):
                own(folio.record, 1, "folio array", name)
                own(folio.pa, PAGE << orders[folio.pa], "folios", name)
    return found


@pytest.mark.only("x86_64")
def test_without_sizing_the_damage_is_named(arch, begin, images, nonce, seed):
    """Firmware treads on preserved pages; luo.efi names whose, and they are
    those that differ from outside."""
    before, whose = {}, {}

    def look(stop):
        whose.update(owners(stop.state))
        before.update({pa: stop.memory.read(pa, PAGE) for pa in whose})

    vm = begin("--onerror halt", sizing=False)
    create(vm, Batch("vm", 0, 30, 1, 8 << 20, seed))
    reset(vm, images, nonce, look, digest="all")
    vm.expect(ANCHOR)
    lines = vm.lines[:]
    vm.expect(r"luo: errors ")
    vm.expect(r"luo: not booted: onerror=halt")
    damaged = Counter(whose[pa] for pa, data in before.items()
                      if vm.memory.read(pa, PAGE) != data)
    named = {Owner(m["what"], m["owner"]): int(m["pages"])
             for line in lines if (m := TRODDEN.search(line))}
    print(f"{sum(damaged.values())} pages of {len(damaged)} owners")
    assert damaged, "firmware has left everything alone: no test"
    assert named == damaged


@pytest.mark.only("x86_64")
def test_metadata_hit(arch, begin, images, nonce, seed):
    """One bit of a memfd's record: a line, a finding, and the policy."""
    hit = []

    def harm(stop):
        state = stop.state
        hit.append(state.files(state.session("vm-3"))[0].data)
        byte = stop.memory.read(hit[0] + 100, 1)[0]
        stop.memory.write(hit[0] + 100, bytes([byte ^ 1]))

    vm = begin("--onerror drop")
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(vm, batch)
    reset(vm, images, nonce, harm)
    vm.expect(r"luo: trodden on: memfd record: file 0 of session 'vm-3': "
              rf"1 page at {hit[0]:#x}$")
    vm.expect(r"LUO-A05 lose: 1 pages of metadata were trodden on since the "
              rf"reset: file 0 of session 'vm-3' at {hit[0]:#x}$")
    vm.expect(r"luo: errors ")
    vm.expect(r"luo: dropped: the next kernel does not see KHO")
    vm.ready(1)
    retrieve_fails(vm, batch, 2)


def damage(stop):
    """One bit in the middle."""
    pa, data = anchor_of(stop)
    at = len(data) // 2
    stop.memory.write(pa + at, bytes([data[at] ^ 1]))
    return rf"LUO-A01 note: anchor is damaged: boot data at {pa:#x}$"


def age(stop):
    """The anchor of another live update."""
    pa, data = anchor_of(stop)
    stop.memory.write(pa, sealed(data, pa, 7))
    return (r"LUO-A03 note: anchor is stale: it is of live update 7, not of "
            rf"this state: boot data at {pa:#x}$")


def double(stop):
    """An earlier one beside it."""
    pa, data = anchor_of(stop)
    other = pa + (len(data) + 2 * PAGE & -PAGE)
    stop.memory.write(other, sealed(data, other, 0))
    return (rf"LUO-A04 note: there is another anchor at {other:#x}: boot data "
            rf"at {pa:#x}$")


@pytest.mark.only("x86_64")
@pytest.mark.parametrize("harm", [damage, age, double])
def test_anchors(arch, begin, images, nonce, seed, harm):
    """A line each, and what can be had back is had back."""
    told = []
    vm = begin()
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(vm, batch)
    reset(vm, images, nonce, lambda stop: told.append(harm(stop)))
    vm.expect(told[0])
    vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.ready(1)
    check(vm, batch)
