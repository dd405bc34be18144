# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A dump of 16 GiB that is nearly all guest memory, for the tests of the host
tool and for the benchmark: 1,000 memfds in 50 sessions, holes elsewhere.
"""

from dumps import CHUNK, X86_64, Boot, _notes, write_elf
from state import BASE, File, Ram, Session, State

GIB = 1 << 30
MEMFDS, SESSIONS = 1000, 50
HUGE = 9        # order of most folios: 2 MiB
SMALL = 16      # memfds of 256 pages each


def _file(i):
    if i < SMALL:
        return File(i, folios=256)
    return File(i, folios=7, order=HUGE)


def make():
    """The state, with boot data that lead to it as its attribute boot."""
    ram = Ram((BASE, 16 * GIB))
    each = MEMFDS // SESSIONS
    made = State(ram, [[Session(
        b"vm-%d" % s, [[_file(i) for i in range(s * each, (s + 1) * each)]])
        for s in range(SESSIONS)]])
    made.boot = Boot(ram, made)
    return made


def content(state):
    """The chunks in which memfds hold something."""
    return {pa // CHUNK for s in state.sessions for block in s.files
            for f in block for pa in f.pages}


def metadata(state):
    """Bytes of everything else that was written: the state and boot data."""
    return len(set(state.ram.chunks) - content(state)) * CHUNK


def write_core(path, state):
    """An ELF core with a CPU at the kexec, its pages at those of the file."""
    page = -(64 + 2 * 56 + len(_notes(X86_64, [0]))) % CHUNK
    return write_elf(path, state.ram, [state.boot.params], shift=page)
