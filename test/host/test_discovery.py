# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""How the state is found: address, boot data, scan, and old states in RAM.

RAM holds the KHO FDTs of earlier kernels. A scan takes the sound one of the
highest live update number and names the others; boot data and an address given
by hand go before any scan.
"""

import pytest
from dumps import Boot, raw_args, write_elf, write_raw
from state import BASE, MIB, Ram, State, empty_tail, sessions, with_files
from tool import ERRORS, FAILED, OK, run


def where(*words):
    """What luo info says of the state it took: (answer, its JSON)."""
    answer = run("info", "--json", *words)
    return answer, answer.json


def taken(*words):
    report = where(*words)[1]
    return report["found_by"], int(report["kho_fdt"], 16)


def generations(first=3, second=4, ram=None):
    ram = ram or Ram()
    old = State(ram, [sessions(3)], number=first)
    return old, State(ram, [sessions(5)], number=second)


def spoil_map(state):
    """The map's pages were used for something else since."""
    state.ram.write(state.map.root, b"\xaa" * state.size)


def test_scan_of_a_raw_file(tmp_path):
    state = with_files()
    words = raw_args(tmp_path / "raw", state.ram)
    answer, report = where(*words)
    assert taken(*words) == ("scan", state.fdt)
    assert (answer.status, answer.err) == (OK, "")
    assert report["scratch"] is None
    assert report["memory"] == [{"start": hex(BASE), "size": hex(16 * MIB)}]


def test_raw_file_starts_at_0_when_no_base_is_given(tmp_path):
    state = State(Ram((0, 16 * MIB)), [sessions(3)])
    path = write_raw(tmp_path / "raw", state.ram)
    assert taken(path) == ("scan", state.fdt)


@pytest.mark.parametrize("base", ["0x140000000", "5368709120"])
def test_memory_above_4_gib(tmp_path, base):
    state = State(Ram((0x140000000, 16 * MIB)), [sessions(3)])
    path = write_raw(tmp_path / "raw", state.ram)
    assert taken("--base", base, path) == ("scan", state.fdt)


@pytest.mark.parametrize("swap", [False, True])
def test_several_raw_files(tmp_path, swap):
    """The cut goes through the middle of the state."""
    state = with_files()
    cut = state.blocks[1]
    pieces = [(BASE, cut - BASE), (cut, BASE + 16 * MIB - cut)]
    words = []
    for start, size in reversed(pieces) if swap else pieces:
        path = tmp_path / f"raw{start:x}"
        words += ["--base", hex(start),
                  write_raw(path, state.ram, start, size)]
    answer = run("verify", *words)
    assert answer.status == OK and answer.verdict["sessions"] == "5"


@pytest.mark.parametrize("shift", [0, 1, 7, 100])
def test_elf_with_several_segments(tmp_path, shift):
    """Memory lies at odd places in the file, also in the middle of a page."""
    ram = Ram((BASE, 16 * MIB), (0x100000000, MIB))
    state = empty_tail_in(ram)
    boot = Boot(ram, state)
    cut = state.blocks[1]
    pieces = [(0x100000000, MIB), (cut, BASE + 16 * MIB - cut),
              (BASE, cut - BASE)]
    path = write_elf(tmp_path / "core", ram, [boot.params], pieces, shift)
    assert taken(path) == ("boot data", state.fdt)
    answer = run("verify", "--json", path)
    assert answer.codes() == {("LUO-S06", "panic")}


def empty_tail_in(ram):
    return State(ram, [sessions(51), []])


def test_elf_and_raw_file_together(tmp_path):
    state = with_files()
    cut = BASE + 8 * MIB
    core = write_elf(tmp_path / "core", state.ram,
                     pieces=[(BASE, 8 * MIB)])
    raw = write_raw(tmp_path / "raw", state.ram, cut, 8 * MIB)
    report = where(core, "--base", hex(cut), raw)[1]
    assert report["memory"] == [{"start": hex(BASE), "size": hex(16 * MIB)}]
    assert report["verdict"] == "ok"


def test_boot_data_through_rsi(tmp_path):
    state = empty_tail()
    boot = Boot(state.ram, state)
    path = write_elf(tmp_path / "core", state.ram, [0, 2**64 - 1, boot.params])
    answer, report = where(path)
    assert taken(path) == ("boot data", state.fdt)
    assert answer.status == ERRORS
    assert report["named_by"] == "setup_data"
    assert int(report["boot_params"], 16) == boot.params
    assert int(report["named_at"], 16) == boot.node
    assert int(report["scratch_list"], 16) == boot.list
    assert report["scratch"] == [
        {"start": hex(v[0]), "size": hex(v[1])} for v in [state.ram.scratch]]


def test_scan_finds_the_scratch_areas_too(tmp_path):
    """No CPU points to them, but they name the FDT that was found."""
    state = with_files()
    boot = Boot(state.ram, state)
    words = raw_args(tmp_path / "raw", state.ram)
    report = where(*words)[1]
    assert report["found_by"] == "scan"
    assert int(report["named_at"], 16) == boot.node
    assert len(report["scratch"]) == 1


