# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Disables each check of the core in turn: some test must then fail.

    mutate.py BUILD [-j N] [--only TEXT]... [--continue] PROGRAM...

BUILD holds what `make mutate` builds: a library with the core and all its
mutants in it (sites.py, mutant.h), and PROGRAMs that use it, unit tests and
damaged states by name, the quick ones first. Each runs with those mutants that
no program before has killed; wherever in a test one of them would differ from
the core, a child goes on as that mutant to the end of the test (mutant.c). So
a mutant costs no more than the tests that can tell it from the core.

Mutants that no test kills must stand in test/mutate/survivors with a reason;
one that does not, or stands there for nothing, fails. --only takes those with
TEXT in their names. BUILD/killed says who killed whom; --continue believes it,
and takes the others only.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, namedtuple
from contextlib import ExitStack
from pathlib import Path

SURVIVORS = Path(__file__).resolve().parent / "survivors"
TOP = SURVIVORS.parents[2]

Mutant = namedtuple("Mutant", "number file line key")


class Share:
    """One run of a program, with some of the mutants."""

    def __init__(self, program, mutants, stack):
        def temporary():
            return stack.enter_context(tempfile.NamedTemporaryFile("w+"))

        self.output, self.answers, listed = temporary(), temporary(), temporary()
        print(*(m.number for m in mutants), file=listed, flush=True)
        self.process = subprocess.Popen(
            [str(program)], cwd=TOP, stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=subprocess.STDOUT,
            env={**os.environ, "LD_LIBRARY_PATH": str(program.parent),
                 "LUO_SEED": "1", "LUO_MUTANTS": listed.name,
                 "LUO_MUTANT_LOG": self.answers.name})

    def wait(self):
        """(number, how it ended, test) of each meeting of a mutant and a test."""
        if self.process.wait():
            self.output.seek(0)
            sys.exit(f"{self.output.read()}\n{self.process.args[0]} fails without any mutant")
        self.answers.seek(0)
        for line in self.answers:
            number, status, test = line.rstrip("\n").split(" ", 2)
            yield int(number), int(status), test


def run(program, mutants, processes):
    """All meetings of some mutants with the tests of one program."""
    with ExitStack() as stack:
        shares = [Share(program, mutants[i::processes], stack) for i in range(processes)]
        return [meeting for share in shares for meeting in share.wait()]


class Killed:
    """Who killed whom, kept in a file from run to run."""

    def __init__(self, path, believed):
        self.path, self.by = path, {}
        if believed and path.exists():
            self.by = dict(json.loads(line) for line in path.read_text().splitlines())
        elif path.exists():
            path.unlink()

    def note(self, key, by):
        self.by[key] = by
        with self.path.open("a") as file:
            print(json.dumps([key, by]), file=file)


def judge_all(options, mutants, killed):
    """Lets the programs kill mutants; {number: tests that could have} of the others."""
    names, met, loops = {m.number: m.key for m in mutants}, Counter(), 0
    for name in options.programs:
        left = [m for m in mutants if m.key not in killed.by]
        since, before = time.monotonic(), len(left)
        if not left:
            break
        for number, status, test in run(options.build / name, left, options.j):
            met[number] += 1
            loops += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
            if status:
                killed.note(names[number], [name, test])
        gone = before - sum(m.key not in killed.by for m in left)
        print(f"{name}: kills {gone} of {before} mutants, "
              f"{time.monotonic() - since:.0f} s", flush=True)
    print(f"{loops} of the killed did not end")
    return met


def known():
    """{mutant: reason} of the file of survivors."""
    found, reason, goes_on = {}, "", False
    for line in SURVIVORS.read_text().splitlines():
        if line.startswith("#"):
            reason = f"{reason} {line[2:]}" if goes_on else line[2:]
        elif line:
            found[line] = reason
        goes_on = line.startswith("#")
    return found


def compare(every, mutants, killed):
    """Rows that are missing in the file of survivors, or are there for nothing."""
    excused, names = known(), {m.key for m in every}
    for mutant in mutants:
        if mutant.key in excused and mutant.key in killed.by:
            yield f"in {SURVIVORS.name}, but killed by {killed.by[mutant.key]}: {mutant.key}"
        if mutant.key not in excused and mutant.key not in killed.by:
            yield f"survives, but not in {SURVIVORS.name}: {mutant.key}"
    for key, reason in excused.items():
        if key not in names:
            yield f"in {SURVIVORS.name}, but there is no such mutant: {key}"
        if not reason:
            yield f"in {SURVIVORS.name} without a reason: {key}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda text: Path(text).resolve())
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("--only", action="append")
    parser.add_argument("--continue", action="store_true", dest="goes_on")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    since = time.monotonic()
    every = [Mutant(*row) for row in
             json.loads((options.build / "src/mutants.json").read_text())]
    mutants = [m for m in every if any(text in m.key for text in options.only or [""])]
    killed = Killed(options.build / "killed", options.goes_on)
    met = judge_all(options, mutants, killed)
    for mutant in mutants:
        if mutant.key not in killed.by:
            print(f"survives {met[mutant.number]} tests that it could fail: line "
                  f"{mutant.line}: {mutant.key}")
    bad = list(compare(every, mutants, killed))
    print("\n".join(bad))
    alive = sum(m.key not in killed.by for m in mutants)
    print(f"mutate: {len(mutants)} of {len(every)} mutants, {alive} survive, "
          f"{time.monotonic() - since:.0f} s")
    print(f"{max(len(mutants) - len(bad), 0)} passed, {len(bad)} failed")
    return 1 if bad or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
