# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A live update through a reset of an arm64 machine whose firmware is U-Boot, in one QEMU.

U-Boot starts the first kernel with booti, because there is no state. That one
makes sessions and kexecs into the payload, which verifies, leaves an anchor
and resets the machine. U-Boot comes up again on the same RAM, `luo` finds the
anchor, and `luo boot` starts the next kernel.
"""

import re

import pytest

import sizing
from guest import Batch, check, command_line, create, retrieve_fails
from images import build_folder
from reset import (ANCHOR, Watch, age, damage, double, hit_map, hit_record, hit_version, named,
                   reset)
from uboot import Firmware

pytestmark = [pytest.mark.only("aarch64"), pytest.mark.everywhere]

BLOCK = 512
TREE_AT = 0x47000000    # where the first kernel's device tree goes; nothing else does
TREE_ROOM = 0x200000


class Board:
    """The machine, and what is typed at U-Boot's prompt. `sized`: with what luo-firmware-map says
    about this U-Boot, which is device-tree reservations and kernel parameters."""

    def __init__(self, vm, files, words, reserve, arch):
        self.vm, self.files, self.reserve = vm, files, reserve
        self.uboot = vm.uboot()
        self.bootargs = command_line(arch, 1, " ".join(words), kaslr=True)

    def _read(self, number, at):
        """Reads a file of the disk; gives back its words for booti and luo boot."""
        start, size = self.files[number]
        assert self.uboot.ok(f"virtio read {at:x} {start // BLOCK:x} {-(-size // BLOCK):x}")
        return f"{at:x}:{size:x}"

    def _tree(self, at):
        """U-Boot's device tree with the reservations."""
        self.uboot.run(f"fdt move ${{fdtcontroladdr}} {at:x} {TREE_ROOM:x}")
        for r in self.reserve:
            assert self.uboot.ok(f"fdt rsvmem add {r['pa']:#x} {r['len']:#x}")
        return f"{at:x}"

    def _files(self):
        self.uboot.run(f"setenv bootargs '{self.bootargs}'")
        assert self.uboot.ok("virtio scan")

    def cold(self):
        """Starts the first kernel."""
        assert not self.uboot.ok("luo verify")
        assert self.uboot.variable("luo_status") == "none"
        self._files()
        kernel, initrd = (int(self.uboot.variable(name), 16)
                          for name in ("kernel_addr_r", "ramdisk_addr_r"))
        self.uboot.run("setenv initrd_high ffffffffffffffff; setenv fdt_high ffffffffffffffff")
        words = [self._read(0, kernel).partition(":")[0], self._read(1, initrd),
                 self._tree(TREE_AT)]
        self.vm.send(f"booti {' '.join(words)}")
        self.vm.ready(1)

    def again(self):
        """U-Boot's prompt behind the reset."""
        self.uboot.prompt()

    def load(self):
        """Kernel, initrd and device tree into scratch, as docs/reset.md has it; luo boot's words."""
        self._files()
        at, words = int(self.uboot.variable("luo_load"), 16), []
        for number, (_, size) in enumerate(self.files):
            words.append(self._read(number, at))
            at += -(-size // 4096) * 4096
        return " ".join([*words, self._tree(at)])

    def boot(self):
        """luo boot, to be read by vm.expect()."""
        self.vm.send(f"luo boot {self.load()}")


@pytest.fixture
def board(request, images, ram, tmp_path):
    """A machine up to its first kernel."""
    machines = []
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", request.node.name).strip("-")

    def start(sized=True):
        files, disk = [], tmp_path / "disk"
        with open(disk, "wb") as file:
            for path in (images.kernel, images.initrd(2)):
                files.append((file.tell(), path.stat().st_size))
                file.write(path.read_bytes())
                file.truncate(file.tell() + -file.tell() % BLOCK)
                file.seek(0, 2)
        log = build_folder() / "efi" / f"uboot-{name}.log"
        log.unlink(missing_ok=True)
        print(f"console log: {log}")
        vm = Firmware(images.arch, ram, log, memory=sizing.MEMORY, resets=True, extra=(
            "-drive", f"if=none,id=disk,format=raw,file={disk}",
            "-device", "virtio-blk-pci,drive=disk"))
        machines.append(vm)
        found = sizing.measured(sizing.UBOOT, images.folder) if sized else {}
        made = Board(vm, files, found.get("parameters", []), found.get("left", []), images.arch)
        made.cold()
        return made

    yield start
    for vm in machines:
        vm.close()


@pytest.mark.parametrize("digest_of, size", [("meta", 8192), ("all", 1 << 20)])
def test_sessions_are_back(arch, board, images, nonce, seed, digest_of, size):
    b = board()
    batch = Batch("vm", 0, 60, 1, size, seed)
    create(b.vm, batch)
    verdict, at = reset(b.vm, images, nonce, digest=digest_of)
    b.again()
    found, lines = b.uboot.verdict()
    assert (found["verdict"], found["sessions"]) == ("ok", batch.count), lines
    (anchor,) = [match for line in lines if (match := ANCHOR.search(line))]
    assert int(anchor[1], 16) == at and int(anchor[2]) == 1
    assert int(anchor[3]) == verdict["pages"] and anchor[4] == "0", lines
    assert (anchor[5] == "0") == (digest_of == "all")
    b.boot()
    b.vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    b.vm.ready(1)
    check(b.vm, batch)


def test_a_second_update(arch, board, images, nonce, seed):
    """The kernel behind the reset is kept off like the first: once more, and the used anchor is in
    nobody's way."""
    b = board()
    for number in (1, 2):
        batch = Batch("vm", 100 * number, 20, 1, 1 << 18, seed)
        create(b.vm, batch)
        reset(b.vm, images, nonce, digest="all")
        b.again()
        _, lines = b.uboot.verdict()
        anchors = [match for line in lines if (match := ANCHOR.search(line))]
        assert [match[2] for match in anchors] == [str(number)], lines
        assert not any(line.startswith("LUO-A") for line in lines), lines
        b.boot()
        b.vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
        b.vm.ready(1)
        check(b.vm, batch)


def test_without_sizing_the_damage_is_named(arch, board, images, nonce, seed):
    """U-Boot treads on preserved pages: whose they are is named, and they are those that differ
    from outside. Nothing is started with a state that U-Boot itself lies over."""
    watch = Watch()
    b = board(sized=False)
    create(b.vm, Batch("vm", 0, 30, 1, 8 << 20, seed))
    reset(b.vm, images, nonce, watch.look, digest="all")
    b.again()
    # the first run takes heap that nobody has used before; the second takes no more
    b.uboot.verdict()
    found, lines = b.uboot.verdict()
    damaged = watch.damaged(b.vm.memory)
    print(f"{sum(damaged.values())} pages of {len(damaged)} owners")
    assert damaged, "U-Boot has left everything alone: no test"
    assert named(lines) == damaged
    assert found["verdict"] == "refused", lines
    assert "luo: not started" in b.uboot.run("luo boot 0")


STOPPED = {"halt": "luo: halted", "drop-luo": "luo: drop-luo needs a state whose preserved memory "
           "is sound"}
DROPPED = {"drop": "does not see KHO", "drop-luo": "sees KHO without LUO"}


@pytest.mark.parametrize("policy, hit, verdict, started", [
    ("halt", hit_record, "errors", False), ("drop", hit_record, "errors", True),
    ("drop-luo", hit_record, "errors", True), ("drop-luo", hit_map, "errors", False),
    ("halt", hit_version, "refused", False)])
def test_metadata_hit(arch, board, images, nonce, seed, policy, hit, verdict, started):
    """One bit of a memfd's record, of the map, or of the version: a line, a finding, and the policy.
    With drop-luo memory has to stay reserved, for which the map must be what it was."""
    told = []
    b = board()
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(b.vm, batch)
    reset(b.vm, images, nonce, lambda stop: told.extend(hit(stop, "vm-3")))
    b.again()
    found, lines = b.uboot.verdict()
    assert found["verdict"] == verdict
    for pattern in told:
        assert any(re.search(pattern, line) for line in lines), (pattern, lines)
    b.uboot.run(f"setenv luo_onerror {policy}")
    if not started:
        assert f"{STOPPED[policy]}: the kernel is not started" in b.uboot.run(
            f"luo boot {b.load()}")
        return
    b.boot()
    b.vm.expect(rf"luo: dropped: the next kernel {DROPPED[policy]}")
    b.vm.ready(1)
    retrieve_fails(b.vm, batch, 2)


@pytest.mark.parametrize("harm", [damage, age, double])
def test_anchors(arch, board, images, nonce, seed, harm):
    """A line each, and what can be had back is had back."""
    told = []
    b = board()
    batch = Batch("vm", 0, 5, 1, 8192, seed)
    create(b.vm, batch)
    reset(b.vm, images, nonce, lambda stop: told.append(harm(stop)))
    b.again()
    found, lines = b.uboot.verdict()
    assert any(re.search(told[0], line) for line in lines), lines
    assert (found["verdict"], found["sessions"]) == ("ok", batch.count), lines
    b.boot()
    b.vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions={batch.count} ")
    b.vm.ready(1)
    check(b.vm, batch)
