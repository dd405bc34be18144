# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo compact -n: the plan, carried out here on a copy of the memory.

Every plan is applied operation by operation: what was there must be what the
plan says, and after each one every session is still there exactly once. The
result has as few blocks as its entries need, verifies ok, and a second plan is
empty.
"""

import pytest
from dumps import Boot, raw_args, write_elf
from operations import carry_out
from state import (BASE, File, Ram, Session, State, empty_tail, sessions)
from tool import ERRORS, FAILED, OK, TO_DO, run


def core(tmp_path, state, boot=None):
    boot = boot or Boot(state.ram, state)
    return write_elf(tmp_path / "core", state.ram, [boot.params]), boot


def listed(path):
    """Names, tokens and data of all sessions, in order."""
    report = run("list", "--json", path).json
    return [(s["name"], s["files"]) for s in report["sessions"]]


def list_blocks(state):
    """Entries of the map that belong to blocks of lists."""
    blocks = {(pa, state.order) for pa in state.blocks}
    return blocks | {(pa, 0) for s in state.sessions for pa in s.file_blocks}


def others_preserve_pages_nearby(state):
    """Their keys share words of the map with those of the first blocks."""
    for i in range(0x10000 >> state.shift):
        state.map.change(BASE + i * state.size, 0, True)


def compact(tmp_path, state):
    """Plans, applies, and checks the outcome. Returns (before, after)."""
    others_preserve_pages_nearby(state)
    blocks = list_blocks(state)
    path, boot = core(tmp_path, state)
    answer = run("compact", "-n", "--json", path)
    before = answer.json
    assert answer.status == before["exit"] == TO_DO and before["plan"]
    expected = listed(path)
    codes = {code for code, _ in run("verify", "--json", path).codes()}

    def no_worse(op):
        core(tmp_path, state, boot)
        assert listed(path) == expected, op
        now = {code for code, _ in run("verify", "--json", path).codes()}
        assert now <= codes, op

    carry_out(state.ram, before["plan"], lambda: [path], no_worse)
    gone = {e for e in state.map.entries if not state.map.has(*e)}
    assert gone <= blocks
    for pa, order in gone:
        size = state.size << order
        assert state.ram.read(pa, size) == bytes(size)
    after = run("verify", "--json", path)
    assert after.status == OK and after.json["verdict"] == "ok"
    assert after.json["totals"]["pages"] == state.map.pages - sum(
        1 << order for _, order in gone)
    forecast(before, after.json)
    return before, after.json


def forecast(before, after):
    """What the plan promised is what verify then counts."""
    promise, totals = before["compaction"], after["totals"]
    assert promise["blocks_after"] == totals["blocks_before"]
    assert promise["fblocks_after"] == totals["fblocks_before"]
    assert promise["pages_freed"] == (before["totals"]["pages"]
                                      - totals["pages"])
    assert promise["bytes_written"] == sum(op["len"] for op in before["plan"])
    assert promise["blocks_after"] == promise["blocks_fewest"]
    assert promise["fblocks_after"] == promise["fblocks_fewest"]


def dropped(before, after, blocks=0, fblocks=0, pages=None):
    """How the totals differ."""
    old, new = before["totals"], after["totals"]
    assert old["blocks_before"] - new["blocks_before"] == blocks
    assert old["fblocks_before"] - new["fblocks_before"] == fblocks
    pages = blocks + fblocks if pages is None else pages
    assert old["pages"] - new["pages"] == pages


def test_51_sessions_and_an_empty_block(tmp_path):
    before, after = compact(tmp_path, empty_tail())
    dropped(before, after, blocks=1)
    assert [op["kind"] for op in before["plan"]] == ["header", "scrub", "key"]
    assert after["totals"]["sessions"] == 51
    assert after["totals"]["blocks_before"] == 1
    assert [f["code"] for f in after["findings"]] == ["LUO-M11"]


POSITIONS = [[[], 1], [1, [], 1], [1, []], [[], [], 1], [1, [], [], 1],
             [1, [], []], [[], 1, [], 1, []], [[]], [[], []]]


def filled(shape, entries=2):
    """Blocks of sessions where the shape has a number."""
    return [sessions(entries, 100 * i) if block else []
            for i, block in enumerate(shape)]


def surplus(shape):
    """All blocks but one, when what they hold fits into one."""
    return len(shape) - any(shape)


@pytest.mark.parametrize("shape", POSITIONS, ids=str)
@pytest.mark.parametrize("shift", [12, 16])
def test_empty_blocks_anywhere(tmp_path, shape, shift):
    state = State(Ram(), filled(shape), shift=shift)
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=surplus(shape))
    if all(not block for block in shape):
        assert state.ram.get64(state.head_at) == 0


@pytest.mark.parametrize("shape", POSITIONS[:7], ids=str)
def test_empty_blocks_of_the_april_series(tmp_path, shape):
    """The head lies in a tree, 4-byte aligned; a block is one 16-page entry."""
    state = State(Ram(), filled(shape), abi="luo-session-v3", kho="kho-v3")
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=surplus(shape),
            pages=16 * surplus(shape))


def test_april_series_keeps_one_block(tmp_path):
    state = State(Ram(), [[], []], abi="luo-session-v3", kho="kho-v3")
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=1, pages=16)
    answer = run("compact", "-n", *raw_args(tmp_path / "raw", state.ram))
    assert answer.status == OK and "1 empty blocks must stay" in answer.out


@pytest.mark.parametrize("shape", POSITIONS, ids=str)
def test_empty_blocks_of_files(tmp_path, shape):
    files = [[File(10 * i), File(10 * i + 1)] if block else []
             for i, block in enumerate(shape)]
    state = State(Ram(), [[Session(b"a"), Session(b"b", files),
                           Session(b"c", [[File(7)]])]])
    before, after = compact(tmp_path, state)
    dropped(before, after, fblocks=surplus(shape))
    assert after["totals"]["files"] == before["totals"]["files"]


@pytest.mark.parametrize("counts", [
    [30, 30, 20], [51, 1, 50], [1, 51, 51, 50, 0], [40, 51, 51, 11, 1],
    [51, 0, 20, 51, 31], [3, 3, 51, 45]], ids=str)
def test_merging(tmp_path, counts):
    """Blocks end full but for the last one, by the fewest moves."""
    blocks = [sessions(n, 100 * i) if n else [] for i, n in enumerate(counts)]
    state = State(Ram(), blocks)
    before, after = compact(tmp_path, state)
    fewest = -(-sum(counts) // 51)
    dropped(before, after, blocks=len(counts) - fewest)
    assert before["compaction"]["entries_moved"] < sum(counts)


def test_merging_16_page_blocks(tmp_path):
    state = State(Ram(), [sessions(500), sessions(400, 500), sessions(9, 900)],
                  abi="luo-session-v3", kho="kho-v3")
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=1, pages=16)
    assert before["compaction"]["entries_moved"] == 9


def test_without_a_spare(tmp_path):
    """Blocks of 30, 51 and 21 fit into two, but no page is free for that."""
    path, _ = core(tmp_path, State(Ram(), [sessions(30), sessions(51, 100),
                                           sessions(21, 200)]))
    answer = run("compact", "-n", path)
    assert answer.status == OK
    assert "1 blocks above the fewest stay" in answer.out
    report = run("compact", "-n", "--json", path).json
    assert report["plan"] == []
    assert report["compaction"]["blocks_without_spare"] == 1


def test_a_spare_from_a_list_of_files(tmp_path):
    """File blocks and session blocks are both one page."""
    files = [[File(1)], [File(2)]]
    state = State(Ram(), [[Session(b"a", files), *sessions(29)],
                          sessions(51, 100), sessions(21, 200)])
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=1, fblocks=1)


def test_blocks_of_sessions_and_files_together(tmp_path):
    state = State(Ram(), [[], [Session(b"a", [[], [File(1)]])], []])
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=2, fblocks=1)


def test_keys_in_one_word_are_joined(tmp_path):
    """Six neighbours share a 64-bit word of the map: one store clears all."""
    state = State(Ram(), [sessions(1)] + [[] for _ in range(6)])
    words = {pa >> state.shift + 6 for pa in state.blocks[1:]}
    assert len(words) == 1
    before, after = compact(tmp_path, state)
    dropped(before, after, blocks=6)
    kinds = [op["kind"] for op in before["plan"]]
    assert kinds == ["header", *["scrub"] * 6, "key"]


def test_keys_come_last(tmp_path):
    """As long as a block is linked, its page is preserved."""
    state = State(Ram(), filled(POSITIONS[6]))
    path, _ = core(tmp_path, state)
    plan = run("compact", "-n", "--json", path).json["plan"]
    leaf = state.ram.get64(state.map.slots(state.blocks[0], 0)[-1])
    in_leaf = [leaf <= int(op["pa"], 16) < leaf + 4096 for op in plan]
    assert in_leaf == sorted(in_leaf) and any(in_leaf)
    kinds = [op["kind"] for op in plan]
    assert in_leaf == [kind == "key" for kind in kinds]
    assert "scrub" in kinds[:in_leaf.index(True)]


def test_only_metadata_is_stored(tmp_path):
    """Headers of blocks, the head pointer, leaves of the map, file pointers."""
    state = State(Ram(), [[], [Session(b"a", [[], [File(1)], []])], []])
    path, _ = core(tmp_path, state)
    plan = run("compact", "-n", "--json", path).json["plan"]
    session = state.sessions[0]
    leaf = state.ram.get64(state.map.slots(state.blocks[0], 0)[-1])
    headers = {*state.blocks, *session.file_blocks}
    for op in plan:
        pa = int(op["pa"], 16)
        assert (pa in headers and op["len"] in (16, 4096)
                or pa in (state.head_at, session.pa + 64) and op["len"] == 8
                or leaf <= pa < leaf + 4096 and op["len"] == 8), op


@pytest.mark.parametrize("abi", ["luo-v5", "luo-session-v3",
                                 "luo-session-v2"])
def test_nothing_to_do(tmp_path, abi):
    files = [[File(1), File(2)]]
    state = State(Ram(), [[Session(b"a", files), *sessions(9)]], abi=abi)
    path, _ = core(tmp_path, state)
    answer = run("compact", "-n", path)
    assert answer.status == OK and "plan: nothing to do" in answer.out
    assert ("keeps its sessions in one array" in answer.out) == (
        abi == "luo-session-v2")
    answer = run("compact", "-n", "--json", path)
    assert (answer.status, answer.json["plan"]) == (OK, [])


def test_text_names_every_store(tmp_path):
    path, _ = core(tmp_path, empty_tail())
    answer = run("compact", "-n", path)
    plan = run("compact", "-n", "--json", path).json["plan"]
    assert answer.status == TO_DO
    assert all(f"  {op['pa']} {op['len']} bytes: " in answer.out
               for op in plan)
    assert answer.verdict["verdict"] == "errors"


def spoil_name(state):
    state.ram.write(state.sessions[0].pa, b"session-1".ljust(64, b"\0"))


def spoil_link(state):
    state.ram.put64(state.blocks[1], 0x80000000)


def spoil_map(state):
    state.map.change(state.blocks[0], 0, False)


@pytest.mark.parametrize("spoil", [spoil_name, spoil_link, spoil_map])
def test_no_plan_while_something_else_is_wrong(tmp_path, spoil):
    state = empty_tail()
    spoil(state)
    path, _ = core(tmp_path, state)
    answer = run("compact", "-n", "--json", path)
    assert answer.status == answer.json["exit"] == ERRORS
    assert answer.json["plan"] == []
    assert "plan: none" in run("compact", "-n", path).out


@pytest.mark.parametrize("more", [{"kho": "kho-v5"}, {"luo": "luo-v6"}])
def test_no_plan_for_an_unknown_version(tmp_path, more):
    path, _ = core(tmp_path, empty_tail(**more))
    answer = run("compact", "-n", "--json", path)
    assert (answer.status, answer.json["plan"]) == (FAILED, [])
    assert answer.json["verdict"] == "refused"


def test_no_state(tmp_path):
    answer = run("compact", "-n", "--json", *raw_args(tmp_path / "raw", Ram()))
    assert (answer.status, answer.json["plan"]) == (FAILED, [])
