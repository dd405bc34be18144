# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The guest's RAM, seen from outside by physical address.

QEMU keeps RAM in shared files, so the harness reads and writes it without
the guest's help, takes sparse snapshots of it and compares them page by
page. Where a file lies in the guest's address space is read from QEMU's own
flat view: RAM is split around the hole below 4 GiB and over NUMA nodes.
"""

import os
import re
import struct
from dataclasses import dataclass

PAGE = 4096
CHUNK = 1 << 20
VIEW_LINE = re.compile(r"^\s+([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, "
                       r"\w+\): (\S+?)(?: @([0-9a-f]{16}))?(?: KVM)?$")


class MemoryFault(Exception):
    """An address outside RAM was asked for."""


@dataclass(frozen=True)
class Segment:
    """A stretch of RAM: `size` bytes at `pa`, held at `offset` of a file."""

    pa: int
    size: int
    path: str
    offset: int


def parse_flat_view(text, files):
    """Segments from `info mtree -f`; `files` maps memory ids to paths."""
    spans = {}
    for block in text.split("FlatView #")[1:]:
        if not re.search(r'^ AS "memory"', block, re.MULTILINE):
            continue
        for line in block.splitlines():
            match = VIEW_LINE.match(line)
            if not match:
                continue
            start, end = int(match[1], 16), int(match[2], 16) + 1
            name = match[3].rsplit("/", 1)[-1]
            if name in files:
                offset = int(match[4] or "0", 16)
                spans.setdefault((name, start - offset), []).append((start, end))
    segments = []
    for (name, delta), parts in spans.items():
        start = min(part[0] for part in parts)
        end = max(part[1] for part in parts)
        segments.append(Segment(start, end - start, files[name], start - delta))
    if not segments:
        raise MemoryFault("QEMU's flat view names none of " + ", ".join(files))
    return sorted(segments, key=lambda segment: segment.pa)


class Memory:
    """Physical memory: the live guest's, or a snapshot of it."""

    def __init__(self, segments):
        self.segments = list(segments)
        self._files = {}
        for path in {segment.path for segment in self.segments}:
            self._files[path] = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def close(self):
        for handle in self._files.values():
            os.close(handle)
        self._files = {}

    def file(self, segment):
        return self._files[segment.path]

    def _find(self, pa, length):
        for segment in self.segments:
            inside = pa - segment.pa
            if 0 <= inside and inside + length <= segment.size:
                return self._files[segment.path], segment.offset + inside
        raise MemoryFault(f"{pa:#x}+{length:#x} is not in the guest's RAM")

    def has(self, pa, length=1):
        """Does this range lie in RAM as a whole?"""
        return any(segment.pa <= pa and
                   pa + length <= segment.pa + segment.size
                   for segment in self.segments)

    def read(self, pa, length):
        handle, offset = self._find(pa, length)
        return os.pread(handle, length, offset)

    def write(self, pa, data):
        handle, offset = self._find(pa, len(data))
        if os.pwrite(handle, data, offset) != len(data):
            raise MemoryFault(f"short write at {pa:#x}")

    def u32(self, pa):
        return struct.unpack("<I", self.read(pa, 4))[0]

    def u64(self, pa):
        return struct.unpack("<Q", self.read(pa, 8))[0]

    def set_u64(self, pa, value):
        self.write(pa, struct.pack("<Q", value))

    def snapshot(self, folder):
        """Copies all data into files of `folder`; holes stay holes."""
        os.makedirs(folder, exist_ok=True)
        copies = {}
        for path, handle in self._files.items():
            copies[path] = os.path.join(folder, os.path.basename(path))
            _copy_sparse(handle, copies[path])
        return Memory(Segment(s.pa, s.size, copies[s.path], s.offset)
                      for s in self.segments)


def _extents(handle):
    """The stretches of a file that hold data, page-aligned."""
    end = os.fstat(handle).st_size
    offset = 0
    while offset < end:
        try:
            start = os.lseek(handle, offset, os.SEEK_DATA)
        except OSError:
            return
        offset = os.lseek(handle, start, os.SEEK_HOLE)
        yield start & -PAGE, min((offset + PAGE - 1) & -PAGE, end)


def _copy_sparse(source, path):
    with open(path, "wb") as copy:
        os.truncate(copy.fileno(), os.fstat(source).st_size)
        for start, end in _extents(source):
            for offset in range(start, end, CHUNK):
                data = os.pread(source, min(CHUNK, end - offset), offset)
                if data.strip(b"\0"):
                    os.pwrite(copy.fileno(), data, offset)


def _union(*lists):
    """Merges lists of (start, end) into one of disjoint stretches."""
    merged = []
    for start, end in sorted(item for items in lists for item in items):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def diff_pages(first, second):
    """Physical addresses of all pages that differ, ascending."""
    pages = []
    for one, two in zip(first.segments, second.segments, strict=True):
        if (one.pa, one.size, one.offset) != (two.pa, two.size, two.offset):
            raise MemoryFault("the snapshots are of different machines")
        a, b = first.file(one), second.file(two)
        for start, end in _union(_extents(a), _extents(b)):
            start = max(start, one.offset)
            end = min(end, one.offset + one.size)
            for offset in range(start, end, CHUNK):
                pages += [one.pa - one.offset + offset + page for page in
                          _differing(a, b, offset, min(CHUNK, end - offset))]
    return pages


def _differing(a, b, offset, length):
    x, y = os.pread(a, length, offset), os.pread(b, length, offset)
    if x == y:
        return []
    return [page for page in range(0, length, PAGE)
            if x[page:page + PAGE] != y[page:page + PAGE]]


def diff_words(first, second, pages=None):
    """{pa: (old, new)} of every 64-bit word that differs in these pages."""
    words = {}
    for page in diff_pages(first, second) if pages is None else pages:
        old = struct.unpack("<512Q", first.read(page, PAGE))
        new = struct.unpack("<512Q", second.read(page, PAGE))
        for index, (x, y) in enumerate(zip(old, new)):
            if x != y:
                words[page + index * 8] = (x, y)
    return words
