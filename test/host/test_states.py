# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""States of real kernels, captured (test/states), as the host tool and as this project's writers
see them.

Each state's text file says what must be found; that was worked out by the readers of test/qemu,
which share nothing with the tool. The same readers also judge what a compaction would leave, and
hold the states that this folder's state.py makes up against the real ones.
"""

import sys
from importlib import util

import pytest
from dumps import AARCH64, CHUNK, X86_64, Boot, write_elf, write_raw
from operations import compacted
from state import File, Ram, Session
from state import State as Writer
from tool import ERRORS, OK, TO_DO, TOP, run

sys.path += [str(TOP / "test/states"), str(TOP / "test/qemu")]

import bootdata                 # noqa: E402
import expect                   # noqa: E402
import plan                     # noqa: E402
from captured import HERE, Captured     # noqa: E402


def _reader():
    """test/qemu/state.py, which has the name of this folder's."""
    spec = util.spec_from_file_location("state_reader", TOP / "test/qemu/state.py")
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.State


Reader = _reader()
MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}
CLEAN = ["x86_64-7.3", "x86_64-7.1", "x86_64-7.1-v3", "x86_64-6.19",
         "aarch64-7.3", "aarch64-7.1", "aarch64-7.1-v3", "aarch64-6.19",
         "aarch64-7.3-16k"]
REPAIRABLE = [f"{arch}-{which}" for arch in MACHINES
              for which in ("7.3-empty-tail", "7.1-v3-trailing")]
every = pytest.mark.parametrize("name", CLEAN + REPAIRABLE)


def core(tmp_path, captured):
    return write_elf(tmp_path / "core", captured, [captured.params],
                     machine=MACHINES[captured.arch])


def read(captured):
    """The independent reader, on its own way from the boot data."""
    handover = bootdata.FINDERS[captured.arch](captured, captured.params)
    return Reader(captured, handover)


def expected(name):
    return expect.load(HERE / f"{name}.txt")


def test_every_state_is_known():
    """None is lost, none is without its text, none is kept untested."""
    for suffix in ".xz", ".txt":
        assert sorted(path.name for path in HERE.glob(f"*{suffix}")) == sorted(
            name + suffix for name in CLEAN + REPAIRABLE)


@every
def test_the_text_is_that_of_the_state(name):
    wanted = expected(name)
    severity = wanted["findings"][0]["severity"] if wanted["findings"] else None
    assert expect.describe(read(Captured.load(name)), severity) == wanted


@every
def test_verify(tmp_path, name):
    wanted, answer = expected(name), run("verify", "--json", core(tmp_path, Captured.load(name)))
    report, totals = answer.json, wanted["totals"]
    assert (answer.status, answer.err) == (wanted["exit"], "")
    for key in "verdict", "exit", "kho", "abi", "page_size", "liveupdate_number":
        assert report[key] == wanted[key], key
    for key in "sessions", "files", "pages", "map_entries":
        assert report["totals"][key] == totals[key], key
    for key in "blocks", "fblocks":
        assert [report["totals"][f"{key}_{when}"] for when in ("before", "after")] == [
            totals[key]] * 2
    assert [{key: finding[key] for key in ("code", "severity", "pa")}
            for finding in report["findings"]] == wanted["findings"]


@every
def test_info(tmp_path, name):
    wanted, answer = expected(name), run("info", "--json", core(tmp_path, Captured.load(name)))
    assert answer.status == wanted["exit"]
    assert answer.json | wanted["places"] | {"found_by": "boot data"} == answer.json


@every
def test_list(tmp_path, name):
    answer = run("list", "--json", core(tmp_path, Captured.load(name)))
    assert answer.status in (OK, ERRORS) and answer.json["stopped"] is None
    assert [{key: session[key] for key in ("name", "file_count", "files")}
            for session in answer.json["sessions"]] == expected(name)["sessions"]


