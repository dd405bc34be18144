# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""One damage at a time in a sound state: the code, its severity, the place.

Severities follow what each kernel does about the damage (ABI notes, matrix of
section 3.3): luo-v5 panics on a bad session chain and refuses a bad file chain
at the first open; the April 2026 series tolerates empty session blocks.
"""

import re

import pytest
from dumps import Boot, write_elf
from state import BASE, MIB, File, Ram, Session, State, sessions, with_files
from tool import CODES, ERRORS, OK, TOP, run

OUTSIDE = 0x80000000    # no RAM in any of these dumps


def three_blocks():
    """Three blocks of sessions, the first session with two file blocks."""
    def files(i):
        return [[File(1), File(2)], [File(3)]] if i == 0 else []
    return State(Ram(), [sessions(2, 0, files), sessions(2, 2),
                         sessions(2, 4)])


def findings(tmp_path, state, **more):
    boot = Boot(state.ram, state, **more)
    answer = run("verify", "--json",
                 write_elf(tmp_path / "core", state.ram, [boot.params]))
    assert answer.json["exit"] == answer.status
    return answer


def put(offset, value):
    """A damage of the second session block: a number at an offset."""
    def damage(state):
        state.ram.put64(state.blocks[1] + offset, value)
        return state.blocks[1]
    return damage


def link(where):
    """The first block's next becomes what a function of the state says."""
    def damage(state):
        pa = where(state)
        state.ram.put64(state.blocks[0], pa)
        return pa
    return damage


def block_in_scratch(state):
    pa = state.ram.take_scratch(4096)
    state.ram.put64(pa, 0, 1)
    state.ram.write(pa + 16, b"in scratch")
    return pa


def forget(part):
    """A page of the state loses its entry in the map."""
    def damage(state):
        pa = part(state)
        state.map.change(pa, 0, False)
        return pa
    return damage


def name(index, text):
    def damage(state):
        state.ram.write(state.sessions[index].pa, text.ljust(64, b"\0"))
        return state.sessions[index].pa
    return damage


def file_block(index, offset, where):
    """A number in a file block of the first session."""
    def damage(state):
        pa = state.sessions[0].file_blocks[index]
        value = where(state) if callable(where) else where
        state.ram.put64(pa + offset, value)
        return value if offset == 0 else pa
    return damage


def record(offset, data):
    """The record of the first session's first file is damaged."""
    def damage(state):
        pa = state.sessions[0].file_blocks[0] + 16
        state.ram.write(pa + offset, data)
        return pa
    return damage


def stated(value):
    def damage(state):
        state.ram.put64(state.sessions[0].pa + 72, value)
        return state.sessions[0].pa
    return damage


def entry(pa, order):
    def damage(state):
        where = pa(state) if callable(pa) else pa
        state.map.change(where, order, True)
        return where
    return damage


def node(state):
    """The leaf of order 0 is the leaf of order 1 too."""
    leaf, other = (state.map.slots(BASE, order)[-1] for order in (0, 1))
    state.ram.put64(other, state.ram.get64(leaf))
    return state.ram.get64(leaf)


def node_at(value):
    """The pointer to the leaf of order 0 leads elsewhere."""
    def damage(state):
        state.ram.put64(state.map.slots(BASE, 0)[-1], value)
        return value
    return damage


def head(value):
    def damage(state):
        state.ram.put64(state.head_at, value)
        return value
    return damage


DAMAGES = [
    ("LUO-S01", "panic", link(lambda s: s.blocks[1] + 16)),
    ("LUO-S01", "panic", head(BASE + 8)),
    ("LUO-S02", "panic", link(lambda s: OUTSIDE)),
    ("LUO-S02", "panic", link(lambda s: 2**64 - 4096)),
    ("LUO-S02", "panic", head(OUTSIDE)),
    ("LUO-S03", None, link(block_in_scratch)),
    ("LUO-S05", None, forget(lambda s: s.blocks[1])),
    ("LUO-S06", "panic", put(8, 0)),
    ("LUO-S07", "panic", put(8, 52)),
    ("LUO-S07", "panic", put(8, 2**64 - 1)),
    ("LUO-S08", "panic", link(lambda s: s.blocks[0])),
    ("LUO-S10", "lose", name(1, b"n" * 64)),
    ("LUO-S12", "refuse", name(5, b"session-1")),
    ("LUO-F01", None, file_block(0, 0, BASE + 4)),
    ("LUO-F02", "panic", file_block(0, 0, OUTSIDE)),
    ("LUO-F05", None, forget(lambda s: s.sessions[0].file_blocks[1])),
    ("LUO-F06", "refuse", file_block(1, 8, 0)),
    ("LUO-F07", "refuse", file_block(1, 8, 64)),
    ("LUO-F08", "refuse",
     file_block(1, 0, lambda s: s.sessions[0].file_blocks[0])),
    ("LUO-F10", "refuse", stated(4)),
    ("LUO-F11", "refuse", record(0, b"h" * 48)),
    ("LUO-F12", "lose", record(56, bytes([2]) + bytes(7))),
    ("LUO-F14", None, record(48, bytes(8))),
    ("LUO-M01", "panic", node_at(BASE + 8)),
    ("LUO-M01", "panic", node_at(OUTSIDE)),
    ("LUO-M03", "panic", entry(OUTSIDE, 0)),
    ("LUO-M03", "panic", entry(BASE + 16 * MIB, 0)),
    ("LUO-M03", "panic", entry(BASE, 13)),
    ("LUO-M04", "panic", entry(BASE + 15 * MIB, 3)),
    ("LUO-M05", "panic", entry(lambda s: s.blocks[1] & ~0x1fff, 1)),
    ("LUO-M02", "panic", node),
    ("LUO-K06", "panic", forget(lambda s: s.fdt)),
    ("LUO-C04", "panic", forget(lambda s: s.container)),
]


