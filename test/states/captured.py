# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A captured state: the pages of a machine's RAM that a handed-over state is in.

In the file: one line of JSON (FORMAT, architecture, RAM ranges, the address that the next kernel
gets in RSI or x0, runs of pages as [address, number]), then those pages, all compressed with xz.
Every other page of RAM reads as zeros, the contents of memfds among them.
"""

import itertools
import json
import lzma
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
FORMAT = 1
PAGE = 4096     # of the file, whatever the kernel's is


class CapturedError(Exception):
    """The file is no captured state, or an address lies outside of RAM."""


def runs(pages):
    """[[address, number]] of the runs in a sorted list of page addresses."""
    found = []
    for pa in pages:
        if found and pa == found[-1][0] + found[-1][1] * PAGE:
            found[-1][1] += 1
        else:
            found.append([pa, 1])
    return found


class Captured:
    """Sparse memory with `ranges` of RAM, in which `pages` {address: bytes} are not zeros."""

    def __init__(self, arch, ranges, params, pages):
        self.arch, self.params = arch, params
        self.ranges = [tuple(item) for item in ranges]
        self.pages = dict(pages)

    # the file

    @classmethod
    def load(cls, name):
        """The state of this name in this folder."""
        data = lzma.decompress((HERE / f"{name}.xz").read_bytes())
        line, _, data = data.partition(b"\n")
        head = json.loads(line)
        if head["format"] != FORMAT:
            raise CapturedError(f"{name}: format {head['format']}, not {FORMAT}")
        places = itertools.chain.from_iterable(
            range(start, start + number * PAGE, PAGE) for start, number in head["pages"])
        pages = {pa: data[at * PAGE:(at + 1) * PAGE] for at, pa in enumerate(places)}
        if len(pages) * PAGE != len(data):
            raise CapturedError(f"{name}: {len(data)} bytes for {len(pages)} pages")
        return cls(head["arch"], head["ranges"], head["params"], pages)

    def save(self, path):
        """Writes the file; gives back its size."""
        places = sorted(pa for pa, data in self.pages.items() if any(data))
        head = {"format": FORMAT, "arch": self.arch, "ranges": self.ranges,
                "params": self.params, "pages": runs(places)}
        data = json.dumps(head).encode() + b"\n" + b"".join(self.pages[pa] for pa in places)
        return Path(path).write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))

    # what dumps.write_elf and write_raw ask of a memory

    @property
    def chunks(self):
        return {pa // PAGE: data for pa, data in self.pages.items()}

    # what the readers of test/qemu ask of a memory

    def read(self, pa, length):
        if not any(start <= pa and pa + length <= start + size for start, size in self.ranges):
            raise CapturedError(f"{pa:#x}+{length:#x} is not in RAM")
        first, zeros = pa & -PAGE, bytes(PAGE)
        data = b"".join(self.pages.get(page, zeros) for page in range(first, pa + length, PAGE))
        return data[pa - first:pa - first + length]

    def write(self, pa, data):
        """Only inside one page, as the stores of a compaction are."""
        page, at = pa & -PAGE, pa % PAGE
        old = self.pages.get(page, bytes(PAGE))
        if at + len(data) > PAGE:
            raise CapturedError(f"{pa:#x}+{len(data):#x} crosses a page")
        self.pages[page] = old[:at] + data + old[at + len(data):]

    def u64(self, pa):
        return struct.unpack("<Q", self.read(pa, 8))[0]
