# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Machines and kernels that only arm64 has: UEFI with ACPI, interrupt
controllers, page sizes, compressed kernels. For its MMU see test_mmu.py.
"""

import pytest

import fdtread
from arch import EL2_CPU
from bootdata import device_tree
from guest import Batch, check, create
from images import Images
from kexec import Hop
from state import SESSIONS_PER_BLOCK

pytestmark = pytest.mark.only("aarch64")


def sessions(vm, seed, count=SESSIONS_PER_BLOCK + 1):
    batch = Batch("vm", 0, count, 1, 8192, seed)
    create(vm, batch)
    return batch


def firmware(arch):
    return ("-drive",
            f"if=pflash,format=raw,readonly=on,file={arch.firmware}")


@pytest.mark.levels(more=[""])
@pytest.mark.parametrize("more", ["", ",acpi=off"])
def test_efi(boot, images, seed, nonce, more):
    """The first kernel comes from UEFI, which tells what memory there is.

    With ACPI the device tree has nothing but /chosen.
    """
    vm = boot(machine=images.arch.machine + more, extra=firmware(images.arch))
    batch = sessions(vm, seed)
    trees = []
    hop = Hop(vm, images, nonce=nonce, mode="compact")
    hop.go("ok", entry=lambda stop: trees.append(
        fdtread.parse(device_tree(stop.memory, stop.params))))
    level = images.arch.level[2]
    assert hop.seen(rf"CPU: All CPU\(s\) started at EL{level}")
    assert "linux,uefi-mmap-start" in trees[0].children["chosen"].props
    assert (list(trees[0].children) == ["chosen"]) == (not more)
    assert vm.command("cat /sys/firmware/efi/fw_platform_size").text() == ["64"]
    check(vm, batch)


@pytest.mark.levels
def test_console_and_reset_from_acpi(boot, images, seed, nonce):
    """The console's name leads to the SPCR, reset to the FADT's conduit."""
    vm = boot(extra=firmware(images.arch))
    sessions(vm, seed)
    hop = Hop(vm, images, nonce=nonce, console="ttyAMA0", then="reset").fire()
    hop.expect_verdict("ok")
    assert vm.qmp.wait_event("SHUTDOWN")["reason"] == "guest-reset"
    assert not hop.seen(r"Linux version")


@pytest.mark.long
@pytest.mark.levels
@pytest.mark.parametrize("gic", [2, 3])
def test_interrupt_controller(boot, images, seed, nonce, gic):
    vm = boot(machine=f"{images.arch.machine},gic-version={gic}", smp=2)
    batch = sessions(vm, seed)
    Hop(vm, images, nonce=nonce, mode="compact").go("ok")
    check(vm, batch)


def test_an_efi_zboot_kernel(boot, images, seed, nonce, work):
    """What distributions install: luo wrap unpacks it."""
    zboot = Images(images.arch, work,
                   next_kernel=images.kernel.parent / "vmlinuz.efi")
    vm = boot(images=zboot)
    batch = sessions(vm, seed)
    Hop(vm, zboot, nonce=nonce).go("ok")
    check(vm, batch)


@pytest.mark.long
@pytest.mark.parametrize("version", ["7.3-16k"])
@pytest.mark.parametrize("empty", [False, True])
def test_pages_of_16_kib(boot, images, seed, nonce, empty):
    """204 sessions to a block."""
    vm = boot(cpu=EL2_CPU)
    batch = sessions(vm, seed, 204)
    if empty:
        vm.command("dup vm-0", rc=17)
    found = {}

    def look(stop):
        found["page"] = stop.state.page
        found["pages"] = stop.state.preserved_pages()

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired" if empty else "ok", entry=look)
    assert found == {"page": 16384, "pages": verdict["pages"]}
    assert verdict | {"sessions": 204, "files": 204,
                      "blocks": (2, 1) if empty else (1, 1)} == verdict
    check(vm, batch)