@pytest.mark.parametrize("code, severity, damage", DAMAGES,
                         ids=[f"{d[0]}-{i}" for i, d in enumerate(DAMAGES)])
def test_damage(tmp_path, code, severity, damage):
    state = three_blocks()
    place = damage(state)
    answer = findings(tmp_path, state)
    assert answer.status == ERRORS and answer.json["verdict"] == "errors"
    found = [f for f in answer.json["findings"] if f["code"] == code]
    assert found, answer.out
    assert severity is None or found[0]["severity"] == severity
    if code not in ("LUO-S12", "LUO-F12"):  # either of the two may be named
        assert place in {int(f["pa"], 16) for f in found} | {
            int(f["what"].split("0x")[1].split()[0], 16)
            for f in found if "0x" in f["what"]}


def test_an_empty_name_is_a_name_that_was_lost(tmp_path):
    """No kernel of luo-v5 creates such a session: its owner cannot find it."""
    state = three_blocks()
    name(1, b"")(state)
    answer = findings(tmp_path, state)
    assert (answer.status, answer.json["verdict"]) == (ERRORS, "errors")
    assert [(f["code"], f["severity"]) for f in answer.json["findings"]] == [
        ("LUO-S11", "lose")]


def test_the_undamaged_state_is_ok(tmp_path):
    answer = findings(tmp_path, three_blocks())
    assert (answer.status, answer.json["findings"]) == (OK, [])


def test_unknown_handler_is_a_note(tmp_path):
    state = State(Ram(), [[Session(b"vm", [[File(1, b"vfio-pci-v1", 77)]])]])
    answer = findings(tmp_path, state)
    assert answer.status == OK
    assert answer.codes() == {("LUO-F13", "note")}


@pytest.mark.parametrize("prop, code", [("preserved-memory-map", "LUO-K04"),
                                        ("compatible", "LUO-K03")])
def test_missing_property_of_the_root(tmp_path, prop, code):
    state = with_files()
    state.write_fdt(**{prop: None})
    answer = findings(tmp_path, state)
    assert answer.status in (4, 8)
    assert code in {c for c, _ in answer.codes()}


def test_damaged_tree(tmp_path):
    state = with_files()
    state.ram.write(state.fdt + 8, b"\xff\xff\xff\xff")
    answer = findings(tmp_path, state)
    assert answer.status == ERRORS
    assert ("LUO-K02", "lose") in answer.codes()


def test_damaged_scratch_areas(tmp_path):
    state = with_files()
    answer = findings(tmp_path, state, areas=[(OUTSIDE, MIB)])
    assert "LUO-B01" in {c for c, _ in answer.codes()}
    state = with_files()
    start, size = state.ram.scratch
    answer = findings(tmp_path, state,
                      areas=[(start, size), (start + 4096, 4096)])
    assert "LUO-B02" in {c for c, _ in answer.codes()}
    assert answer.status == ERRORS


def test_many_findings_are_all_counted(tmp_path):
    blocks = [[Session(b"same")] * 51] * 4
    answer = findings(tmp_path, State(Ram(), blocks))
    report = answer.json
    assert answer.status == ERRORS
    assert report["totals"]["findings"] == 203
    assert 0 < len(report["findings"]) <= 203


@pytest.mark.parametrize("code", CODES)
def test_a_case_has_each_code(code):
    """A row of damaged-states.md, or a test that asks for it by its name."""
    row = re.compile(rf"^\|.*\| .*\b{code[4:]} (note|leak|lose|refuse|panic)",
                     re.M)
    if row.search((TOP / "docs/damaged-states.md").read_text()):
        return
    name = re.compile(rf"\b{code.replace('-', '[-_]')}\b")
    assert any(name.search(path.read_text())
               for kind in ("unit/test_*.c", "host/test_*.py", "efi/test_*.py",
                            "qemu/test_*.py")
               for path in (TOP / "test").glob(kind))
