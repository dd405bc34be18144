# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What else the boot data in a dump tell the next kernel.

Every damage of boot parameters and of a device tree has a named case in the
unit tests (test_next.c, test_next_tree.c). Here: that the tool finds all of it
in a dump, whichever way it found the state, and how it is said.
"""

import struct

import pytest
from dumps import AARCH64, Boot, Tree, pair, raw_args, write_elf
from state import BASE, MIB, with_files
from tool import BOOT, ERRORS, OK, TO_DO, run

CMDLINE = b"console=ttyS0 kho=on liveupdate=on"
RAM, RESERVED = 1, 2


class Params(Boot):
    """boot_params with all that a kernel is given beside KHO."""

    def __init__(self, state, cmdline=CMDLINE, initrd=None, e820=None):
        super().__init__(state.ram, state)
        ram = state.ram
        line = ram.take_scratch(4096)
        initrd = initrd or ram.take_scratch(4096)
        ram.write(line, cmdline + b"\0")
        ram.write(self.params + 0x228, struct.pack("<I", line))
        ram.write(self.params + 0x238, struct.pack("<I", 2047))
        ram.write(self.params + 0x218, struct.pack("<II", initrd, 4096))
        e820 = e820 or [(0, 0x9f000, RAM), (*ram.ranges[0], RAM)]
        ram.write(self.params + 0x1e8, bytes([len(e820)]))
        for i, entry in enumerate(e820):
            ram.write(self.params + 0x2d0 + 20 * i, struct.pack("<QQI", *entry))


def verify(tmp_path, state, regs, *words, **more):
    return run("verify", *words,
               write_elf(tmp_path / "core", state.ram, regs, **more))


def test_sound_boot_parameters(tmp_path):
    state = with_files()
    answer = verify(tmp_path, state, [Params(state).params], "--json")
    assert (answer.status, answer.err, answer.codes()) == (OK, "", set())


@pytest.mark.parametrize("cmdline, codes", [
    (b"kho=off liveupdate=on", {("LUO-B08", "lose")}),
    (b"quiet", {("LUO-B09", "lose"), ("LUO-B10", "lose")}),
    (b"kho=on liveupdate=on mem=1G", {("LUO-B07", "panic"),
                                      ("LUO-B11", "note")}),
    (b"kho=on liveupdate=on mem=64G", {("LUO-B11", "note")})])
def test_command_line(tmp_path, cmdline, codes):
    state = with_files()
    boot = Params(state, cmdline)
    answer = verify(tmp_path, state, [boot.params], "--json")
    assert answer.codes() == codes
    assert answer.status == (ERRORS if len({s for _, s in codes} - {"note"})
                             else OK)
    tree = Tree(state.ram, state, changes={"bootargs": cmdline + b"\0"})
    answer = verify(tmp_path, state, [tree.pa], "--json", machine=AARCH64)
    # arm64's mem= counts memory, and this tree does not tell of any
    assert answer.codes() == codes - {("LUO-B07", "panic")}


def test_memory_that_the_map_lacks(tmp_path):
    """Hot-added memory, or an e820 that was cut."""
    state = with_files()
    boot = Params(state, e820=[(BASE, 64 * 1024, RAM),
                               (BASE + 64 * 1024, MIB, RESERVED)])
    answer = verify(tmp_path, state, [boot.params], "--json")
    assert answer.codes() == {("LUO-B07", "panic")}
    finding = answer.json["findings"][0]
    assert finding["owner"] == "boot data"
    assert state.map.pages == answer.json["totals"]["findings"]


def test_initrd_over_a_session_block(tmp_path):
    state = with_files()
    boot = Params(state, initrd=state.blocks[0])
    answer = verify(tmp_path, state, [boot.params], "--json")
    assert answer.codes() == {("LUO-B05", "note"), ("LUO-B06", "lose")}
    found = {f["code"]: f for f in answer.json["findings"]}["LUO-B06"]
    assert found["owner"] == "next kernel's initrd"
    assert int(found["pa"], 16) == state.blocks[0]
    assert hex(state.blocks[0]) in found["what"]


def test_image_outside_scratch(tmp_path):
    """The program counter tells where it is, at its first instruction."""
    state = with_files()
    boot = Params(state)
    state.ram.write(boot.params + 0x230, struct.pack("<I", 4096))
    state.ram.write(boot.params + 0x260, struct.pack("<I", 4096))
    base = state.ram.take(4096)
    assert not verify(tmp_path, state, [(boot.params, base + 0x201)],
                      "--json").codes()
    answer = verify(tmp_path, state, [(boot.params, base + 0x200)], "--json")
    assert ("LUO-B05", "note") in answer.codes()
    assert "next kernel's image" in [f["owner"]
                                     for f in answer.json["findings"]]


def test_scratch_list_outside_scratch(tmp_path):
    state = with_files()
    boot = Params(state)
    place = state.ram.take(4096)
    state.ram.write(place, state.ram.read(boot.list, 16))
    state.ram.put64(boot.node + 32, place)
    answer = verify(tmp_path, state, [boot.params], "--json")
    assert answer.codes() == {("LUO-B05", "note")}
    assert answer.json["findings"][0]["owner"] == (
        "next kernel's list of scratch areas")


def test_setup_data_behind_the_kho_node(tmp_path):
    state = with_files()
    boot = Params(state)
    state.ram.put64(boot.node, boot.other)
    answer = verify(tmp_path, state, [boot.params], "--json")
    assert (answer.status, answer.codes()) == (ERRORS,
                                               {("LUO-B12", "panic")})


def test_a_tree_that_a_scan_finds_is_read_too(tmp_path):
    state = with_files()
    Tree(state.ram, state, changes={
        "bootargs": b"kho=0 liveupdate=1\0",
        "linux,initrd-start": state.blocks[0].to_bytes(8, "big"),
        "linux,initrd-end": (state.blocks[0] + 1).to_bytes(8, "big")})
    answer = run("verify", "--json", *raw_args(tmp_path / "raw", state.ram))
    assert answer.codes() == {("LUO-B05", "note"), ("LUO-B06", "lose"),
                              ("LUO-B08", "lose")}


def test_ima_buffer_of_a_tree(tmp_path):
    state = with_files()
    tree = Tree(state.ram, state, changes={
        "linux,ima-kexec-buffer": pair(0x1000, 4096)})
    answer = verify(tmp_path, state, [tree.pa], "--json", machine=AARCH64)
    assert (answer.status, answer.codes()) == (OK, {("LUO-B14", "note")})


def test_what_is_not_known_is_skipped(tmp_path):
    """A dump without boot data says nothing about them."""
    state = with_files()
    out = run("verify", "--ktap", *raw_args(tmp_path / "raw", state.ram)).out
    assert {line.split()[2] for line in out.splitlines()
            if line.endswith("# SKIP not reached")} >= BOOT


def test_a_plan_is_made_all_the_same(tmp_path):
    """compact -n says what the payload would do, which looks at KHO only."""
    state = with_files()
    boot = Params(state, b"kho=off")
    path = write_elf(tmp_path / "core", state.ram, [boot.params])
    answer = run("compact", "-n", "--json", path)
    assert answer.status in (OK, TO_DO) and not answer.codes()


def test_three_lines_at_most(tmp_path):
    state = with_files()
    boot = Params(state, b"kho=off liveupdate=off mem=1G",
                  initrd=state.blocks[0])
    lines = verify(tmp_path, state, [boot.params]).out.splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith("LUO-")]
    assert len(heads) > 4
    for i, following in zip(heads, heads[1:]):
        assert following - i == 3
        assert lines[i + 1].startswith("    next kernel: ")
        assert lines[i + 2].startswith("    what to do: ")
