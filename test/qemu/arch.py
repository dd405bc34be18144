# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What differs between the architectures under test, as data.

Everything else in this folder is written once. A new architecture is a new
`Arch` here, plus what it needs to find the handed-over state (state.py).
"""

from dataclasses import dataclass


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
    trap_insn: bytes        # an instruction that always faults
    trap_vector: int        # and the vector of that fault
    page_fault_vector: int
    unmapped: int           # an address that no one maps
    firmware: str           # UEFI firmware of the distribution


X86_64 = Arch(
    name="x86_64",
    qemu="qemu-system-x86_64",
    machine="q35",
    cpu="max,la57=off",
    console="console=ttyS0,115200 earlyprintk=serial,ttyS0,115200",
    kernel="bzImage",
    wrapped="vmlinuz.luo",
    payload="x86_64/luo.bzImage",
    payload_elf="x86_64/luo.elf",
    pc="rip",
    boot_data="rsi",
    entry_offset=0x200,
    loaded_kernel=r"Loaded 64bit kernel at (0x[0-9a-f]+) "
                  r"bufsz=(0x[0-9a-f]+) memsz=(0x[0-9a-f]+)",
    loaded_params=r"Loaded boot_param, command line and misc at (0x[0-9a-f]+) "
                  r"bufsz=(0x[0-9a-f]+) memsz=(0x[0-9a-f]+)",
    loaded_initrd=r"Loaded initrd at (0x[0-9a-f]+) "
                  r"bufsz=(0x[0-9a-f]+) memsz=(0x[0-9a-f]+)",
    trap_insn=b"\x0f\x0b",
    trap_vector=6,
    page_fault_vector=14,
    unmapped=0x7f5500000000,
    firmware="/usr/share/OVMF/OVMF_CODE_4M.fd",
)

ARCHES = {X86_64.name: X86_64}
