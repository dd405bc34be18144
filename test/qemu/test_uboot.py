# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot as a stop between two kernels, on arm64: Linux kexecs U-Boot, and `luo boot` starts Linux.

RAM is copied at U-Boot's first instruction and at its last one, and compared: outside of scratch
nothing has changed but the words of the compaction that the host tool plans for the first copy.
"""

import json

import pytest

from damage import duplicate_name
from guest import Batch, check, create, retrieve_fails
from images import ROOT
from kexec import Hop
from memory import diff_pages, diff_words
from plan import changes
from state import SESSIONS_PER_BLOCK
from uboot import UbootImages, disk, kexec_into

# The kernel that comes next: what kexec has loaded is U-Boot, so the host tool cannot tell.
NEXT_KERNEL = ("LUO-K14",)

pytestmark = [pytest.mark.only("aarch64"), pytest.mark.everywhere]


@pytest.fixture
def uboot_images(images, arch):
    return UbootImages(arch, images.folder / "uboot", images.kernel)


@pytest.fixture
def start(boot, uboot_images, work):
    """Boots a kernel whose next one is U-Boot, with the kernel after it on a disk."""
    return lambda **options: boot(
        images=uboot_images, extra=disk(work / "disk", uboot_images.kernel), **options)


def load_kernel(uboot, kernel):
    """Reads the kernel from the disk into scratch; gives back luo boot's argument."""
    blocks = (kernel.stat().st_size + 511) // 512
    assert uboot.ok(f"virtio scan && virtio read ${{luo_load}} 0 {blocks:x}")
    return f"${{luo_load}}:{kernel.stat().st_size:x}"


class Watch:
    """RAM at U-Boot's two ends, and an ELF core of the first."""

    def __init__(self, vm, work):
        self.vm, self.core = vm, work / "core"

    def entry(self, stop):
        self.before = self.vm.snapshot("before")
        self.vm.dump(self.core)
        self.scratch = stop.state.scratch()

    def boot(self, uboot, command):
        """Has U-Boot start the kernel, and stops at the last instructions on the way."""
        at = uboot.relocated("armv8_switch_to_el2")
        gdb = self.vm.gdb()
        gdb.break_at(at)
        gdb.resume()
        self.vm.send(command)
        self.vm.wait_stop("U-Boot's jump")
        gdb.unbreak(at)
        self.after = self.vm.snapshot("after")
        self.vm.release_gdb()

    def outside(self):
        """Pages outside of scratch that changed."""
        pages = diff_pages(self.before, self.after)
        assert pages, "nothing ran"
        return [page for page in pages
                if not any(pa <= page < pa + size for pa, size in self.scratch)]


def between_two_kernels(start, uboot_images, seed, work, empty):
    vm = start(memory=512)
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK, 2, 8192, seed)
    create(vm, batch)
    if empty:
        vm.command("dup vm-0", rc=17)
    watch = Watch(vm, work)
    _, uboot = kexec_into(vm, uboot_images, entry=watch.entry)
    host = json.loads(uboot_images.luo("verify", "--json", watch.core, status=4 if empty else 0))
    verdict, lines = uboot.verdict()
    assert uboot.ok("luo verify") is not empty
    for name in ("sessions", "files", "pages"):
        assert verdict[name] == host["totals"][name], lines
    findings = [found for found in host["findings"] if found["code"] not in NEXT_KERNEL]
    assert verdict["findings"] == len(findings), (lines, findings)
    assert [uboot.variable(name) for name in ("luo_status", "luo_sessions", "luo_findings")] == [
        host["verdict"], str(batch.count), str(len(findings))]
    plan = json.loads(uboot_images.luo("compact", "-n", "--json", watch.core,
                                       status=1 if empty else 0))["plan"]
    assert bool(plan) == empty
    verdict, lines = uboot.verdict("luo compact")
    assert verdict["verdict"] == ("repaired" if empty else "ok"), lines
    kernel = load_kernel(uboot, uboot_images.kernel)
    watch.boot(uboot, f"luo boot {kernel}")
    assert diff_words(watch.before, watch.after, watch.outside()) == changes(watch.before, plan)
    vm.ready(2)
    check(vm, batch)


