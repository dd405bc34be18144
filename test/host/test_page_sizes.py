# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""States of kernels with pages of 4K, 16K and 64K, in whatever way found.

The page size decides about everything: the shape of the map, the size of a
block, how much it holds. It is the size that boot data give the KHO FDT; where
there are none, the one under which the state makes sense.
"""

import pytest
from dumps import AARCH64, Boot, Tree, pair, raw_args, write_elf
from flattree import native
from operations import carry_out
from state import FORMS, MIB, Ram, State, sessions, with_files
from tool import ERRORS, OK, TO_DO, run

SHIFTS = [12, 14, 16]
KHO = {"luo-v5": "kho-v4", "luo-session-v3": "kho-v3",
       "luo-session-v2": "kho-v3"}
# entries of a block by ABI and page size
SESSIONS = {"luo-v5": {12: 51, 14: 204, 16: 819},
            "luo-session-v3": {12: 819, 14: 3276, 16: 13107},
            "luo-session-v2": {12: 819, 14: 3276, 16: 13107}}

each_size = pytest.mark.parametrize("shift", SHIFTS)
each_abi = pytest.mark.parametrize("abi", KHO)
each_way = pytest.mark.parametrize("way", [
    "x0", "RSI", "scan", "scan, nothing names it", "--kho-fdt",
    "--kho-fdt, nothing names it"])


def words_of(tmp_path, state, way):
    """The command line that finds the state in that way."""
    ram = state.ram
    if way == "RSI":
        return [write_elf(tmp_path / "core", ram, [Boot(ram, state).params])]
    if "nothing" not in way:
        tree = Tree(ram, state)
    if way == "x0":
        return [write_elf(tmp_path / "core", ram, [tree.pa], shift=8,
                          machine=AARCH64)]
    given = ["--kho-fdt", hex(state.fdt)] if "--kho-fdt" in way else []
    words = raw_args(tmp_path / "raw", ram)
    assert words[1] == "0x40000000"
    return given + words


@each_size
@each_abi
@each_way
def test_sound_state(tmp_path, shift, abi, way):
    state = with_files(abi=abi, kho=KHO[abi], shift=shift)
    words = words_of(tmp_path, state, way)
    answer = run("verify", "--json", *words)
    assert (answer.status, answer.err) == (OK, "")
    report = answer.json
    assert (report["page_size"], report["findings"]) == (1 << shift, [])
    totals = report["totals"]
    assert (totals["sessions"], totals["files"]) == (5, 10)
    assert totals["pages"] == state.map.pages
    listed = run("list", "--json", *words).json["sessions"]
    assert [s["name"].encode() for s in listed] == [
        s.name for s in state.sessions]
    planned = run("compact", "-n", "--json", *words)
    counts = [planned.json["compaction"][f"blocks_{when}"]
              for when in ("before", "after")]
    # two blocks with little in them fit into one; the array stays
    array = abi == "luo-session-v2"
    assert planned.status == (OK if array else TO_DO)
    assert counts == ([1, 1] if array else [2, 1])


def full_and_empty(shift, abi):
    """A block that is full, and an empty one behind. Names alone: the other
    bytes of the records are 0 as they are."""
    ram = Ram((0x40000000, 64 * MIB))
    state = State(ram, [[], []], shift=shift, abi=abi, kho=KHO[abi])
    first, capacity = state.blocks[0], SESSIONS[abi][shift]
    ram.put64(first + 8, capacity)
    for i, session in enumerate(sessions(capacity)):
        ram.write(first + 16 + i * 80, session.name)
    return state


@each_size
@pytest.mark.parametrize("abi", ["luo-v5", "luo-session-v3"])
def test_empty_block_behind_a_full_one(tmp_path, shift, abi):
    """The header of the full block, the other one's content, and the word of
    the map with its bit."""
    state = full_and_empty(shift, abi)
    words = words_of(tmp_path, state, "x0")
    answer = run("compact", "-n", "--json", *words)
    assert answer.status == TO_DO
    severity = "panic" if abi == "luo-v5" else "note"
    assert answer.codes() == {("LUO-S06", severity)}
    assert answer.json["totals"]["sessions"] == SESSIONS[abi][shift]
    relink, scrub, clear = answer.json["plan"]
    assert int(relink["pa"], 16) == state.blocks[0]
    assert bytes.fromhex(relink["new"]) == (
        bytes(8) + SESSIONS[abi][shift].to_bytes(8, "little"))
    was = {e: state.map.has(*e) for e in sorted(state.map.entries)}
    carry_out(state.ram, [relink, scrub, clear],
              lambda: words_of(tmp_path, state, "x0"))
    gone = state.blocks[1], FORMS[abi][0]
    assert {e for e in was if not state.map.has(*e)} == {gone}
    again = run("verify", "--json", *words_of(tmp_path, state, "x0"))
    assert (again.status, again.json["findings"]) == (OK, [])
    assert again.json["totals"]["pages"] == state.map.pages - (1 << gone[1])


@each_size
@pytest.mark.parametrize("abi", ["luo-v5", "luo-session-v3"])
def test_one_more_than_a_block_holds(tmp_path, shift, abi):
    state = full_and_empty(shift, abi)
    state.ram.put64(state.blocks[0] + 8, SESSIONS[abi][shift] + 1)
    answer = run("verify", "--json", *words_of(tmp_path, state, "x0"))
    severity = "panic" if abi == "luo-v5" else "refuse"
    assert answer.status == ERRORS
    assert ("LUO-S07", severity) in answer.codes()


@each_abi
@pytest.mark.parametrize("true, stated", [
    (a, b) for a in SHIFTS for b in SHIFTS if a != b])
def test_another_page_size_in_the_boot_data(tmp_path, abi, true, stated):
    """The next kernel believes them; nothing is sound then, nor planned."""
    state = with_files(abi=abi, kho=KHO[abi], shift=true)
    fdt = pair(state.fdt, 1 << stated)
    tree = Tree(state.ram, state, changes={"linux,kho-fdt": fdt})
    path = write_elf(tmp_path / "core", state.ram, [tree.pa], machine=AARCH64)
    answer = run("compact", "-n", "--json", path)
    assert answer.status == ERRORS and answer.json["verdict"] == "errors"
    assert answer.json["page_size"] == 1 << stated
    assert answer.json["plan"] == []
    # a scan finds a state that verifies, so the tree is not believed
    report = run("info", "--json", *raw_args(tmp_path / "raw", state.ram)).json
    assert (report["page_size"], report["scratch"]) == (1 << true, None)
    assert report["verdict"] == "ok"


@pytest.mark.parametrize("shift", [14, 16])
@pytest.mark.parametrize("spoiled", [False, True])
def test_tree_of_the_state_that_is_larger_than_4k(tmp_path, shift, spoiled):
    """It fits its page. Findings in the state, also many in its map, make no
    smaller page size more likely."""
    ram = Ram()
    state = State(ram, [sessions(3), *[[]] * 5], shift=shift)
    state.write_fdt(more={f"kho-test-{i}": ({}, {}) for i in range(300)})
    if spoiled:
        DAMAGES["many entries above RAM"](state)
    for way in "scan, nothing", "--kho-fdt, nothing", "x0":
        answer = run("info", "--json", *words_of(tmp_path, state, way))
        assert answer.status == ERRORS
        assert answer.json["page_size"] == 1 << shift
        assert len(answer.json["subnodes"]) == 301
        assert answer.json["totals"]["sessions"] == 3


# damages to the map and the root that leave the page size open, or nearly so
DAMAGES = {
    "map of zeros": lambda s: s.ram.write(s.map.root, bytes(s.size)),
    "map overwritten": lambda s: s.ram.write(s.map.root, b"\xaa" * s.size),
    "no map": lambda s: s.write_fdt(**{"preserved-memory-map": native(0)}),
    "FDT not preserved": lambda s: s.map.change(s.fdt, 0, False),
    "container not preserved": lambda s: s.map.change(s.container, 0, False),
    "many entries above RAM": lambda s: [
        s.map.change(0x80000000 + i * s.size, 0, True) for i in range(20)],
}


@each_size
@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_state_whose_page_size_a_tree_tells(tmp_path, shift, name):
    state = with_files(shift=shift)
    DAMAGES[name](state)
    for way in "scan", "--kho-fdt":
        answer = run("info", "--json", *words_of(tmp_path, state, way))
        assert answer.json["page_size"] == 1 << shift
        assert answer.json["named_by"] == "device tree"
        assert answer.status == ERRORS


@each_size
@pytest.mark.parametrize("name", list(DAMAGES)[3:])
def test_damaged_state_that_tells_its_page_size(tmp_path, shift, name):
    state = with_files(shift=shift)
    DAMAGES[name](state)
    for way in "scan, nothing", "--kho-fdt, nothing":
        answer = run("info", "--json", *words_of(tmp_path, state, way))
        assert answer.json["page_size"] == 1 << shift
        assert answer.status == ERRORS


def test_generations_of_several_page_sizes(tmp_path):
    """Kernels of other page sizes ran before; their trees are still there."""
    ram = Ram((0x40000000, 32 * MIB), scratch=4 * MIB)
    made = [State(ram, [sessions(n)], number=n, shift=shift)
            for n, shift in zip((5, 3, 4), SHIFTS)]
    trees = [Tree(ram, s, pa=ram.scratch[0] + i * MIB)
             for i, s in enumerate(made)]
    for state, tree in zip(made, trees):
        path = write_elf(tmp_path / "core", ram, [tree.pa], machine=AARCH64)
        report = run("verify", "--json", path).json
        assert (report["verdict"], report["page_size"]) == ("ok", state.size)
        assert report["totals"]["sessions"] == state.number
        given = run("info", "--json", "--kho-fdt", hex(state.fdt), path)
        assert int(given.json["named_at"], 16) == tree.pa
        assert given.json["page_size"] == state.size
    words = raw_args(tmp_path / "raw", ram)
    report = run("info", "--json", *words).json
    assert int(report["kho_fdt"], 16) == made[0].fdt
    assert int(report["named_at"], 16) == trees[0].pa
