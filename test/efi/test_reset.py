# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A live update through a reset of the machine, in one QEMU from end to end.

Firmware starts luo.efi, which finds no state and starts the kernel plainly.
That kernel makes sessions and kexecs into the payload, which verifies, leaves
an anchor and resets the machine. Firmware starts the same luo.efi again, and
this time it finds the anchor.
"""

import pytest

import sizing
from firmware import MEMORY, MIB
from guest import Batch, check, command_line, create, retrieve_fails
from kexec import VERDICT, Hop, parse_verdict
from reset import (ANCHOR, Watch, age, damage, double, hit_map, hit_record, hit_version, named,
                   reset)
from test_sizing import usable
from test_state import COMPROMISED, script

pytestmark = pytest.mark.everywhere
TREE = "/proc/device-tree"
PANIC = r"Kernel panic"
# of a state, by the kernel that takes it, before anybody asks for a session
USED_UP = {"LUO container", "node of the preserved-memory map"}


def sizing_words(images, acpi=True):
    """(option of luo.efi boot, kernel parameters) that keep this firmware off: on arm64 luo.efi has
    the ranges reserved, for which a machine with ACPI needs acpi=force."""
    found = sizing.measured(sizing.UEFI[images.arch.name], images.folder)
    if not found["reserve"]:
        return "", " ".join(found["parameters"])
    return found["reserve"], found["parameters"][-1] + (" acpi=force" if acpi else "")


@pytest.fixture
def begin(images, application, volume, ram, start):
    """A machine whose firmware starts `luo.efi boot`, up to its first kernel; with `policies` its
    shell does, for each in turn."""
    def go(options="", sized=True, more="", policies=(), **machine):
        files = {"kernel.img": images.kernel, "initrd.img": images.initrd(2)}
        acpi = not machine.get("devicetree")
        option, words = sizing_words(images, acpi) if sized else ("", "")
        cmdline = command_line(images.arch, 1, f"{words} {more}", kaslr=sized)
        boot = (rf"boot --kernel \kernel.img --initrd \initrd.img {option} {options} "
                f'--cmdline "{cmdline}"')
        if policies:
            files |= {"luo.efi": application, "startup.nsh": script(
                {policy: f"{boot} --onerror {policy}" for policy in policies})}
        else:
            machine |= {"application": application, "arguments": boot}
        vm = start(ram, volume=volume(files), resets=True, **machine)
        vm.expect(r"luo: no state: the next kernel starts without KHO")
        vm.ready(1)
        return vm
    return go


@pytest.mark.parametrize("digest_of, size", [("meta", 8192), ("all", 1 << 20)])
def test_sessions_are_back(arch, begin, images, nonce, seed, digest_of, size):
    vm = begin()
    batch = Batch("vm", 0, 60, 1, size, seed)
    create(vm, batch)
    verdict, at = reset(vm, images, nonce, digest=digest_of)
    anchor = vm.expect(ANCHOR)
    assert int(anchor[1], 16) == at and int(anchor[2]) == 1
    assert int(anchor[3]) == verdict["pages"] and anchor[4] == "0"
    assert (anchor[5] == "0") == (digest_of == "all")
    vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.ready(1)
    check(vm, batch)


def test_a_second_update(arch, begin, images, nonce, seed, tmp_path):
    """The kernel behind the reset is kept off like the first, so its own sessions survive the next
    one: neither the anchor that is used up nor what the variable has of the first is in the way."""
    vm = begin(variables=tmp_path / "vars")
    for number in (1, 2):
        batch = Batch("vm", 100 * number, 20, 1, 1 << 18, seed)
        create(vm, batch)
        since = len(vm.lines)
        verdict, at = reset(vm, images, nonce, digest="all")
        anchor = vm.expect(ANCHOR)
        assert [int(anchor[group], 0) for group in range(1, 6)] == [
            at, number, verdict["pages"], 0, 0], anchor[0]
        found = parse_verdict(vm.expect(VERDICT)[0])
        assert [found[name] for name in ("verdict", "sessions", "files")] == [
            "ok", batch.count, batch.count], vm.lines[since:]
        assert not any("LUO-A" in line for line in vm.lines[since:])
        vm.ready(1)
        check(vm, batch)


def free(vm):
    """[start, end) of all that the kernel allocates from."""
    ram, taken = usable(vm)
    found = []
    for at, end in ram:
        for start, stop in sorted(taken):
            if at < stop and start < end:
                found.append((at, start))
                at = stop
        found.append((at, end))
    return [(start, end) for start, end in found if start < end]


def assert_reserved(vm, images):
    """Each range of --reserve is in the kernel's device tree, beside what QEMU has put there, and
    the kernel allocates nothing from it."""
    option, _ = sizing_words(images)
    parts = free(vm)
    assert sum(end - start for start, end in parts) > MEMORY * MIB // 2, parts
    for word in option.split()[1].split(","):
        start, size = (int(number, 16) for number in word.split("+"))
        vm.command(f"cat {TREE}/reserved-memory/luo-firmware@{start:x}/reg")
        assert not any(a < start + size and start < b for a, b in parts), (word, parts)
    vm.command(f"cat {TREE}/model")


@pytest.mark.only("aarch64")
def test_reserved_with_a_device_tree(arch, begin, images, nonce, seed):
    """Where firmware hands over a machine's device tree, not ACPI: --reserve adds to that. The
    kernel of a cold boot keeps to it, the one behind the reset, and one that this kexecs."""
    vm = begin(devicetree=True)
    assert_reserved(vm, images)
    batch = Batch("vm", 0, 20, 1, 1 << 18, seed)
    create(vm, batch)
    reset(vm, images, nonce, digest="all")
    assert vm.expect(ANCHOR)[4] == "0"
    vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.ready(1)
    assert_reserved(vm, images)
    check(vm, batch)
    Hop(vm, images, nonce=nonce).go()
    assert_reserved(vm, images)


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


def test_without_sizing_the_damage_is_named(arch, begin, images, nonce, seed):
    """Firmware treads on preserved pages; luo.efi names whose, and they are
    those that differ from outside."""
    watch = Watch()
    vm = begin("--onerror halt", sized=False)
    create(vm, Batch("vm", 0, 30, 1, 8 << 20, seed))
    reset(vm, images, nonce, watch.look, digest="all")
    vm.expect(ANCHOR)
    lines = vm.lines[:]
    vm.expect(r"luo: (errors|refused) ")    # refused: it may have been the container
    vm.expect(r"luo: not booted: onerror=halt")
    damaged = watch.damaged(vm.memory)
    print(f"{sum(damaged.values())} pages of {len(damaged)} owners")
    assert damaged, "firmware has left everything alone: no test"
    assert named(lines) == damaged


def test_metadata_hit(arch, begin, images, nonce, seed):
    """One bit of a memfd's record: a line, a finding, and the policy."""
    told = []
    vm = begin("--onerror drop")
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(vm, batch)
    reset(vm, images, nonce, lambda stop: told.extend(hit_record(stop, "vm-3")))
    for line in told:
        vm.expect(line)
    vm.expect(r"luo: errors ")
    vm.expect(r"luo: dropped: the next kernel does not see KHO")
    vm.ready(1)
    retrieve_fails(vm, batch, 2)


