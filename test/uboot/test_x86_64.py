# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot as the firmware of an x86_64 machine whose memory still has a state of the tests' writer."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "test/host")]

from dumps import write_raw                     # noqa: E402
from state import MIB, File, Ram, Session, State, sessions      # noqa: E402
from tool import VERDICT, run                   # noqa: E402

AT = 128 * MIB
OWN = MIB               # in firmware's low memory
CAP = 768 * MIB         # of configs/uboot/x86_64-top.config
HIGH = 5 << 30          # 2 GiB of RAM lie below 4 GiB, so that this is 3 GiB into it
NUMBERS = ("verdict", "abi", "kho", "sessions", "files", "blocks", "fblocks", "pages", "findings")


def rom(name):
    """One of U-Boot's flash images."""
    folder = os.environ.get("LUO_UBOOT_X86_64") or subprocess.run(
        [str(TOP / "boot/uboot/build-uboot"), "x86_64"], text=True, check=True,
        stdout=subprocess.PIPE).stdout.splitlines()[-1]
    return Path(folder) / name


@contextmanager
def machine(tmp_path, ram, size=512 * MIB, offset=AT, name="u-boot.rom"):
    """U-Boot at its prompt, and the file that is its memory, with a state at an offset of it."""
    dump, memory = write_raw(tmp_path / "dump", ram), tmp_path / "memory"
    with open(memory, "wb") as file:
        file.truncate(size)
        file.seek(offset)
        file.write(dump.read_bytes())
    uboot = pexpect.spawn("qemu-system-x86_64", [
        "-machine", "q35,memory-backend=ram", "-m", f"{size // MIB}", "-cpu", "max", "-nodefaults",
        "-object", f"memory-backend-file,id=ram,size={size // MIB}M,mem-path={memory},share=on",
        "-display", "none", "-serial", "stdio", "-bios", str(rom(name))], timeout=120,
        encoding="latin1")
    try:
        uboot.expect("=> ")
        yield uboot, memory
    finally:
        uboot.close(force=True)


def command(uboot, words):
    """The lines that a command prints."""
    uboot.send(words + "\r")
    uboot.expect("\n=> ")
    return [line.strip("\r") for line in uboot.before.split("\n")][1:]


def verdict(lines):
    (words,) = [found.groupdict() for line in lines if (found := VERDICT.search(line))]
    return words


def test_verify_and_compact(tmp_path):
    """Found by a scan; the numbers are the host tool's, before and after."""
    with machine(tmp_path, State(Ram((AT, 16 * MIB)), [sessions(51), []]).ram) as (uboot, memory):
        told = run("verify", "--base", hex(AT), tmp_path / "dump").verdict
        words = verdict(command(uboot, "luo verify"))
        assert {n: words[n] for n in NUMBERS} == {n: told[n] for n in NUMBERS}
        words = verdict(command(uboot, "luo compact"))
        assert (words["verdict"], words["blocks"]) == ("repaired", "2->1")
    after = tmp_path / "after"
    after.write_bytes(memory.read_bytes()[AT:AT + 16 * MIB])
    assert run("verify", "--base", hex(AT), after).verdict["verdict"] == "ok"


def with_a_page_at(pa):
    """A state whose only memfd has its page there, and an empty block."""
    file = File(7)
    state = State(Ram((AT, 16 * MIB)), [[Session(b"guest", [[file]])], []])
    state.ram.put64(file.arrays[0], pa >> 12 | 3 << 52)
    state.map.change(file.pages[0], 0, False)
    state.map.change(pa, 0, True)
    return state


def assert_refused(uboot, pa):
    """U-Boot lies over that page, and says whose it is."""
    lines = command(uboot, "luo verify")
    assert verdict(lines)["verdict"] == "refused", lines
    (line,) = [line for line in lines if "lies over preserved memory" in line]
    assert line.endswith(f" at {pa:x}, order 0: folios of file 0 of session 'guest'"), line


def test_the_end_of_memory_is_spared_below_ram_top(tmp_path):
    """A page near the end of memory: U-Boot takes it, unless it was built to stay below."""
    size = 1024 * MIB
    pa = size - MIB
    state = with_a_page_at(pa)
    with machine(tmp_path, state.ram, size) as (uboot, memory):
        assert_refused(uboot, pa)
    with machine(tmp_path, state.ram, size, name="u-boot-top.rom") as (uboot, memory):
        words = verdict(command(uboot, "luo compact"))
        assert (words["verdict"], words["sessions"], words["files"]) == ("repaired", "1", "1")
        (line,) = [line for line in command(uboot, "bdinfo") if line.startswith("ram_top")]
        assert int(line.split("=")[1], 16) == CAP
        with open(memory, "rb") as file:
            file.seek(CAP)
            assert not any(file.read().strip(b"\0")), "U-Boot has written above its cap"


def test_memory_that_ends_below_the_cap(tmp_path):
    """RAM ends below the cap: nothing to spare, and U-Boot lies at its end as ever."""
    state = with_a_page_at(511 * MIB)
    with machine(tmp_path, state.ram, name="u-boot-top.rom") as (uboot, _):
        assert_refused(uboot, 511 * MIB)


def test_the_memory_of_u_boots_uefi_counts_too(tmp_path):
    """Its tables lie below U-Boot and are written before any command runs."""
    with machine(tmp_path, State(Ram((AT, 16 * MIB)), [sessions(1)]).ram) as (uboot, _):
        (line,) = [line for line in command(uboot, "bdinfo") if "no-notify" in line]
    pa = int(re.search(r"\[0x([0-9a-f]+)-", line)[1], 16)
    with machine(tmp_path, with_a_page_at(pa).ram) as (uboot, _):
        assert_refused(uboot, pa)


def test_u_boot_lies_over_what_is_preserved(tmp_path):
    """A page of a memfd in memory that U-Boot has written to: refused, with its owner named."""
    state = with_a_page_at(OWN)
    with machine(tmp_path, state.ram) as (uboot, memory):
        assert_refused(uboot, OWN)
        before = memory.read_bytes()[AT:AT + 16 * MIB]
        assert verdict(command(uboot, "luo compact"))["verdict"] == "refused"
        assert memory.read_bytes()[AT:AT + 16 * MIB] == before
        assert "luo: not started" in command(uboot, f"luo boot {AT:x}")


def test_a_state_above_4_gib(tmp_path):
    """U-Boot does not map it: a line that says so, nothing hangs."""
    ram = State(Ram((HIGH, 16 * MIB)), [sessions(3)])
    with machine(tmp_path, ram.ram, 6 << 30, HIGH - (2 << 30)) as (uboot, _):
        lines = command(uboot, f"luo verify {ram.fdt:x}")
        assert verdict(lines)["verdict"] == "refused", lines
        assert any("where U-Boot has no mapping" in line for line in lines), lines