@every
def test_raw(tmp_path, name):
    """Without the registers the state is found by a scan, and is the same."""
    captured, words = Captured.load(name), []
    for start, size in captured.ranges:
        path = write_raw(tmp_path / f"raw{start:x}", captured, start, size)
        words += ["--base", hex(start), path]
    answer, wanted = run("info", "--json", *words), expected(name)
    assert answer.json | wanted["places"] | {"found_by": "scan"} == answer.json
    assert run("verify", *words).verdict["sessions"] == str(wanted["totals"]["sessions"])


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_to_compact(tmp_path, name):
    answer = run("compact", "-n", "--json", core(tmp_path, Captured.load(name)))
    assert (answer.status, answer.json["plan"]) == (OK, [])


@pytest.mark.parametrize("name", REPAIRABLE)
def test_compact(tmp_path, name):
    """The plan, carried out here: the empty blocks are gone, nothing else is."""
    captured, wanted = Captured.load(name), expected(name)
    answer = run("compact", "-n", "--json", core(tmp_path, captured))
    assert answer.status == TO_DO
    before = read(captured)
    blocks, preserved = before.session_blocks(), set(before.preserved())
    for pa, (_, new) in plan.changes(captured, answer.json["plan"]).items():
        captured.write(pa, new.to_bytes(8, "little"))
    after = read(captured)
    assert [(block.pa, block.count) for block in after.session_blocks()] == [
        (block.pa, block.count) for block in blocks if block.count]
    assert preserved - set(after.preserved()) == {
        (int(finding["pa"], 16), after.abi().order) for finding in wanted["findings"]}
    assert expect.sessions(after) == wanted["sessions"]
    compacted(core(tmp_path, captured))
    answer = run("verify", "--json", core(tmp_path, captured))
    assert (answer.status, answer.json["findings"]) == (OK, [])


# the writer of the other tests

WRITTEN = ["x86_64-7.3", "x86_64-7.1", "x86_64-7.1-v3", "aarch64-7.3", "aarch64-7.3-16k"]


def made_up_like(real):
    """A state of this folder's writer with the same sessions and files."""
    ram = Ram((0x40000000, 64 << 20))
    made = Writer(ram, [[Session(session.name.encode(), [
        [File(file.token, file.handler.encode()) for file in real.files(session)]]
        if session.count else []) for session in real.sessions()]],
        shift=real.page.bit_length() - 1, kho=real.kho_compatible(), abi=real.luo_compatible(),
        number=real.liveupdate_number())
    boot = Boot(ram, made)
    return read(Captured("x86_64", ram.ranges, boot.params,
                         {index * CHUNK: bytes(data) for index, data in ram.chunks.items()}))


def forms(tree):
    """Every property of a tree: its text, or the length of its number."""
    return {path: data if path.endswith("/compatible") else len(data)
            for path, data in tree.values().items()}


@pytest.mark.parametrize("name", WRITTEN)
def test_made_up_states_are_like_real_ones(name):
    """To the reader: the same lists, and nothing in the trees that the kernel has not."""
    real = read(Captured.load(name))
    made = made_up_like(real)
    lists = [[(session["name"], session["file_count"],
               [(file["token"], file["handler"]) for file in session["files"]])
              for session in expect.sessions(state)] for state in (made, real)]
    assert lists[0] == lists[1]
    for key in "abi", "kho", "page_size", "liveupdate_number", "findings":
        assert expect.describe(made, None)[key] == expect.describe(real, None)[key]
    assert forms(made.tree()).items() <= forms(real.tree()).items()
    if made.luo_tree():
        assert forms(made.luo_tree()).items() <= forms(real.luo_tree()).items()
    else:
        size = made.tree().children["LUO"].props["blob-size"].data
        assert size == real.tree().children["LUO"].props["blob-size"].data


@pytest.mark.parametrize("name", WRITTEN)
def test_made_up_memfds_are_like_real_ones(name):
    """The reader gets to folios on the same way, and they are preserved."""
    real = read(Captured.load(name))
    for state in made_up_like(real), real:
        preserved = {pa for pa, _ in state.preserved()}
        for session in state.sessions():
            for file in state.files(session):
                folios = state.folios(file)
                assert folios and {folio.pa for folio in folios} <= preserved