@pytest.mark.parametrize("version, empty", [("7.3", False), ("7.1-v3", False)])
def test_between_two_kernels(start, uboot_images, seed, work, version, empty):
    between_two_kernels(start, uboot_images, seed, work, empty)


@pytest.mark.levels
def test_at_every_exception_level(start, uboot_images, seed, work):
    """U-Boot is entered at the level that the kernel ran at: EL2 with virtualization=on."""
    between_two_kernels(start, uboot_images, seed, work, True)


def lab_script():
    """The lines of the bring-up lab's script in docs/uboot.md."""
    text = (ROOT / "docs/uboot.md").read_text(encoding="utf-8")
    _, _, text = text.partition("## Example: a bring-up lab")
    lines = [line.strip() for line in text.partition("\n## ")[0].splitlines()
             if line.startswith("    ")]
    assert lines[-1] == "run luo_lab", lines
    return lines


@pytest.mark.parametrize("hopeless", [False, True])
def test_the_lab_script_of_the_docs(start, uboot_images, seed, hopeless):
    """It mends an empty block; on a duplicate name it falls back to a kernel without the state."""
    vm = start(memory=512)
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK, 1, 4096, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    _, uboot = kexec_into(vm, uboot_images, **({"entry": duplicate_name} if hopeless else {}))
    size = uboot_images.kernel.stat().st_size
    uboot.run(f"setenv blocks {(size + 511) // 512:x}; setenv size {size:x}")
    *script, go = lab_script()
    for line in script:
        uboot.run(line)
    since = len(vm.lines)
    vm.send(go)
    vm.ready(2)
    printed = [line.strip() for line in vm.lines[since:]]
    assert "KTAP version 1" in printed
    assert any(line.startswith("not ok ") for line in printed)
    assert any(line.startswith("lab: state is errors") for line in printed) == hopeless
    if hopeless:
        retrieve_fails(vm, batch, 2)
    else:
        check(vm, batch)


def test_a_kernel_outside_of_scratch_is_not_started(start, uboot_images, seed):
    vm = start(memory=512)
    batch = Batch("vm", 0, 3, 1, 4096, seed)
    create(vm, batch)
    _, uboot = kexec_into(vm, uboot_images)
    lines = uboot.run("luo boot 40400000:1000")
    assert any("is in no scratch area" in line for line in lines), lines
    lines = uboot.run("luo verify 10000")
    assert any("is not in RAM" in line for line in lines), lines
    lines = uboot.run("luo list")
    assert [line for line in lines if line.startswith("0 'vm-0' files=1")], lines
    assert any(line.startswith("scratch list") for line in uboot.run("luo info"))
    at = int(uboot.variable("luo_load"), 16)
    uboot.run(f"mw.l {at:x} edfe0dd0; mw.l {at + 4:x} ffffffff")    # a tree of 4 GiB
    lines = uboot.run(f"luo boot {at + 0x10000:x}:1000 - {at:x}")
    assert any("is no sound device tree" in line for line in lines), lines


def test_a_damaged_scratch_list(start, uboot_images, seed):
    """U-Boot has no safe place to move to: one line, and it stops where it was loaded."""
    vm = start(memory=512)
    create(vm, Batch("vm", 0, 3, 1, 4096, seed))
    seen = {}

    def entry(stop):
        seen["scratch"] = stop.state.scratch()
        stop.memory.set_u64(stop.state.scratch_list, 1 << 45)    # no memory is there
        seen["memory"] = vm.snapshot("before")

    Hop(vm, uboot_images, plain=True).fire(entry=entry)
    vm.expect("luo: the list of scratch areas is damaged")
    vm.expect("ERROR")
    pages = diff_pages(seen["memory"], vm.snapshot("after"))
    assert pages and all(any(pa <= page < pa + size for pa, size in seen["scratch"])
                         for page in pages)
