# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo abi: the table of versions, its three forms, and docs/abi.md.

Sizes are worked out here from the layouts, not from the program's constants.
"""

import re

import pytest
from tool import FAILED, OK, TOP, USAGE, run

PAGE = (TOP / "docs/abi.md").read_text()
BEGIN, END = "<!-- luo abi --markdown -->\n", "<!-- end -->\n"
PAGES = (4096, 16384, 65536)

# (pages of a block, bytes before the first entry) of sessions and of files
ARRAY, FILES = (16, 8), (2, 0)
LISTS = {
    "luo-session-v2": (ARRAY, FILES),
    "luo-session-v3": ((16, 16), FILES),
    "luo-session-v4": ((16, 16), (2, 16)),
    "luo-v2": (ARRAY, FILES),
    "luo-v3": (ARRAY, FILES),
    "luo-v3-kho-block-v1": ((1, 16), FILES),
    "luo-v4": ((1, 16), FILES),
    "luo-v5": ((1, 16), (1, 16)),
    "luo-v5;block-v1": ((1, 16), (1, 16)),
    "luo-feature-bits": ((1, 16), (1, 16)),
}
READ_ONLY = {"luo-v5;block-v1", "luo-feature-bits", "kho-v4;radix-v1"}


@pytest.fixture(scope="module")
def table():
    answer = run("abi", "--json")
    assert (answer.status, answer.err) == (OK, "")
    return answer.json


def test_the_page_has_the_program_s_tables():
    answer = run("abi", "--markdown")
    assert (answer.status, answer.err) == (OK, "")
    head, begin, rest = PAGE.partition(BEGIN)
    tables, end, tail = rest.partition(END)
    assert begin and end and not tail
    assert tables == "\n" + answer.out, (
        "docs/abi.md is not what the program says: put the output of "
        "'luo abi --markdown' between its two markers")


def test_every_version_is_there(table):
    assert [k["name"] for k in table["kho"]] == [
        "kho-v1", "kho-v2", "kho-v3", "kho-v4", "kho-v4;radix-v1"]
    assert [a["name"] for a in table["luo"]] == list(LISTS)
    assert {h["name"]: h["record_bytes"] for h in table["handlers"]} == {
        "memfd-v1": 40, "memfd-v2": 48}


@pytest.mark.parametrize("name", LISTS)
def test_sizes(table, name):
    row = next(a for a in table["luo"] if a["name"] == name)
    for key, entry, (pages, header) in zip(("sessions", "files"), (80, 64),
                                           LISTS[name]):
        held = {str(p): (pages * p - header) // entry for p in PAGES}
        chain = header == 16
        blocks = 10000 if chain else 1
        assert row[key]["form"] == ("chain" if chain else "array")
        assert row[key]["pages_per_block"] == pages
        assert row[key]["header_bytes"] == header
        assert row[key]["entry_bytes"] == entry
        assert row[key]["entries_per_block"] == held
        assert row[key]["max_blocks"] == blocks
        assert row[key]["max_entries"] == {
            p: n * blocks for p, n in held.items()}


def test_what_is_never_written(table):
    assert {r["name"] for r in table["kho"] + table["luo"]
            if r["read_only"]} == READ_ONLY
    for row in table["luo"]:
        assert row["verified"]
        assert ("read only" in row["compaction"]) == row["read_only"]


def test_what_was_tested(table):
    tested = {r["name"]: r["tested"] for r in table["kho"] + table["luo"]}
    assert {n for n, t in tested.items() if t == "released kernels"} == {
        "kho-v1", "kho-v3", "kho-v4", "luo-session-v2", "luo-v5"}
    assert tested["luo-session-v3"] == "a patched kernel"
    assert set(tested.values()) == {
        "released kernels", "a patched kernel", "made-up states"}


def test_text_and_markdown_say_the_same():
    """The same cells in the same order, whatever stands between them."""
    text = run("abi")
    assert (text.status, text.err) == (OK, "")
    assert run("abi", "--text").out == text.out
    cells = []
    for line in run("abi", "--markdown").out.splitlines():
        if line.startswith("| "):
            cells.append(line.strip("| ").split(" | "))
    rows = [re.split(r" {2,}", line.strip())
            for line in text.out.splitlines() if line.startswith("  ")]
    assert rows == cells and len(rows) > 40


def test_abi_into_a_file(tmp_path):
    answer = run("abi", "--markdown", "-o", tmp_path / "tables")
    assert (answer.status, answer.out) == (OK, "")
    assert (tmp_path / "tables").read_text() == run("abi", "--markdown").out
    assert run("abi", "-o", "/dev/full").refuses(FAILED, "/dev/full")


@pytest.mark.parametrize("words", [
    ["abi", "dump"], ["abi", "--ktap"], ["abi", "--kho-fdt", "4096"],
    ["abi", "-n"], ["abi", "--json", "--markdown"],
    ["explain", "--markdown", "LUO-S06"], ["explain", "--json", "LUO-S06"],
    ["explain", "--ktap", "LUO-S06"], ["verify", "--markdown", "dump"],
    ["info", "--markdown", "dump"]])
def test_wrong_command_line(words):
    assert run(*words).refuses(USAGE)


def test_the_page_explains_every_form():
    text = " ".join(PAGE.split())
    for word in ("setup_data", "linux,kho-fdt", "preserved-memory-map",
                 "preserved-data", "blob-size", "luo-session-header",
                 "luo-abi-header", "liveupdate-number", *LISTS, "kho-v1"):
        assert word in text, word
    assert all(len(line) <= 100 or line.startswith("|")
               for line in PAGE.splitlines())
