# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Fillings of blocks that no kernel leaves, through payload and next kernel.

A kernel creates sessions and leaves; what it left is laid out anew from
outside (lay.py), once for each pattern, and from the payload's first
instruction on everything is as ever: the payload compacts, the next kernel
retrieves. Blocks are as few as can be; each session and memfd is back; all
that is preserved has an owner; and in the end, with everything finished, the
kernel has the same memory whatever the pattern was.
"""

import random

import pytest

from ground import LARGE, SMALL, TIGHT, standing
from lay import Pattern, rooms

V5 = [
    # nothing to do: as the kernel would have left it
    Pattern((51, 9)),
    # empty ones at the head, in the middle, at the tail, everywhere
    Pattern((0, 51, 9)),
    Pattern((51, 0, 9)),
    Pattern((51, 9, 0)),
    Pattern((0, 0, 51, 0, 0, 9, 0, 0)),
    # partly filled ones
    Pattern((20, 20, 20)),
    Pattern((1, 1, 1, 1, 1, 1, 1)),
    Pattern((51, 1, 51, 1)),
    Pattern((50, 1, 2, 49)),
    Pattern((0, 40, 0, 40, 0, 40)),
    # to be rebuilt, in an empty block or in one of two that fit into one
    Pattern((0, 40, 40, 40)),
    Pattern((50, 2, 50, 0)),
    Pattern((50, 2, 50, 2, 20, 30)),
    # nothing to rebuild in
    Pattern((50, 2, 50)),
    Pattern((50, 2, 50, 2, 50)),
    # files
    Pattern((51, 9), {"a-0": (0, 3), "a-1": (3, 0), "a-2": (1, 0, 2)}),
    Pattern((51, 9), {"a-0": (1, 1, 1), "a-1": (0, 0, 3, 0, 0)}),
    Pattern((51, 9), {"b-0": (20, 20, 20, 6), "b-1": (1, 63, 1, 1)}),
    Pattern((51, 9), {"c-0": (0, 62, 2, 62)}),
    Pattern((51, 9), {"c-0": (63, 63), "b-0": (0, 3, 0, 63)}),
    Pattern((51, 9), {"e-0": (0,), "e-1": (0, 0, 0)}),
    # a block is free in another list: of files, of sessions, and either way
    Pattern((51, 9), {"c-0": (62, 2, 62), "a-0": (2, 1)}),
    Pattern((51, 9), {"c-0": (62, 2, 62), "a-0": (3, 0)}),
    Pattern((30, 21, 51), {"c-0": (62, 2, 62)}),
    Pattern((0, 51, 9), {"c-0": (62, 2, 62)}),
    Pattern((50, 2, 50), {"a-0": (1, 2)}),
    Pattern((50, 2, 50), {"e-3": (0,)}),
    # ... and nowhere
    Pattern((50, 2, 50), {"c-0": (62, 2, 62)}),
    # everything at once
    Pattern((0, 30, 0, 45, 45, 1),
            {"a-0": (0, 1, 2), "b-0": (33, 33), "c-0": (40, 40, 46)}),
]

V3 = [
    Pattern((819, 100)),
    Pattern((0, 819, 100)),
    Pattern((400, 0, 0, 400)),
    Pattern((60, 0, 0, 0)),
    Pattern((1, 1, 1, 30)),
    Pattern((0, 700, 700)),
    Pattern((800, 38, 800, 0)),
    Pattern((800, 38, 800)),                # nothing to rebuild in
    Pattern((600, 500, 400, 1)),
    # zeros that a failed serialization left counted
    Pattern((60,), zeros=(759,)),
    Pattern((300, 0, 200), zeros=(5, 819, 1)),
    Pattern((0, 0, 60), zeros=(819, 1, 0)),
]

KERNELS = {"7.3": ("luo-v5", V5), "7.1-v3": ("luo-session-v3", V3)}


def any_pattern(abi, seed, number):
    """One of many, from a seed."""
    rng = random.Random(f"{seed}/{number}")
    room = rooms(abi)[0]
    most = 160 if room == 51 else 1700
    counts = [rng.choice([0, 1, room, room - 1, rng.randrange(room + 1)])
              for _ in range(rng.randrange(2, 7 if room == 51 else 4))]
    while sum(counts) > most:
        counts.remove(max(counts))
    counts.append(max(0, min(room, 10 - sum(counts))))
    files = {}
    for name, of in (("a-0", SMALL), ("a-2", SMALL), ("b-1", LARGE),
                     ("c-0", TIGHT)):
        if room == 51 and rng.random() < 0.6:
            files[name] = _any_split(rng, of, rooms(abi)[1])
    return Pattern(tuple(counts), files)


def _any_split(rng, left, room):
    counts = []
    while left:
        counts.append(min(left, rng.choice([0, 1, room, room - 1,
                                            rng.randrange(room + 1)])))
        left -= counts[-1]
    return tuple(counts[:12]) if not sum(counts[12:]) else (room, left - room)


@pytest.fixture
def ground(request, boot, images, seed, nonce, work, version):
    yield from standing(request, boot, images, seed, nonce, work,
                        KERNELS[version][0])


@pytest.mark.everywhere
@pytest.mark.parametrize("version", KERNELS)
def test_patterns(ground, version):
    for pattern in KERNELS[version][1][::3]:
        ground.go(pattern)


@pytest.mark.long
@pytest.mark.parametrize("version", KERNELS)
def test_more_patterns(ground, version, seed):
    """All of them, and as many at random."""
    patterns = KERNELS[version][1]
    for pattern in patterns + [any_pattern(ground.abi, seed, number)
                               for number in range(len(patterns))]:
        ground.go(pattern)
