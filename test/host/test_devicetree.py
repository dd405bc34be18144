# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""arm64 guests: the device tree that a CPU's x0 points to, and what it says.

At a kernel's first instruction x0 holds the address of the device tree, whose
/chosen names the KHO FDT and the scratch list. One thing at a time is wrong
with it here; the message says what, and memory is looked through instead.
"""

import struct

import pytest
from dumps import AARCH64, Boot, Tree, pair, write_elf
from state import BASE, MIB, with_files
from tool import ERRORS, FAILED, OK, run

END = BASE + 16 * MIB


def core(tmp_path, ram, *regs, **more):
    return write_elf(tmp_path / "core", ram, regs, machine=AARCH64, **more)


def info(*words):
    return run("info", "--json", *words).json


def taken(*words):
    report = info(*words)
    return report["found_by"], int(report["kho_fdt"], 16)


def damaged(pa, why):
    return (f"luo: note: the boot data at {pa:#x} (device tree) are damaged: "
            f"{why}; looking in all memory\n")


@pytest.mark.parametrize("cells", [(2, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("shift", [0, 1, 7, 100])
def test_device_tree_through_x0(tmp_path, cells, shift):
    """Memory lies at odd places in the file, too."""
    state = with_files()
    tree = Tree(state.ram, state, cells=cells)
    path = core(tmp_path, state.ram, tree.pa, shift=shift)
    answer = run("verify", path)
    assert (answer.status, answer.err) == (OK, "")
    assert answer.verdict["sessions"] == "5"
    report = info(path)
    assert taken(path) == ("boot data", state.fdt)
    assert int(report["device_tree"], 16) == tree.pa
    assert int(report["named_at"], 16) == tree.pa
    assert report["named_by"] == "device tree"
    assert int(report["scratch_list"], 16) == tree.list
    assert report["scratch"] == [
        {"start": hex(v[0]), "size": hex(v[1])} for v in [state.ram.scratch]]
    assert "boot_params" not in report


def test_info_text_tells_a_device_tree_from_boot_parameters(tmp_path):
    state = with_files()
    tree, boot = Tree(state.ram, state), Boot(state.ram, state)
    lines = run("info", core(tmp_path, state.ram, tree.pa)).out.splitlines()
    assert f"device tree       {tree.pa:#x}" in lines
    assert f"named at          {tree.pa:#x} (device tree)" in lines
    path = write_elf(tmp_path / "core", state.ram, [boot.params])
    lines = run("info", path).out.splitlines()
    assert f"boot parameters   {boot.params:#x}" in lines
    assert f"named at          {boot.node:#x} (setup_data)" in lines
    assert info(path)["named_by"] == "setup_data"
    assert "device_tree" not in info(path)


def header(word, value):
    """A damage: a word of the tree's header."""
    def damage(tree):
        tree.ram.write(tree.pa + 4 * word, struct.pack(">I", value))
    return damage


def change(**values):
    """Other bytes for linux,kho-fdt or linux,kho-scratch."""
    return {"linux,kho-" + name: value for name, value in values.items()}


