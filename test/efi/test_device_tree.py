# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The state is named by /chosen of firmware's device tree, as by a loader in
front of firmware. Such a tree goes before a look at all memory."""

import json

import pytest
from conftest import STATES
from firmware import BOARDS, MIB
from guest import check, command_line, retrieve_fails
from madeup import dumps, made_up, write_ram
from test_state import SUCCESS, script, statuses

pytestmark = [pytest.mark.only("aarch64"), pytest.mark.everywhere]
ENOENT = 2
DAMAGED = "luo: what the device tree says about KHO is damaged"


def named(fdt, scratch_list, areas):
    """The two properties."""
    return {"linux,kho-fdt": dumps.pair(fdt, 4096),
            "linux,kho-scratch": dumps.pair(scratch_list, 16 * areas)}


@pytest.fixture
def two_states(arch, ram):
    """RAM with two states: the one that a scan takes has the higher live
    update number. Gives back the other, and /chosen that names it."""
    newer, made = made_up(arch, 384 * MIB, number=9)
    dumps.Tree(newer, made)
    write_ram(arch, ram, newer)
    older, made = made_up(arch, number=3)
    areas = [older.scratch]
    scratch_list = older.take_scratch(65536, 65536)
    dumps.put_areas(older, scratch_list, areas)
    write_ram(arch, ram, older)
    return made, scratch_list, named(made.fdt, scratch_list, len(areas))


def info(application, volume, start, ram, **machine):
    """The answer of luo.efi info, and the console's lines."""
    files = volume({"luo.efi": application, "startup.nsh": script(
        {"info": "info --json --report info.txt"})})
    vm = start(ram, volume=files, devicetree=True, **machine)
    assert statuses(vm) == {"info": SUCCESS}
    return json.loads(files.read("info.txt")), vm.lines


def test_the_tree_names_the_state(application, volume, start, ram,
                                  two_states):
    made, scratch_list, chosen = two_states
    answer, lines = info(application, volume, start, ram, chosen=chosen)
    assert answer["found_by"] == "boot data"
    assert int(answer["kho_fdt"], 16) == made.fdt
    assert int(answer["scratch_list"], 16) == scratch_list
    assert answer["liveupdate_number"] == 3
    assert not any(DAMAGED in line for line in lines)


def test_half_a_name_is_none(application, volume, start, ram, two_states):
    """One property alone: a line, and the scan."""
    _, _, chosen = two_states
    del chosen["linux,kho-scratch"]
    answer, lines = info(application, volume, start, ram, chosen=chosen)
    assert answer["found_by"] == "scan"
    assert answer["liveupdate_number"] == 9
    assert any(DAMAGED in line for line in lines)


@pytest.fixture
def boot(arch, images, application, volume, start, state):
    """`luo.efi boot` on a real state that the tree names."""
    def go(name, options=""):
        ram = state(name)
        found = json.loads(images.luo(
            "info", "--json", "--base", hex(BOARDS[arch.name].base), ram,
            status=None))
        files = volume({"kernel.img": images.kernel,
                        "initrd.img": images.initrd(1)})
        return start(
            ram, application=application, volume=files, devicetree=True,
            chosen=named(int(found["kho_fdt"], 16),
                         int(found["scratch_list"], 16),
                         len(found["scratch"])),
            arguments=rf"boot --kernel \kernel.img --initrd \initrd.img "
            f'{options} --cmdline "{command_line(images.arch, 2)}"')
    return go


def test_sessions_are_back(boot):
    vm = boot("sound")
    vm.expect(r"luo: ok ")
    vm.ready(2)
    check(vm, STATES["sound"])


def test_dropped_from_the_tree(boot):
    """The next kernel's tree must not name it, though firmware's does."""
    vm = boot("empty-tail", "--onerror drop")
    vm.expect(r"luo: dropped: the next kernel does not see KHO")
    vm.ready(2)
    vm.allow.append(r"luotest: error")
    assert vm.command("cat /proc/device-tree/chosen/linux,kho-fdt",
                      rc=None).rc == ENOENT
    retrieve_fails(vm, STATES["empty-tail"], ENOENT)
