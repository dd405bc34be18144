# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Disables each check of the core in turn: some test must then fail.

    mutate.py BUILD [-j N] [--every N] [--list] [--write] [PATTERN]

BUILD holds the programs that `make mutate` builds: damaged states by name and
the unit tests, with the core in a shared library of which one file is built
anew for each mutant (sites.py). Mutants that no test kills must stand in
test/mutate/survivors with a reason; one that does not, or stands there for
nothing, fails. --every N takes each N-th mutant only. PATTERN: only mutants
with that in their names. --write: the survivors, for that file.
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sites import TOP, mutants

LIMIT = 60      # seconds; a mutant may loop
SURVIVORS = TOP / "test/mutate/survivors"
FAILED = re.compile(r"^\[  FAILED  \] (?!\d+ test)(.*)", re.M)
# Which programs know a file, by the start of its name; those of "" know all.
KNOW = {
    "luo/plan": ["test_vacant", "test_pages", "test_compact"],
    "luo/execute": ["test_vacant", "test_pages", "test_compact"],
    "luo/phys": ["test_phys", "test_boot", "cases"],
    "luo/boot": ["test_boot", "cases"],
    "luo/token": ["test_token", "test_next_kernel"],
    "luo/cmdline": ["test_token", "test_next_kernel", "test_next_tree", "test_next"],
    "luo/bzimage": ["test_next_kernel", "test_next"],
    "luo/next": ["test_next_kernel", "test_next_tree", "test_next"],
    "fdt/next": ["test_next_tree", "test_next_kernel", "test_next"],
    "fdt/chosen": ["test_chosen", "cases"],
    "fdt/env": [],
    "": ["cases", "test_map", "test_names", "test_pages", "test_owners", "test_kho_v1",
         "test_next"],
}


def programs(build, file):
    """The programs that may kill a mutant of a file, the quick ones first."""
    start = next(key for key in KNOW if file.startswith(key))
    return [[build / name, "--first"] if name == "cases" else [build / name]
            for name in KNOW[start]]


def run(command, folder):
    """None when it passes, else the name of a test that failed."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=TOP, text=True,
            errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=LIMIT, env={**os.environ, "LD_LIBRARY_PATH": str(folder)})
    except subprocess.TimeoutExpired:
        return f"{command[0].name} does not end"
    if not done.returncode:
        return None
    names = FAILED.findall(done.stdout)
    return names[0] if names else f"{command[0].name} crashes"


def build_mutant(mutant, build, folder):
    """The library with one file changed; False when it does not compile."""
    text = (TOP / mutant.file).read_text()
    source = folder / "mutant.c"
    source.write_text(text[:mutant.start] + mutant.new + text[mutant.end:])
    others = [str(path) for path in (build / "core").glob("*.o")
              if path.name != mutant.file.replace("/", "_") + ".o"]
    done = subprocess.run(
        ["gcc", "-std=gnu11", "-O1", "-w", "-fPIC", "-shared", "-iquote",
         str((TOP / mutant.file).parent), "-o", str(folder / "libcore.so"),
         str(source), *others, "-lfdt"], cwd=TOP, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    return done.returncode == 0


def judge(mutant, build):
    """Who kills a mutant: a test's name, or None."""
    with tempfile.TemporaryDirectory(prefix="luo-mutant-") as name:
        folder = Path(name)
        if not build_mutant(mutant, build, folder):
            return "the compiler"
        for command in programs(build, mutant.file):
            if killer := run(command, folder):
                return killer
    return None


def known():
    """{mutant: reason} of the file of survivors."""
    found, reason = {}, ""
    for line in SURVIVORS.read_text().splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line:
            found[line] = reason
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda text: Path(text).resolve())
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("pattern", nargs="?", default="")
    options = parser.parse_args()
    chosen = [m for m in list(mutants())[::options.every]
              if options.pattern in m.key]
    if options.list:
        print("\n".join(m.key for m in chosen))
        return 0
    for program in {tuple(command): command for m in chosen for command
                    in programs(options.build, m.file)}.values():
        if killer := run(program, options.build):
            print(f"without any mutant: {killer} fails")
            return 1
    since, excused, alive, done = time.monotonic(), known(), [], 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for mutant, killer in zip(chosen, pool.map(
                lambda m: judge(m, options.build), chosen)):
            done += 1
            if killer is None:
                alive.append(mutant.key)
                excuse = excused.get(mutant.key)
                print(f"survives ({excuse or 'NEW'}): line {mutant.line}: "
                      f"{mutant.key}", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(chosen)} mutants", flush=True)
    new = [key for key in alive if key not in excused]
    stale = [m.key for m in chosen if m.key in excused and m.key not in alive]
    for key in stale:
        print(f"in {SURVIVORS.name}, but killed: {key}")
    bad = new + stale
    print(f"mutate: {len(chosen)} mutants, {len(alive)} survive, {len(new)} of "
          f"them new, {time.monotonic() - since:.0f} s")
    print(f"{len(chosen) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
