# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Writers of memory dumps, and of the boot data that lead to a state.

Raw files hold one range each; ELF cores are laid out as QEMU's
dump-guest-memory does it: PT_NOTE first, then one PT_LOAD per range, and no
alignment of the memory in the file. Holes stay holes, so large memories cost
nothing.
"""

import struct

from state import CHUNK

SETUP_KHO = 10
SETUP_DATA = 0x250      # in boot_params
PRSTATUS_SIZE, PRSTATUS_RSI = 336, 216


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


def prstatus(rsi):
    data = bytearray(PRSTATUS_SIZE)
    struct.pack_into("<Q", data, PRSTATUS_RSI, rsi)
    return _note("CORE", 1, bytes(data))


def write_elf(path, ram, rsi=(), pieces=None, shift=0):
    """An ELF64 core. pieces: [(start, size)], the ranges when not given;
    shift: bytes of padding that put the memory at odd offsets."""
    pieces = pieces or ram.ranges
    notes = b"".join(prstatus(r) for r in rsi) + _note("QEMU", 0, bytes(440))
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, 62, 1, 0, 64,
                       0, 0, 64, 56, 1 + len(pieces), 0, 0, 0)
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
        for i, area in enumerate(areas):
            ram.put64(self.list + 16 * i, *area)