@pytest.mark.parametrize("policy, hit, verdict, why", [
    ("drop-luo", hit_map, "errors", "needs a state"),
    ("halt", hit_version, "refused", "")])
def test_hit_and_not_booted(arch, begin, images, nonce, seed, policy, hit, verdict, why):
    """What the map says is not believed any more, though it could be read: with drop-luo memory has
    to stay reserved. And a version that nobody knows is handed on untouched, but not this one."""
    told = []
    vm = begin(f"--onerror {policy}")
    create(vm, Batch("vm", 0, 5, 1, 8192, seed))
    reset(vm, images, nonce, lambda stop: told.extend(hit(stop, "vm-3")))
    for line in told:
        vm.expect(line)
    vm.expect(rf"luo: {verdict} ")
    assert f"not booted: onerror={policy} {why}".strip() in vm.expect(
        r"luo: (not booted: .*|dropped: .*|starting .*)")[1]


def test_metadata_hit_and_nothing_given_up(arch, begin, images, nonce, seed):
    """With halt nothing is started, and whoever started luo.efi is told by the status. State and
    anchor are what they were: with pass the same is found, and handed on as it is."""
    told, watch = [], Watch()
    vm = begin(policies=("halt", "pass"))
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(vm, batch)

    def harm(stop):
        told.extend(hit_record(stop, "vm-3"))
        watch.look(stop)

    verdict, _ = reset(vm, images, nonce, harm)
    for last in (r"luo: not booted: onerror=halt$", r"luo: starting the next kernel$"):
        for line in told:
            vm.expect(line)
        found = parse_verdict(vm.expect(VERDICT)[0])
        assert [found[name] for name in ("verdict", "sessions", "files", "pages")] == [
            "errors", *(verdict[name] for name in ("sessions", "files", "pages"))]
        vm.expect(last)
    vm.ready(1)
    assert f"luotest-status-halt:{COMPROMISED}" in [line.strip() for line in vm.lines]
    assert {owner.what for owner in watch.damaged(vm.memory)} <= USED_UP
    check(vm, batch)


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


def test_not_handed_on_twice(arch, begin, images, nonce, seed, tmp_path):
    """The next kernel dies of the state (an empty block, with Linux 7.3) and resets the machine.
    The state is still in memory, and found without its anchor, which is used up; firmware's
    variable tells that it was handed on, so that this does not go on for ever."""
    vm = begin("--onerror pass", variables=tmp_path / "vars", more="panic=-1")
    batch = Batch("vm", 0, 51, 1, 8192, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    reset(vm, images, nonce, verdict="errors")
    vm.expect(rf"luo: errors abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.allow.append(PANIC)
    vm.expect(PANIC)
    vm.expect(r"luo: live update 1 with the KHO FDT at 0x[0-9a-f]+ was handed on already; "
              r"--kho-fdt takes it all the same$")
    vm.expect(r"luo: no state: the next kernel starts without KHO")
    vm.ready(1)
    retrieve_fails(vm, batch, 2)


def test_left_by_a_kernel_that_was_reset(arch, begin, images, nonce, seed):
    """Each kernel keeps a KHO FDT for the one after it from its start on. A reset without a kexec
    leaves that behind, and there is nothing in it to hand on."""
    vm = begin()
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(vm, batch)
    vm.qmp.execute("system_reset")
    vm.expect(r"luo: ok abi=luo-v5 kho=kho-v4 sessions=0 ")
    vm.expect(r"luo: no kernel was about to hand this on: the next one starts without KHO")
    vm.ready(1)
    create(vm, batch)
    reset(vm, images, nonce)
    vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    vm.ready(1)
    check(vm, batch)
