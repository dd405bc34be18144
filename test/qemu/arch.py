# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What differs between the architectures under test, as data.

Everything else in this folder is written once, but for how an image's header
reads (header.py) and how boot data lead to the handed-over state
(bootdata.py). An architecture with several exception levels is one `Arch` for
each of them: the machine and the CPU decide at which level its kernels run.
"""

import configparser
from dataclasses import dataclass, replace
from pathlib import Path

SEGMENT = r" at (0x[0-9a-f]+) bufsz=(0x[0-9a-f]+) memsz=(0x[0-9a-f]+)"


BOARDS = Path(__file__).resolve().parents[2] / "configs/boards"


def board(name):
    """QEMU's program, machine and CPU, of a file in configs/boards."""
    file = configparser.ConfigParser(interpolation=None)
    file.read_string((BOARDS / f"{name}.ini").read_text())
    return file["qemu"]


Q35, VIRT = board("qemu-q35"), board("qemu-virt")


@dataclass(frozen=True)
class Arch:
    """One architecture: QEMU's side, the kernel's side, kexec's side."""

    name: str
    qemu: str
    machine: str
    cpu: str
    console: str            # console arguments of every kernel command line
    kernel: str             # the kernel's file name inside its folder
    wrapped: str            # name of the wrapped kernel in the initramfs
    payload: str            # payload product, below the build folder
    payload_elf: str
    pc: str                 # register names as in QEMU's target description
    boot_data: str          # the register that points to the boot data
    entry_offset: int       # first instruction, from the load address
    loaded_kernel: str      # what the old kernel prints about its segments
    loaded_params: str
    loaded_initrd: str
    kaslr: str              # what a kernel prints that KASLR moved,
    crash: str              # and one that finds the memory of a dead one
    trap_insn: bytes        # an instruction that always faults
    trap_vector: int        # and the vector of that fault
    page_fault_vector: int
    fault_fields: tuple     # of the payload's line about a fault, in order
    unmapped: int           # an address that no one maps
    firmware: str           # UEFI firmware of the distribution
    level: str = ""         # exception level at which kernels run

    def __str__(self):
        return f"{self.name}-{self.level}" if self.level else self.name


X86_64 = Arch(
    name="x86_64",
    qemu=Q35["program"],
    machine=Q35["machine"],
    cpu=Q35["cpu"],
    # The kernel counts ticks in a loop to see whether its timer works, and panics when a host that
    # is busy gives QEMU no time for any.
    console="console=ttyS0,115200 earlyprintk=serial,ttyS0,115200 no_timer_check",
    kernel="bzImage",
    wrapped="vmlinuz.luo",
    payload="x86_64/luo.bzImage",
    payload_elf="x86_64/luo.elf",
    pc="rip",
    boot_data="rsi",
    entry_offset=0x200,
    loaded_kernel="Loaded 64bit kernel" + SEGMENT,
    loaded_params="Loaded boot_param, command line and misc" + SEGMENT,
    loaded_initrd="Loaded initrd" + SEGMENT,
    kaslr=r"Physical KASLR using",
    crash=r"elfcorehdr=",
    trap_insn=b"\x0f\x0b",
    trap_vector=6,
    page_fault_vector=14,
    fault_fields=("vector", "error", "addr", "pc", "rip"),
    unmapped=0x7f5500000000,
    firmware="/usr/share/OVMF/OVMF_CODE_4M.fd",
)

AARCH64 = Arch(
    name="aarch64",
    level="el1",
    qemu=VIRT["program"],
    machine=VIRT["machine"],
    cpu=VIRT["cpu"],
    console="console=ttyAMA0 earlycon=pl011,0x9000000",
    kernel="Image",
    wrapped="Image.luo",
    payload="aarch64/luo.Image",
    payload_elf="aarch64/luo.elf",
    pc="pc",
    boot_data="x0",
    entry_offset=0,
    loaded_kernel="Loaded kernel" + SEGMENT,
    loaded_params="Loaded dtb" + SEGMENT,
    loaded_initrd="Loaded initrd" + SEGMENT,
    kaslr=r"KASLR enabled",
    crash=r"Reserving \d+ KiB of memory at \S+ for elfcorehdr",
    trap_insn=b"\0\0\0\0",      # udf #0
    trap_vector=4,              # synchronous, current level with its own stack
    page_fault_vector=4,
    fault_fields=("vector", "error", "addr", "pc", "elr"),
    unmapped=0x7f5500000000,
    firmware="/usr/share/AAVMF/AAVMF_CODE.fd",
)

WITH_EL2 = AARCH64.machine + ",virtualization=on"
EL2_CPU = "max,pauth-impdef=on"     # with the virtualization host extensions

# name: its exception levels, the usual one first
LEVELS = {
    X86_64.name: (X86_64,),
    AARCH64.name: (
        AARCH64,
        replace(AARCH64, level="el2-vhe", machine=WITH_EL2, cpu=EL2_CPU),
        replace(AARCH64, level="el2", machine=WITH_EL2)),
}
ARCHES = {name: levels[0] for name, levels in LEVELS.items()}
