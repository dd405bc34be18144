# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""CPUs of a core, and old and new boot data side by side in one memory.

An ELF core tells of each CPU in a note; which register counts, and what it
leads to, is a matter of the machine.
"""

import struct

import pytest
from dumps import AARCH64, X86_64, Boot, Tree, raw_args, write_elf
from state import BASE, MIB, Ram, State, sessions, with_files
from tool import FAILED, run

END = BASE + 16 * MIB


def core(tmp_path, ram, *regs):
    return write_elf(tmp_path / "core", ram, regs, machine=AARCH64)


def info(*words):
    return run("info", "--json", *words).json


def taken(*words):
    report = info(*words)
    return report["found_by"], int(report["kho_fdt"], 16)


def test_first_of_several_cpus_decides(tmp_path):
    """CPUs that are off hold anything in x0."""
    ram = Ram()
    old, new = (State(ram, [sessions(n)], number=n) for n in (3, 5))
    first = Tree(ram, old)
    second = Tree(ram, new, pa=ram.scratch[0] + MIB)
    for regs, state in (
            ([0, 2**64 - 1, new.fdt, first.pa, second.pa], old),
            ([END, second.pa, first.pa], new)):
        path = core(tmp_path, ram, *regs)
        assert taken(path) == ("boot data", state.fdt)
        assert run("verify", path).err == ""


def test_nothing_found_counts_the_cpus(tmp_path):
    answer = run("verify", core(tmp_path, Ram(), 0, BASE, 2**64 - 1))
    assert answer.status == FAILED
    assert answer.err == (
        "luo: note: no KHO state: no CPU in the dump (of 3) points to boot "
        "data, and no page of its memory is a KHO FDT; if you know one, give "
        "--kho-fdt ADDR\n")


def test_0_is_no_address(tmp_path):
    """arm64 kernels take no tree there either (fixmap_remap_fdt())."""
    state = State(Ram((0, 16 * MIB)), [sessions(3)])
    state.ram.write(0, Tree(state.ram, state).data)
    assert taken(core(tmp_path, state.ram, 0)) == ("scan", state.fdt)


def test_two_generations(tmp_path):
    """Each with a tree of its own, as RAM has it after two live updates."""
    ram = Ram()
    old, new = (State(ram, [sessions(n)], number=n) for n in (3, 4))
    first = Tree(ram, old, pa=ram.scratch[0] + MIB)
    second = Tree(ram, new)
    for tree, state in (first, old), (second, new):
        path = core(tmp_path, ram, tree.pa)
        assert taken(path) == ("boot data", state.fdt)
        given = info("--kho-fdt", hex(state.fdt), path)
        assert int(given["named_at"], 16) == tree.pa
        assert int(given["device_tree"], 16) == tree.pa
    other = info("--kho-fdt", hex(old.fdt), path)
    assert int(other["named_at"], 16) == first.pa
    assert "device_tree" not in other
    answer = run("info", "--json", *raw_args(tmp_path / "raw", ram))
    assert int(answer.json["kho_fdt"], 16) == new.fdt
    assert int(answer.json["named_at"], 16) == second.pa
    assert answer.err == (f"luo: note: KHO FDT at {old.fdt:#x}, live update "
                          "number 3: not the one reported on\n")


@pytest.mark.parametrize("second, ambiguous", [
    (None, False), ([(BASE + 8 * MIB, MIB)], True)])
def test_two_trees_that_name_one_fdt(tmp_path, second, ambiguous):
    """The next kernel's and a copy of it; or one with other scratch areas."""
    state = with_files()
    Tree(state.ram, state)
    Tree(state.ram, state, pa=state.ram.scratch[0] + MIB, areas=second)
    answer = run("info", "--json", *raw_args(tmp_path / "raw", state.ram))
    assert (answer.json["scratch"] is None) == ambiguous
    assert answer.err == (
        f"luo: note: several boot data name the KHO FDT at {state.fdt:#x} "
        "with different scratch areas; none of them is believed\n"
        if ambiguous else "")


@pytest.mark.parametrize("machine", [X86_64, AARCH64, 243])
def test_each_machine_has_its_own_boot_data(tmp_path, machine):
    """RSI never leads to a device tree, x0 never to boot parameters, and of
    other machines no register is read."""
    state = with_files()
    boot, tree = Boot(state.ram, state), Tree(state.ram, state)
    wrong = boot.params if machine == AARCH64 else tree.pa
    path = tmp_path / "core"
    if machine in (X86_64, AARCH64):
        write_elf(path, state.ram, [wrong], machine=machine)
    else:
        core(tmp_path, state.ram, wrong)
        data = bytearray(path.read_bytes())
        struct.pack_into("<H", data, 18, machine)
        path.write_bytes(data)
    assert taken(path) == ("scan", state.fdt)
    assert run("verify", path).err == ""


@pytest.mark.parametrize("at, value", [
    (4, 119),       # descsz: ends inside x0
    (8, 2),         # type
    (12, 0x45524f44),   # name: not CORE
    (0, 6)])        # namesz
def test_note_that_is_no_prstatus(tmp_path, at, value):
    state = with_files()
    tree = Tree(state.ram, state)
    path = core(tmp_path, state.ram, tree.pa)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 64 + 2 * 56 + at, value)
    path.write_bytes(data)
    assert taken(path) == ("scan", state.fdt)
