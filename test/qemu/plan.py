# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What a printed compaction plan would do to RAM.

`luo compact -n --json` prints the operations it would carry out, in order;
several may hit one word: stores with the bytes before and after, copies with
their source, and scrubs (zeros). Applied to a snapshot they give the words
that must differ afterwards, and no others.
"""

import struct

from memory import PAGE


def _page(memory, pages, pa):
    """A page as the operations so far have left it."""
    page = pa & -PAGE
    return pages.setdefault(page, bytearray(memory.read(page, PAGE)))


def _get(memory, pages, pa, length):
    out = bytearray()
    while length:
        part = min(length, PAGE - pa % PAGE)
        out += _page(memory, pages, pa)[pa % PAGE:pa % PAGE + part]
        pa, length = pa + part, length - part
    return bytes(out)


def _put(memory, pages, pa, data):
    while data:
        part = min(len(data), PAGE - pa % PAGE)
        _page(memory, pages, pa)[pa % PAGE:pa % PAGE + part] = data[:part]
        pa, data = pa + part, data[part:]


def _new(memory, pages, step):
    """What an operation leaves at its address."""
    pa, length = int(step["pa"], 16), step["len"]
    if step["kind"] == "copy":
        return _get(memory, pages, int(step["src"], 16), length)
    if step["kind"] == "scrub":
        return bytes(length)
    new = bytes.fromhex(step["new"])
    assert length in (4, 8, 16) and pa % length == 0, step
    assert len(new) == length, step
    there = _get(memory, pages, pa, length).hex()
    assert step["kind"] == "build" or there == step["old"], (
        f"{step}: {there} is there")
    return new


def changes(memory, plan):
    """{pa: (old, new)} of all 64-bit words that the plan changes."""
    pages = {}
    for step in plan:
        _put(memory, pages, int(step["pa"], 16), _new(memory, pages, step))
    words = {}
    for page, data in pages.items():
        old = struct.unpack("<512Q", memory.read(page, PAGE))
        for index, new in enumerate(struct.unpack("<512Q", data)):
            if old[index] != new:
                words[page + index * 8] = (old[index], new)
    return words


def anchor(memory, changed):
    """Where the payload's anchor lies, which a compaction renews: the first
    word to change there is its checksum."""
    pa = min(changed) & ~4095
    assert memory.read(pa, 12) == b"luo-anchor-1"
    return range(pa, pa + int.from_bytes(memory.read(pa + 32, 8), "little"))


def beside_anchor(memory, changed, planned):
    """What changed, but for what of it was not planned and lies in the anchor."""
    others = changed.keys() - planned.keys()
    return {pa: words for pa, words in changed.items()
            if pa not in others or pa not in anchor(memory, others)}
