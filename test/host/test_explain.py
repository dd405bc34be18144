# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo explain, --help and --version: every code and every option has a text.

Codes and options are read from the sources, so that a new one without a text
fails here.
"""

import re

import pytest
from tool import CODES, FAILED, HOST, OK, TOP, USAGE, run

PAGE = (TOP / "docs/findings.md").read_text()
LINES = ("what", "effect", "remedy", "compaction")


def test_codes_were_found():
    assert len(CODES) > 40 and "LUO-S06" in CODES
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code):
    answer = run("explain", code)
    assert (answer.status, answer.err) == (OK, "")
    title, *lines = answer.out.splitlines()
    assert title == code
    parts = dict(re.fullmatch(r"  (\w+): +(\S.*)", line).groups()
                 for line in lines)
    assert tuple(parts) == LINES
    assert "(null)" not in answer.out and "compact" in lines[-1]


def test_texts_of_codes_differ():
    texts = [run("explain", c).out.splitlines()[1] for c in CODES]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("word", ["S06", "s06", "luo-s06", "LUO-S06"])
def test_code_by_other_names(word):
    assert run("explain", word).out == run("explain", "LUO-S06").out


@pytest.mark.parametrize("word", ["LUO-Z99", "LUO-S6", "LUO-", "LUO-S066",
                                  "6", "LUO-S06 "])
def test_unknown_code(word):
    assert run("explain", word).refuses(USAGE, word)


def test_empty_code():
    assert run("explain", "").refuses(USAGE)


def test_the_page_has_the_whole_catalogue():
    """docs/findings.md is what the program says, and that is every code."""
    answer = run("explain", "--markdown")
    assert (answer.status, answer.err) == (OK, "")
    head, begin, rest = PAGE.partition("<!-- luo explain --markdown -->\n")
    tables, end, tail = rest.partition("<!-- end -->\n")
    assert begin and end and not tail
    assert tables == "\n" + answer.out, (
        "docs/findings.md is not what the program says: put the output of "
        "'luo explain --markdown' between its two markers")
    rows = [line.strip("| ").split(" | ") for line in tables.splitlines()
            if line.startswith("| LUO-")]
    assert sorted(row[0] for row in rows) == sorted(CODES)
    for code, what, effect, remedy, *_ in rows:
        text = run("explain", code).out
        assert all(words in text for words in (what, effect, remedy))
    assert {row[0] for row in rows if row[5] == "no"} == HOST


def test_severities_of_the_page():
    for word in "panic", "refuse", "lose", "leak", "note":
        assert f"| `{word}` |" in PAGE


def test_explain_into_a_file(tmp_path):
    answer = run("explain", "-o", tmp_path / "text", "LUO-S06")
    assert (answer.status, answer.out) == (OK, "")
    assert (tmp_path / "text").read_text() == run("explain", "LUO-S06").out


def options():
    """Long options of this version, from the sources."""
    text = (TOP / "boot/host/options.c").read_text()
    rows = re.findall(r'\{ ?"([a-z-]+)", \w+, NULL, (\w+) ?\}', text)
    return [f"--{name}" for name, kind in rows if kind != "OPT_LATER"]


def test_help_names_every_option_and_command():
    answer = run("--help")
    assert (answer.status, answer.err) == (OK, "")
    assert run("-h").out == run("verify", "--help").out == answer.out
    assert len(options()) >= 7
    wanted = options() + ["-n", "-q", "-o", "--kernel", "--payload"] + [
        "verify", "info", "list", "compact", "explain", "abi", "wrap"]
    for word in wanted:
        assert re.search(rf"(^|[\s,[]){word}\b", answer.out, re.M), word
    assert all(len(line) <= 100 for line in answer.out.splitlines())


def test_help_of_wrap():
    answer = run("wrap", "--help")
    assert (answer.status, answer.err) == (OK, "")
    for word in "--kernel", "--payload", "-o":
        assert word in answer.out


def test_version():
    version = (TOP / "VERSION").read_text().strip()
    answer = run("--version")
    assert (answer.status, answer.err) == (OK, "")
    assert answer.out == f"luo-payload {version}\n"


def test_full_disk():
    for words in ["--help"], ["--version"], ["explain", "LUO-S06"]:
        assert run(*words, "-o", "/dev/full").refuses(FAILED, "/dev/full")
