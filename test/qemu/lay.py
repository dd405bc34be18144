# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Lists of blocks as kernels do not leave them, laid out in RAM from outside.

The records are the kernel's own; which block holds how many of them, and which
block follows which, is the test's choice. The blocks are those that the lists
had, and the pages of a session made to be taken apart: its list of files and
the records of its memfds, which are empty. So nothing is preserved that no one
owns, before or after.
"""

import random
import struct
from dataclasses import dataclass, field

from guest import Batch
from state import BLOCK_HEADER, FILE_SIZE, PAGE, SESSION_SIZE

SPARE = Batch("spare", 0, 1, 40, 0, "empty")     # the session that gives its pages
STALE = b"\xa5"         # what lies where no reader looks


@dataclass(frozen=True)
class Pattern:
    """Entries of each block.

    The sessions are so many of those there are, without the last ones, which
    have no files; `files` names sessions, and their files are all that they
    have. `zeros` are entries of zeros counted behind the sessions of a block.
    """

    sessions: tuple
    files: dict = field(default_factory=dict)
    zeros: tuple = ()

    def __str__(self):
        text = " ".join(map(str, self.sessions))
        if self.zeros:
            text += " with zeros " + " ".join(map(str, self.zeros))
        return "; ".join([text] + [
            f"{name}: " + " ".join(map(str, counts))
            for name, counts in self.files.items()])


class Layout:
    """A state to be laid out anew; `state` is read, and RAM written."""

    def __init__(self, state, seed):
        self.state, self.memory = state, state.memory
        self.order = state.abi().order
        self.random = random.Random(seed)
        self.names = [s.name for s in state.sessions()]
        self.blocks = [block.pa for block in state.session_blocks()]
        self.free = []
        (spare,) = SPARE.names()
        if spare in self.names:
            self.names.remove(spare)
            self._take_apart(state.session(spare))

    def _take_apart(self, session):
        self.free += [block.pa for block in self.state.chain(session.files)]
        self.free += [file.data for file in self.state.files(session)]

    def _list(self, at, order, data, counts):
        """Writes a list whose pointer to the first block is at `at`.

        `data` are the entries of each block, one behind the other.
        """
        for entries, count in zip(data, counts):
            block = self.free.pop(self.random.randrange(len(self.free)))
            self.memory.set_u64(at, block)
            self.memory.write(block, (struct.pack("<QQ", 0, count) + entries)
                              .ljust(PAGE << order, STALE))
            at = block
        if not counts:
            self.memory.set_u64(at, 0)

    def _files(self, pattern):
        for name, counts in pattern.files.items():
            session = self.state.session(name)
            data = _split([self.memory.read(file.pa, FILE_SIZE) for file
                           in self.state.files(session)], counts)
            self.free += [b.pa for b in self.state.chain(session.files)]
            self._list(session.pa + 64, 0, data, counts)

    def _sessions(self, pattern):
        """Gives back the names of the sessions that are left."""
        names = self.names[:sum(pattern.sessions)]
        where = {s.name: s.pa for s in self.state.sessions()}
        data = _split([self.memory.read(where[name], SESSION_SIZE)
                       for name in names], pattern.sessions)
        zeros = pattern.zeros or (0,) * len(data)
        self.free += self.blocks
        self._list(self.state.sessions_head_pa(), self.order,
                   [entries + bytes(SESSION_SIZE * more)
                    for entries, more in zip(data, zeros)],
                   [count + more
                    for count, more in zip(pattern.sessions, zeros)])
        return names

    def write(self, pattern):
        """Gives back the names of the sessions that are left."""
        self._files(pattern)
        names = self._sessions(pattern)
        for pa in self.free:
            byte, mask = self.state.map_bit(pa, self.order)
            old = self.memory.read(byte, 1)[0]
            assert old & mask, f"{pa:#x} is not preserved"
            self.memory.write(byte, bytes([old & ~mask]))
        return names


def _split(entries, counts):
    """The entries of each block in one piece."""
    assert len(entries) == sum(counts), f"{len(entries)} entries for {counts}"
    found, at = [], 0
    for count in counts:
        found.append(b"".join(entries[at:at + count]))
        at += count
    return found


def fewest(counts, room):
    return -(-sum(counts) // room)


def gives(counts, room):
    """Is a block empty, or do two neighbours fit into one?"""
    return 0 in counts or any(a + b <= room
                              for a, b in zip(counts, counts[1:]))


def rooms(abi):
    """Entries of a block of sessions and of one of files."""
    return abi.capacity, (PAGE - BLOCK_HEADER) // FILE_SIZE


def expected(pattern, abi):
    """Blocks that a compaction can reach: (sessions', files' of `files`)."""
    lists = [(pattern.sessions, rooms(abi)[0])] + [
        (counts, rooms(abi)[1]) for counts in pattern.files.values()]
    spare = any(gives(*one) for one in lists)
    after = [fewest(*one) if spare else len(one[0]) for one in lists]
    return after[0], sum(after[1:])