def test_higher_number_wins_and_the_other_is_a_note(tmp_path):
    for numbers in (3, 4), (9, 2):
        old, new = generations(*numbers)
        best, other = sorted((old, new), key=lambda s: -s.number)
        answer = run("info", "--json", *raw_args(tmp_path / "raw", old.ram))
        assert int(answer.json["kho_fdt"], 16) == best.fdt
        assert answer.json["liveupdate_number"] == best.number
        (note,) = [n for n in answer.err.splitlines()
                   if f"{other.fdt:#x}" in n]
        assert note.startswith("luo: note: ")
        assert f"number {other.number}" in note


def test_stale_fdt_whose_map_does_not_verify_is_not_taken(tmp_path):
    old, new = generations()
    spoil_map(new)
    words = raw_args(tmp_path / "raw", old.ram)
    answer, _ = where(*words)
    assert taken(*words) == ("scan", old.fdt)
    assert f"{new.fdt:#x} does not verify" in answer.err


def test_stale_fdt_whose_container_is_gone_is_not_taken(tmp_path):
    old, new = generations()
    new.ram.write(new.container, bytes(64))
    assert taken(*raw_args(tmp_path / "raw", old.ram)) == ("scan", old.fdt)


def test_tie_demands_an_address(tmp_path):
    old, new = generations(4, 4)
    words = raw_args(tmp_path / "raw", old.ram)
    answer = run("verify", *words)
    assert (answer.status, answer.out) == (FAILED, "")
    for state in old, new:
        assert f"--kho-fdt {state.fdt:#x}" in answer.err
    for state, count in (old, "3"), (new, "5"):
        given = run("verify", "--kho-fdt", hex(state.fdt), *words)
        assert (given.status, given.err) == (OK, "")
        assert given.verdict["sessions"] == count


def test_address_goes_before_everything(tmp_path):
    old, new = generations()
    boot = Boot(old.ram, new)
    path = write_elf(tmp_path / "core", old.ram, [boot.params])
    assert taken("--kho-fdt", str(old.fdt), path) == ("--kho-fdt", old.fdt)
    assert taken(path) == ("boot data", new.fdt)


def test_address_of_something_else(tmp_path):
    state = with_files()
    words = raw_args(tmp_path / "raw", state.ram)
    for address in state.blocks[0], state.fdt + 8, 0, 2**64 - 1:
        answer = run("verify", "--kho-fdt", hex(address), *words)
        assert answer.status == ERRORS
        assert "LUO-K01" in answer.out or "LUO-K02" in answer.out


def test_boot_data_go_before_the_scan(tmp_path):
    """They name the older one, which has an empty block."""
    ram = Ram()
    old, new = empty_tail_in(ram), State(ram, [sessions(5)], number=9)
    boot = Boot(ram, old)
    path = write_elf(tmp_path / "core", ram, [boot.params])
    assert taken(path) == ("boot data", old.fdt)
    answer = run("verify", path)
    assert answer.status == ERRORS and answer.err == ""
    assert answer.verdict["sessions"] == "51"
    assert f"{new.fdt:#x}" not in answer.out


def test_boot_data_without_kho_mean_none(tmp_path):
    """KHO was off: what lies around in RAM is not handed over."""
    state = with_files()
    boot = Boot(state.ram, state, linked=False)
    path = write_elf(tmp_path / "core", state.ram, [boot.params])
    answer = run("verify", path)
    assert answer.status == FAILED and answer.verdict["verdict"] == "none"
    assert answer.err == (
        f"luo: note: no KHO state: the boot data at {boot.params:#x} (boot "
        "parameters) name none; to look at one all the same, give --kho-fdt "
        "ADDR\n")
    assert taken("--kho-fdt", hex(state.fdt), path)[1] == state.fdt


@pytest.mark.parametrize("damage", [
    lambda boot: boot.ram.put64(boot.params + 0x250, 2**63),
    lambda boot: boot.ram.put64(boot.node + 16, 0),     # the KHO FDT's address
    lambda boot: boot.ram.write(boot.node + 12, b"\x18"),   # length
    lambda boot: boot.ram.put64(boot.other, boot.other)])
def test_damaged_setup_data_is_said_and_memory_scanned(tmp_path, damage):
    state = with_files()
    boot = Boot(state.ram, state)
    damage(boot)
    path = write_elf(tmp_path / "core", state.ram, [boot.params])
    assert taken(path) == ("scan", state.fdt)
    answer = run("verify", "--json", path)
    assert (answer.status, answer.codes()) == (ERRORS, {("LUO-B04", "lose")})
    assert answer.err == (
        f"luo: note: the boot data at {boot.params:#x} (boot parameters) are "
        "damaged: their setup_data list is broken, or its KHO node is; "
        "looking in all memory\n")


@pytest.mark.parametrize("shift", [12, 14, 16])
@pytest.mark.parametrize("boot_data", [False, True])
def test_page_size_comes_from_the_hand_over(tmp_path, shift, boot_data):
    state = with_files(shift=shift)
    if boot_data:
        rsi = [Boot(state.ram, state).params]
        words = [write_elf(tmp_path / "core", state.ram, rsi)]
    else:
        words = raw_args(tmp_path / "raw", state.ram)
    report = run("verify", "--json", *words).json
    assert (report["verdict"], report["page_size"]) == ("ok", 1 << shift)
