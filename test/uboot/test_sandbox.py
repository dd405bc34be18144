# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The command `luo` in U-Boot's sandbox, on states of the tests' own writer, against the host tool.

Sandbox is U-Boot as a program of the host. A state is loaded into its memory and looked at; the
verdict line, and what a compaction leaves, must be what the host tool says.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "test/host")]

import anchor                                   # noqa: E402
from dumps import AARCH64, Tree, write_elf, write_raw       # noqa: E402
from state import MIB, File, Ram, State, sessions       # noqa: E402
from tool import VERDICT, run       # noqa: E402

AT = 16 * MIB
TESTS = 4       # of boot/uboot/ut.c


@pytest.fixture(scope="session")
def sandbox():
    """The folder with U-Boot's sandbox."""
    given = os.environ.get("LUO_UBOOT_SANDBOX")
    if given:
        return Path(given)
    out = subprocess.run([str(TOP / "boot/uboot/build-uboot"), "sandbox"], text=True, check=True,
                         stdout=subprocess.PIPE).stdout
    return Path(out.splitlines()[-1])


def commands(sandbox, *words, tree="u-boot.dtb"):
    """What U-Boot prints when it carries out these commands."""
    with tempfile.TemporaryDirectory() as folder:      # sandbox makes files of its own
        return subprocess.run(
            [sandbox / "u-boot", "-d", sandbox / tree, "-c", "; ".join(words)], cwd=folder,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=120).stdout


def verdicts(text):
    return [found.groupdict() for line in text.splitlines()
            if (found := VERDICT.search(line.strip()))]


def test_the_tests_in_u_boots_framework(sandbox):
    text = commands(sandbox, "ut cmd cmd_test_luo_*", tree="test.dtb")
    assert len(re.findall(r"^Test: cmd_test_luo_", text, re.M)) == TESTS, text
    assert re.search(r"^Failures: 0\s*$", text, re.M), text



STATES = {
    "good": lambda ram: State(ram, [sessions(3)]),
    "two-blocks": lambda ram: State(ram, [sessions(3), sessions(4, 3)]),
    "empty-block": lambda ram: State(ram, [sessions(51), []]),
    "empty-first": lambda ram: State(ram, [[], sessions(5)]),
    "same-name": lambda ram: State(ram, [sessions(2), sessions(2)]),
    "session-v3": lambda ram: State(ram, [sessions(3), []], abi="luo-session-v3", kho="kho-v3"),
}
NUMBERS = ("verdict", "abi", "kho", "sessions", "files", "blocks", "fblocks", "pages", "findings")


def numbers(words):
    return {name: words[name] for name in NUMBERS}


@pytest.mark.parametrize("name", STATES)
def test_the_numbers_are_the_host_tools(sandbox, tmp_path, name):
    state = STATES[name](Ram((AT, 16 * MIB)))
    dump, after = write_raw(tmp_path / "ram", state.ram), tmp_path / "after"
    load = f"host load hostfs - {AT:x} {dump}"
    host = run("verify", "--base", hex(AT), "--kho-fdt", hex(state.fdt), dump)
    for found in ("", f"{state.fdt:x}"):        # by a scan, and as told
        text = commands(sandbox, load, f"if luo verify {found}; then echo good; fi; "
                        "echo status=${luo_status} ${luo_sessions} ${luo_findings}")
        assert [numbers(words) for words in verdicts(text)] == [numbers(host.verdict)], text
        assert ("good" in text.split()) == (host.verdict["verdict"] == "ok"), text
        words = [host.verdict[key] for key in ("verdict", "sessions", "findings")]
        assert f"status={' '.join(words)}" in text, text
    text = commands(sandbox, load, f"luo compact -n {state.fdt:x}")
    planned = run("compact", "-n", "--base", hex(AT), "--kho-fdt", hex(state.fdt), dump)
    for line in planned.out.splitlines():
        if line.startswith(("plan: ", "  0x")):
            assert line in text.replace("\r", "").splitlines(), (line, text)
    text = commands(sandbox, load, f"luo compact {state.fdt:x}",
                    f"host save hostfs - {AT:x} {after} {16 * MIB:x}")
    again = run("compact", "-n", "--base", hex(AT), "--kho-fdt", hex(state.fdt), after)
    if name == "same-name":
        assert "luo: not compacted: what is wrong cannot be mended by a compaction" in text
        assert after.read_bytes() == dump.read_bytes()
        return
    assert again.status == 0 and "plan: nothing to do" in again.out, (text, again)
    (words,) = verdicts(text)
    assert words["sessions"] == again.verdict["sessions"] == host.verdict["sessions"]
    assert words["blocks"].split("->")[1] == again.verdict["blocks"].split("->")[0]
    assert (words["verdict"] == "repaired") == (after.read_bytes() != dump.read_bytes())


