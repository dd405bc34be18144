# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Writers of memory dumps, and of the boot data that lead to a state.

Raw files hold one range each; ELF cores are laid out as QEMU's
dump-guest-memory does it: PT_NOTE first, then one PT_LOAD per range, and no
alignment of the memory in the file. Holes stay holes, so large memories cost
nothing.
"""

import struct

from flattree import flatten

CHUNK = 4096    # grain of the sparse memory that is written
SETUP_KHO = 10
SETUP_DATA = 0x250      # in boot_params
X86_64, AARCH64 = 62, 183      # e_machine
# size of NT_PRSTATUS, offsets of RSI (x86-64) or x0 (arm64) and of the program
# counter in it
PRSTATUS = {X86_64: (336, 216, 240), AARCH64: (392, 112, 368)}


def _write_range(file, ram, at, start, size):
    """Puts [start, start + size) of memory at an offset; zeros stay holes."""
    for index, chunk in ram.chunks.items():
        pa = index * CHUNK
        low, high = max(pa, start), min(pa + CHUNK, start + size)
        if low < high and any(chunk):
            file.seek(at + low - start)
            file.write(chunk[low - pa:high - pa])
    file.truncate(at + size)


def write_raw(path, ram, start=None, size=None):
    """One range, the memory's first when none is given. Returns the path."""
    if start is None:
        start, size = ram.ranges[0]
    with open(path, "wb") as file:
        _write_range(file, ram, 0, start, size)
    return path


def raw_args(path, ram):
    """The dump of a memory of one range, as the tool wants it named."""
    return ["--base", hex(ram.ranges[0][0]), write_raw(path, ram)]


def _note(name, kind, data):
    name = name.encode() + b"\0"
    return (struct.pack("<III", len(name), len(data), kind)
            + name + bytes(-len(name) % 4) + data + bytes(-len(data) % 4))


def prstatus(value, machine=X86_64):
    """All other registers are odd, so that none of them points anywhere.

    value: the register, or a pair of it and the program counter."""
    size, at, pc = PRSTATUS[machine]
    data = bytearray(b"\xa5" * size)
    value, where = value if isinstance(value, tuple) else (value, None)
    struct.pack_into("<Q", data, at, value)
    if where is not None:
        struct.pack_into("<Q", data, pc, where)
    return _note("CORE", 1, bytes(data))


def _notes(machine, regs):
    """As QEMU has it: NT_PRSTATUS of each CPU, on arm64 NT_PRFPREG and
    NT_ARM_SVE behind each, on x86-64 QEMU's own at the end."""
    notes = b""
    for value in regs:
        notes += prstatus(value, machine)
        if machine == AARCH64:
            notes += _note("CORE", 2, bytes(528))
            notes += _note("LINUX", 0x405, bytes(592))
    return notes + (_note("QEMU", 0, bytes(440)) if machine == X86_64 else b"")


def write_elf(path, ram, regs=(), pieces=None, shift=0, machine=X86_64):
    """An ELF64 core. regs: RSI or x0 of each CPU; pieces: [(start, size)],
    the ranges when not given; shift: bytes of padding that put the memory at
    odd offsets."""
    pieces = pieces or ram.ranges
    notes = _notes(machine, regs)
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, machine, 1,
                       0, 64, 0, 0, 64, 56, 1 + len(pieces), 0, 0, 0)
    at = 64 + 56 * (1 + len(pieces))
    head += struct.pack("<IIQQQQQQ", 4, 0, at, 0, 0, len(notes), len(notes), 0)
    at += len(notes) + shift
    for start, size in pieces:
        head += struct.pack("<IIQQQQQQ", 1, 7, at, 0, start, size, size, 0)
        at += size
    with open(path, "wb") as file:
        file.write(head + notes + bytes(shift))
        at = len(head) + len(notes) + shift
        for start, size in pieces:
            _write_range(file, ram, at, start, size)
            at += size
    return path


class Boot:
    """boot_params, setup_data and the scratch list, as kexec leaves them."""

    def __init__(self, ram, state, *, linked=True, areas=None):
        self.ram = ram
        areas = areas or [ram.scratch]
        self.params = ram.take_scratch(4096)
        self.other, self.node = (ram.take_scratch(64, 16) for _ in range(2))
        self.list = ram.take_scratch(65536, 65536)
        ram.write(self.params + 0x1fe, b"\x55\xaa")
        ram.write(self.params + 0x202, b"HdrS\x0f\x02")
        ram.put64(self.params + SETUP_DATA, self.other)
        ram.write(self.other, struct.pack("<QII", self.node if linked else 0,
                                          9, 16))     # a seed for the next
        ram.write(self.node, struct.pack("<QII", 0, SETUP_KHO, 32))
        ram.put64(self.node + 16, state.fdt, state.size, self.list,
                  16 * len(areas))
        put_areas(ram, self.list, areas)


def put_areas(ram, pa, areas):
    for i, area in enumerate(areas):
        ram.put64(pa + 16 * i, *area)


def pair(address, size, cells=(2, 2)):
    """One (address, size) of big-endian cells."""
    return (address.to_bytes(4 * cells[0], "big")
            + size.to_bytes(4 * cells[1], "big"))


class Tree:
    """The device tree and the scratch list, as kexec leaves them on arm64.

    changes: other values for properties of /chosen, None leaves one out.
    chosen=False leaves out the node. pa: where the tree goes, the start of
    scratch when it is not given: kexec takes a multiple of 2 MiB.
    """

    def __init__(self, ram, state, *, areas=None, cells=(2, 2), pa=None,
                 chosen=True, changes=None):
        self.ram = ram
        areas = areas or [ram.scratch]
        self.list = ram.take_scratch(65536, 65536)
        put_areas(ram, self.list, areas)
        self.pa = pa or ram.scratch[0]
        props = {
            "bootargs": b"kho=on liveupdate=on\0",
            "linux,kho-fdt": pair(state.fdt, state.size, cells),
            "linux,kho-scratch": pair(self.list, 16 * len(areas), cells),
            **(changes or {})}
        props = {k: v for k, v in props.items() if v is not None}
        # /chosen's own cells must not count
        props.update({k: struct.pack(">I", 1) for k in
                      ("#address-cells", "#size-cells")})
        self.data = flatten((
            {"#address-cells": struct.pack(">I", cells[0]),
             "#size-cells": struct.pack(">I", cells[1]),
             "compatible": b"linux,dummy-virt\0"},
            {"memory@40000000": ({"device_type": b"memory\0"}, {}),
             **({"chosen": (props, {})} if chosen else {})}))
        ram.write(self.pa, self.data)
