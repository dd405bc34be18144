# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Boards' files, the LAVA job, and KTAP for LAVA. labgrid's recipe runs in test/qemu."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from dumps import Boot, write_elf
from state import empty_tail
from tool import CODES, TOP, run

BOARDS = sorted((TOP / "configs/boards").glob("*.ini"))
JOB = TOP / "configs/labs/lava-job.yaml"
KEYS = {
    "board": ({"name", "arch", "tested"}, {"compatible"}),
    "console": ({"kernel", "payload", "given"}, set()),
    "memory": ({"start"}, set()),
    "boot": ({"way"}, {"defconfig"}),
    "reset": ({"how", "keeps-ram"}, set()),
    "qemu": ({"program", "machine", "cpu"}, set()),
}
OPTIONAL = {"memory", "qemu"}
# as boot/kexec/uart.c takes it
CONSOLE = re.compile(r"tty(S|AMA)\d(,.*)?|uart(8250)?,(io|mmio|mmio16|mmio32),0x[0-9a-f]+|"
                     r"pl011,((mmio|mmio32),)?0x[0-9a-f]+")


def load(path):
    board = configparser.ConfigParser(interpolation=None)
    board.read(path)
    return board


def test_boards_there_are():
    assert {"qemu-virt", "qemu-q35"} <= {path.stem for path in BOARDS}
    untested = [path for path in BOARDS if load(path)["board"]["tested"] == "no"]
    assert len(untested) >= 3


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_board(path):
    board = load(path)
    assert set(board.sections()) - OPTIONAL == {*KEYS, "sources"} - OPTIONAL
    for section, (needed, more) in KEYS.items():
        if board.has_section(section):
            assert needed <= set(board[section]) <= needed | more, section
    assert board["board"]["arch"] in ("x86_64", "aarch64")
    assert (board["board"]["tested"] == "make check") == board.has_section("qemu")
    assert board["board"]["tested"] in ("make check", "no")
    assert CONSOLE.fullmatch(board["console"]["payload"])
    assert board["console"]["given"] in ("device tree", "console=", "luo_payload.console=")
    assert board["console"]["kernel"].startswith("console=")
    assert board["boot"]["way"] in ("kernel", "u-boot", "uefi")
    assert (board["boot"]["way"] == "u-boot") == ("defconfig" in board["boot"])
    assert board["reset"]["keeps-ram"] in ("yes", "no", "unknown")
    if board["board"]["tested"] == "no":
        assert board["reset"]["keeps-ram"] == "unknown"
    if board.has_section("memory"):
        assert int(board["memory"]["start"], 16) % 4096 == 0
    assert list(board["sources"])


def test_every_key_is_explained():
    page = (TOP / "docs/labs.md").read_text()
    for section, (needed, more) in KEYS.items():
        for key in needed | more if section != "qemu" else ():
            assert f"`{key}`" in page, f"{section}: {key}"


if 'VERSION_ID="12"' in Path("/etc/os-release").read_text():    # later ones have no LAVA
    def test_lava_takes_the_job():
        from lava_common.schemas import validate
        validate(yaml.safe_load(JOB.read_text()), strict=True)


def monitor():
    (found,) = [action["test"]["monitors"][0] for action in yaml.safe_load(JOB.read_text())["actions"]
                if "monitors" in action.get("test", {})]
    return found


@pytest.fixture
def ktap(tmp_path):
    state = empty_tail()
    return run("verify", "--ktap", write_elf(tmp_path / "core", state.ram,
                                             [Boot(state.ram, state).params])).out


def test_job_finds_the_points_of_a_report(ktap):
    watch = monitor()
    assert re.match(watch["start"], ktap)
    points = {m["test_case_id"]: watch["fixupdict"][m["result"]]
              for line in ktap.splitlines()
              if (m := re.match(watch["pattern"], line))}
    assert list(points) == CODES
    assert [code for code, result in points.items() if result == "fail"] == ["LUO-S06"]
    assert re.match(watch["end"], "luo: repaired abi=luo-v5 kho=kho-v4 sessions=1")


def to_lava(text, *words):
    done = subprocess.run([TOP / "configs/labs/ktap-to-lava", *words], input=text, text=True,
                          capture_output=True)
    return done.returncode, done.stdout.splitlines()


def test_ktap_to_lava(ktap):
    status, lines = to_lava(ktap, "before")
    assert status == 0
    assert [line.split()[1] for line in lines] == [f"before-{code}" for code in CODES]
    assert [line for line in lines if line.endswith("fail")] == [
        "lava-test-case before-LUO-S06 --result fail"]
    assert sum(line.endswith("skip") for line in lines) == ktap.count("# SKIP")


def test_ktap_to_lava_among_other_lines(ktap):
    console = "".join(f"[ 1.0] noise\r\n{line}\r\n" for line in ktap.splitlines())
    assert to_lava(console)[1] == to_lava(ktap)[1]


@pytest.mark.parametrize("cut", [0, 40, 400])
def test_half_a_report_is_none(ktap, cut):
    assert to_lava(ktap[:cut])[0] == 1
