# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo-firmware-map: what it measures, and that its parameters do their work.

What firmware is known to write stands in firmware.py (BOARDS), found by hand
when the other tests of this folder were written.
"""

import re
import subprocess

import pytest

import sizing
from firmware import BOARDS, MEMORY, MIB, TOP
from guest import Batch, check, command_line, create
from kexec import Hop

pytestmark = pytest.mark.everywhere
# that UEFI lists as memory below RAM
FLASH = {"x86_64": 0, "aarch64": 64 * MIB}
NO_CRASHKERNEL = "crashkernel reservation failed - memory is in use"
LINE = re.compile(r"( *)([0-9a-f]+)-([0-9a-f]+) : (.*)")


def spans(ranges):
    return [(r["pa"], r["pa"] + r["len"]) for r in ranges]


def inside(start, end, those):
    return any(a <= start and end <= b for a, b in those)


@pytest.fixture
def found(arch, images):
    return sizing.measured(sizing.UEFI[arch.name], images.folder)


def test_it_finds_what_is_known(arch, found):
    """Each range that firmware is known to use is written to, and no other."""
    board = BOARDS[arch.name]
    known = [*board.uses, (board.base + TOP * MIB, board.base + MEMORY * MIB)]
    written = spans(found["written"])
    assert all(inside(*span, known) for span in written), written
    assert all(any(a < end and start < b for a, b in written)
               for start, end in known), written


def test_pages_add_up(found):
    assert found["memory"] == MEMORY * MIB
    assert found["memory"] == sum(r["len"] for r in found["ram"])
    assert found["pages"] * 4096 == sum(r["len"] for r in found["written"])
    assert len(found["boots"]) == sizing.BOOTS
    assert max(found["boots"]) <= found["pages"] <= sum(found["boots"])
    keep_off = spans(found["keep_off"])
    assert all(inside(*span, keep_off) for span in spans(found["written"]))


def titles(arch):
    """UEFI firmware, and on arm64 U-Boot."""
    return [t for t in sizing.FIRMWARE if sizing.FIRMWARE[t][0] == arch.name]


def test_the_document_is_what_is_measured(arch, images):
    """The versions that are installed; those of other releases are kept."""
    parts = sizing.sections()
    for title in titles(arch):
        assert title in parts, "test/efi/sizing.py adds it"
        now = sizing.section(title, sizing.measured(title, images.folder))
        assert parts[title] == now, "test/efi/sizing.py writes it anew"
    assert sizing.DOCUMENT.read_text() == sizing.document(parts)


# the parameters

def usable(vm):
    """[start, end) that a kernel allocates from, by its /proc/iomem."""
    ram, taken = [], []
    for line in vm.command("cat /proc/iomem").text():
        depth, start, end, name = LINE.fullmatch(line).groups()
        span = int(start, 16), int(end, 16) + 1
        if not depth and name == "System RAM":
            ram.append(span)
        elif depth and name in ("Crash kernel", "reserved"):
            taken.append(span)
    assert ram
    return ram, taken


def scratch_sizes(vm):
    """Of the areas, as the kernel has them."""
    text = vm.command("cat /sys/kernel/debug/kho/out/scratch_len").text()
    return [int(word, 0) for line in text for word in line.split()]


def assert_kept_off(vm, found):
    """What firmware writes is no memory that the kernel allocates from."""
    ram, taken = usable(vm)
    left = spans(found["left"])
    for span in spans(found["written"]):
        if span[0] < MIB or inside(*span, left):
            continue
        assert inside(*span, taken) or not any(
            a < span[1] and span[0] < b for a, b in ram), (span, ram, taken)


def test_parameters_keep_kernels_off(arch, boot, found):
    vm = boot(" ".join(found["parameters"]), kaslr=True)
    assert_kept_off(vm, found)
    (sizes,) = [word for word in found["parameters"]
                if word.startswith("kho_scratch=")]
    assert scratch_sizes(vm)[:3] == [
        int(size) * MIB for size in re.findall(r"(\d+)M", sizes)]


def of_later_kernels(found):
    """The parameters where UEFI starts the kernel: mem= counts flash, too."""
    return " ".join(
        f"mem={int(word[4:-1]) + FLASH[found['arch']] // MIB}M"
        if word.startswith("mem=") else word for word in found["parameters"])


def test_every_byte_is_back_after_a_reset(arch, boot, found, images, nonce,
                                          seed, start, volume, application,
                                          tmp_path):
    """A quarter of memory is preserved; firmware comes up on it; all is
    there. On x86_64 the next kernel is kept off like the one before; on arm64
    it cannot reserve crashkernel=, which docs/firmware-memory.md tells."""
    parameters, later = " ".join(found["parameters"]), of_later_kernels(found)
    batch = Batch("vm", 0, 32, 1, 8 * MIB, seed)
    vm = boot(parameters, kaslr=True)
    create(vm, batch)
    hop = Hop(vm, images, nonce=nonce, more=parameters, then="reset")
    hop.fire()
    hop.expect_verdict("ok")
    vm.wait_end()
    ram = tmp_path / "ram"
    subprocess.run(["cp", "--sparse=always", vm.ram_file(), ram], check=True)
    vm.close()
    files = volume({"kernel.img": images.kernel,
                    "initrd.img": images.initrd(1)})
    vm = start(ram, application=application, volume=files, arguments=(
        r"boot --kernel \kernel.img --initrd \initrd.img --cmdline "
        f'"{command_line(arch, 2, later, kaslr=True)}"'))
    vm.expect(r"luo: ok ")
    vm.ready(2)
    check(vm, batch)
    if arch.name == "x86_64":
        assert_kept_off(vm, found)
    else:
        assert any(NO_CRASHKERNEL in line for line in vm.lines)


# what it says when it cannot

@pytest.fixture
def refused(arch):
    def run(*words, status=8):
        done = subprocess.run([str(sizing.TOOL), "--arch", arch.name, *words],
                              text=True, capture_output=True, timeout=60)
        assert (done.returncode, done.stdout) == (status, ""), done
        assert re.fullmatch(r"luo-firmware-map: [^\n]+\n", done.stderr), done
        return done.stderr
    return run


def test_refusals(refused, tmp_path):
    assert "nothing: no such file" in refused("--bios", "nothing")
    assert "see --help" in refused("--memory", "no", status=16)
    assert "go without" in refused("--bios", "a", "--app", "b", status=16)
    bad = tmp_path / "firmware"
    bad.write_bytes(b"no firmware")
    assert "QEMU did not start" in refused(
        "--pflash", str(bad), "--app", str(bad), "--", "-no-such-option")
