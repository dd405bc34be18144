# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A real state in RAM: luo.efi's answers are those of the host tool on a dump
of the same RAM, and nothing is written but what a compaction plans.

Firmware writes where it lives; what lies between its two places is compared
page by page, before and after.
"""

import json
import re

import plan
import pytest
from firmware import BOARDS, TOP, MIB
from memory import Memory, Segment, diff_pages, diff_words

pytestmark = pytest.mark.everywhere
SUCCESS, COMPROMISED = "0x0", "0x21"     # as the shell shows them
ECHO = r"luotest-status-%s:%%lasterror%%"
COMMANDS = {    # name: words, and what the host tool is asked
    "verify": "verify --json --report verify.txt",
    "list": "list --json --report list.txt",
    "plan": "compact -n --json --report plan.txt",
    "compact": "compact --json --report compact.txt",
    "again": "verify --json --report again.txt",
}
SAME = ("verdict", "exit", "abi", "kho", "page_size", "totals", "findings",
        "plan", "sessions")


def script(commands):
    """startup.nsh: each command, and the status that it left."""
    lines = ["@echo -off", "FS0:"]
    for name, words in commands.items():
        lines += [f"luo.efi {words}", "echo " + ECHO % name]
    return "\r\n".join([*lines, "echo luotest-end", ""])


def statuses(vm):
    """{name: status} of a script that has ended."""
    vm.expect(r"to skip .*startup.nsh")
    vm.key()
    vm.expect(r"^luotest-end")
    found = (re.search(r"^luotest-status-(\w+):(\S+)", line)
             for line in vm.lines)
    return {match[1]: match[2] for match in found if match}


def between(arch, path):
    """RAM that is neither firmware's nor above the old kernel's."""
    board = BOARDS[arch.name]
    top, segments = board.base + TOP * MIB, []
    for (_, start), (end, _) in zip(board.uses,
                                    [*board.uses[1:], (top, None)]):
        segments.append(Segment(start, end - start, str(path),
                                start - board.base))
    return Memory(segments)


def numbers(answer):
    """What must be the same: all but the time it took, findings about boot
    data (LUO-B), which nobody follows any more after a reset, and what the
    payload's anchor adds (LUO-A), which the host tool does not look for."""
    found = {key: answer[key] for key in SAME if key in answer}
    if "findings" in found:
        found["findings"] = [finding for finding in found["findings"]
                             if not finding["code"].startswith(("LUO-A", "LUO-B"))]
    for key in "us", "findings":
        found.get("totals", {}).pop(key, None)
    return found


def test_as_the_host_tool(arch, images, state, volume, application, start,
                          tmp_path):
    ram = state("empty-tail")
    base = ["--base", hex(BOARDS[arch.name].base), ram]
    wanted = {
        "verify": json.loads(images.luo("verify", "--json", *base, status=4)),
        "list": json.loads(images.luo("list", "--json", *base, status=4)),
        "plan": json.loads(images.luo("compact", "-n", "--json", *base,
                                      status=1)),
    }
    before = between(arch, ram).snapshot(tmp_path / "before")
    files = volume({"luo.efi": application,
                    "startup.nsh": script(COMMANDS)})
    vm = start(ram, volume=files)
    status = statuses(vm)
    assert status == {"verify": COMPROMISED, "list": COMPROMISED,
                      "plan": COMPROMISED, "compact": SUCCESS,
                      "again": SUCCESS}
    for name, answer in wanted.items():
        found = json.loads(files.read(f"{name}.txt"))
        assert numbers(found) == numbers(answer)
    compacted = json.loads(files.read("compact.txt"))
    assert compacted["verdict"] == "repaired"
    assert (compacted["totals"]["blocks_before"],
            compacted["totals"]["blocks_after"]) == (2, 1)
    assert json.loads(files.read("again.txt"))["verdict"] == "ok"
    planned = plan.changes(before, wanted["plan"]["plan"])
    assert planned
    after = between(arch, vm.ram_file())
    assert plan.beside_anchor(after, diff_words(before, after), planned) == planned


@pytest.mark.only("aarch64")
@pytest.mark.levels
def test_memory_that_firmware_hides(state, volume, application, start, newer_aavmf):
    """Its map calls pages memory that nobody may read; they are left out."""
    vm = start(state("sound"), code=newer_aavmf, volume=volume({
        "luo.efi": application, "startup.nsh": script({"verify": "verify"})}))
    assert statuses(vm) == {"verify": SUCCESS}
    assert any(re.match("luo: ok .*sessions=60 ", line) for line in vm.lines)


def test_nothing_is_written(arch, state, volume, application, start,
                            tmp_path):
    """verify, list, info and compact -n only read."""
    ram = state("empty-tail")
    before = between(arch, ram).snapshot(tmp_path / "before")
    commands = {"verify": "verify", "list": "list", "info": "info",
                "plan": "compact -n"}
    vm = start(ram, volume=volume({"luo.efi": application,
                                   "startup.nsh": script(commands)}))
    assert set(statuses(vm).values()) == {COMPROMISED}
    assert not diff_pages(before, between(arch, vm.ram_file()))
