# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the tests have the guest do: sessions, and the kernel command line.

A Batch is a run of sessions with equal memfds. The harness knows from the
seed what each memfd must hold, so a batch can be created in one kernel and
held against its expected contents in another.
"""

import re
from dataclasses import dataclass

from content import digest


@dataclass(frozen=True)
class Batch:
    """Sessions PREFIX-FIRST .. with `files` memfds of `size` bytes each."""

    prefix: str
    first: int
    count: int
    files: int
    size: int
    seed: str

    def names(self):
        return [f"{self.prefix}-{number}"
                for number in range(self.first, self.first + self.count)]

    def bytes(self):
        return self.count * self.files * self.size

    def expected(self):
        """{(name, token): (size, digest)}"""
        return {(name, token): (self.size,
                                digest(self.seed, name, token, self.size))
                for name in self.names() for token in range(self.files)}


def command_line(arch, stage, more="", kaslr=False):
    """A kernel command line of the tests; `more` overrides what precedes."""
    line = (f"{arch.console} {'' if kaslr else 'nokaslr'} kho=on "
            f"liveupdate=on luotest.stage={stage} {more}")
    return " ".join(line.split())


def create(vm, batch):
    vm.command(f"create {batch.prefix} {batch.first} {batch.count} "
               f"{batch.files} {batch.size} {batch.seed}")


def close(vm, batch):
    vm.command(f"close {batch.prefix} {batch.first} {batch.count}")


def finish(vm, batch):
    vm.command(f"finish {batch.prefix} {batch.first} {batch.count}")


def retrieve(vm, batch):
    """What the guest got back: names, and {(name, token): (size, digest)}."""
    reply = vm.command(f"retrieve {batch.prefix} {batch.first} {batch.count} "
                       f"{batch.files}")
    names = [fields[0] for fields in reply.results("session")]
    memfds = {(name, int(token)): (int(size), value)
              for name, token, size, value in reply.results("memfd")}
    return names, memfds


def differences(batch, names, memfds):
    """Sentences about everything that is not as the batch was created."""
    found = []
    for name in batch.names():
        if names.count(name) != 1:
            found.append(f"session {name} came back {names.count(name)} times")
    expected = batch.expected()
    for key in sorted(expected.keys() | memfds.keys()):
        if expected.get(key) != memfds.get(key):
            found.append(f"memfd {key[0]}/{key[1]}: expected "
                         f"{expected.get(key)}, got {memfds.get(key)}")
    return found


def check(vm, batch):
    """Retrieves a batch and fails unless every byte is back."""
    found = differences(batch, *retrieve(vm, batch))
    assert not found, "\n".join(
        [f"{len(found)} differences after the live update (console log: "
         f"{vm.log}):"] + found[:20])


def retrieve_fails(vm, batch, errno):
    """Asks for a batch that the kernel has not got."""
    vm.allow.append(r"luotest: error")
    vm.command(f"retrieve {batch.prefix} {batch.first} {batch.count} "
               f"{batch.files}", rc=errno)
    vm.allow.remove(r"luotest: error")


def mem_total(vm):
    """MemTotal in KiB."""
    return int(vm.command("mem").results("mem")[0][0])


def managed(vm):
    """Pages that the kernel manages, over all zones of all nodes."""
    lines = vm.command("cat /proc/zoneinfo").text()
    found = [int(match[1]) for line in lines
             if (match := re.fullmatch(r"\s+managed\s+(\d+)", line))]
    assert found, "no zone in /proc/zoneinfo"
    return sum(found)
