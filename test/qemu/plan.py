# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What a printed compaction plan would do to RAM.

`luo compact -n --json` prints the stores it would make, in order; several
may hit one word. Applied to a snapshot they give the words that must differ
afterwards, and no others.
"""

import struct

from memory import PAGE


def _bytes(text, length):
    """A value: two hex digits for each byte, as they lie in memory."""
    data = bytes.fromhex(text)
    assert len(data) == length, f"{text} has not {length} bytes"
    return data


def changes(memory, plan):
    """{pa: (old, new)} of all 64-bit words that the plan changes."""
    pages = {}
    for step in plan:
        pa, length = int(step["pa"], 16), step["len"]
        assert length in (4, 8, 16) and pa % length == 0, step
        page, offset = pa & -PAGE, pa % PAGE
        data = pages.setdefault(page, bytearray(memory.read(page, PAGE)))
        there = bytes(data[offset:offset + length])
        assert there == _bytes(step["old"], length), (
            f"{step}: {there.hex()} is there")
        data[offset:offset + length] = _bytes(step["new"], length)
    words = {}
    for page, data in pages.items():
        old = struct.unpack("<512Q", memory.read(page, PAGE))
        for index, new in enumerate(struct.unpack("<512Q", data)):
            if old[index] != new:
                words[page + index * 8] = (old[index], new)
    return words
