# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The command `luo` in U-Boot's sandbox, on states of the tests' own writer, against the host tool.

Sandbox is U-Boot as a program of the host. A state is loaded into its memory and looked at; the
verdict line, and what a compaction leaves, must be what the host tool says.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "test/host")]

from dumps import write_raw         # noqa: E402
from state import MIB, Ram, State, sessions     # noqa: E402
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
        if line.startswith(("plan: ", "  0x")) and "none;" not in line:
            assert line in text.replace("\r", "").splitlines(), (line, text)
    text = commands(sandbox, load, f"luo compact {state.fdt:x}",
                    f"host save hostfs - {AT:x} {after} {16 * MIB:x}")
    again = run("compact", "-n", "--base", hex(AT), "--kho-fdt", hex(state.fdt), after)
    if name == "same-name":
        assert after.read_bytes() == dump.read_bytes()
        return
    assert again.status == 0 and "plan: nothing to do" in again.out, (text, again)
    (words,) = verdicts(text)
    assert words["sessions"] == again.verdict["sessions"] == host.verdict["sessions"]
    assert words["blocks"].split("->")[1] == again.verdict["blocks"].split("->")[0]
    assert (words["verdict"] == "repaired") == (after.read_bytes() != dump.read_bytes())