NEXT = {    # bootargs of a tree that names the state: codes that luo verify has for them
    "on": ("kho=on liveupdate=on", []),
    "off": ("kho=off liveupdate=off", ["LUO-B08", "LUO-B10"]),
    "absent": ("quiet", ["LUO-B09", "LUO-B10"]),
    "cut": ("kho=on liveupdate=on mem=1G", ["LUO-B11"]),
}


def at_fdt_addr(sandbox, tmp_path, state, tree):
    """luo verify of a state that the tree at $fdt_addr names."""
    dump = write_raw(tmp_path / "ram", state.ram)
    return commands(sandbox, f"host load hostfs - {AT:x} {dump}", f"setenv fdt_addr {tree.pa:x}",
                    "luo verify", "luo info")


@pytest.mark.parametrize("name", NEXT)
def test_what_the_next_kernel_is_given(sandbox, tmp_path, name):
    """The same findings as the host tool has for the device tree that x0 points to."""
    bootargs, codes = NEXT[name]
    state = STATES["good"](Ram((AT, 16 * MIB)))
    tree = Tree(state.ram, state, changes={"bootargs": bootargs.encode() + b"\0"})
    text = at_fdt_addr(sandbox, tmp_path, state, tree)
    host = run("verify", write_elf(tmp_path / "core", state.ram, [tree.pa],
                                   machine=AARCH64))
    assert numbers(verdicts(text)[0]) == numbers(host.verdict), (text, host)
    assert sorted(set(re.findall(r"^LUO-B\d\d", text, re.M))) == codes, text
    assert sorted(set(re.findall(r"^LUO-B\d\d", host.out, re.M))) == codes, host


def reserve(data, ranges):
    """The bytes of a device tree without memory reservations, with some."""
    head = list(struct.unpack(">10I", data[:40]))
    more = b"".join(struct.pack(">QQ", *pair) for pair in ranges)
    for word in (1, 2, 3):      # totalsize, and where structure and strings begin
        head[word] += len(more)
    return struct.pack(">10I", *head) + more + data[40:]


@pytest.mark.parametrize("count", [40, 64])
def test_more_ranges_in_use_than_can_be_kept(sandbox, tmp_path, count):
    """None is dropped without a word: what does not fit is refused."""
    state = STATES["good"](Ram((AT, 16 * MIB)))
    tree = Tree(state.ram, state)
    at = state.ram.scratch[0] + 0x100000
    state.ram.write(tree.pa, reserve(tree.data, [(at + 8192 * n, 4096) for n in range(count)]))
    text = at_fdt_addr(sandbox, tmp_path, state, tree)
    said = [line for line in text.splitlines() if "ranges of memory are in use" in line]
    assert len(said) == 2 * (count == 64), text
    assert verdicts(text)[0]["verdict"] == ("refused" if said else "ok"), text


# an anchor

def anchored(ram=None, **more):
    """A state with memfds, and an anchor of it: (state, where it is)."""
    state = State(ram or Ram((AT, 16 * MIB)), [sessions(3, files=lambda i: [[File(1)]])])
    pa = state.ram.take_scratch(8192)
    return state, pa, anchor.write(state, pa, **more)