FULL = pair(BASE, 4096)
MALFORMED = "it is malformed"
NO_PAIR = "what names KHO is not one (address, size) pair"
ZERO = "it names address 0"
DAMAGES = {
    "size below a header": (header(1, 39), {}, "its size is below 40 bytes"),
    "size 0": (header(1, 0), {}, "its size is below 40 bytes"),
    "size over 2 MiB": (header(1, 2 * MIB + 1), {}, "it is larger than 2 MiB"),
    "size all ones": (header(1, 2**32 - 1), {}, "it is larger than 2 MiB"),
    "size too small for it": (header(1, 100), {}, MALFORMED),
    "structure offset": (header(2, 2**31), {}, MALFORMED),
    "strings offset": (header(3, 2**31), {}, MALFORMED),
    "reservations offset": (header(4, 2**31), {}, MALFORMED),
    "version": (header(5, 1), {}, MALFORMED),
    "compatible version": (header(6, 99), {}, MALFORMED),
    "strings size": (header(8, 2**31), {}, MALFORMED),
    "structure size": (header(9, 2**31), {}, MALFORMED),
    "structure": (lambda tree: tree.ram.write(tree.pa + 56, b"\xee"), {},
                  MALFORMED),
    "kho-fdt of three cells": (None, change(fdt=FULL[:12]), NO_PAIR),
    "kho-fdt of two pairs": (None, change(fdt=FULL + FULL), NO_PAIR),
    "kho-fdt empty": (None, change(fdt=b""), NO_PAIR),
    "kho-scratch of one cell": (None, change(scratch=FULL[:4]), NO_PAIR),
    "kho-scratch of five cells": (None, change(scratch=FULL + FULL[:4]),
                                  NO_PAIR),
    "kho-fdt at 0": (None, change(fdt=pair(0, 4096)), ZERO),
    "kho-scratch at 0": (None, change(scratch=pair(0, 16)), ZERO),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_tree_is_said_and_memory_scanned(tmp_path, name):
    damage, changes, why = DAMAGES[name]
    state = with_files()
    tree = Tree(state.ram, state, changes=changes)
    if damage:
        damage(tree)
    path = core(tmp_path, state.ram, tree.pa)
    answer = run("info", "--json", path)
    assert answer.err == damaged(tree.pa, why)
    assert taken(path) == ("scan", state.fdt) and answer.status == ERRORS
    assert ("LUO-B04", "lose") in run("verify", "--json", path).codes()
    assert not {"device_tree", "boot_params"} & set(answer.json)
    assert not {"named_at", "named_by"} & set(answer.json)


@pytest.mark.parametrize("off", range(1, 8))
def test_tree_that_is_not_aligned(tmp_path, off):
    state = with_files()
    tree = Tree(state.ram, state, pa=state.ram.scratch[0] + off)
    path = core(tmp_path, state.ram, tree.pa)
    assert run("verify", path).err == damaged(
        tree.pa, "it is not at a multiple of 8 bytes")
    assert taken(path) == ("scan", state.fdt)


def test_tree_aligned_to_8_bytes_is_enough(tmp_path):
    state = with_files()
    tree = Tree(state.ram, state, pa=state.ram.scratch[0] + 8)
    path = core(tmp_path, state.ram, tree.pa)
    assert taken(path) == ("boot data", state.fdt)


def test_tree_at_the_end_of_memory(tmp_path):
    """Whole it is believed; the last byte missing is told apart."""
    for beyond, how in (0, "boot data"), (8, "scan"):
        state = with_files()
        size = len(Tree(state.ram, state).data)
        state.ram.write(state.ram.scratch[0], bytes(size))
        tree = Tree(state.ram, state, pa=END + beyond - -(-size // 8) * 8)
        path = core(tmp_path, state.ram, tree.pa)
        assert taken(path) == (how, state.fdt)
        assert run("verify", path).err == (
            damaged(tree.pa, "it is not wholly in memory") if beyond
            else "")


def test_tree_in_two_pieces_of_the_file(tmp_path):
    """Pieces of memory that are neighbours, but not in the file."""
    state = with_files()
    tree = Tree(state.ram, state)
    cut = tree.pa + 64
    pieces = [(cut, END - cut), (BASE, cut - BASE)]
    path = core(tmp_path, state.ram, tree.pa, pieces=pieces)
    assert run("verify", path).err == damaged(
        tree.pa, "it is not wholly in memory")
    assert taken(path) == ("scan", state.fdt)


# what x0 may hold that leads to no device tree of a kernel
NO_TREE = {
    "0": lambda state, tree: 0,
    "all ones": lambda state, tree: 2**64 - 1,
    "below RAM": lambda state, tree: BASE - 4096,
    "behind RAM": lambda state, tree: END,
    "last bytes of RAM": lambda state, tree: END - 4,
    "a page of zeros": lambda state, tree: tree.pa + 0x80000,
    "inside the tree": lambda state, tree: tree.pa + 8,
    "KHO FDT": lambda state, tree: state.fdt,
    "LUO container": lambda state, tree: state.container,
    "tree without /chosen": lambda state, tree: Tree(
        state.ram, state, pa=tree.pa + MIB, chosen=False).pa,
}


@pytest.mark.parametrize("name", NO_TREE)
def test_x0_that_leads_to_no_tree(tmp_path, name):
    """Nothing is said: memory is looked through, which finds the tree."""
    state = with_files(abi="luo-session-v2", kho="kho-v3")
    tree = Tree(state.ram, state)
    path = core(tmp_path, state.ram, NO_TREE[name](state, tree))
    answer = run("info", "--json", path)
    assert (answer.status, answer.err) == (OK, "")
    assert taken(path) == ("scan", state.fdt)
    assert int(answer.json["named_at"], 16) == tree.pa
    assert answer.json["named_by"] == "device tree"
    assert "device_tree" not in answer.json


def test_magic_of_the_tree(tmp_path):
    state = with_files()
    tree = Tree(state.ram, state)
    header(0, 0xd00dfeec)(tree)
    path = core(tmp_path, state.ram, tree.pa)
    answer = run("info", "--json", path)
    assert (answer.err, answer.json["scratch"]) == ("", None)
    assert taken(path) == ("scan", state.fdt)


@pytest.mark.parametrize("changes", [change(fdt=None), change(scratch=None)])
def test_one_property_alone_is_damage(tmp_path, changes):
    """No kernel writes that, and none takes it: the state is looked for."""
    state = with_files()
    tree = Tree(state.ram, state, changes=changes)
    path = core(tmp_path, state.ram, tree.pa)
    answer = run("verify", path)
    assert f"boot data at {tree.pa:#x} (device tree) are damaged" in answer.err
    assert (answer.status, run("verify", "--json", path).codes()) == (
        ERRORS, {("LUO-B04", "lose")})
    assert taken(path) == ("scan", state.fdt)


def test_tree_without_kho_means_none(tmp_path):
    """What lies in RAM is not handed over."""
    state = with_files()
    tree = Tree(state.ram, state, changes=change(fdt=None, scratch=None))
    path = core(tmp_path, state.ram, tree.pa)
    answer = run("verify", path)
    assert answer.status == FAILED and answer.verdict["verdict"] == "none"
    assert answer.err == (
        f"luo: note: no KHO state: the boot data at {tree.pa:#x} (device "
        "tree) name none; to look at one all the same, give --kho-fdt ADDR\n")
    assert taken("--kho-fdt", hex(state.fdt), path)[1] == state.fdt


@pytest.mark.parametrize("size", [0, 2048, 8192, 4097, 2**64 - 1])
def test_size_that_is_no_page_size(tmp_path, size):
    state = with_files()
    tree = Tree(state.ram, state, changes=change(fdt=pair(state.fdt, size)))
    answer = run("verify", "--json", core(tmp_path, state.ram, tree.pa))
    assert answer.status == ERRORS
    assert answer.codes() == {("LUO-B03", "lose")}


@pytest.mark.parametrize("off", [0x1000, 0x11000])
def test_scan_finds_trees_at_pages_of_4k(tmp_path, off):
    state = with_files(shift=16)
    tree = Tree(state.ram, state, pa=state.ram.scratch[0] + off)
    assert int(info(core(tmp_path, state.ram))["named_at"], 16) == tree.pa
