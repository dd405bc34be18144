# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo_onerror: what becomes of a state with errors when U-Boot starts the next kernel.

On arm64 a kernel has kexeced U-Boot, on x86_64 U-Boot is the firmware behind a reset between two
kernels. What is typed there, and what must come of it, is the same.
"""

from contextlib import ExitStack

import pytest

from damage import duplicate_name
from guest import Batch, command_line, create, retrieve_fails
from images import build_folder
from test_uboot import load_kernel
from test_uboot_x86_64 import MEMORY, FileSystem, first_kernel, load, reset_between
from uboot import Firmware, UbootImages, disk, kexec_into

pytestmark = pytest.mark.everywhere
ROM = "u-boot.rom"
EIO, ENOENT = 5, 2


@pytest.fixture
def prompt(request, arch, boot, images, work, seed):
    """U-Boot at its prompt on a state, which `entry` has damaged in front of it: the machine, the
    batch, U-Boot, and luo boot's arguments."""
    batch, machines = Batch("vm", 0, 4, 1, 4096, seed), ExitStack()

    def verified(uboot, damaged):
        """luo verify, which tells where a kernel can be loaded to."""
        assert uboot.ok("luo verify") is not damaged

    def kexeced(**at):
        uboot_images = UbootImages(arch, images.folder / "uboot", images.kernel)
        vm = boot(images=uboot_images, extra=disk(work / "disk", images.kernel), memory=512)
        create(vm, batch)
        _, uboot = kexec_into(vm, uboot_images, **at)
        verified(uboot, bool(at))
        return vm, uboot, load_kernel(uboot, images.kernel)

    def reset(**at):
        old = first_kernel(boot, ROM)
        create(old, batch)
        files = [images.kernel, images.initrd(1)]
        volume = FileSystem(work, files)
        log = build_folder() / f"qemu/uboot-{request.node.name}.log"
        vm = machines.enter_context(Firmware(
            arch, reset_between(old, images, work, **at), log, memory=MEMORY, rom=ROM,
            extra=volume.options))
        uboot = vm.uboot()
        verified(uboot, bool(at))
        words = load(uboot, volume, files)
        uboot.run(f"setenv bootargs '{command_line(arch, 2, 'disable_mtrr_trim')}'")
        return vm, uboot, words

    def go(**at):
        vm, uboot, words = (kexeced if arch.name == "aarch64" else reset)(**at)
        return vm, batch, uboot, words

    with machines:
        yield go


def test_onerror(prompt):
    """Those that start nothing first, then drop-luo: memory stays reserved, sessions are gone."""
    vm, batch, uboot, kernel = prompt(entry=duplicate_name)
    for word, line in (("halt", "luo: halted: the kernel is not started"),
                       ("none-such", "luo: luo_onerror=none-such is none of pass, drop, drop-luo, "
                                     "halt, reset")):
        uboot.run(f"setenv luo_onerror {word}")
        assert line in uboot.run(f"luo boot {kernel}")
    uboot.run("setenv luo_onerror drop-luo")
    since = len(vm.lines)
    vm.send(f"luo boot {kernel}")
    vm.ready(2)
    text = "\n".join(vm.lines[since:])
    assert "luo: dropped: the next kernel sees KHO without LUO" in text
    assert "KHO: found kexec handover data" in text
    assert "Retrieved live update data" not in text
    retrieve_fails(vm, batch, ENOENT)


@pytest.mark.parametrize("onerror, errno", [("pass", EIO), ("drop", ENOENT)])
def test_onerror_that_starts_the_kernel(prompt, onerror, errno):
    vm, batch, uboot, kernel = prompt(entry=duplicate_name)
    uboot.run(f"setenv luo_onerror {onerror}")
    since = len(vm.lines)
    vm.send(f"luo boot {kernel}")
    vm.ready(2)
    found = "KHO: found kexec handover data" in "\n".join(vm.lines[since:])
    assert found == (onerror == "pass")
    retrieve_fails(vm, batch, errno)


def test_onerror_reset(prompt):
    vm, _, uboot, kernel = prompt(entry=duplicate_name)
    uboot.run("setenv luo_onerror reset")
    vm.send(f"luo boot {kernel}")
    assert vm.qmp.wait_event("SHUTDOWN")["reason"] == "guest-reset"


def test_a_kernel_that_will_not_take_the_state(prompt):
    """What luo boot knows of the next kernel counts as errors of the state do."""
    _, _, uboot, kernel = prompt()
    uboot.run("setenv luo_onerror halt; setenv bootargs quiet")
    lines = uboot.run(f"luo boot {kernel}")
    assert [line[:7] for line in lines if line.startswith("LUO-B")] == ["LUO-B09", "LUO-B10"], lines
    assert "luo: halted: the kernel is not started" in lines
