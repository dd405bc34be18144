# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A machine that ends at a store of a compaction, and the RAM that it leaves.

QEMU is ended after the payload's n-th store outside of its image (stop.c).
Memory then holds what the plan says up to there and nothing else; `luo verify`
finds it no worse than before; every session and file is in its list. Then the
payload runs on that RAM, its own code from the image that kexec had loaded,
and compacts to the end: to the stores that `luo compact -n` announces, with
nothing left for a third run. The kernel behind it retrieves everything.

Every run has five stops of each plan, and a kernel behind each. The long one has every store;
there a kernel is booted for every memory that the second run hands on for the
first time, as far as anyone looks: not at the content of blocks that no list
leads to any more. Of stops that differ in that alone one in 64 is booted.
"""

import json

import pytest

from ground import standing
from lay import Pattern
from memory import PAGE, diff_pages, diff_words
from plan import changes

SEVERITIES = ("panic", "refuse", "lose", "leak", "note")
UNOWNED = "LUO-M11"
STOPS = 5       # in every run, of each plan

PLANS = {
    # a block is freed in a list of files; sessions are rebuilt in it
    "rebuilt": Pattern((50, 2, 50), {"a-0": (1, 2)}),
    # two neighbours in a list of files that fit into one
    "merged": Pattern((51, 9), {"a-0": (2, 1)}),
}


@pytest.fixture
def ground(request, boot, images, seed, nonce, work):
    yield from standing(request, boot, images, seed, nonce, work, "luo-v5")


def single(plan):
    """The stores of a plan, one by one."""
    found = []
    for step in plan:
        if step["kind"] not in ("copy", "scrub"):
            found.append(step)
            continue
        for at in range(0, step["len"], 8):
            one = dict(step, pa=hex(int(step["pa"], 16) + at), len=8)
            if step["kind"] == "copy":
                one["src"] = hex(int(step["src"], 16) + at)
            found.append(one)
    return found


def places(steps):
    return [(int(step["pa"], 16), step["len"]) for step in steps]


class Stops:
    """One plan, stopped at its stores."""

    def __init__(self, ground, pattern):
        self.ground, self.saved = ground, ground.saved
        self.names = ground.lay(pattern)
        self.saved.settle()
        self.lists = self.read()
        self.worst = self.verify()
        self.steps = single(self.plan(1))
        self.pages = sorted({pa & -PAGE for pa, _ in places(self.steps)})
        # blocks that leave their list, of which some come into another
        self.dropped = {int(step["pa"], 16) & -PAGE for step in self.steps
                        if step["kind"] in ("scrub", "build")}
        self.seen = set()
        self.booted = 0
        run = self.saved.run()
        assert run.stores == places(self.steps)
        assert self.ground.verdict(run.text)["verdict"] == "repaired"

    # what is in RAM

    def read(self):
        """[(session, [tokens of its files])] in order."""
        state = self.saved.state
        return [(s.name, [file.token for file in state.files(s)] if s.count
                 else []) for s in state.sessions()]

    def host(self, *words, status=None):
        return json.loads(self.ground.images.luo(
            *words, "--json", *self.saved.raw, status=status))

    def verify(self):
        """Findings up to each severity; those of pages without owner apart."""
        found = [f["severity"] for f in self.host("verify")["findings"]
                 if f["code"] != UNOWNED]
        return [sum(map(found.count, SEVERITIES[:upto + 1]))
                for upto in range(len(SEVERITIES))]

    def unowned(self):
        """Pages that no list leads to; not known while there are errors."""
        owners = self.host("map")
        return {int(entry["pa"], 16)
                for entry in owners.get("unclaimed", {"listed": []})["listed"]}

    def plan(self, status=None):
        return self.host("compact", "-n", status=status)["plan"]

    def words(self):
        return diff_words(self.saved.before, self.saved.memory, self.pages)

    # a stop, and what comes after it

    def stop(self, number):
        """Ends the machine; gives back the pages that it leaves."""
        self.saved.renew(self.pages)
        run = self.saved.run(stop=number)
        self.saved.renew()
        assert run.stores == places(self.steps)[:number]
        assert self.words() == changes(self.saved.before, self.steps[:number])
        found = self.verify()
        assert all(now <= was for now, was in zip(found, self.worst)), found
        assert self.unowned() <= self.dropped
        assert self.read() == self.lists
        return {pa: self.saved.memory.read(pa, PAGE) for pa in self.pages}

    def again(self):
        """The payload's second run; gives back what it hands on."""
        plan = self.plan()
        run = self.saved.run()
        assert run.stores == places(single(plan))
        assert self.ground.verdict(run.text)["verdict"] == (
            "repaired" if plan else "ok")
        assert self.read() == self.lists
        assert self.plan(0) == []
        *bad, found = self.verify()
        assert not any(bad) and found <= self.worst[-1]
        unowned = self.unowned()
        assert unowned <= self.dropped
        return frozenset(unowned), frozenset(
            (pa, new) for pa, (_, new) in self.words().items()
            if pa & -PAGE not in unowned)

    def boot(self, left):
        """Payload and next kernel on what a stop left."""
        self.saved.renew()
        for pa, data in left.items():
            self.saved.memory.write(pa, data)
        self.ground.kernel(self.names)
        self.booted += 1

    def go(self, number, always):
        print(f"stop {number} of {len(self.steps)}", flush=True)
        left = self.stop(number)
        handed_on = self.again()
        if always or handed_on not in self.seen:
            self.boot(left)
        self.seen.add(handed_on)

    def end(self):
        """In all these runs nothing but the plan's pages was written."""
        self.saved.renew(self.pages)
        assert diff_pages(self.saved.before, self.saved.memory) == []
        print(f"{len(self.steps)} stores, {self.booted} kernels booted")


def some(steps):
    """The first store of a row, the single stores, the last of all."""
    single_ones = [n for n, step in enumerate(steps, 1)
                   if step["kind"] not in ("copy", "scrub")]
    scrub = [n for n, step in enumerate(steps, 1) if step["kind"] == "scrub"]
    found = [single_ones[0], scrub[len(scrub) // 2], len(steps), 9,
             single_ones[len(single_ones) // 2]]
    return sorted(set(found))[:STOPS]


@pytest.mark.everywhere
@pytest.mark.parametrize("plan", PLANS)
def test_some_stores(ground, plan):
    stops = Stops(ground, PLANS[plan])
    for number in some(stops.steps):
        stops.go(number, always=True)
    stops.end()


@pytest.mark.long
@pytest.mark.parametrize("plan", PLANS)
def test_every_store(ground, plan):
    stops = Stops(ground, PLANS[plan])
    for number in range(1, len(stops.steps) + 1):
        stops.go(number, always=number % 64 == 0)
    stops.end()
