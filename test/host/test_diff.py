# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo diff: what appeared, vanished and changed between two states."""

import pytest
from dumps import Boot, raw_args, write_elf, write_raw
from operations import carry_out
from state import BASE, File, Ram, Session, State, sessions, with_files
from tool import FAILED, OK, TO_DO, USAGE, fingerprint, run

DIFFER = 1


def write(path, state):
    """A dump with boot data, which are the same in both of a test."""
    ram = state.ram.copy()
    boot = Boot(ram, state)
    return write_elf(path, ram, [boot.params])


@pytest.fixture
def pair(tmp_path):
    """Two dumps: of a state, and of what a function makes of it."""
    def make(change, state=None):
        state = state or with_files()
        before = write(tmp_path / "before", state)
        change(state)
        return before, write(tmp_path / "after", state)
    return make


def diff(before, after):
    """The object; the text must end in the same counts."""
    answer = run("diff", "--json", before, after)
    assert answer.err == ""
    report = answer.json
    assert report["exit"] == answer.status == (
        OK if report["same"] else DIFFER)
    last = run("diff", before, after).out.splitlines()[-1]
    assert last == "luo: %s %s" % (
        "same" if report["same"] else "differ",
        " ".join("{0}=-{vanished}+{appeared}~{changed}".format(
            key, **report["totals"][key])
            for key in ("sessions", "files", "entries", "pages")))
    return report


def counts(report, key):
    return tuple(report["totals"][key][word]
                 for word in ("vanished", "appeared", "changed"))


def owner(report, name):
    return next(tuple(o["pages"].values()) for o in report["owners"]
                if o["owner"] == name)


@pytest.mark.parametrize("abi, kho", [
    ("luo-v5", "kho-v4"), ("luo-session-v3", "kho-v3"),
    ("luo-session-v2", "kho-v3")])
def test_nothing_changed(pair, abi, kho):
    before, after = pair(lambda state: None, with_files(abi=abi, kho=kho))
    report = diff(before, after)
    assert report["same"] and report["sessions"] == report["entries"] == []
    assert run("diff", before, before).out == (
        "luo: same sessions=-0+0~0 files=-0+0~0 entries=-0+0~0 "
        "pages=-0+0~0\n")


def test_guest_memory_is_not_compared(pair):
    """It changes all the time; where it lies does not."""
    before, after = pair(lambda state: state.ram.write(
        state.sessions[1].files[0][0].pages[0], b"else"))
    assert diff(before, after)["same"]


def test_another_name(pair):
    before, after = pair(lambda state: state.ram.write(
        state.sessions[4].pa, b"renamed".ljust(64, b"\0")))
    report = diff(before, after)
    assert counts(report, "sessions") == (1, 1, 0)
    assert counts(report, "files") == (4, 4, 0)
    assert counts(report, "entries") == (0, 0, 0)
    assert {(s["name"], s["what"]) for s in report["sessions"]} == {
        ("session-4", "vanished"), ("renamed", "appeared")}
    assert "+ session 'renamed' files=4\n" in run("diff", before, after).out


def test_files_of_a_session(pair):
    """One token, one size and one handler become others."""
    def change(state):
        block, = state.sessions[4].file_blocks
        state.ram.put64(block + 16 + 56, 77)            # token 1
        record = state.sessions[4].files[0][1].data
        state.ram.put64(record + 8, 12345)              # token 2
        state.ram.write(block + 16 + 2 * 64, b"other-v1".ljust(48, b"\0"))
    before, after = pair(change)
    report = diff(before, after)
    assert counts(report, "sessions") == (0, 0, 1)
    assert counts(report, "files") == (1, 1, 2)
    session, = report["sessions"]
    assert (session["name"], session["files_before"],
            session["files_after"]) == ("session-4", 4, 4)
    files = {int(f["token"], 16): f for f in session["files"]}
    assert {t: f["what"] for t, f in files.items()} == {
        1: "vanished", 2: "changed", 3: "changed", 77: "appeared"}
    assert int(files[2]["after"]["size"], 16) == 12345
    assert files[3]["after"] == {"handler": "other-v1"}
    text = run("diff", before, after).out.splitlines()
    assert "~ session 'session-4' files=4" in text
    assert ("    ~ token=0x2 handler='memfd-v2' size=4096 -> "
            "handler='memfd-v2' size=12345") in text
    # what the file of the unknown handler held is nobody's now
    assert owner(report, "nobody known") == (0, 0, 4)


def swap(state, a, b, size=80):
    x, y = state.ram.read(a, size), state.ram.read(b, size)
    state.ram.write(a, y)
    state.ram.write(b, x)


def test_another_order_of_sessions(pair):
    before, after = pair(lambda state: swap(
        state, state.sessions[1].pa, state.sessions[3].pa))
    report = diff(before, after)
    assert report["reordered"] and report["sessions"] == []
    assert "are in another order\n" in run("diff", before, after).out


def test_another_order_of_files(pair):
    def change(state):
        block, = state.sessions[3].file_blocks
        swap(state, block + 16, block + 16 + 2 * 64, 64)
    report = diff(*pair(change))
    assert report["reordered"] and counts(report, "files") == (0, 0, 0)


