# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The next kernel, started by luo.efi after a reset with RAM kept.

The RAM is that of a real kexec: one kernel made sessions and handed over, the
payload reset the machine. Then firmware starts on that RAM.
"""

import pytest
from conftest import STATES
from guest import check, command_line, retrieve_fails

pytestmark = pytest.mark.everywhere
ENOENT = 2
PLATFORM = "cat /sys/firmware/efi/fw_platform_size"


@pytest.fixture
def boot(images, application, volume, start):
    """`luo.efi boot` of the test kernel, with options of its own."""
    def go(ram, options="", more="", kernel=None, **machine):
        files = volume({"kernel.img": kernel or images.kernel,
                        "initrd.img": images.initrd(1)})
        cmdline = command_line(images.arch, 2, more)
        return start(ram, application=application, volume=files, arguments=(
            rf"boot --kernel \kernel.img --initrd \initrd.img {options} "
            f'--cmdline "{cmdline}"'), **machine)
    return go


@pytest.mark.parametrize("name, options, verdict", [
    ("sound", "", "ok"), ("empty-tail", "--mode compact", "repaired")])
def test_sessions_are_back(arch, boot, state, name, options, verdict):
    """On OVMF, and on AAVMF with ACPI."""
    vm = boot(state(name), options)
    vm.expect(rf"luo: {verdict} abi=luo-v5 kho=kho-v4 sessions="
              rf"{STATES[name].count} ")
    vm.ready(2)
    check(vm, STATES[name])
    # the kernel has firmware's tables: the way in was that of EFI
    assert vm.command(PLATFORM).text() == ["64"]


@pytest.mark.only("aarch64")
def test_sessions_are_back_with_a_device_tree(arch, boot, state):
    vm = boot(state("sound"), devicetree=True)
    vm.expect(r"luo: ok ")
    vm.ready(2)
    check(vm, STATES["sound"])
    assert vm.command("cat /proc/device-tree/model").rc == 0


@pytest.mark.only("x86_64")
def test_kaslr(arch, boot, state):
    """The decompressor finds its place inside scratch."""
    vm = boot(state("sound"), more="kaslr")
    vm.ready(2)
    check(vm, STATES["sound"])


def test_without_a_state(arch, boot, ram):
    """Nothing in RAM: a line, and an ordinary boot."""
    vm = boot(ram)
    vm.expect(r"luo: none abi=- kho=- ")
    vm.expect(r"luo: no state: the next kernel starts without KHO")
    vm.ready(2)
    retrieve_fails(vm, STATES["sound"], ENOENT)


@pytest.mark.parametrize("policy", ["drop", "drop-luo"])
def test_dropped(arch, boot, state, policy):
    """What is wrong with the sessions is hidden as asked for."""
    vm = boot(state("empty-tail"), f"--onerror {policy}")
    vm.expect(r"LUO-S06 panic: ")
    vm.expect(r"luo: errors ")
    vm.expect(r"luo: dropped: the next kernel "
              + ("sees KHO without LUO" if policy == "drop-luo"
                 else "does not see KHO"))
    vm.ready(2)
    retrieve_fails(vm, STATES["empty-tail"], ENOENT)


def test_passed_as_it_is(arch, boot, state):
    """onerror=pass, the default: the next kernel does what was foretold."""
    vm = boot(state("empty-tail"))
    vm.allow.append(r"Kernel panic")
    vm.expect(r"LUO-S06 panic: ")
    vm.expect(r"Kernel panic - not syncing: .*incoming")
