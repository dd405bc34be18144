# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A machine that UEFI firmware starts, on RAM that an earlier machine left.

It is the machine of test/qemu (vm.py) without a kernel: RAM is the file of an
earlier one, or made by the test; luo.efi comes from QEMU's -kernel, or from a
volume, which is a FAT image made with mtools. The device tree is QEMU's own,
with more in /chosen where a test asks for it.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import libfdt

from vm import Vm, scratch_folder

MIB = 1 << 20
# firmware's console has cursor movements in its lines
ESCAPES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]")


@dataclass(frozen=True)
class Board:
    """What differs between the architectures under firmware."""

    arch: str
    base: int           # of RAM
    keep_off: str       # keeps the old kernel away from what firmware uses
    uses: tuple         # what firmware uses below TOP, [start, end)
    code: str
    secure_code: str
    empty: str          # a variable store without any
    vars: str           # with the snakeoil keys enrolled
    secure: tuple       # machine options for secure boot
    boot_file: str      # what firmware starts from a volume


MEMORY = 1024
TOP = 768               # firmware's is above, the old kernel's below
BOARDS = {
    "x86_64": Board(
        "x86_64", 0, f"memmap=31M$1M memmap={MEMORY - TOP}M${TOP}M",
        ((0, 32 * MIB),), "/usr/share/OVMF/OVMF_CODE_4M.fd",
        "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd",
        ("-global", "driver=cfi.pflash01,property=secure,value=on"),
        "EFI/BOOT/BOOTX64.EFI"),
    "aarch64": Board(
        "aarch64", 0x40000000, f"mem={TOP}M crashkernel=64M@0x44000000",
        ((0x40000000, 0x40200000), (0x44000000, 0x48000000)), "/usr/share/AAVMF/AAVMF_CODE.fd",
        "/usr/share/AAVMF/AAVMF_CODE.ms.fd",
        "/usr/share/AAVMF/AAVMF_VARS.fd",
        "/usr/share/AAVMF/AAVMF_VARS.snakeoil.fd", (),
        "EFI/BOOT/BOOTAA64.EFI"),
}


class Volume:
    """A FAT image with files {path on it: path here}."""

    def __init__(self, path, files):
        self.path = str(path)
        size = sum(os.path.getsize(name) for name in files.values())
        with open(self.path, "wb") as image:
            image.truncate((size // MIB + 34) * MIB)
        self._run("mformat", "-i", self.path, "-F", "::")
        made = set()
        for name, source in files.items():
            parts = name.split("/")
            for depth in range(1, len(parts)):
                folder = "/".join(parts[:depth])
                if folder not in made:
                    self._run("mmd", "-i", self.path, "::/" + folder)
                    made.add(folder)
            self._run("mcopy", "-i", self.path, str(source), "::/" + name)

    @staticmethod
    def _run(*command):
        return subprocess.run(command, check=True, capture_output=True,
                              env={**os.environ, "MTOOLS_SKIP_CHECK": "1"}).stdout

    def read(self, name):
        return self._run("mtype", "-i", self.path, "::/" + name).decode()

    def options(self):
        return ["-drive", f"if=none,id=volume,format=raw,file={self.path}",
                "-device", "virtio-blk-pci,drive=volume"]


class Firmware(Vm):
    """The machine; `ram` is the file that becomes its RAM, and is taken over.

    `variables` is a file that keeps firmware's variables, made when it is not
    there yet. A machine that `resets` comes back to firmware with its RAM;
    others end. `code` is another firmware than the system's."""

    def __init__(self, arch, ram, log, *, memory=MEMORY, application=None,
                 arguments="", volume=None, secure=False, devicetree=False,
                 chosen=None, variables=None, resets=False, code=None,
                 echo=None):
        super(Vm, self).__init__(log, echo)
        self.arch = arch
        self.cmdline = arguments
        self._memory = self._gdb = self.qmp = self._process = None
        self.folder = scratch_folder(memory << 21)
        board = BOARDS[arch.name]
        shutil.move(str(ram), self._path("ram0"))
        options = list(volume.options()) if volume else []
        if application:
            options += ["-kernel", str(application), "-append", arguments]
        machine = arch.machine + (",smm=on" if secure and board.secure else "")
        machine += ",acpi=off" if devicetree else ""
        try:
            command = [
                arch.qemu, "-nodefaults", "-display", "none",
                *([] if resets else ["-no-reboot"]), "-S", "-accel", "tcg,thread=multi", "-cpu", arch.cpu,
                *self._memory_options(memory, 1, machine, None),
                *self._flash(board, secure, variables, code), *options]
            if chosen:
                command += ["-dtb", self._tree(command, machine, chosen)]
            self._start(command + self._channels())
        except BaseException:
            self.close()
            raise

    def _flash(self, board, secure, variables, code):
        flash = ["-drive", "if=pflash,format=raw,readonly=on,file="
                 + str(code or (board.secure_code if secure else board.code))]
        if not secure and not variables:
            return flash
        variables = variables or self._path("vars")
        if not os.path.exists(variables):
            shutil.copyfile(board.vars if secure else board.empty, variables)
        return [*(board.secure if secure else ()), *flash,
                "-drive", f"if=pflash,format=raw,file={variables}"]

    def _tree(self, command, machine, chosen):
        """A file with QEMU's own device tree and more {name: bytes} in its
        /chosen."""
        path = Path(self._path("tree"))
        subprocess.run([*command, "-machine", f"{machine},dumpdtb={path}"],
                       check=True, capture_output=True)
        tree = libfdt.Fdt(path.read_bytes())
        tree.resize(tree.totalsize() + 4096)
        for name, value in chosen.items():
            tree.setprop(tree.path_offset("/chosen"), name, value)
        # AAVMF of Debian 12 has its first stack 496 KiB behind the tree
        tree.pack()
        path.write_bytes(tree.as_bytearray()[:tree.totalsize()])
        return str(path)

    def keep_ram(self, path):
        """Ends the machine and keeps its RAM."""
        self._process.kill()
        self._process.wait()
        shutil.move(self._path("ram0"), str(path))

    def _read(self, timeout, waiting_for):
        line = ESCAPES.sub("", super()._read(timeout, waiting_for))
        self.lines[-1] = line
        return line

    def key(self, text="\r"):
        os.write(self._in, text.encode())
