# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""U-Boot with the command `luo`: where it is, its prompt, and what its commands say.

U-Boot comes from boot/uboot/build-uboot, or from the folder that LUO_UBOOT_<TARGET> names. Its
prompt has no line end, so a command's end is the next prompt.
"""

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pexpect

from console import FAULT, HANG
from images import ROOT, Images, call, symbols
from kexec import Hop, parse_verdict
from vm import Vm, scratch_folder

PROMPT = b"\n=> "
VARIABLES = ("luo_status", "luo_sessions", "luo_findings")


@lru_cache
def folder(target):
    """The folder with U-Boot for arm64, x86_64 or sandbox."""
    given = os.environ.get(f"LUO_UBOOT_{target.upper()}")
    if given:
        return Path(given)
    done = subprocess.run([str(ROOT / "boot/uboot/build-uboot"), target], text=True,
                          stdout=subprocess.PIPE, check=True)
    return Path(done.stdout.splitlines()[-1])


class UbootImages(Images):
    """The usual images, but what the first kernel kexecs is U-Boot."""

    def initrd(self, kernels=2, payload=True):
        if kernels == 1:
            return super().initrd(1, payload)
        uboot = folder("arm64") / "u-boot.bin"
        return self._kept("initrd-uboot", lambda path: call(
            [ROOT / "test/kernel/build-initramfs", path, self._headers(),
             f"/{self.arch.kernel}={uboot}", f"/initrd={self.initrd(1)}"],
            "building the initramfs"))


def disk(path, kernel):
    """A raw disk with a kernel from its first block on; QEMU's options for it."""
    data = Path(kernel).read_bytes()
    Path(path).write_bytes(data + bytes(-len(data) % 512))
    return ("-drive", f"if=none,id=disk,format=raw,file={path}",
            "-device", "virtio-blk-pci,drive=disk")


def ext4(path, folder):
    """A disk with the files of a folder on it."""
    size = sum(file.stat().st_size for file in Path(folder).iterdir())
    call(["/sbin/mkfs.ext4", "-q", "-d", folder, path, f"{size // 1024 * 5 // 4 + 8192}k"],
         "making a file system")
    return path


def ahci(path):
    """QEMU's options for a disk at the AHCI of a q35 machine."""
    return ("-drive", f"if=none,id=disk,format=raw,file={path}",
            "-device", "ide-hd,drive=disk,bus=ide.0")


class Uboot:
    """U-Boot at its prompt in a machine."""

    def __init__(self, vm):
        self.vm = vm

    def prompt(self):
        """Waits for the prompt; gives back the lines before it."""
        found = self.vm._console.expect_exact([PROMPT, pexpect.EOF, pexpect.TIMEOUT],
                                              timeout=HANG)
        text = self.vm._console.before
        lines = [] if not isinstance(text, bytes) else [
            line.strip("\r") for line in text.decode("utf-8", "replace").split("\n")]
        self.vm.lines += lines
        if found:
            self.vm._fail("U-Boot does not come to its prompt")
        for line in lines:
            assert "Synchronous Abort" not in line, line
        return lines

    def run(self, command):
        """Carries out a command; gives back what it printed."""
        self.vm.send(command)
        return self.prompt()[1:]

    def ok(self, command):
        """Is the command true?"""
        return "true" in self.run(f"if {command}; then echo true; else echo false; fi")

    def variable(self, name):
        for line in self.run(f"printenv {name}"):
            if line.startswith(f"{name}="):
                return line.partition("=")[2]
        return None

    def verdict(self, command="luo verify"):
        """The verdict line of a command, read, and all that it printed."""
        lines = self.run(command)
        found = [parse_verdict(line) for line in lines if parse_verdict(line)]
        assert len(found) == 1, lines
        return found[0], lines

    def relocated(self, symbol):
        """Where a symbol lies since U-Boot has moved (its link address is 0)."""
        (line,) = [line for line in self.run("bdinfo") if line.startswith("relocaddr")]
        return int(line.split("=")[1], 16) + symbols(folder("arm64") / "u-boot")[symbol]


def kexec_into(vm, images, more="", **at):
    """kexecs U-Boot; gives back the Hop and U-Boot at its prompt."""
    hop = Hop(vm, images, plain=True, more=more)
    hop.fire(**at)
    uboot = Uboot(vm)
    uboot.prompt()
    return hop, uboot


class Firmware(Vm):
    """A machine that U-Boot starts; the file `ram` becomes its RAM, and is taken over.

    On x86_64 U-Boot runs from flash, on arm64 QEMU puts it into RAM anew at each reset. A machine
    that `resets` comes back to it with its RAM; others end.
    """

    def __init__(self, arch, ram, log, *, memory, rom="u-boot.rom", resets=False, extra=()):
        super(Vm, self).__init__(log, None)
        self.arch, self.cmdline = arch, ""
        self._memory = self._gdb = self.qmp = self._process = None
        self.folder = scratch_folder(memory << 21)
        shutil.move(str(ram), self._path("ram0"))
        try:
            self._start([
                arch.qemu, "-nodefaults", *([] if resets else ["-no-reboot"]), "-display", "none",
                "-S", "-accel", "tcg,thread=multi", "-cpu", arch.cpu,
                *self._memory_options(memory, 1, arch.machine, None),
                *self._image(rom), *self._channels(), *extra])
        except BaseException:
            self.close()
            raise

    def _image(self, rom):
        if self.arch.name == "x86_64":
            return "-bios", str(folder("x86_64") / rom)
        return "-kernel", str(folder("arm64") / "u-boot.bin")

    def uboot(self):
        """U-Boot at its prompt."""
        uboot = Uboot(self)
        uboot.prompt()
        return uboot
