# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo map: what is preserved and who owns it; and luo verify, which follows
every file to its last page on the way.
"""

import re
import struct

import pytest
from dumps import Boot, raw_args, write_elf
from flattree import flatten, native, text
from state import File, Ram, Session, State, with_files
from tool import ERRORS, FAILED, OK, run

KHO = {"luo-v5": "kho-v4", "luo-session-v3": "kho-v3",
       "luo-session-v2": "kho-v3"}
LISTED = 64     # unclaimed entries shown

each_abi = pytest.mark.parametrize("abi", KHO)
each_size = pytest.mark.parametrize("shift", [12, 14, 16])


def core(tmp_path, state):
    boot = Boot(state.ram, state)
    return write_elf(tmp_path / "core", state.ram, [boot.params])


def one_session(files, **more):
    more.setdefault("abi", "luo-v5")
    return State(Ram(), [[Session(b"vm", [files])]], kho=KHO[more["abi"]],
                 **more)


def owned(answer):
    """Entries by owner."""
    return {o["owner"]: o["entries"] for o in answer["owners"] if o["entries"]}


def adds_up(answer, state):
    """Owners and the rest against the map, which is the state's."""
    entries, pages = len(state.map.entries), state.map.pages
    sums = answer["preserved"], {
        key: sum(o[key] for o in answer["owners"]) + answer["unclaimed"][key]
        for key in ("entries", "pages")}, {
        key: sum(o[key] for o in answer["orders"])
        for key in ("entries", "pages")}
    for found in sums:
        assert (found["entries"], found["pages"]) == (entries, pages)
    assert int(answer["preserved"]["bytes"], 16) == pages << state.shift
    return True


@each_abi
@each_size
def test_sound_state(tmp_path, abi, shift):
    state = with_files(abi=abi, kho=KHO[abi], shift=shift)
    answer = run("map", "--json", core(tmp_path, state))
    assert (answer.status, answer.err) == (OK, "")
    report = answer.json
    assert (report["followed"], report["complete"]) == (True, True)
    assert report["unclaimed"] == {"entries": 0, "pages": 0, "bytes": "0x0",
                                   "listed": []}
    assert adds_up(report, state) and report["unknown"] == 0
    assert owned(report) == {
        "KHO FDT": 1, "LUO container": 1, "session blocks": len(state.blocks),
        "file blocks": 4, "memfd records": 10, "vmalloc chunks": 10,
        "folio arrays": 10, "folios": 10}


@each_abi
@each_size
def test_large_memfds(tmp_path, abi, shift):
    """Arrays of several pages, an empty last chunk, folios of many pages,
    and a file of no bytes."""
    room = (1 << shift) // 16
    files = [File(1, folios=room + 1) if shift == 12 else File(1, folios=40),
             File(2, folios=3, order=4 if shift < 16 else 2),
             File(3, folios=0)]
    state = one_session(files, abi=abi, shift=shift)
    path = core(tmp_path, state)
    report = run("map", "--json", path).json
    assert adds_up(report, state) and report["unclaimed"]["entries"] == 0
    assert owned(report)["folios"] == sum(f.folios for f in files)
    assert owned(report)["folio arrays"] == sum(len(f.arrays) for f in files)
    assert owned(report)["vmalloc chunks"] == sum(len(f.chunks) for f in files)
    assert run("verify", "--json", path).json["findings"] == []


def test_map_nodes_are_counted(tmp_path):
    report = run("map", "--json", core(tmp_path, with_files())).json
    info = run("info", "--json", tmp_path / "core").json
    assert report["map_nodes"] == info["totals"]["map_nodes"] > 3


