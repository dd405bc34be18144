# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""libluo: what host programs get of the core.

Through the Python bindings, which are a test of the C interface by being used, and through the
example, which is compiled against what `make install` puts there. The answers are held against
those of the tool on the same state.
"""

import ctypes
import json
import os
import re
import subprocess
import sys
import threading

import pytest
from dumps import CHUNK, Boot, Tree, write_elf, write_raw
from state import BASE, Ram, Session, State, empty_tail, sessions, with_files
from tool import BUILD, ERRORS, FAILED, OK, TOP, USAGE, run

LIB = BUILD / "lib"
HEADER = TOP / "boot/lib/libluo.h"
os.environ["LIBLUO"] = str(LIB / "libluo.so.0")
sys.path.append(str(TOP / "boot/lib"))

import libluo                   # noqa: E402
from libluo import Luo, LuoError        # noqa: E402

ARGUMENT, FAILED_CALL, READ = -1, -3, -4


@pytest.fixture
def luo():
    with Luo() as handle:
        yield handle


def read_of(state):
    """A reader over the made-up memory, of whole chunks: scans read all of it."""
    zeros = bytes(CHUNK)
    return lambda pa, length: b"".join(
        bytes(state.ram.chunks.get(at // CHUNK, zeros)) for at in range(pa, pa + length, CHUNK))


def add(luo, state):
    for start, size in state.ram.ranges:
        luo.add_reader(start, size, read_of(state))


def no_time(text):
    return re.sub(r"\bus=\d+|\"us\":\d+", "us", text)


@pytest.mark.parametrize("form, words", [
    ("line", None), ("text", ["verify"]), ("json", ["verify", "--json"]),
    ("ktap", ["verify", "--ktap"]), ("info", ["info"]), ("info-json", ["info", "--json"]),
    ("list", ["list"]), ("list-json", ["list", "--json"])])
@pytest.mark.parametrize("make", [with_files, empty_tail])
def test_prints_what_the_tool_prints(luo, tmp_path, make, form, words):
    state = make()
    path = write_elf(tmp_path / "core", state.ram, [Boot(state.ram, state).params])
    luo.add_dump(path)
    luo.verify()
    answer = run(*(words or ["verify"]), path)
    expected = answer.out if words else answer.out.splitlines(True)[-1]
    assert luo.exit_status == answer.status
    assert no_time(luo.print(form)) == no_time(expected)


def test_memory_of_the_program_and_boot_parameters(luo):
    state = empty_tail()
    add(luo, state)
    luo.set_boot_data(libluo.PARAMS, Boot(state.ram, state).params)
    luo.verify()
    assert (luo.verdict, luo.exit_status) == ("errors", ERRORS)
    (finding,) = [f for f in luo.findings() if f.severity == "panic"]
    assert (finding.code, finding.owner, finding.pa) == (
        "LUO-S06", "session block 1", state.blocks[1])
    assert "panic" in finding.effect and "compact" in finding.remedy
    totals = luo.totals
    assert (totals.sessions, totals.blocks, totals.empty_blocks) == (51, 2, 1)
    assert totals.page_size == 4096 and totals.pages == state.map.pages
    assert "boot data" in luo.print("info")


def test_memory_of_the_program_and_a_device_tree(luo):
    state = with_files()
    tree = Tree(state.ram, state)
    add(luo, state)
    luo.set_boot_data(libluo.TREE, tree.pa)
    luo.verify()
    assert luo.totals.sessions == 5
    assert not [f for f in luo.findings() if f.severity == "panic"]


def test_mapped_memory_in_two_pieces_that_touch(luo):
    state = with_files()
    start, size = state.ram.ranges[0]
    data = read_of(state)(start, size)
    half = size // 8192 * 4096
    luo.add_memory(start + half, data[half:])
    luo.add_memory(start, data[:half])
    luo.set_kho_fdt(state.fdt)
    luo.verify()
    assert (luo.verdict, luo.totals.sessions, luo.totals.files) == ("ok", 5, 10)


def test_a_scan_finds_the_state(luo):
    state = with_files()
    add(luo, state)
    luo.verify()
    assert (luo.verdict, luo.totals.sessions) == ("ok", 5)


def test_raw_file(luo, tmp_path):
    state = with_files()
    luo.add_dump(write_raw(tmp_path / "raw", state.ram), base=BASE)
    luo.verify()
    assert luo.verdict == "ok"


def test_sessions_and_files_by_name(luo, tmp_path):
    state = with_files()
    add(luo, state)
    luo.verify()
    names = [session.name for session in state.sessions]
    found = luo.sessions()
    assert [s.name.encode() for s in found] == names
    listed = json.loads(luo.print("list-json"))["sessions"]
    assert [[(f.token, f.handler) for f in s.files] for s in found] == [
        [(int(f["token"], 16), f["handler"]) for f in s["files"]] for s in listed]
    assert sum(f.size is not None for s in found for f in s.files) > 0


def test_broken_list_is_told(luo):
    state = State(Ram(), [sessions(3), sessions(3, 3)])
    state.ram.put64(state.blocks[0], 0x123)      # next
    add(luo, state)
    luo.verify()
    assert luo.verdict == "errors"
    with pytest.raises(LuoError):
        luo.sessions()


def test_verify_again_after_a_change(luo):
    state = empty_tail()
    add(luo, state)
    luo.verify()
    assert luo.verdict == "errors"
    state.ram.put64(state.blocks[0], 0)
    luo.verify()
    assert "LUO-S06" not in {f.code for f in luo.findings()}


def test_no_state(luo):
    notes = []
    with Luo(note=notes.append) as other:
        other.add_memory(0x40000000, bytes(1 << 20))
        other.verify()
        assert (other.verdict, other.exit_status) == ("none", FAILED)
        assert other.totals.page_size == 0
    assert any("no KHO state" in note for note in notes)


def test_a_reader_that_fails(luo):
    state = with_files()
    start, size = state.ram.ranges[0]

    def read(pa, length):
        if pa <= state.fdt < pa + length:
            raise OSError
        return read_of(state)(pa, length)
    luo.add_reader(start, size, read)
    with pytest.raises(LuoError, match="could not be read") as error:
        luo.verify()
    assert error.value.code == READ
    with pytest.raises(LuoError, match="libluo_verify"):
        print(luo.verdict)


def test_messages_of_the_tool_are_errors(luo, tmp_path, capfd):
    path = tmp_path / "dump"
    path.write_bytes(b"KDUMP   " + bytes(8192))
    luo.add_dump(path)
    with pytest.raises(LuoError, match="compressed kdump") as error:
        luo.verify()
    assert error.value.code == FAILED_CALL
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words, call", [
    ("whole pages", lambda l: l.add_memory(1, bytes(4096))),
    ("whole pages", lambda l: l.add_memory(4096, bytes(100))),
    ("whole pages", lambda l: l.add_reader(2**64 - 4096, 8192, None)),
    ("partly known", lambda l: [l.add_memory(8192 * i, bytes(16384)) for i in range(2)]),
    ("exclude", lambda l: (l.add_memory(0, bytes(4096)), l.add_dump("x"))),
    ("exclude", lambda l: (l.add_dump("x"), l.use_running())),
    ("exclude", lambda l: (l.use_running(), l.add_memory(0, bytes(4096)))),
    ("no memory", lambda l: l.verify()),
    ("boot data", lambda l: l.set_boot_data(7, 4096)),
    ("libluo_verify", lambda l: l.print("json")),
    ("libluo_verify", lambda l: l.sessions()),
    ("libluo_verify", lambda l: l.finding(0)),
    ("libluo_verify", lambda l: l.totals)])
def test_wrong_calls(luo, words, call):
    with pytest.raises(LuoError, match=words) as error:
        call(luo)
    assert error.value.code == ARGUMENT


def test_a_finding_that_is_not_there(luo):
    add(luo, with_files())
    luo.verify()
    with pytest.raises(LuoError) as error:
        luo.finding(luo.totals.kept)
    assert error.value.code == ARGUMENT


def test_an_older_and_a_newer_caller(luo):
    """A smaller structure is not written beyond its end; what is new in a larger one is 0."""
    add(luo, empty_tail())
    luo.verify()
    room = (ctypes.c_uint8 * 256)(*[0xa5] * 256)
    to = ctypes.cast(room, ctypes.POINTER(libluo.Totals))
    assert luo.lib.libluo_totals(luo.handle, to, 16) == 0
    assert bytes(room[:16]) == (51).to_bytes(8, "little") + bytes(8)
    assert bytes(room[16:]) == b"\xa5" * 240
    assert luo.lib.libluo_totals(luo.handle, to, 200) == 0
    assert bytes(room[ctypes.sizeof(libluo.Totals):200]) == bytes(
        200 - ctypes.sizeof(libluo.Totals))


def test_many_handles_in_many_threads():
    made = [empty_tail(), with_files()]
    answers = {}

    def look(i):
        with Luo() as handle:
            add(handle, made[i % 2])
            handle.verify()
            answers[i] = handle.verdict, handle.totals.sessions
    threads = [threading.Thread(target=look, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {i: (("errors", 51), ("ok", 5))[i % 2] for i in range(8)}


def test_version():
    lib = libluo._load()
    assert lib.libluo_version().decode() == (TOP / "VERSION").read_text().strip()
    assert lib.libluo_api() == int(re.search(r"LIBLUO_API (\d+)", HEADER.read_text())[1])


def public():
    return set(re.findall(r"^LIBLUO_PUBLIC [^;(]*?(libluo_\w+)\(", HEADER.read_text(), re.M))


def test_only_what_is_public_has_a_name():
    assert len(public()) > 20
    done = subprocess.run(["nm", "-D", "--defined-only", LIB / "libluo.so.0"],
                          capture_output=True, text=True, check=True)
    names = {line.split()[2] for line in done.stdout.splitlines()}
    assert names == {f"{name}@@LIBLUO_0" for name in public()} | {"LIBLUO_0"}
    done = subprocess.run(["nm", "-g", "--defined-only", LIB / "libluo.a"],
                          capture_output=True, text=True, check=True)
    assert set(re.findall(r" [A-Z] (\w+)$", done.stdout, re.M)) == public()


def test_every_function_is_documented():
    text = HEADER.read_text()
    for name in public():
        assert f"{name}() - " in text, name


@pytest.mark.parametrize("compiler, words", [
    ("gcc", ["-std=c99", "-xc"]), ("clang", ["-std=c11", "-xc"]), ("clang", ["-std=c++11", "-xc++"])])
def test_header_stands_alone(compiler, words):
    subprocess.run([compiler, *words, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                    HEADER], check=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Where `make install-lib` has put the library, as if below /opt/luo."""
    dest = tmp_path_factory.mktemp("installed")
    subprocess.run(["make", "-s", "install-lib", f"BUILD={BUILD}", f"DESTDIR={dest}",
                    "PREFIX=/opt/luo"], cwd=TOP, check=True)
    return dest


