# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The anchor that the payload leaves in front of a reset, written as docs/reset.md describes it."""

import struct

MAGIC = b"luo-anchor-1".ljust(16, b"\0")
HEAD = 128
PAGE = 4096
KHO, CONTAINER, SESSION, RECORD = 1, 3, 7, 9
MASK = (1 << 64) - 1


def digest(data, seed):
    lane = [(seed + number) & MASK for number in range(4)]

    def step(old, word):
        old = (old ^ word) * 0x9fb21c651e98df25 & MASK
        return (old << 29 | old >> 35) & MASK
    for number, word in enumerate(struct.unpack(f"<{len(data) // 8}Q", data)):
        lane[number % 4] = step(lane[number % 4], word)
    for word in lane[1:]:
        lane[0] = step(lane[0], word)
    return lane[0] ^ lane[0] >> 32


def sealed(data, pa, number):
    """The same anchor for another place and number."""
    data = data[:40] + struct.pack("<Q", number) + data[48:]
    return data[:16] + struct.pack("<QQ", digest(data[32:], pa), pa) + data[32:]


def _slot(ram, pa, kind, index=0):
    return struct.pack("<3Q2I", pa, PAGE, digest(ram.read(pa, PAGE), pa), kind, index)


def write(state, pa, number=None, room=0):
    """An anchor in a state's scratch area: KHO FDT, container, records of memfds, and sums of all
    folios; of `room` bytes at least."""
    ram, slots, runs = state.ram, b"", b""
    slots += _slot(ram, state.fdt, KHO) + _slot(ram, state.container, CONTAINER)
    for index, session in enumerate(state.sessions):
        files = [file for block in session.files for file in block]
        slots += struct.pack("<3Q2I", 0, 0, 0, SESSION, index) + session.name.ljust(64, b"\0")
        for at, file in enumerate(files):
            slots += _slot(ram, file.data, RECORD, at)
        for page in (page for file in files for page in file.pages):
            total = digest(ram.read(page, PAGE), page) & 0xffffffff
            runs += struct.pack("<2Q2I", page, 1, total, 0)
    data = struct.pack("<2Q", *ram.scratch) + slots + runs
    data += bytes(max(-len(data) % 32, room - HEAD - len(data)))
    head = MAGIC + struct.pack(
        "<10Q", 0, pa, HEAD + len(data), 0, state.fdt, PAGE, 1, len(slots) // 32, len(runs),
        state.map.pages)
    data = sealed(head.ljust(HEAD, b"\0") + data, pa, state.number if number is None else number)
    ram.write(pa, data)
    return data
