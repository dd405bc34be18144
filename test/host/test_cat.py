# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo cat: the content of a preserved memfd, or nothing and a reason."""

import json
import subprocess

import fdstore
import pytest
from dumps import Boot, write_elf
from state import File, Ram, Session, State
from tool import FAILED, LUO, OK, USAGE, run


def made(**more):
    """Sessions with memfds of several folios, of order 0 and 2; luo-v5 has two blocks of files."""
    first = [File(1, folios=5), File(2, folios=3, order=2)]
    second = [File(2**64 - 1), File(9, b"device", 9), File(10, folios=0)]
    return State(Ram(), [[
        Session(b"other", [[File(7)]]),
        Session(b"vm", [first + second] if more.get("abi", "luo-v5") != "luo-v5"
                else [first, second]),
        Session(b"last")]], **more)


def fill(state, file, size=None):
    """Content that differs from page to page; returns it."""
    page = state.size << file.order
    data = b"".join(bytes([i + 1, file.token & 0xff]) * (page // 2)
                    for i in range(file.folios))
    size = len(data) if size is None else size
    for i, pa in enumerate(file.pages):
        state.ram.write(pa, data[i * page:(i + 1) * page])
    state.ram.put64(file.data + 8, size)
    return data[:size]


def files(state):
    return {(s.name.decode(), f.token): f
            for s in state.sessions for block in s.files for f in block}


def core(tmp_path, state):
    boot = Boot(state.ram, state)
    return write_elf(tmp_path / "core", state.ram, [boot.params])


def cat(path, session, token, *more):
    done = subprocess.run([LUO, "cat", "--session", session, "--token", str(token), *more, path],
                          capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("abi", ["luo-v5", "luo-session-v3", "luo-session-v2"])
@pytest.mark.parametrize("shift", [12, 14])
def test_content(tmp_path, abi, shift):
    state = made(abi=abi, shift=shift)
    size = {1: 4 * state.size + 5, 2: None, 2**64 - 1: 1, 7: None}
    wanted = {key: fill(state, file, size[key[1]])
              for key, file in files(state).items() if key[1] in size}
    path = core(tmp_path, state)
    assert len(wanted) == 4
    for (session, token), data in wanted.items():
        assert cat(path, session, hex(token)) == (OK, data, "")
    assert cat(path, "vm", 10) == (OK, b"", "")


def test_a_mapping_of_systemd(tmp_path):
    path = fdstore.write(tmp_path / "core", fdstore.made())
    status, out, _ = cat(path, "systemd", 0)
    assert (status, json.loads(out)) == (OK, fdstore.MAPPING)


def test_output(tmp_path):
    state = made()
    data = fill(state, files(state)["vm", 2])
    path = core(tmp_path, state)
    assert cat(path, "vm", 2, "-o", tmp_path / "out") == (OK, b"", "")
    assert (tmp_path / "out").read_bytes() == data
    assert cat(path, "vm", 2, "-q") == (OK, b"", "")
    before = path.read_bytes()
    assert cat(path, "vm", 2, "-o", path)[:2] == (USAGE, b"")
    assert path.read_bytes() == before


def two_sessions(state):
    state.ram.write(state.sessions[0].pa, b"vm".ljust(64, b"\0"))


def two_tokens(state):
    state.ram.put64(state.sessions[1].file_blocks[0] + 16 + 56, 2)


def not_in_order(state):
    array = files(state)["vm", 1].arrays[0]
    first, second = (state.ram.read(array + i, 16) for i in (0, 16))
    state.ram.write(array, second + first)


def a_folio_is_missing(state):
    file = files(state)["vm", 1]
    state.map.change(file.pages[2], 0, False)


def too_long(state):
    state.ram.put64(files(state)["vm", 1].data + 8, 1 << 40)


REFUSED = [
    ("nobody", 1, None, "no such session"),
    ("vm", 3, None, "no such file"),
    ("vm", 9, None, "no memfd"),
    ("vm", 1, two_sessions, "more than one"),
    ("vm", 2, two_tokens, "more than one"),
    ("vm", 1, not_in_order, "last page"),
    ("vm", 1, a_folio_is_missing, "last page"),
    ("vm", 1, too_long, "last page"),
    ("vm", 1, lambda s: s.ram.put64(s.map.root, *[1] * 512), "verify"),
]


@pytest.mark.parametrize("session, token, damage, why", REFUSED)
def test_refused(tmp_path, session, token, damage, why):
    state = made()
    if damage:
        damage(state)
    status, out, err = cat(core(tmp_path, state), session, token)
    assert (status, out) == (FAILED, b"") and why in err and err.count("\n") == 1, err


def test_damage_elsewhere_does_not_matter(tmp_path):
    state = made()
    data = fill(state, files(state)["vm", 2])
    not_in_order(state)
    assert cat(core(tmp_path, state), "vm", 2)[:2] == (OK, data)


def test_no_page_is_made_up(tmp_path):
    """A page that the dump does not hold: nothing at all is written."""
    state = made()
    file = files(state)["vm", 1]
    fill(state, file)
    start, size = state.ram.ranges[0]
    hole = file.pages[3]
    state.ram.ranges = [(start, hole - start),
                        (hole + 4096, start + size - hole - 4096)]
    status, out, err = cat(core(tmp_path, state), "vm", 1)
    assert (status, out) == (FAILED, b"") and err.count("\n") == 1


@pytest.mark.parametrize("words", [
    ["cat", "core"], ["cat", "--session", "vm", "core"], ["cat", "--token", "1", "core"],
    ["cat", "--session", "vm", "--token", "one", "core"], ["cat", "--session", "vm", "--token", "1"],
    ["cat", "--json", "--session", "vm", "--token", "1", "core"],
    ["cat", "--live", "--session", "vm", "--token", "1"],
    ["list", "--session", "vm", "core"], ["verify", "--token", "1", "core"]])
def test_usage(tmp_path, words):
    core(tmp_path, made())
    answer = run(*words, cwd=tmp_path)
    assert answer.status == USAGE and answer.err.count("\n") == 1
