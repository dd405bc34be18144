# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Damage to a handed-over state, done from outside.

Each function takes a machine that is stopped at the payload's first
instruction (kexec.Stop) and spoils one thing. What the payload must say
about it stands beside each in DAMAGES: the code of a finding and its
severity, which is what the next kernel would do.
"""

from state import PAGE, SESSIONS_PER_BLOCK


def duplicate_name(stop):
    """The second session gets the first one's name."""
    first, second = stop.state.sessions()[:2]
    stop.memory.write(second.pa, stop.memory.read(first.pa, 64))


def zero_count(stop):
    """The last block forgets its entries."""
    stop.memory.set_u64(stop.state.session_blocks()[-1].count_pa, 0)


def count_beyond_capacity(stop):
    block = stop.state.session_blocks()[0]
    stop.memory.set_u64(block.count_pa, SESSIONS_PER_BLOCK + 1)


def loop(stop):
    """The last block leads back to the first."""
    blocks = stop.state.session_blocks()
    stop.memory.set_u64(blocks[-1].pa, blocks[0].pa)


def misaligned(stop):
    head = stop.state.sessions_head_pa()
    stop.memory.set_u64(head, stop.memory.u64(head) + 8)


def outside_ram(stop):
    """The chain goes on beyond all memory."""
    last = stop.memory.segments[-1]
    stop.memory.set_u64(stop.state.session_blocks()[-1].pa,
                        last.pa + last.size + (1 << 40))


def in_scratch(stop):
    low, size = next(area for area in stop.state.scratch() if area[1])
    stop.memory.set_u64(stop.state.session_blocks()[-1].pa, low + size - PAGE)


def not_preserved(stop):
    """The map forgets the last session block."""
    byte, mask = stop.state.map_bit(stop.state.session_blocks()[-1].pa, 0)
    stop.memory.write(byte, bytes([stop.memory.read(byte, 1)[0] & ~mask]))


def file_total(stop):
    """A session claims one file more than its chain holds."""
    session = stop.state.sessions()[1]
    stop.memory.set_u64(session.pa + 72, session.count + 1)


# name: (what is done, code, severity)
DAMAGES = {
    "duplicate-name": (duplicate_name, "LUO-S12", "refuse"),
    "zero-count": (zero_count, "LUO-S06", "panic"),
    "count-beyond-capacity": (count_beyond_capacity, "LUO-S07", "panic"),
    "loop": (loop, "LUO-S08", "panic"),
    "misaligned": (misaligned, "LUO-S01", "panic"),
    "outside-ram": (outside_ram, "LUO-S02", "panic"),
    "in-scratch": (in_scratch, "LUO-S03", None),
    "not-preserved": (not_preserved, "LUO-S05", None),
    "file-total": (file_total, "LUO-F10", None),
}


def empty_block_to(position):
    """Moves the empty last block of a chain to `head`, `middle` or `tail`."""
    def move(stop):
        memory, blocks = stop.memory, stop.state.session_blocks()
        empty = blocks.pop()
        assert (empty.count, empty.next) == (0, 0), "no empty block at the tail"
        at = {"head": 0, "middle": 1, "tail": len(blocks)}[position]
        blocks.insert(at, empty)
        memory.set_u64(stop.state.sessions_head_pa(), blocks[0].pa)
        for block, following in zip(blocks, blocks[1:]):
            memory.set_u64(block.pa, following.pa)
        memory.set_u64(blocks[-1].pa, 0)
    return move
