# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot as the firmware of an x86_64 machine whose memory still has a state of the tests' writer."""

import os
import subprocess
import sys
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "test/host")]

from dumps import write_raw                     # noqa: E402
from state import MIB, Ram, State, sessions     # noqa: E402
from tool import VERDICT, run                   # noqa: E402

AT = 128 * MIB
NUMBERS = ("verdict", "abi", "kho", "sessions", "files", "blocks", "fblocks", "pages", "findings")


def rom():
    """U-Boot's flash image."""
    folder = os.environ.get("LUO_UBOOT_X86_64") or subprocess.run(
        [str(TOP / "boot/uboot/build-uboot"), "x86_64"], text=True, check=True,
        stdout=subprocess.PIPE).stdout.splitlines()[-1]
    return Path(folder) / "u-boot.rom"


def test_verify_and_compact(tmp_path):
    """Found by a scan; the numbers are the host tool's, before and after."""
    state = State(Ram((AT, 16 * MIB)), [sessions(51), []])
    dump, memory = write_raw(tmp_path / "dump", state.ram), tmp_path / "memory"
    with open(memory, "wb") as file:
        file.truncate(512 * MIB)
        file.seek(AT)
        file.write(dump.read_bytes())
    uboot = pexpect.spawn("qemu-system-x86_64", [
        "-machine", "q35,memory-backend=ram", "-m", "512", "-cpu", "max", "-nodefaults",
        "-object", f"memory-backend-file,id=ram,size=512M,mem-path={memory},share=on",
        "-display", "none", "-serial", "stdio", "-bios", str(rom())], timeout=120,
        encoding="latin1")
    try:
        uboot.expect("=> ")
        for command, host in (("luo verify", "verify"), ("luo compact", "verify")):
            uboot.send(command + "\r")
            uboot.expect("\n=> ")
            (words,) = [found.groupdict() for line in uboot.before.splitlines()
                        if (found := VERDICT.search(line))]
            if command == "luo verify":
                told = run(host, "--base", hex(AT), dump).verdict
                assert {n: words[n] for n in NUMBERS} == {n: told[n] for n in NUMBERS}
        assert (words["verdict"], words["blocks"]) == ("repaired", "2->1")
    finally:
        uboot.close(force=True)
    after = tmp_path / "after"
    after.write_bytes(memory.read_bytes()[AT:AT + 16 * MIB])
    assert run("verify", "--base", hex(AT), after).verdict["verdict"] == "ok"
