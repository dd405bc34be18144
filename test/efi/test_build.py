# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo.efi as a file: what firmware that protects memory and shim ask for, and
other ways to build it: gnu-efi 4.0.x, and clang with lld and no library."""

import os
import struct
import subprocess
from collections import namedtuple

import pytest
from conftest import STATES
from images import ROOT

pytestmark = pytest.mark.everywhere
EXECUTE, WRITE = 0x20000000, 0x80000000
NX_COMPAT = 0x100
MACHINES = {"x86_64": 0x8664, "aarch64": 0xaa64}
Section = namedtuple("Section", "name size pa raw_size raw kind")


class Pe:
    """A PE image's headers."""

    def __init__(self, data):
        self.data = data
        at, = struct.unpack_from("<I", data, 0x3c)
        assert data[:2] == b"MZ" and data[at:at + 4] == b"PE\0\0"
        self.machine, number, self.time = struct.unpack_from("<HHI", data, at + 4)
        size, self.flags = struct.unpack_from("<HH", data, at + 20)
        optional = at + 24
        self.alignment, = struct.unpack_from("<I", data, optional + 32)
        self.subsystem, self.dll = struct.unpack_from("<HH", data, optional + 68)
        self.sections = []
        for place in range(optional + size, optional + size + 40 * number, 40):
            name, *numbers = struct.unpack_from("<8sIIII", data, place)
            kind, = struct.unpack_from("<I", data, place + 36)
            self.sections.append(Section(name.rstrip(b"\0").decode(), *numbers,
                                         kind))

    def content(self, name):
        section, = [s for s in self.sections if s.name == name]
        return self.data[section.raw:section.raw + section.size]


def make(arch, folder, *variables):
    """The application, built in a folder of its own."""
    subprocess.run(["make", "-s", "--no-print-directory", f"BUILD={folder}",
                    f"ARCH={arch.name}", *variables, "efi"], cwd=ROOT,
                   check=True, capture_output=True, text=True,
                   env={k: v for k, v in os.environ.items()
                        if k not in ("BUILD", "MAKEFLAGS")})
    return folder / arch.name / "luo.efi"


def check(arch, path):
    pe = Pe(path.read_bytes())
    assert pe.machine == MACHINES[arch.name]
    assert pe.subsystem == 10 and pe.dll & NX_COMPAT and not pe.flags & 1
    assert pe.alignment == 4096
    for section in pe.sections:
        assert section.pa % 4096 == 0, section
        assert not (section.kind & EXECUTE and section.kind & WRITE), section
    assert {s.name for s in pe.sections if s.kind & EXECUTE} == {".text"}
    sbat = pe.content(".sbat").rstrip(b"\0").decode().splitlines()
    assert sbat[0].startswith("sbat,1,SBAT Version,sbat,1,")
    assert sbat[1].startswith("luo-payload,1,")
    return pe


def test_sections_and_sbat(arch, application):
    assert check(arch, application).time == 0


def test_reproducible(arch, application, tmp_path):
    """In another folder, deeper down, the same bytes."""
    again = make(arch, tmp_path / "one" / "more")
    assert again.read_bytes() == application.read_bytes()


@pytest.fixture
def works(arch, state, start, tmp_path):
    """A real state is verified by this build."""
    def verify(*variables):
        path = make(arch, tmp_path / "build", *variables)
        check(arch, path)
        vm = start(state("sound"), application=path, arguments="verify")
        vm.expect(rf"luo: ok abi=luo-v5 kho=kho-v4 sessions="
                  rf"{STATES['sound'].count} ")
    return verify


def test_next_gnu_efi(works):
    works("GNU_EFI=gnu-efi-4")


@pytest.mark.long
def test_clang(works):
    works("CC=clang")


@pytest.mark.long
def test_clang_and_lld(works):
    """Only headers of gnu-efi: mistakes in calling conventions show here."""
    works("EFI_LINK=lld")
