# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A machine that ends at a store of a compaction, and the RAM that it leaves.

QEMU is ended after the payload's n-th store outside of its image (stop.c).
Memory then holds what the plan says up to there and nothing else; `luo verify`
finds it no worse than before; every session and file is in its list. Then the
payload runs on that RAM, its own code from the image that kexec had loaded,
and compacts to the end: to the stores that `luo compact -n` announces, with
nothing left for a third run. The kernel behind it retrieves everything.

Every run has five stops of each plan, and a kernel behind each.

The long one has every store. There QEMU is ended at a spread of them: each
store that is not one of a row (all commits are), the first and the last of
each row, and every 64th; the payload runs again on what is left. At the others
no machine ends: the plugin has noted what each store of one whole run left in
memory, and the first n of them are put into the RAM that the run began with.
Where QEMU is ended that is the same as what it leaves, byte by byte. At every
store, ended or put together, memory is compared with the plan, `luo verify`,
`luo map` and a reader of the lists look at it, and what `luo compact -n`
announces is carried out on it, after which they look again; where QEMU was
ended the payload does so too, with the same outcome. A kernel is booted, behind
the payload, for every outcome that is new as far as anyone looks: not at the
content of blocks that no list leads to any more.
"""

import json
import struct
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Seen:
    """Of one memory: its lists, findings, pages without owner; what is to do."""

    lists: list
    found: list
    unowned: set
    plan: list


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
        self.booted = 0
        run = self.saved.run()
        assert run.stores == places(self.steps)
        assert self.ground.verdict(run.text)["verdict"] == "repaired"
        self.data = run.data

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
        return {pa: self.saved.memory.read(pa, PAGE) for pa in self.pages}

    def put(self, left):
        for pa, data in left.items():
            self.saved.memory.write(pa, data)

    def look(self):
        """What there is to be said of memory as it is."""
        return Seen(self.read(), self.verify(), self.unowned(), self.plan())

    def judge(self, number):
        """What is in memory after so many stores; gives it back."""
        assert self.words() == changes(self.saved.before, self.steps[:number])
        seen = self.look()
        assert seen.lists == self.lists
        assert all(now <= was for now, was in zip(seen.found, self.worst)), seen
        assert seen.unowned <= self.dropped
        return seen

    def run(self, plan):
        """The payload carries out a plan."""
        run = self.saved.run()
        assert run.stores == places(single(plan))
        assert self.ground.verdict(run.text)["verdict"] == (
            "repaired" if plan else "ok")

    def apply(self, plan):
        """The test does."""
        for pa, (_, new) in changes(self.saved.memory, plan).items():
            self.saved.memory.write(pa, struct.pack("<Q", new))

    def again(self, stopped, carry_out):
        """A second compaction; gives back what it hands on."""
        carry_out(stopped.plan)
        # what nothing was written to is still what was seen
        seen = self.look() if stopped.plan else stopped
        assert seen.lists == self.lists
        assert seen.plan == []
        *bad, found = seen.found
        assert not any(bad) and found <= self.worst[-1]
        assert seen.unowned <= self.dropped
        return frozenset(seen.unowned), frozenset(
            (pa, new) for pa, (_, new) in self.words().items()
            if pa & -PAGE not in seen.unowned)

    def boot(self, left):
        """Payload and next kernel on what a stop left."""
        self.saved.renew()
        self.put(left)
        self.ground.kernel(self.names)
        self.booted += 1

    def go(self, number):
        """Ends the machine; payload, and payload and kernel."""
        print(f"stop {number} of {len(self.steps)}", flush=True)
        left = self.stop(number)
        self.again(self.judge(number), self.run)
        self.boot(left)

    def every(self, ended):
        """All stores; the machine ends at those of them that are given."""
        left = {pa: bytearray(self.saved.before.read(pa, PAGE))
                for pa in self.pages}
        seen = set()
        for number, (step, data) in enumerate(zip(self.steps, self.data), 1):
            pa = int(step["pa"], 16)
            left[pa & -PAGE][pa % PAGE:pa % PAGE + len(data)] = data
            self.put(left)
            stopped = self.judge(number)
            handed_on = self.again(stopped, self.apply)
            if number in ended:
                print(f"stop {number} of {len(self.steps)}", flush=True)
                assert self.stop(number) == left
                assert self.again(stopped, self.run) == handed_on
            if handed_on not in seen:
                self.boot(left)
            seen.add(handed_on)

    def end(self):
        """In all these runs nothing but the plan's pages was written."""
        self.saved.renew(self.pages)
        assert diff_pages(self.saved.before, self.saved.memory) == []
        print(f"{len(self.steps)} stores, {self.booted} kernels booted")


def in_row(step):
    return step["kind"] in ("copy", "scrub")


def some(steps):
    """The first store of a row, the single stores, the last of all."""
    single_ones = [n for n, step in enumerate(steps, 1) if not in_row(step)]
    scrub = [n for n, step in enumerate(steps, 1) if step["kind"] == "scrub"]
    found = [single_ones[0], scrub[len(scrub) // 2], len(steps), 9,
             single_ones[len(single_ones) // 2]]
    return sorted(set(found))[:STOPS]


def follows(one, two):
    """Are these two neighbours in a row?"""
    return in_row(one) and one["kind"] == two["kind"] and (
        int(two["pa"], 16) == int(one["pa"], 16) + 8)


def spread(steps):
    """Single stores, first and last of each row, every 64th."""
    found = {*range(64, len(steps) + 1, 64), 1, len(steps)}
    for n, (one, two) in enumerate(zip(steps, steps[1:]), 1):
        if not follows(one, two):
            found |= {n, n + 1}
    return found


@pytest.mark.everywhere
@pytest.mark.parametrize("plan", PLANS)
def test_some_stores(ground, plan):
    stops = Stops(ground, PLANS[plan])
    for number in some(stops.steps):
        stops.go(number)
    stops.end()


@pytest.mark.long
@pytest.mark.parametrize("plan", PLANS)
def test_every_store(ground, plan):
    stops = Stops(ground, PLANS[plan])
    stops.every(spread(stops.steps))
    stops.end()