def looked_at(sandbox, tmp_path, state, *words):
    """Lines without colours."""
    dump = write_raw(tmp_path / "ram", state.ram)
    text = commands(sandbox, f"host load hostfs - {AT:x} {dump}", *words)
    lines = (re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def told(text, code):
    return [line for line in text.splitlines() if line.startswith(code)]


def test_an_anchor_names_the_state(sandbox, tmp_path):
    """With the scratch areas, which nothing else tells here, and by its address, too."""
    state, pa, _ = anchored()
    text = looked_at(sandbox, tmp_path, state, "luo verify", "luo info", f"luo verify {pa:x}")
    assert [words["verdict"] for words in verdicts(text)] == ["ok"] * 3, text
    assert text.count(f"luo: anchor at {pa:#x}: live update 3, pages={state.map.pages} "
                      "trodden=0 unchecked=0") == 3, text
    start, size = state.ram.scratch
    assert f"{start:#x}" in text and "LUO-B" not in text, text


def test_what_was_trodden_on(sandbox, tmp_path):
    """A record and a folio, each by its owner; nothing is compacted any more."""
    state, pa, _ = anchored()
    first, second = (session.files[0][0] for session in state.sessions[:2])
    state.ram.write(first.data + 4000, b"x")
    state.ram.write(second.pages[0] + 4000, b"x")
    text = looked_at(sandbox, tmp_path, state, "luo compact")
    assert (f"luo: trodden on: memfd record: file 0 of session 'session-0': 1 page at "
            f"{first.data:#x}\n") in text, text
    assert (f"luo: trodden on: folios: file 0 of session 'session-1': 1 page at "
            f"{second.pages[0]:#x}\n") in text, text
    assert f"luo: anchor at {pa:#x}: live update 3, " in text and "trodden=2" in text, text
    assert len(told(text, "LUO-A05 lose")) == len(told(text, "LUO-A06 lose")) == 1, text
    assert "luo: not compacted: the state was trodden on" in text
    assert verdicts(text)[0]["verdict"] == "errors", text


def test_an_anchor_after_a_compaction(sandbox, tmp_path):
    """It is written anew, so that what was changed is not taken for damage."""
    state = State(Ram((AT, 16 * MIB)), [sessions(51), []])
    pa = state.ram.take_scratch(32768)
    anchor.write(state, pa, room=16384)
    text = looked_at(sandbox, tmp_path, state, "luo compact", "luo verify")
    assert [words["verdict"] for words in verdicts(text)] == ["repaired", "ok"], text
    assert text.count(f"luo: anchor at {pa:#x}: live update 3, ") == 2, text
    assert text.count("trodden=0") == 2, text


def test_a_damaged_anchor(sandbox, tmp_path):
    state, pa, data = anchored()
    state.ram.write(pa + len(data) - 40, b"\xff")
    text = looked_at(sandbox, tmp_path, state, "luo verify", f"luo verify {pa:x}")
    assert told(text, "LUO-A01") == [f"LUO-A01 note: anchor is damaged: boot data at {pa:#x}"], text
    assert f"luo: {pa:x}: the anchor is damaged" in text, text
    assert len(verdicts(text)) == 1 and "trodden=" not in text, text


def test_a_stale_anchor(sandbox, tmp_path):
    state, pa, _ = anchored(number=2)
    text = looked_at(sandbox, tmp_path, state, "luo verify", f"luo verify {pa:x}")
    assert told(text, "LUO-A03") == [
        "LUO-A03 note: anchor is stale: it is of live update 2, not of this state: boot data at "
        f"{pa:#x}"], text
    assert f"luo: {pa:x}: the anchor is of an earlier state" in text, text


def test_two_anchors(sandbox, tmp_path):
    """Of another number beside it: a line; of the same and another KHO FDT: both are listed."""
    state, pa, data = anchored()
    other = state.ram.take_scratch(8192)
    state.ram.write(other, anchor.sealed(data, other, 1))
    text = looked_at(sandbox, tmp_path, state, "luo verify")
    assert told(text, "LUO-A04") == [
        f"LUO-A04 note: there is another anchor at {other:#x}: boot data at {pa:#x}"], text
    assert verdicts(text)[0]["sessions"] == "3", text
    data = data[:48] + (state.fdt + 4096).to_bytes(8, "little") + data[56:]
    state.ram.write(other, anchor.sealed(data, other, 3))
    text = looked_at(sandbox, tmp_path, state, "luo verify")
    assert ("luo: two anchors of one live update name different KHO FDTs; name one with its "
            f"address:\nluo:   {pa:#x}\nluo:   {other:#x}\n") in text, text
    assert not verdicts(text), text
