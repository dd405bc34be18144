# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot as the firmware of an x86_64 machine that was reset with a real kexec's state in RAM.

One kernel makes sessions and hands over, the payload resets the machine between the two kernels,
and U-Boot starts on that RAM. The old kernel was kept out of what U-Boot uses.
"""

import json
import shutil

import pytest

from guest import Batch, check, command_line, create
from images import build_folder
from kexec import Hop
from memory import Memory, Segment, diff_words
from plan import changes
from state import SESSIONS_PER_BLOCK
from uboot import Firmware

pytestmark = [pytest.mark.only("x86_64"), pytest.mark.everywhere]

MIB = 1 << 20
MEMORY = 1024
LOW, TOP = 32, 768      # MiB: what lies below and above is U-Boot's
KEEP_OFF = f"memmap={LOW - 1}M$1M memmap={MEMORY - TOP}M${TOP}M"
FILE = 161 * 4096       # 102 of them are a little more than 64 MiB
# About boot data, which nobody follows any more after a reset.
BOOT_DATA = "LUO-B"


@pytest.fixture
def captured(boot, images, work, seed):
    """A batch and the RAM that it is in, between two kernels; with an empty block at the end."""
    batch = Batch("vm", 0, 2 * SESSIONS_PER_BLOCK, 1, FILE, seed)
    assert batch.count >= 100 and batch.bytes() >= 64 * MIB
    vm = boot(KEEP_OFF, kaslr=True, memory=MEMORY)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    hop = Hop(vm, images, nonce="kept", then="reset")
    hop.fire()
    hop.expect_verdict()
    vm.wait_end()
    shutil.move(vm.ram_file(), work / "ram")
    return batch, work / "ram"


def between(path):
    """RAM that is not U-Boot's."""
    return Memory([Segment(LOW * MIB, (TOP - LOW) * MIB, str(path), LOW * MIB)])


def load(vm, uboot, *files):
    """Puts files into scratch from outside: 64-bit U-Boot has no disk on QEMU. luo boot's words."""
    at, words = int(uboot.variable("luo_load"), 16), []
    with open(vm.ram_file(), "r+b") as ram:
        for path in files:
            data = path.read_bytes()
            ram.seek(at)
            ram.write(data)
            words.append(f"{at:x}:{len(data):x}")
            at += (len(data) + 4095) // 4096 * 4096
    return " ".join(words)


def test_a_real_state(captured, images, work):
    batch, ram = captured
    base = ["--base", "0", ram]
    host = json.loads(images.luo("verify", "--json", *base, status=4))
    listed = images.luo("list", *base, status=4).splitlines()
    plan = json.loads(images.luo("compact", "-n", "--json", *base, status=1))["plan"]
    before = between(ram).snapshot(work / "before")
    with Firmware(images.arch, ram, build_folder() / "qemu/uboot-x86_64.log", memory=MEMORY) as vm:
        uboot = vm.uboot()
        verdict, lines = uboot.verdict()
        findings = [found for found in host["findings"]
                    if not found["code"].startswith(BOOT_DATA)]
        assert verdict["verdict"] == host["verdict"] == "errors", lines
        assert verdict["sessions"] == batch.count
        for name in ("sessions", "files", "pages"):
            assert verdict[name] == host["totals"][name], lines
        assert verdict["findings"] == len(findings), (lines, findings)
        names = [line for line in listed if "'vm-" in line]
        assert len(names) == batch.count, listed
        assert [line for line in uboot.run("luo list") if "'vm-" in line] == names
        assert not diff_words(before, between(vm.ram_file()))
        verdict, lines = uboot.verdict("luo compact")
        assert verdict["verdict"] == "repaired" and verdict["blocks"] == (3, 2), lines
        assert plan and diff_words(before, between(vm.ram_file())) == changes(before, plan)
        arguments = load(vm, uboot, images.kernel, images.initrd(1))
        loaded = between(vm.ram_file()).snapshot(work / "loaded")
        uboot.run("setenv bootargs")
        lines = uboot.run(f"luo boot {arguments}")
        assert any("bootargs is not set" in line for line in lines), lines
        assert not diff_words(loaded, between(vm.ram_file()))
        uboot.run(f"setenv bootargs '{command_line(images.arch, 2, 'disable_mtrr_trim')}'")
        vm.send(f"luo boot {arguments}")
        vm.ready(2)
        check(vm, batch)
