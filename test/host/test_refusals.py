# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Command lines that make no sense, and files that are no dumps.

Each gets exactly one line on stderr that names the option or the file, the
documented status (16 for the command line, 8 for what cannot be done), nothing
on stdout, and no file is written.
"""

import os
import struct

import pytest
from dumps import AARCH64, X86_64, Boot, raw_args, write_elf, write_raw
from state import BASE, MIB, Ram, empty_tail
from tool import ERRORS, FAILED, USAGE, fingerprint, run


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return write_raw(tmp_path_factory.mktemp("dump") / "raw", Ram())


USAGE_ERRORS = [
    ([], "no command"),
    (["frobnicate", "{}"], "frobnicate"),
    (["verify"], "no dump"),
    (["list"], "no dump"),
    (["verify", "--frobnicate", "{}"], "--frobnicate"),
    (["verify", "-x", "{}"], "-x"),
    (["verify", "--json=yes", "{}"], "--json"),
    (["verify", "{}", "--base"], "--base"),
    (["verify", "{}", "--base", "0x1000"], "--base"),
    (["verify", "--base", "0", "--base", "0", "{}"], "--base"),
    (["verify", "--base", "here", "{}"], "here"),
    (["verify", "--base", "", "{}"], "--base"),
    (["verify", "--base", "-4096", "{}"], "--base"),
    (["verify", "--base", "0x10000000000000000", "{}"], "--base"),
    (["verify", "--base", "0x123", "{}"], "0x123"),
    (["verify", "{}", "{}"], "--base"),
    (["verify", "--kho-fdt", "4096x", "{}"], "4096x"),
    (["verify", "--kho-fdt", "1", "--kho-fdt", "1", "{}"], "--kho-fdt"),
    (["verify", "--json", "--text", "{}"], "--json"),
    (["verify", "-n", "{}"], "-n"),
    (["verify", "-o"], "-o"),
    (["list", "--ktap", "{}"], "--ktap"),
    (["info", "--ktap", "{}"], "--ktap"),
    (["compact", "{}"], "-n"),
    (["explain"], "explain"),
    (["explain", "LUO-S06", "LUO-S07"], "explain"),
    (["explain", "--json", "LUO-S06"], "explain"),
    (["verify", "--live", "{}"], "--live"),
    (["compact", "-n", "--live"], "--live"),
    (["abi", "--live"], "abi"),
    (["map", "--ktap", "{}"], "--ktap"),
]


@pytest.mark.parametrize("words, name", USAGE_ERRORS)
def test_wrong_command_line(dump, words, name):
    before = fingerprint(dump)
    answer = run(*[str(dump) if w == "{}" else w for w in words])
    assert answer.refuses(USAGE, name)
    assert fingerprint(dump) == before


def test_report_over_a_dump(tmp_path):
    """Also by another name of the same file."""
    words = raw_args(tmp_path / "raw", empty_tail().ram)
    os.link(tmp_path / "raw", tmp_path / "other")
    before = fingerprint(tmp_path / "raw")
    for out in tmp_path / "raw", tmp_path / "other":
        assert run("verify", "-o", out, *words).refuses(USAGE, out, "dump")
    assert fingerprint(tmp_path / "raw") == before


def core_bytes(tmp_path, machine):
    state = empty_tail()
    boot = Boot(state.ram, state)
    return write_elf(tmp_path / "whole", state.ram, [boot.params],
                     machine=machine).read_bytes()


def changed(data, at, form, *values):
    data = bytearray(data)
    struct.pack_into(form, data, at, *values)
    return bytes(data)


# what becomes of a sound core, and a word that must be in the message
BAD_CORES = {
    "empty": (lambda d: b"", "empty"),
    "cut in ELF header": (lambda d: d[:40], "truncated"),
    "cut in program headers": (lambda d: d[:100], "truncated"),
    "cut in notes": (lambda d: d[:300], "truncated"),
    "cut in memory": (lambda d: d[:-1], "truncated"),
    "32-bit": (lambda d: changed(d, 4, "B", 1), "32-bit"),
    "big-endian": (lambda d: changed(d, 5, "B", 2), "big-endian"),
    "no core": (lambda d: changed(d, 16, "<H", 2), "core"),
    "odd program headers": (lambda d: changed(d, 54, "<H", 32), "headers"),
    "headers nowhere": (lambda d: changed(d, 32, "<Q", 2**64 - 8),
                        "truncated"),
    "no memory": (lambda d: changed(d, 56, "<H", 1), "no memory"),
    "memory beyond 64 bits": (
        lambda d: changed(d, 64 + 56 + 24, "<Q", 2**64 - 4096), "64 bits"),
    "memory at no offset": (
        lambda d: changed(d, 64 + 56 + 8, "<Q", 2**64 - 4096), "truncated"),
    "compressed kdump": (lambda d: b"KDUMP   " + d, "kdump"),
    "qcow2": (lambda d: b"QFI\xfb" + d, "qcow2"),
}


@pytest.mark.parametrize("machine", [X86_64, AARCH64])
@pytest.mark.parametrize("name", BAD_CORES)
def test_file_that_is_no_dump(tmp_path, name, machine):
    change, word = BAD_CORES[name]
    path = tmp_path / "bad dump"
    path.write_bytes(change(core_bytes(tmp_path, machine)))
    out = tmp_path / "report"
    assert run("verify", "-o", out, path).refuses(FAILED, path, word)
    assert not out.exists()


def test_missing_file_folder_and_device(tmp_path):
    for path in tmp_path / "missing", tmp_path, "/dev/null":
        assert run("verify", path).refuses(FAILED, path)
    os.mkfifo(tmp_path / "fifo")
    assert run("verify", tmp_path / "fifo").refuses(FAILED, "fifo")


def test_second_dump_missing(tmp_path, dump):
    missing = tmp_path / "missing"
    words = ["--base", "0", dump, "--base", "0x80000000", missing]
    assert run("verify", *words).refuses(FAILED, missing)


def test_two_dumps_of_the_same_memory(tmp_path, dump):
    answer = run("verify", "--base", "0", dump, "--base", hex(8 * MIB), dump)
    assert answer.refuses(FAILED, "0x800000", "--base")


def test_base_on_a_core(tmp_path):
    state = empty_tail()
    path = write_elf(tmp_path / "core", state.ram)
    assert run("verify", "--base", "0x1000", path).refuses(USAGE, path)


def test_base_beyond_64_bits(dump):
    answer = run("verify", "--base", hex(2**64 - 4096), dump)
    assert answer.refuses(FAILED, "64 bits")


def test_report_that_cannot_be_written(tmp_path, dump):
    out = tmp_path / "no such folder" / "report"
    assert run("verify", "-o", out, dump).status == FAILED
    assert "no such folder" in run("verify", "-q", "-o", out, dump).err
    answer = run("verify", "-q", "-o", "/dev/full", dump)
    assert answer.refuses(FAILED, "/dev/full")


def test_raw_dump_that_ends_early_is_not_taken_for_sound(tmp_path):
    """A raw file has no end of its own: what is missing is not RAM."""
    state = empty_tail()
    words = raw_args(tmp_path / "raw", state.ram)
    os.truncate(tmp_path / "raw", state.blocks[1] - BASE)
    answer = run("verify", "--kho-fdt", hex(state.fdt), *words)
    assert answer.status == ERRORS
    assert answer.verdict["verdict"] == "errors"
