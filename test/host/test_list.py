# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo list and luo info: what is shown of sessions, files and the state.

Names come from memory that nobody vouches for, so they are escaped the same
way in text and JSON: a terminal sees printable ASCII only. Lists end where the
chain is damaged, and say so.
"""

import json

import pytest
from dumps import Boot, raw_args, write_elf
from state import BASE, File, Ram, Session, State, sessions, with_files
from tool import ERRORS, FAILED, OK, run


def core(tmp_path, state):
    boot = Boot(state.ram, state)
    return write_elf(tmp_path / "core", state.ram, [boot.params])


def size_of(state, file):
    """Of the memfds that the writer makes."""
    return ({"size": hex(state.memfd_bytes(file))}
            if file.handler == b"memfd-v2" else {})


def expected(state):
    return [{"index": i, "name": s.name.decode(), "file_count": s.count,
             "files": [{"token": hex(f.token), "handler": f.handler.decode(),
                        "data": hex(f.data), **size_of(state, f)}
                       for b in s.files for f in b],
             "stopped": None} for i, s in enumerate(state.sessions)]


@pytest.mark.parametrize("abi", ["luo-v5", "luo-session-v3",
                                 "luo-session-v2"])
def test_list_json(tmp_path, abi):
    state = with_files(abi=abi)
    answer = run("list", "--json", core(tmp_path, state))
    assert (answer.status, answer.err) == (OK, "")
    assert answer.json["sessions"] == expected(state)
    assert answer.json["stopped"] is None
    assert (answer.json["abi"], answer.json["schema"]) == (abi, 1)


def test_list_text(tmp_path):
    state = with_files()
    lines = run("list", core(tmp_path, state)).out.splitlines()
    wanted = []
    for i, s in enumerate(state.sessions):
        wanted.append(f"{i} '{s.name.decode()}' files={s.count}")
        wanted += [f"    token={f.token:#x} handler='{f.handler.decode()}' "
                   f"data={f.data:#x} size={state.memfd_bytes(f)}"
                   for b in s.files for f in b]
    assert lines == wanted


def test_files_in_several_blocks(tmp_path):
    state = State(Ram(), [[Session(b"vm", [
        [File(t, b"device-%d" % t, t << 40) for t in range(63)],
        [File(2**64 - 1, b"last", 2**64 - 1)]])]])
    answer = run("list", "--json", core(tmp_path, state))
    assert answer.json["sessions"] == expected(state)


NAMES = [b'quote " and \\ backslash', b"line\nbreak", b"\x1b[2Jclear",
         b"caf\xc3\xa9", b"\xff\xfe", b"\x7f", b"'", b"n" * 63]


def test_names_are_escaped(tmp_path):
    """Bytes beyond ASCII come back as the characters of the same number."""
    state = State(Ram(), [[Session(n, [[File(1, n[:47], 2)]])
                           for n in NAMES]])
    path = core(tmp_path, state)
    answer = run("list", "--json", path)
    assert [s["name"].encode("latin-1")
            for s in answer.json["sessions"]] == NAMES
    assert [s["files"][0]["handler"].encode("latin-1")
            for s in answer.json["sessions"]] == [n[:47] for n in NAMES]
    for words in ["list"], ["list", "--json"], ["verify"], ["info"]:
        out = run(*words, path).out
        assert all(" " <= c <= "~" or c == "\n" for c in out), words
    assert run("list", path).out.count("\n") == 2 * len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_names_in_findings_are_escaped(tmp_path, name):
    state = State(Ram(), [[Session(name), Session(name)]])
    answer = run("verify", "--json", core(tmp_path, state))
    (finding,) = answer.json["findings"]
    owner = finding["owner"].encode("latin-1")
    assert owner in (b"session %d '%s'" % (i, name) for i in range(2))
    out = run("verify", "--text", tmp_path / "core").out
    assert all(" " <= c <= "~" or c == "\n" for c in out)


def test_name_that_fills_its_field(tmp_path):
    state = State(Ram(), [[Session(b"x" * 64), Session(b"after")]])
    answer = run("list", "--json", core(tmp_path, state))
    first, second = (s["name"] for s in answer.json["sessions"])
    assert first in ("x" * 63, "x" * 64) and second == "after"


DAMAGES = [
    (lambda s: (s.blocks[0], 0x80000000), 2, "memory"),
    (lambda s: (s.blocks[0], s.blocks[1] + 8), 2, "misaligned"),
    (lambda s: (s.blocks[1] + 8, 52), 2, "more entries"),
    (lambda s: (s.head_at, BASE - 4096), 0, "memory"),
]


@pytest.mark.parametrize("damage, count, why", DAMAGES)
def test_damaged_chain_is_listed_up_to_the_damage(tmp_path, damage, count,
                                                  why):
    state = State(Ram(), [sessions(2), sessions(2, 2)])
    state.ram.put64(*damage(state))
    path = core(tmp_path, state)
    answer = run("list", "--json", path)
    assert answer.status == ERRORS and "verify" in answer.err
    assert len(answer.json["sessions"]) == count
    assert why in answer.json["stopped"]["why"]
    assert "stopped: " in run("list", path).out.splitlines()[-1]


def test_loop_ends(tmp_path):
    state = State(Ram(), [sessions(2), sessions(2, 2)])
    state.ram.put64(state.blocks[1], state.blocks[0])
    answer = run("list", "--json", core(tmp_path, state))
    assert answer.status == ERRORS
    names = [s["name"] for s in answer.json["sessions"]]
    assert names[:4] == [s.name.decode() for s in state.sessions]
    assert len(names) < 100 and "comes back" in answer.json["stopped"]["why"]


def test_damaged_file_list_does_not_end_the_sessions(tmp_path):
    state = State(Ram(), [[Session(b"a", [[File(1)], [File(2)]]),
                           Session(b"b", [[File(3)]])]])
    state.ram.put64(state.sessions[0].file_blocks[0], 0x80000000)
    first, second = run("list", "--json",
                        core(tmp_path, state)).json["sessions"]
    assert len(first["files"]) == 1 and first["stopped"]["pa"] == "0x80000000"
    assert len(second["files"]) == 1 and second["stopped"] is None


def test_unknown_version_and_no_state(tmp_path):
    answer = run("list", "--json", core(tmp_path, with_files(luo="luo-v6")))
    assert (answer.status, answer.json["sessions"]) == (FAILED, [])
    assert answer.json["stopped"]["why"]
    answer = run("list", *raw_args(tmp_path / "raw", Ram()))
    assert (answer.status, answer.out) == (FAILED, "")


def test_info_json(tmp_path):
    state = with_files()
    answer = run("info", "--json", core(tmp_path, state))
    report = answer.json
    assert answer.status == OK
    assert {k: report[k] for k in ("verdict", "exit", "abi", "kho",
                                   "page_size", "found_by",
                                   "liveupdate_number")} == {
        "verdict": "ok", "exit": 0, "abi": "luo-v5", "kho": "kho-v4",
        "page_size": 4096, "found_by": "boot data", "liveupdate_number": 3}
    assert {k: int(report[k], 16) for k in (
        "kho_fdt", "map_root", "container", "container_size")} == {
        "kho_fdt": state.fdt, "map_root": state.map.root,
        "container": state.container, "container_size": 32}
    assert report["subnodes"] == [
        {"name": "LUO", "pa": hex(state.container), "size": "0x20"}]
    assert report["totals"]["pages"] == state.map.pages
    assert report["totals"]["map_entries"] == len(state.map.entries)


def test_info_text_shows_the_same_places(tmp_path):
    state = with_files()
    answer = run("info", core(tmp_path, state))
    assert answer.status == OK and answer.verdict["sessions"] == "5"
    for pa in state.fdt, state.container, state.map.root:
        assert f"{pa:#x}" in answer.out
    assert "7.2..7.3" in answer.out


def test_info_without_a_state(tmp_path):
    words = raw_args(tmp_path / "raw", Ram())
    answer = run("info", "--json", *words)
    assert answer.status == FAILED and json.loads(answer.out)["found_by"]
    assert run("info", *words).verdict["verdict"] == "none"
