# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Fillings of blocks that no kernel leaves, through payload and next kernel.

A kernel creates sessions and leaves; what it left is laid out anew from
outside (lay.py), once for each pattern, and from the payload's first
instruction on everything is as ever: the payload compacts, the next kernel
retrieves. Blocks are as few as can be; each session and memfd is back; all
that is preserved has an owner; and in the end, with everything finished, the
kernel has the same memory whatever the pattern was.
"""

import json
import random
import re

import pytest

from guest import Batch, check, close, create, finish, managed
from kexec import VERDICT, Hop, parse_verdict
from lay import SPARE, Layout, Pattern, expected, rooms
from resume import OPTIONS, Saved
from state import ABIS

SIZE = 4097         # of a memfd: two pages, the second with one byte

# memfds of a session with Linux 7.3: (prefix, sessions, memfds of each)
SMALL, LARGE, TIGHT = 3, 66, 126
FILED_V5 = [("a", 3, SMALL), ("b", 2, LARGE), ("c", 1, TIGHT)]
# sessions without files, of which a pattern leaves as many as it has room for
PLAIN = {"luo-v5": 160, "luo-session-v3": 1700}
EMPTY_V3 = 1500     # created and closed: blocks that are left with no entry

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


class Ground:
    """A kernel's state at the payload's entry, to be laid out again and again."""

    def __init__(self, boot, images, seed, nonce, work, log, abi):
        self.abi, self.nonce, self.images = ABIS[abi], nonce, images
        self.seed, self.work = seed, work
        self.plain = PLAIN[abi]
        filed = FILED_V5 if self.abi.file_blocks else [("a", 10, 1)]
        self.batches = [Batch(name, 0, count, files, SIZE, seed)
                        for name, count, files in filed]
        vm = boot(**OPTIONS)
        for batch in self.batches:
            create(vm, batch)
        create(vm, self._plain(self.plain))
        if self.abi.file_blocks:
            create(vm, SPARE)
        else:
            gone = Batch("gone", 0, EMPTY_V3, 0, 0, seed)
            create(vm, gone)
            close(vm, gone)
        self.saved = Saved(Hop(vm, images, nonce=nonce, mode="compact"),
                           work, log)
        self.managed = None

    def _plain(self, count):
        return Batch("e", 0, count, 0, 0, self.seed)

    def _map(self):
        """All that is preserved has an owner."""
        answer = json.loads(self.images.luo("map", "--json", *self.saved.raw))
        assert answer["followed"] and answer["complete"]
        assert answer["unclaimed"]["entries"] == answer["unknown"] == 0

    def _verdict(self, text):
        (verdict,) = filter(None, map(parse_verdict, text.splitlines()))
        assert verdict["nonce"] == self.nonce
        return verdict

    def _payload(self, pattern, names):
        """The payload alone, and what it hands on."""
        before = self.saved.state
        files = {name: [f.token for f in before.files(before.session(name))]
                 for name in pattern.files}
        run = self.saved.run()
        state = self.saved.state
        verdict = self._verdict(run.text)
        assert [s.name for s in state.sessions()] == names
        assert {name: [f.token for f in state.files(state.session(name))]
                for name in files} == files
        after = expected(pattern, self.abi)
        assert len(state.session_blocks()) == verdict["blocks"][1] == after[0]
        assert sum(len(state.chain(state.session(name).files))
                   for name in files) == after[1]
        laid = len(pattern.sessions), sum(map(len, pattern.files.values()))
        assert verdict["blocks"][0] == laid[0]
        assert verdict["fblocks"][0] - verdict["fblocks"][1] == (
            laid[1] - after[1])
        assert verdict["verdict"] == (
            "repaired" if run.stores else "ok")
        assert bool(run.stores) == (laid != after or any(pattern.zeros))
        self.images.luo("compact", "-n", *self.saved.raw)
        self._map()

    def _kernel(self, names):
        with self.saved.boot() as vm:
            vm.expect(VERDICT)
            vm.ready(2)
            left = self._plain(sum(n.startswith("e-") for n in names))
            for batch in [*self.batches, left]:
                check(vm, batch)
                finish(vm, batch)
            memory = managed(vm)
        self.managed = self.managed or memory
        assert memory == self.managed, "memory is lost"

    def go(self, pattern):
        """One pattern, all the way."""
        print(f"pattern {pattern}", flush=True)
        self.saved.anew()
        names = Layout(self.saved.state, f"{self.seed}/{pattern}").write(
            pattern)
        self._payload(pattern, names)
        self.saved.renew()
        self._kernel(names)


@pytest.fixture
def ground(request, boot, images, seed, nonce, work, version):
    log = images.build / "qemu" / re.sub(
        r"[^A-Za-z0-9.-]+", "-", request.node.name + ".resumed.log")
    ground = Ground(boot, images, seed, nonce, work, log, KERNELS[version][0])
    yield ground
    ground.saved.close()


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
