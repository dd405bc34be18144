# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo verify: verdict line, JSON, KTAP, text, status, and dumps left alone.

The words, keys and numbers checked here are the documented interface that
scripts rely on. What single damages are called is in test_findings.py; wrong
command lines and files that are no dumps are in test_refusals.py.
"""

import re

import pytest
from dumps import Boot, raw_args, write_elf
from state import Ram, Session, State, empty_tail, sessions, with_files
from tool import (ANCHOR, BOOT, CODES, ERRORS, FAILED, FIRMWARE, HOST, LIVE, NEXT, OK,
                  TO_DO, TOP, fingerprint, run)

KEYS = {"tool", "schema", "verdict", "exit", "abi", "kho", "page_size",
        "totals", "findings", "plan"}
FORMS = [("luo-v5", "kho-v4"), ("luo-v5", "kho-v3"), ("luo-v5", "kho-v2"),
         ("luo-session-v3", "kho-v3"), ("luo-session-v2", "kho-v3")]


def core(tmp_path, state, **more):
    """A core of the state with boot data, as QEMU would write it."""
    boot = Boot(state.ram, state, **more)
    return write_elf(tmp_path / "core", state.ram, [boot.params])


@pytest.mark.parametrize("abi, kho", FORMS)
@pytest.mark.parametrize("shift", [12, 14, 16])
def test_sound_state_is_ok(tmp_path, abi, kho, shift):
    state = with_files(abi=abi, kho=kho, shift=shift)
    answer = run("verify", core(tmp_path, state))
    blocks, pages = len(state.blocks), str(state.map.pages)
    assert (answer.status, answer.err) == (OK, "")
    words = answer.verdict
    assert words.pop("us").isdigit()
    assert words == {
        "verdict": "ok", "abi": abi, "kho": kho, "sessions": "5",
        "files": "10", "blocks": f"{blocks}->{blocks}", "fblocks": "4->4",
        "pages": pages, "findings": "0"}
    assert answer.out.count("\n") == 1


def test_no_sessions_is_ok(tmp_path):
    answer = run("verify", core(tmp_path, State(Ram())))
    assert answer.status == OK
    assert answer.verdict["sessions"] == "0"
    assert answer.verdict["blocks"] == "0->0"


def test_json_of_a_sound_state(tmp_path):
    state = with_files()
    answer = run("verify", "--json", core(tmp_path, state))
    report = answer.json
    assert answer.status == OK and KEYS <= set(report)
    version = (TOP / "VERSION").read_text().strip()
    assert report["tool"] == f"luo-payload {version}"
    assert {k: report[k] for k in KEYS - {"tool", "totals"}} == {
        "schema": 1, "verdict": "ok", "exit": 0, "abi": "luo-v5",
        "kho": "kho-v4", "page_size": 4096, "findings": [], "plan": []}
    totals = report["totals"]
    assert (totals["sessions"], totals["files"]) == (5, 10)
    assert totals["pages"] == state.map.pages


def test_empty_tail_block_is_a_panic_that_names_the_block(tmp_path):
    state = empty_tail()
    path = core(tmp_path, state)
    answer = run("verify", "--json", path)
    assert answer.status == answer.json["exit"] == ERRORS
    (finding,) = answer.json["findings"]
    assert set(finding) == {"code", "severity", "pa", "owner", "what",
                            "effect", "remedy"}
    assert (finding["code"], finding["severity"]) == ("LUO-S06", "panic")
    assert int(finding["pa"], 16) == state.blocks[1]
    assert finding["owner"] == "session block 1"
    assert "panic" in finding["effect"] and "compact" in finding["remedy"]
    answer = run("verify", path)
    assert answer.status == ERRORS
    assert re.search(rf"LUO-S06 panic: .* at {state.blocks[1]:#x}\n",
                     answer.out)
    words = answer.verdict
    assert (words["verdict"], words["sessions"], words["blocks"],
            words["findings"]) == ("errors", "51", "2->2", "1")


def test_empty_block_is_only_a_note_where_the_abi_allows_it(tmp_path):
    state = State(Ram(), [sessions(3), []], abi="luo-session-v3", kho="kho-v3")
    answer = run("verify", "--json", core(tmp_path, state))
    assert answer.status == OK and answer.json["verdict"] == "ok"
    assert answer.codes() == {("LUO-S06", "note")}


def ktap_points(text):
    lines = text.splitlines()
    assert lines[0] == "KTAP version 1"
    plan = re.fullmatch(r"1\.\.(\d+)", lines[1])
    points = [line for line in lines[2:] if not line.startswith("#")]
    for number, line in enumerate(points, 1):
        assert re.fullmatch(rf"(not )?ok {number} \S.*", line), line
    assert len(points) == int(plan[1])
    return points


def test_ktap(tmp_path):
    answer = run("verify", "--ktap", core(tmp_path, with_files()))
    assert answer.status == OK
    points = ktap_points(answer.out)
    assert [p.split()[2] for p in points] == CODES
    assert all(p.startswith("ok ") for p in points)
    assert {p.split()[2] for p in points
            if "# SKIP" in p} == NEXT | FIRMWARE | LIVE | ANCHOR
    answer = run("verify", "--ktap", core(tmp_path, empty_tail()))
    assert answer.status == ERRORS
    bad = [p for p in ktap_points(answer.out) if p.startswith("not ok")]
    assert len(bad) == 1 and bad[0].endswith(" LUO-S06")
    lines = answer.out.splitlines()
    assert lines[lines.index(bad[0]) - 1].startswith("# LUO-S06 panic: ")


def test_ktap_skips_what_it_could_not_look_at(tmp_path):
    """compact -n does not follow owners; behind a damaged tree is nothing."""
    answer = run("compact", "-n", "--ktap", core(tmp_path, with_files()))
    assert answer.status == TO_DO
    assert {p.split()[2] for p in ktap_points(answer.out)
            if p.endswith(" # SKIP not reached")} == HOST
    state = with_files()
    state.ram.write(state.fdt + 8, b"\xff\xff\xff\xff")
    points = ktap_points(run("verify", "--ktap", core(tmp_path, state)).out)
    skipped = {p.split()[2] for p in points if "# SKIP" in p}
    assert skipped == ({c for c in CODES if c[4] in "MCSF"} | HOST) - BOOT
    assert [p for p in points if p.startswith("not")] == [
        f"not ok {1 + CODES.index('LUO-K02')} LUO-K02"]


def test_ktap_with_many_findings(tmp_path):
    """Findings that are only counted still fail their point."""
    blocks = [[Session(b"same"), Session(b"n" * 64)] * 25] * 3
    answer = run("verify", "--ktap", core(tmp_path, State(Ram(), blocks)))
    bad = [p.split()[3] for p in ktap_points(answer.out)
           if p.startswith("not ok")]
    assert {"LUO-S10", "LUO-S12"} <= set(bad)


def test_ktap_without_a_state_is_a_skip(tmp_path):
    answer = run("verify", "--ktap", *raw_args(tmp_path / "raw", Ram()))
    assert answer.status == FAILED
    assert re.fullmatch(r"KTAP version 1\n1\.\.0 # SKIP .*\n", answer.out)


def test_text_is_the_default(tmp_path):
    path = core(tmp_path, empty_tail())
    plain, text = run("verify", path), run("verify", "--text", path)
    assert same_but_time(plain.out) == same_but_time(text.out)


def same_but_time(text):
    return re.sub(r'us(=|":)\d+', "us", text)


@pytest.mark.parametrize("form", ["--text", "--json", "--ktap"])
def test_quiet_and_output_file(tmp_path, form):
    path, out = core(tmp_path, empty_tail()), tmp_path / "report"
    shown = run("verify", form, path)
    quiet = run("verify", form, "-q", path)
    assert (quiet.status, quiet.out, quiet.err) == (ERRORS, "", "")
    out.write_text("x" * 100000)    # an older, longer report
    filed = run("verify", form, "-o", out, path)
    assert (filed.status, filed.out) == (ERRORS, "")
    assert same_but_time(out.read_text()) == same_but_time(shown.out)


def test_quiet_drops_notes_but_not_errors(tmp_path):
    empty = raw_args(tmp_path / "raw", Ram())
    assert run("verify", *empty).err
    assert not run("verify", "-q", *empty).err
    missing = run("verify", "-q", tmp_path / "nothing")
    assert missing.refuses(FAILED, tmp_path / "nothing")


def test_none(tmp_path):
    for ram in Ram(), State(Ram()).ram.copy():
        state = State(ram)
        state.write_fdt(LUO=None)
        answer = run("verify", core(tmp_path, state))
        assert answer.status == FAILED
        assert answer.verdict["verdict"] == "none"
    answer = run("verify", *raw_args(tmp_path / "raw", Ram()))
    assert answer.status == FAILED and answer.err.startswith("luo: note: no K")
    assert answer.verdict["verdict"] == "none"
    assert (answer.verdict["kho"], answer.verdict["abi"]) == ("-", "-")
    report = run("verify", "--json", tmp_path / "raw").json
    assert (report["verdict"], report["exit"]) == ("none", FAILED)


@pytest.mark.parametrize("kho", ["kho-v0", "kho-v5", "kho-v4;radix-v2"])
def test_other_kho_version_is_refused_by_name(tmp_path, kho):
    answer = run("verify", core(tmp_path, with_files(kho=kho)))
    assert answer.status == FAILED and "LUO-K03" in answer.out
    assert (answer.verdict["verdict"], answer.verdict["kho"]) == (
        "refused", kho)


@pytest.mark.parametrize("more, name", [
    ({"luo": "luo-v6"}, "luo-v6"),
    ({"luo": "luo-v6;block-v1"}, "luo-v6;block-v1"),
    ({"abi": "luo-session-v3", "session": "luo-session-v9"},
     "luo-session-v9"),
    ({"abi": "luo-session-v3", "luo": "luo-v9"}, "luo-v9")])
def test_other_luo_version_is_refused_by_name(tmp_path, more, name):
    answer = run("verify", core(tmp_path, with_files(**more)))
    assert answer.status == FAILED and "LUO-C03" in answer.out
    assert (answer.verdict["verdict"], answer.verdict["abi"]) == (
        "refused", name)
    assert answer.verdict["kho"] == "kho-v4"


@pytest.mark.parametrize("command", [
    ["verify"], ["verify", "--json"], ["info"], ["list"], ["compact", "-n"],
    ["verify", "--kho-fdt", "0x40010000"]])
def test_dumps_are_left_alone(tmp_path, command):
    path = core(tmp_path, empty_tail())
    before, names = fingerprint(path), sorted(tmp_path.iterdir())
    run(*command, path)
    assert fingerprint(path) == before
    assert sorted(tmp_path.iterdir()) == names