def test_text(tmp_path):
    state = one_session([File(1), File(2, folios=2, order=3)])
    left = state.page(1)
    answer = run("map", core(tmp_path, state))
    assert answer.status == OK and answer.verdict["verdict"] == "ok"
    rows = {" ".join(words[:-3]): tuple(map(int, words[-3:])) for words in
            (line.split() for line in answer.out.splitlines()
             if line.startswith("  "))}
    assert rows["order 3"] == (2, 16, 65536)
    assert rows["folios"] == (3, 17, 17 * 4096)
    assert rows["memfd records"] == (2, 2, 8192)
    assert rows["nobody known"] == (1, 2, 8192)
    assert rows["all"][:2] == (len(state.map.entries), state.map.pages)
    assert f"unclaimed {left:#x} order 1\n" in answer.out


@pytest.mark.parametrize("way", ["raw", "--kho-fdt", "-o"])
def test_usual_inputs(tmp_path, way):
    state = with_files()
    words = raw_args(tmp_path / "raw", state.ram)
    if way == "--kho-fdt":
        words = [way, hex(state.fdt), *words]
    if way == "-o":
        answer = run("map", "-o", tmp_path / "out", *words)
        assert (answer.status, answer.out) == (OK, "")
        assert "nobody known" in (tmp_path / "out").read_text()
        return
    answer = run("map", "--json", *words)
    assert answer.status == OK and adds_up(answer.json, state)


def test_no_state_and_a_map_that_cannot_be_followed(tmp_path):
    answer = run("map", "--json", *raw_args(tmp_path / "raw", Ram()))
    assert (answer.status, answer.json["followed"]) == (FAILED, False)
    state = with_files()
    state.ram.put64(state.map.root + 8, state.map.root)
    for words in ["--json"], []:
        answer = run("map", *words, core(tmp_path, state))
        assert answer.status == ERRORS and "followed" in answer.err


# what nobody owns

@pytest.mark.parametrize("count", [1, LISTED, LISTED + 7])
def test_unclaimed_entries(tmp_path, count):
    state = with_files()
    left = [state.page() for _ in range(count)]
    path = core(tmp_path, state)
    answer = run("map", "--json", path)
    rest = answer.json["unclaimed"]
    assert answer.status == OK and adds_up(answer.json, state)
    assert (rest["entries"], rest["pages"]) == (count, count)
    assert [int(e["pa"], 16) for e in rest["listed"]] == left[:LISTED]
    out = run("map", path).out
    assert out.count("unclaimed 0x") == min(count, LISTED)
    assert ("and 7 more\n" in out) == (count > LISTED)
    (finding,) = run("verify", "--json", path).json["findings"]
    assert (finding["code"], finding["severity"]) == ("LUO-M11", "leak")
    assert finding["what"].startswith(f"{count} preserved entries")


def test_files_of_unknown_handlers_own_what_is_left(tmp_path):
    state = one_session([File(1), File(2, b"vfio-pci-v1", 0x1234)])
    state.page()
    path = core(tmp_path, state)
    report = run("map", "--json", path).json
    assert (report["unknown"], report["unclaimed"]["entries"]) == (1, 1)
    assert report["complete"]
    assert ("LUO-M11", "note") in run("verify", "--json", path).codes()
    assert "does not know: 1" in run("map", path).out


def test_sub_nodes(tmp_path):
    """memblock with a region, kexec-metadata, and one that nobody knows."""
    state = with_files()
    memblock, metadata, other = (state.page() for _ in range(3))
    start = state.ram.take(8 * 4096) + 4096
    for page, order in (1, 0), (2, 1), (4, 1):
        state.map.change(start + (page - 1) * 4096, order, True)
    state.ram.write(memblock, flatten((
        {"compatible": text("memblock-v1")},
        {"trace": ({"compatible": text("reserve-mem-v1"),
                    "start": native(start), "size": native(5 * 4096)}, {})})))

    state.ram.write(metadata, struct.pack("<I65sI", 1, b"7.3.4", 3))

    def child(pa, size):
        return {"preserved-data": native(pa), "blob-size": native(size)}, {}
    state.write_fdt(more={"memblock": child(memblock, 300),
                          "kexec-metadata": child(metadata, 73),
                          "kho-test": child(other, 4096)})
    path = core(tmp_path, state)
    report = run("map", "--json", path).json
    assert adds_up(report, state) and report["unclaimed"]["entries"] == 0
    assert report["unknown"] == 1
    counts = owned(report)
    assert (counts["memblock"], counts["kexec-metadata"],
            counts["other sub-nodes"]) == (4, 1, 1)
    assert run("verify", "--json", path).json["findings"] == []
    info = run("info", "--json", path).json
    assert (info["previous_release"], info["kexec_count"]) == ("7.3.4", 3)
    assert re.search(r"^previous kernel +7\.3\.4\nkexecs so far +3$",
                     run("info", path).out, re.M)
    state.ram.write(metadata, b"\2")     # of a version to come
    path = core(tmp_path, state)
    answer = run("verify", "--json", path)
    assert (answer.status, answer.codes()) == (OK, {("LUO-K11", "note")})
    assert "previous_release" not in run("info", "--json", path).json


