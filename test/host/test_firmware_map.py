# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo-firmware-map without QEMU: what counts as written, and what follows.

What it measures on firmware is test/efi/test_sizing.py's.
"""

import os
import random
import types
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from tool import TOP

MIB, GIB, PAGE = 1 << 20, 1 << 30, 4096
_loader = SourceFileLoader("firmware_map",
                           str(TOP / "boot/host/luo-firmware-map"))
tool = module_from_spec(spec_from_loader("firmware_map", _loader))
_loader.exec_module(tool)

UEFI, OTHER = (types.SimpleNamespace(app=app) for app in ("luo.efi", None))
X86 = [(0, GIB, 0)]
SPLIT = [(0, 2 * GIB, 0), (4 * GIB, GIB, 2 * GIB)]      # a hole below 4 GiB
ARM = [(GIB, GIB, 0)]


# pages

@pytest.fixture
def filled(tmp_path):
    """A pattern, and a file that is full of it."""
    pattern, path = tool.Pattern(8 * MIB), tmp_path / "ram"
    path.write_bytes(bytes(8 * MIB))
    pattern.fill(path)
    return pattern, path


def put(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def test_nothing_written(filled):
    pattern, path = filled
    assert pattern.written(path) == []


def test_every_changed_bit_counts(filled, seed):
    pattern, path = filled
    chance = random.Random(seed)
    pages = sorted(chance.sample(range(0, 8 * MIB, PAGE), 50)
                   + [0, 8 * MIB - PAGE])
    for page in pages:
        at = page + chance.choice([0, 7, 8, PAGE - 1, chance.randrange(PAGE)])
        byte = path.read_bytes()[at]
        put(path, at, bytes([byte ^ 1 << chance.randrange(8)]))
    assert pattern.written(path) == sorted(set(pages))


@pytest.mark.parametrize("size", [PAGE, MIB])
def test_a_page_that_came_from_elsewhere_counts(filled, size):
    pattern, path = filled
    data = path.read_bytes()
    put(path, 5 * MIB, data[MIB:MIB + size])
    assert pattern.written(path) == list(range(5 * MIB, 5 * MIB + size, PAGE))


def test_two_patterns_differ():
    one, two = (tool.Pattern(MIB).chunk(0) for _ in range(2))
    assert all(one[at:at + 8] != two[at:at + 8] for at in range(0, MIB, PAGE))


# ranges

def test_addresses():
    """Of offsets in the file, also behind a hole."""
    assert tool.physical({0, 2 * GIB - PAGE, 2 * GIB}, SPLIT) == [
        0, 2 * GIB - PAGE, 4 * GIB]
    assert tool.physical({PAGE}, ARM) == [GIB + PAGE]


def test_join():
    ranges = [(0, 1), (1, 2), (4, 6), (5, 9)]
    assert tool.join(ranges, 1) == [(0, 2), (4, 9)]
    assert tool.join(ranges, 3) == [(0, 9)]


def zones(pages, segments, align=MIB):
    return tool.zones([(pa, pa + PAGE) for pa in sorted(pages)], segments,
                      align)


def test_zones_cover_what_is_written(seed):
    chance = random.Random(seed)
    for segments in (X86, SPLIT, ARM):
        for align in (MIB, 2 * MIB):
            pages = {pa + chance.randrange(0, size, PAGE)
                     for pa, size, _ in segments for _ in range(20)}
            found = zones(pages, segments, align)
            assert all(any(a <= pa and pa + PAGE <= b for a, b in found)
                       for pa in pages)
            assert all(a % align == b % align == 0 for a, b in found)
            assert all(a[1] + tool.CLOSE <= b[0] or not any(
                pa <= a[0] and b[1] <= pa + size for pa, size, _ in segments)
                for a, b in zip(found, found[1:]))


def test_zones_at_the_top_reach_the_end():
    """From the first page in the top eighth on; each stretch has a top."""
    assert zones({900 * MIB, 1000 * MIB}, X86) == [(900 * MIB, GIB)]
    assert zones({895 * MIB}, X86) == [(895 * MIB, 896 * MIB)]
    assert zones({2000 * MIB, 5 * GIB - PAGE}, SPLIT) == [
        (2000 * MIB, 2 * GIB), (5 * GIB - MIB, 5 * GIB)]


# parameters

@pytest.mark.parametrize("keep_off, words", [
    ([(0, 24 * MIB), (955 * MIB, GIB)], ["memmap=23M$1M", "memmap=69M$955M"]),
    ([(0, MIB)], []), ([(2 * GIB, 3 * GIB)], ["memmap=1G$2G"])])
def test_x86_64(keep_off, words):
    """What lies in the first MiB is left out."""
    assert tool.parameters_x86_64(keep_off, X86, UEFI) == (words, [])


START, MIDDLE, TOP_ZONE = ((GIB + a * MIB, GIB + b * MIB) for a, b in (
    (0, 2), (64, 128), (960, 1024)))


@pytest.mark.parametrize("keep_off, options, words, left", [
    ([TOP_ZONE], UEFI, ["mem=960M"], []),
    ([START, MIDDLE, TOP_ZONE], UEFI,
     ["mem=960M", "crashkernel=64M@0x44000000"], [START]),
    ([MIDDLE, (GIB + 200 * MIB, GIB + 210 * MIB)], UEFI,
     ["crashkernel=146M@0x44000000"], []),
    ([START, MIDDLE, TOP_ZONE], OTHER, ["mem=960M"], [START, MIDDLE]),
    ([], UEFI, [], [])])
def test_aarch64(keep_off, options, words, left):
    """One range by crashkernel=, unless a device tree can take them all."""
    assert tool.parameters_aarch64(keep_off, ARM, options) == (words, left)


@pytest.mark.parametrize("arch, app, option", [
    ("aarch64", "luo.efi", "--reserve 0x40000000+0x200000,0x44000000+0x4000000"),
    ("aarch64", None, ""), ("x86_64", "luo.efi", "")])
def test_reserve(arch, app, option):
    """All of it, where luo.efi can have it reserved."""
    options = types.SimpleNamespace(arch=arch, app=app)
    assert tool.reserve_option([START, MIDDLE], options) == option
    assert tool.reserve_option([], options) == ""


@pytest.mark.parametrize("size, word", [
    (GIB, "1G"), (1536 * MIB, "1536M"), (4096, "4K"), (513, "513")])
def test_sizes(size, word):
    assert tool.size_word(size) == word


def test_scratch_grows_with_memory():
    """A 64th of memory is for struct page, and there is a least size."""
    for memory in (GIB, 16 * GIB, 256 * GIB):
        node = tool.scratch(memory).split(",")[2]
        size = int(node[:-1]) * {"M": MIB, "G": GIB}[node[-1]]
        assert size >= max(128 * MIB, memory // 64 + 64 * MIB)


def test_usage(capsys):
    for words in (["--arch", "mips"], ["--memory", "63"], ["--boots", "0"],
                  ["--bios", "a", "--app", "b"], ["--what"]):
        with pytest.raises(SystemExit) as end:
            tool.arguments(words)
        assert end.value.code == 16
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1
        assert said.err.startswith("luo-firmware-map: ")


def test_words_behind_two_dashes_are_qemus():
    options = tool.arguments(["--boots", "2", "--", "-device", "--boots"])
    assert (options.boots, options.more) == (2, ["-device", "--boots"])


def test_a_missing_file_is_named(tmp_path):
    options = tool.arguments(["--bios", str(tmp_path / "none")])
    with pytest.raises(tool.Failure, match="none: no such file"):
        tool.complete(options)
    assert not os.listdir(tmp_path)