def test_one_less_is_no_other_order(pair):
    """The first of a block of two goes, the second moves up."""
    def change(state):
        block = state.blocks[1]
        state.ram.put64(block + 8, 1)
        state.ram.write(block + 16, state.ram.read(block + 96, 80))
    report = diff(*pair(change))
    assert not report["reordered"]
    assert counts(report, "sessions") == (1, 0, 0)


def test_pages(pair):
    """One entry more, one less, one of another order, one of other use."""
    places = {}

    def change(state):
        places["new"] = state.page(2)
        places["gone"] = state.sessions[4].files[0][3].pages[0]
        state.map.change(places["gone"], 0, False)
    report = diff(*pair(change))
    assert counts(report, "entries") == (1, 1, 0)
    assert counts(report, "pages") == (1, 4, 0)
    assert {(int(e["pa"], 16), e["order"], e["what"])
            for e in report["entries"]} == {
        (places["new"], 2, "appeared"), (places["gone"], 0, "vanished")}
    assert owner(report, "folios") == (1, 0, 0)
    assert owner(report, "nobody known") == (0, 4, 0)


def test_many_pages(pair):
    before, after = pair(lambda state: [state.page() for _ in range(100)])
    lines = run("diff", before, after).out.splitlines()
    assert len([x for x in lines if x.startswith("+ preserved ")]) == 64
    assert "+ and 36 more entries" in lines
    report = diff(before, after)
    assert len(report["entries"]) == 100


def test_a_compaction(tmp_path):
    """Carried out on a copy: blocks vanish, nothing else does."""
    state = State(Ram(), [sessions(2), [], sessions(2, 2), []])
    before = write(tmp_path / "before", state)
    plan = run("compact", "-n", "--json", before)
    assert plan.status == TO_DO
    after = tmp_path / "after"
    carry_out(state.ram, plan.json["plan"], lambda: [write(after, state)])
    report = diff(before, after)
    assert report["sessions"] == [] and not report["reordered"]
    assert counts(report, "pages") == (3, 0, 0)
    assert owner(report, "session blocks") == (3, 0, 0)


def test_versions(tmp_path):
    """From one kernel to another everything may be different."""
    before = write(tmp_path / "before", with_files(
        abi="luo-session-v2", kho="kho-v3", number=1))
    after = write(tmp_path / "after", with_files(number=2))
    report = diff(before, after)
    assert not report["same"] and report["sessions"] == []
    assert (report["before"]["abi"], report["after"]["abi"]) == (
        "luo-session-v2", "luo-v5")
    lines = run("diff", before, after).out.splitlines()
    assert lines[:3] == ["~ kho kho-v3 -> kho-v4",
                         "~ abi luo-session-v2 -> luo-v5",
                         "~ live update 1 -> 2"]


def test_raw_files_and_addresses(tmp_path):
    """--base and --kho-fdt belong to the dump that follows."""
    states = [with_files(), with_files()]
    states[1].ram.write(states[1].sessions[0].pa, b"x\0")
    words = []
    for name, state in zip("ab", states):
        words += ["--base", hex(BASE), "--kho-fdt", hex(state.fdt),
                  write_raw(tmp_path / name, state.ram)]
    answer = run("diff", "--json", *words)
    assert (answer.status, answer.err) == (DIFFER, "")
    assert counts(answer.json, "sessions") == (1, 1, 0)
    assert run("diff", *words[:5], "--base", hex(BASE), "--kho-fdt", "4096",
               tmp_path / "b").refuses(FAILED, "b")


def test_damaged_lists_are_compared_as_far_as_they_go(pair):
    before, after = pair(lambda state: state.ram.put64(
        state.blocks[0], 0x80000000))
    answer = run("diff", before, after)
    assert answer.status == DIFFER
    assert str(after) in answer.err and "a block is not in" in answer.err
    assert "sessions=-2+0~0" in answer.out


def test_same_name_twice(pair):
    """Damaged in the same way, they are the same."""
    state = State(Ram(), [[Session(b"a", [[File(1), File(1)]]),
                           Session(b"a")]])
    assert diff(*pair(lambda s: None, state))["same"]


def test_no_state(tmp_path):
    good = write(tmp_path / "good", with_files())
    ram = Ram()
    words = raw_args(tmp_path / "none", ram)
    answer = run("diff", good, *words)
    assert (answer.status, answer.out) == (FAILED, "")
    assert str(tmp_path / "none") in answer.err
    assert run("diff", good, tmp_path / "missing").refuses(
        FAILED, tmp_path / "missing")


@pytest.mark.parametrize("words", [
    ["{}"], ["{}", "{}", "{}"], ["{}", "{}", "--ktap"], ["{}", "{}", "-n"],
    ["--kho-fdt", "1", "--kho-fdt", "1", "--kho-fdt", "1", "{}", "{}"],
    ["--live", "{}"], ["--live"], []])
def test_wrong_command_line(tmp_path, words):
    path = write(tmp_path / "core", with_files())
    assert run("diff", *[path if w == "{}" else w for w in words]).refuses(
        USAGE, "diff")


def test_neither_dump_is_written_over(pair):
    before, after = pair(lambda state: None)
    for path in before, after:
        mark = fingerprint(path)
        assert run("diff", "-o", path, before, after).refuses(USAGE, path)
        assert fingerprint(path) == mark
    assert run("diff", "-q", before, after).out == ""