# damages, each found by verify too

def damaged(state):
    return state.sessions[0].files[0][0]


def word(at, value):
    def change(state):
        pa = at(damaged(state))
        state.ram.put64(pa, value(state) if callable(value) else value)
    return change


def forget(pa):
    return lambda state: state.map.change(pa(damaged(state)), 0, False)


DAMAGES = {
    "flags": (word(lambda f: f.data + 16, 1 << 32), "F15", "note"),
    "seals": (word(lambda f: f.data + 16, 1 << 10), "F16", "lose"),
    "more folios": (word(lambda f: f.data + 24, 4), "F17", "lose"),
    "size": (word(lambda f: f.data + 8, 5 * 4096), "F26", "lose"),
    "chunk": (forget(lambda f: f.chunks[0]), "F18", "panic"),
    "array": (forget(lambda f: f.arrays[0]), "F19", "lose"),
    "pages": (word(lambda f: f.data + 40, 2), "F20", "lose"),
    "order": (word(lambda f: f.data + 40, 1 | 99 << 48), "F21", "lose"),
    "vmalloc flags": (word(lambda f: f.data + 40, 1 | 9 << 32), "F22", "note"),
    "loop": (word(lambda f: f.chunks[0], lambda s: damaged(s).chunks[0]),
             "F23", "lose"),
    "folio": (forget(lambda f: f.pages[1]), "F24", "lose"),
    "index": (word(lambda f: f.arrays[0] + 24, 7), "F25", "lose"),
    "folio flags": (lambda s: s.ram.write(damaged(s).arrays[0] + 7, b"\x80"),
                    "F27", "note"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_memfd(tmp_path, name):
    harm, code, severity = DAMAGES[name]
    state = one_session([File(1, folios=3), File(2)])
    harm(state)
    path = core(tmp_path, state)
    answer = run("verify", "--json", path)
    assert answer.codes() == {("LUO-" + code, severity)}
    assert answer.status == (OK if severity == "note" else ERRORS)
    (finding,) = answer.json["findings"]
    assert finding["owner"] == "file 0 of session 'vm'"
    mapped = run("map", "--json", path)
    assert (mapped.status, mapped.json["exit"]) == (answer.status,) * 2
    # the payload does not look there
    assert run("compact", "-n", "--json", path).json["findings"] == []


def test_two_owners(tmp_path):
    """A file's only folio is a page of another's array."""
    state = one_session([File(1), File(2)])
    first, second = state.sessions[0].files[0]
    state.map.change(first.pages[0], 0, False)
    state.ram.put64(first.arrays[0], second.arrays[0] >> 12 | 3 << 52)
    path = core(tmp_path, state)
    answer = run("verify", "--json", path)
    assert answer.codes() == {("LUO-M10", "lose")}
    assert {(f["owner"], int(f["pa"], 16)) for f in answer.json["findings"]
            } == {(f"file {i} of session 'vm'", second.arrays[0])
                  for i in range(2)}
    report = run("map", "--json", path).json
    assert not report["complete"]
