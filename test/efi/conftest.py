# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""pytest's set-up for the tests under UEFI firmware.

Everything of test/qemu's set-up holds here too; what is added are the states
that firmware starts on: the RAM of a real kexec between two kernels.
"""

import fcntl
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
QEMU = HERE.parent / "qemu"
sys.path[:0] = [str(HERE), str(QEMU)]
sys.path.append(str(HERE.parent / "host"))      # what this folder and test/qemu do not have
sys.dont_write_bytecode = True

_spec = importlib.util.spec_from_file_location("qemu_conftest",
                                               QEMU / "conftest.py")
_qemu = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_qemu)
# its hooks and fixtures are this folder's too
globals().update({name: value for name, value in vars(_qemu).items()
                  if name.startswith("pytest_") or
                  hasattr(value, "_pytestfixturefunction") or
                  hasattr(value, "_fixture_function_marker")})

from firmware import BOARDS, MEMORY, Firmware, Volume   # noqa: E402
from guest import Batch, command_line, create           # noqa: E402
from images import build_folder                         # noqa: E402
from kexec import Hop                                   # noqa: E402
from vm import Vm, scratch_folder                       # noqa: E402

SEED = "efi"        # contents may be shared by several tests
# a state that is in order, and one with the empty block that makes 7.3 panic
STATES = {"sound": Batch("vm", 0, 60, 1, 8192, SEED),
          "empty-tail": Batch("vm", 0, 51, 1, 8192, SEED)}


def copy_sparse(source, target):
    subprocess.run(["cp", "--sparse=always", source, f"{target}.part"],
                   check=True)
    os.replace(f"{target}.part", target)


def _make(images, name, path, log):
    """The RAM that the machine was reset with, between two kernels."""
    arch = images.arch
    cmdline = command_line(arch, 1, BOARDS[arch.name].keep_off, kaslr=True)
    with Vm(arch, images.kernel, images.initrd(2), cmdline, log,
            memory=MEMORY) as vm:
        vm.ready(1)
        create(vm, STATES[name])
        if name == "empty-tail":
            vm.command("dup vm-0", rc=17)
        hop = Hop(vm, images, nonce="kept", then="reset")
        hop.fire()
        hop.expect_verdict()
        vm.expect(r"^luo: reset")
        vm.wait_end()
        copy_sparse(vm.ram_file(), path)


@pytest.fixture
def state(images):
    """A function: the path of a fresh copy of a state's RAM."""
    shared = images.folder
    copies = []

    def get(name):
        kept = shared / f"{name}.ram"
        with open(shared / f"{name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                log = build_folder() / "efi" / f"{images.arch.name}-{name}.log"
                _make(images, name, kept, log)
        copy = Path(scratch_folder(MEMORY << 20)) / "ram"
        copies.append(copy)
        copy_sparse(kept, copy)
        return copy

    yield get
    for copy in copies:
        copy.unlink(missing_ok=True)
        copy.parent.rmdir()


@pytest.fixture
def ram():
    """Empty RAM."""
    folder = Path(scratch_folder(MEMORY << 20))
    with open(folder / "ram", "wb") as file:
        file.truncate(MEMORY << 20)
    yield folder / "ram"
    (folder / "ram").unlink(missing_ok=True)
    folder.rmdir()


@pytest.fixture
def application(images):
    return build_folder() / images.arch.name / "luo.efi"


@pytest.fixture(scope="session")
def newer_aavmf(tmp_path_factory):
    """AAVMF of Debian 13, which takes pages of its own away from everybody."""
    folder = tmp_path_factory.mktemp("aavmf")
    top = HERE.parents[1]
    deb = subprocess.run([top / "configs/fetch", "qemu-efi-aarch64-2025"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout.strip()
    subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
    return folder / "usr/share/AAVMF/AAVMF_CODE.no-secboot.fd"


@pytest.fixture
def volume(tmp_path):
    """Makes a FAT volume of {path on it: file here, or text}."""
    def make(files):
        found = {}
        for number, (name, source) in enumerate(files.items()):
            if isinstance(source, (str, bytes)):
                data = source.encode() if isinstance(source, str) else source
                source = tmp_path / f"file-{number}"
                source.write_bytes(data)
            found[name] = source
        return Volume(tmp_path / f"volume-{len(list(tmp_path.iterdir()))}", found)
    return make


@pytest.fixture
def start(request, images):
    """Starts firmware."""
    machines = []
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", request.node.nodeid.split("/")[-1])

    def begin(ram, **options):
        log = build_folder() / "efi" / f"{name.strip('-')}.{len(machines)}.log"
        log.unlink(missing_ok=True)
        print(f"console log: {log}")
        vm = Firmware(images.arch, ram, log, **options)
        machines.append(vm)
        return vm

    yield begin
    for vm in machines:
        vm.close()
