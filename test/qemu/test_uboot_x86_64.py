# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot as the firmware of an x86_64 machine that was reset with a real kexec's state in RAM.

One kernel makes sessions and hands over, the payload resets the machine between the two kernels,
and U-Boot starts on that RAM. The old kernel was kept out of what U-Boot uses: its low memory, and its
place at the end of memory, or below a cap with memory of the state above. Kernel and initrd come
from QEMU's AHCI disk.
"""

import json
import shutil

import pytest

from guest import Batch, check, command_line, create
from images import build_folder
from kexec import Hop
from memory import Memory, Segment, diff_words
from plan import beside_anchor, changes
from state import SESSIONS_PER_BLOCK
from uboot import Firmware, ahci, ext4

pytestmark = [pytest.mark.only("x86_64"), pytest.mark.everywhere]

MIB = 1 << 20
MEMORY = 1024
LOW = 32        # MiB: what lies below is U-Boot's
# U-Boot's image, and from where to where in MiB it lies: at the end of memory, or below its cap.
ROMS = {"u-boot.rom": (768, MEMORY), "u-boot-top.rom": (704, 768)}
FILE = 161 * 4096       # 102 of them are a little more than 64 MiB
# About boot data, which nobody follows any more after a reset.
BOOT_DATA = "LUO-B"


@pytest.fixture(params=ROMS)
def rom(request):
    return request.param


def first_kernel(boot, rom):
    """The machine of a kernel that is kept out of what U-Boot uses."""
    start, end = ROMS[rom]
    return boot(f"memmap={LOW - 1}M$1M memmap={end - start}M${start}M", kaslr=True, memory=MEMORY)


def reset_between(vm, images, work, **at):
    """The RAM of a machine that was reset between two kernels; `at` as for Hop.fire()."""
    hop = Hop(vm, images, nonce="kept", then="reset")
    hop.fire(**at)
    hop.expect_verdict()
    vm.wait_end()
    shutil.move(vm.ram_file(), work / "ram")
    return work / "ram"


@pytest.fixture
def captured(boot, images, work, seed, rom):
    """A batch and the RAM that it is in, between two kernels; with an empty block at the end."""
    batch = Batch("vm", 0, 2 * SESSIONS_PER_BLOCK, 1, FILE, seed)
    assert batch.count >= 100 and batch.bytes() >= 64 * MIB
    vm = first_kernel(boot, rom)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    return batch, reset_between(vm, images, work)


def between(path, rom):
    """RAM that is not U-Boot's."""
    start, end = ROMS[rom]
    parts = [(LOW, start), (end, MEMORY)]
    return Memory([Segment(low * MIB, (high - low) * MIB, str(path), low * MIB)
                   for low, high in parts if low < high])


class FileSystem:
    """Kernel and initrd as files, which `load` reads to memory below U-Boot."""

    def __init__(self, work, files):
        folder = work / "files"
        folder.mkdir()
        for number, path in enumerate(files):
            shutil.copy(path, folder / str(number))
        self.options = ahci(ext4(work / "disk", folder))

    @staticmethod
    def read(number, _size):
        return f"load scsi 0:0 ${{at}} /{number}"


class RawDisk:
    """The same one behind the other, a MiB apart or more: `load` refuses memory above U-Boot."""

    def __init__(self, work, files):
        self.block = []
        with open(work / "disk", "wb") as disk:
            for path in files:
                self.block.append(disk.tell() // 512)
                disk.write(path.read_bytes())
                disk.truncate((disk.tell() // MIB + 1) * MIB)
                disk.seek(0, 2)
        self.options = ahci(work / "disk")

    def read(self, number, size):
        return f"scsi read ${{at}} {self.block[number]:x} {(size + 511) // 512:x}"


def load(uboot, disk, files):
    """Loads kernel and initrd into scratch, as a lab would; luo boot's words for them."""
    at, words = int(uboot.variable("luo_load"), 16), []
    assert uboot.ok("scsi scan")
    for number, path in enumerate(files):
        size = path.stat().st_size
        uboot.run(f"setenv at {at:x}")
        assert uboot.ok(disk.read(number, size))
        words.append(f"{at:x}:{size:x}")
        at += (size + 4095) // 4096 * 4096
    return " ".join(words)


def test_a_real_state(captured, images, work, rom):
    batch, ram = captured
    base = ["--base", "0", ram]
    host = json.loads(images.luo("verify", "--json", *base, status=4))
    listed = images.luo("list", *base, status=4).splitlines()
    plan = json.loads(images.luo("compact", "-n", "--json", *base, status=1))["plan"]
    before = between(ram, rom).snapshot(work / "before")
    log = build_folder() / f"qemu/{rom}.log"
    files = [images.kernel, images.initrd(1)]
    disk = (FileSystem if rom == "u-boot.rom" else RawDisk)(work, files)
    with Firmware(images.arch, ram, log, memory=MEMORY, rom=rom, extra=disk.options) as vm:
        uboot = vm.uboot()
        verdict, lines = uboot.verdict()
        findings = [found for found in host["findings"]
                    if not found["code"].startswith(BOOT_DATA)]
        assert verdict["verdict"] == host["verdict"] == "errors", lines
        assert verdict["sessions"] == batch.count
        for name in ("sessions", "files", "pages"):
            assert verdict[name] == host["totals"][name], lines
        # the anchor that the payload left: nobody can tell of pages without a sum
        told = [line for line in lines if line.startswith("LUO-A")]
        assert [line.split()[0] for line in told] == ["LUO-A08"], lines
        assert verdict["findings"] == len(findings) + len(told), (lines, findings)
        names = [line for line in listed if "'vm-" in line]
        assert len(names) == batch.count, listed
        assert [line for line in uboot.run("luo list") if "'vm-" in line] == names
        assert not diff_words(before, between(vm.ram_file(), rom))
        verdict, lines = uboot.verdict("luo compact")
        assert verdict["verdict"] == "repaired" and verdict["blocks"] == (3, 2), lines
        after, planned = between(vm.ram_file(), rom), changes(before, plan)
        assert plan and beside_anchor(after, diff_words(before, after), planned) == planned
        arguments = load(uboot, disk, files)
        loaded = between(vm.ram_file(), rom).snapshot(work / "loaded")
        uboot.run("setenv bootargs")
        lines = uboot.run(f"luo boot {arguments}")
        assert any("bootargs is not set" in line for line in lines), lines
        assert not diff_words(loaded, between(vm.ram_file(), rom))
        uboot.run(f"setenv bootargs '{command_line(images.arch, 2, 'disable_mtrr_trim')}'")
        vm.send(f"luo boot {arguments}")
        vm.ready(2)
        check(vm, batch)
