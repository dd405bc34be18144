# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Line coverage of luo/ and fdt/, and the refusing branches that no test takes.

    coverage.py FOLDER... [--least PERCENT]

The folders hold objects of the core, built with --coverage, after the tests
have run: those of the unit tests and of the host tool. A line counts when any
of them executed it. Each file's share of executed lines is printed, and each
refusing branch (sites.py) of which no line was. Fails below the least share
(95), or when a branch not taken is missing in test/mutate/not-taken, or stands
there although it is taken; there a comment above each says why it cannot be.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from sites import TOP, blanked, function_at, sites

NOT_TAKEN = TOP / "test/mutate/not-taken"


def counts(folders):
    """{file: {line: times executed}} of luo/*.c and fdt/*.c."""
    found = {}
    for notes in sorted(n for folder in folders for n in folder.glob("*.gcno")):
        text = subprocess.run(["gcov", "-j", "-t", str(notes)], cwd=TOP,
                              check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
        for line in text.splitlines():
            for file in json.loads(line)["files"]:
                if not file["file"].endswith(".c"):
                    continue
                lines = found.setdefault(file["file"], {})
                for entry in file["lines"]:
                    number = entry["line_number"]
                    lines[number] = max(lines.get(number, 0), entry["count"])
    return found


def untaken(name, lines):
    """Names of the refusing branches of a file that were not taken."""
    text, code, found = sites(TOP / name)
    for site in found:
        if site.refuses and site.body_line != site.line and lines.get(site.body_line) == 0:
            start, end = site.condition
            yield (f"{name}:{function_at(code, start)}: "
                   f"{' '.join(text[start:end].split())}", site.body_line)


def excused():
    return [line for line in NOT_TAKEN.read_text().splitlines()
            if line and not line.startswith("# ")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--least", type=float, default=95)
    options = parser.parse_args()
    found, all_lines, all_hit, open_branches = counts(options.folders), 0, 0, {}
    for name, lines in sorted(found.items()):
        hit = sum(1 for count in lines.values() if count)
        all_lines, all_hit = all_lines + len(lines), all_hit + hit
        print(f"{100 * hit / max(len(lines), 1):6.1f} %  {hit:5} of "
              f"{len(lines):5}  {name}")
        open_branches.update(untaken(name, lines))
    share = 100 * all_hit / max(all_lines, 1)
    known = excused()
    for key, line in open_branches.items():
        print(f"not taken{'' if key in known else ' (NEW)'}: line {line}: {key}")
    bad = [key for key in open_branches if key not in known]
    bad += [key for key in known if key not in open_branches]
    for key in known:
        if key not in open_branches:
            print(f"in {NOT_TAKEN.name}, but taken: {key}")
    print(f"coverage: {share:.2f} % of {all_lines} lines of luo/ and fdt/ "
          f"(at least {options.least:g} %), {len(open_branches)} refusing "
          "branches not taken")
    failed = len(bad) + (share < options.least)
    print(f"{len(found) - (share < options.least)} passed, {failed} failed")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
