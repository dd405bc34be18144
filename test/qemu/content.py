# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the guest's memfds must hold, computed a second time.

The guest fills each memfd from a seed and later prints a digest of what it
reads back (test/kernel/guest.md). This module computes the same digest from
the same seed, so that a lost, swapped or altered memfd shows.
"""

MASK = (1 << 64) - 1
FNV_OFFSET = 0xcbf29ce484222325
FNV_PRIME = 0x100000001b3
LCG_MULTIPLIER = 6364136223846793005
LCG_INCREMENT = 1442695040888963407


def fnv1a(data):
    """64-bit FNV-1a over bytes."""
    value = FNV_OFFSET
    for byte in data:
        value = ((value ^ byte) * FNV_PRIME) & MASK
    return value


def _words(seed, name, token, size):
    """The 64-bit words of a memfd; the last one is cut to its bytes."""
    value = fnv1a(f"{seed}/{name}/{token}".encode())
    for _ in range(size // 8):
        value = (value * LCG_MULTIPLIER + LCG_INCREMENT) & MASK
        yield value
    if size % 8:
        value = (value * LCG_MULTIPLIER + LCG_INCREMENT) & MASK
        yield value & ((1 << (size % 8 * 8)) - 1)


def content(seed, name, token, size):
    """All bytes of a memfd."""
    data = b"".join(word.to_bytes(8, "little")
                    for word in _words(seed, name, token, size))
    return data[:size]


def digest(seed, name, token, size):
    """The digest that the guest must print, 16 hex digits."""
    value = FNV_OFFSET
    for word in _words(seed, name, token, size):
        value = ((value ^ word) * FNV_PRIME) & MASK
    return f"{value:016x}"