@pytest.mark.parametrize("static", [False, True])
def test_the_example(installed, tmp_path, static):
    env = {**os.environ, "PKG_CONFIG_SYSROOT_DIR": str(installed),
           "PKG_CONFIG_PATH": str(installed / "opt/luo/lib/pkgconfig")}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *(["--static"] if static else []),
                            "libluo"], env=env, capture_output=True, text=True, check=True)
    words = flags.stdout.split()
    if static:
        words[words.index("-lluo")] = "-l:libluo.a"
    agent = tmp_path / "agent"
    subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-o", agent,
                    TOP / "boot/lib/example/agent.c", *words], check=True)
    env = {**os.environ, "LD_LIBRARY_PATH": "" if static else str(installed / "opt/luo/lib")}

    def call(*args):
        done = subprocess.run([agent, *args], env=env, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr
    state = State(Ram(), [[Session(b"guest-1")]])
    good = write_elf(tmp_path / "good", state.ram, [Boot(state.ram, state).params])
    status, out, err = call(good, "echo", "would go")
    assert (status, out) == (OK, "would go\n") and "verdict ok" in err
    state = empty_tail()
    bad = write_elf(tmp_path / "bad", state.ram, [Boot(state.ram, state).params])
    status, out, err = call(bad, "echo", "would go")
    assert (status, out) == (ERRORS, "") and "LUO-S06 panic" in err
    status, out, err = call(tmp_path / "missing", "echo", "would go")
    assert (status, out) == (FAILED, "") and "cannot be opened" in err
    assert call()[0] == USAGE
