# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What only a terminal sees: colour of reports, and progress of what takes long."""

import os
import pty
import re
import subprocess

import pytest
from dumps import Boot, write_elf, write_raw
from state import MIB, Ram, State, empty_tail
from tool import ERRORS, LUO, OK, run

ESCAPE = re.compile(r"\033\[[0-9;]*[mK]|\r(?!\n)")
RED, GREEN, PLAIN = "\033[31m", "\033[32m", "\033[0m"


def at_terminal(*args, out=True, err=True, **env):
    """(status, all that a terminal got, stdout when it is a pipe)"""
    main, side = pty.openpty()
    child = subprocess.Popen([LUO, *map(str, args)], stdin=subprocess.DEVNULL,
                             stdout=side if out else subprocess.PIPE,
                             stderr=side if err else subprocess.PIPE,
                             env={"PATH": os.environ["PATH"], "TERM": "xterm", **env})
    os.close(side)
    said = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            part = b""
        if not part:
            break
        said += part
    os.close(main)
    piped = child.stdout.read().decode() if child.stdout else ""
    return child.wait(), said.decode().replace("\r\n", "\n"), piped


@pytest.fixture
def bad(tmp_path):
    state = empty_tail()
    return write_elf(tmp_path / "bad", state.ram, [Boot(state.ram, state).params])


def no_time(text):
    return re.sub(r" us=\d+", "", text)


def test_colour_at_a_terminal(bad):
    status, said, _ = at_terminal("verify", bad)
    assert status == ERRORS
    assert f"LUO-S06 {RED}panic{PLAIN}: session block is empty" in said
    assert f"\nluo: {RED}errors{PLAIN} abi=" in said
    assert no_time(ESCAPE.sub("", said)) == no_time(run("verify", bad).out)


def test_a_good_verdict_is_green(tmp_path):
    state = State(Ram())
    status, said, _ = at_terminal(
        "verify", write_elf(tmp_path / "good", state.ram, [Boot(state.ram, state).params]))
    assert status == OK and said.startswith(f"luo: {GREEN}ok{PLAIN} abi=")


@pytest.mark.parametrize("words, env", [
    ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"}), (["--json"], {}), (["--ktap"], {})])
def test_no_colour_for_programs_and_who_wants_none(bad, words, env):
    status, said, _ = at_terminal("verify", *words, bad, **env)
    assert status == ERRORS and "\033" not in said


def test_no_colour_in_a_pipe_or_a_file(bad, tmp_path):
    assert "\033" not in at_terminal("verify", bad, out=False)[2]
    at_terminal("verify", "-o", tmp_path / "report", bad)
    assert b"\033" not in (tmp_path / "report").read_bytes()


def test_a_line_that_is_longer_than_what_is_held_back(tmp_path):
    """Nothing is lost or doubled."""
    state = State(Ram())
    path = write_elf(tmp_path / ("d" * 200), state.ram, [Boot(state.ram, state).params])
    for command in ("info", "list", "map"):
        _, said, _ = at_terminal(command, path, err=False)
        assert no_time(ESCAPE.sub("", said)) == no_time(run(command, path).out)
    for command in (["explain", "LUO-S06"], ["abi"], ["--help"]):
        assert ESCAPE.sub("", at_terminal(*command)[1]) == run(*command).out


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A clock on which two seconds pass whenever somebody looks."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text("#include <time.h>\n"
                                    "time_t time(time_t *t) { static time_t now = 1000000;\n"
                                    "(void)t; return now += 2; }\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "clock.so", folder / "clock.c"],
                   check=True)
    return str(folder / "clock.so")


@pytest.fixture
def large(tmp_path):
    """A raw dump of 1 GiB with data in each quarter: nothing names the state, so it is scanned."""
    ram = Ram((0x40000000, 1024 * MIB))
    State(ram)
    for i in range(4):
        ram.write(0x40000000 + i * 256 * MIB + 100 * MIB, b"data")
    return ["verify", "--base", "0x40000000", write_raw(tmp_path / "raw", ram)]


def test_progress_of_what_takes_long(large, slow):
    status, said, out = at_terminal(*large, out=False, LD_PRELOAD=slow)
    assert status == OK and no_time(out) == no_time(run(*large).out)
    shown = [int(n) for n in re.findall(r"looking through memory: (\d+) %", said)]
    assert len(shown) >= 3 and set(shown) <= set(range(100))
    assert shown[:3] == sorted(shown[:3])
    # every line of it is wiped away again
    assert said.count("\r\033[K") == len(shown)


def test_no_progress_where_nobody_looks(large, slow):
    assert "looking through" not in at_terminal(*large)[1]               # quick
    answer = run(*large, env={"LD_PRELOAD": slow})                      # no terminal
    assert "looking through" not in answer.err + answer.out
    assert "looking through" not in at_terminal(*large, "-q", LD_PRELOAD=slow)[1]


def test_pieces_do_not_hide_a_state(tmp_path):
    """A scan goes over memory in pieces of 256 MiB: a tree that begins one is found."""
    ram = Ram((0x40000000, 512 * MIB))
    ram.next = 0x50000000 - 0x3000
    state = State(ram)
    assert state.fdt >= 0x50000000 - 0x3000
    answer = run("verify", "--base", "0x40000000", write_raw(tmp_path / "raw", ram))
    assert answer.status == OK and answer.verdict["sessions"] == "0"
