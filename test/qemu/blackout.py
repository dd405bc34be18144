#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the payload costs between two real kernels, in guest instructions.

    blackout.py [--arch ARCH]... [--functions] [--docs | --baseline]

For each architecture a kernel with 1 GiB, without a session and with 2,000,
goes through the payload; count.c counts what runs between the old kernel's
jump and the next kernel's first instruction. Without the payload that is
nothing: the jump goes to the next kernel's first instruction. The map gets
further nodes when a file grows from one page to half of memory; `luo map`
counts them in memory as the old kernel left it. --functions: the functions
that take most. --docs puts the figures into docs/performance.md, --baseline
into blackout.json, which test_blackout.py holds later ones against.
"""

import argparse
import bisect
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import arch as arches
from guest import Batch, command_line, create
from images import Images, build_folder, call, symbols
from kexec import Hop
from plugin import build_plugin
from vm import Vm, scratch_folder

HERE = Path(__file__).resolve().parent
BASELINE = HERE / "blackout.json"
DOCS = HERE.parents[1] / "docs/performance.md"
MARK = "<!-- payload -->\n", "<!-- end of payload -->\n"
SESSIONS = 2000
FILE = 4096, 512 << 20      # of one page, and of half of memory
TARGETS = {"fixed": 100_000, "fixed, report=off": 100_000, "per session": 200}
NAMES = {"x86_64": arches.X86_64, "aarch64": arches.AARCH64}


class Count:
    """One hop; `counts` is [(offset in the payload, instructions, times)].

    With a `size` the sessions have a file of that many bytes each, and `nodes`
    are those of the map.
    """

    def __init__(self, images, sessions, plugin, folder, memory=1024, size=0,
                 **params):
        self.images = images
        where, counts = folder / "where", folder / "counts"
        where.unlink(missing_ok=True)
        counts.unlink(missing_ok=True)
        nonce = secrets.token_hex(6)
        log = build_folder() / "qemu" / f"blackout-{images.arch}.log"
        log.unlink(missing_ok=True)
        with Vm(images.arch, images.kernel, images.initrd(2),
                command_line(images.arch, 1), log, memory=memory,
                extra=["-plugin", f"file={plugin},where={where},"
                       f"counts={counts}"]) as vm:
            vm.ready(1)
            if sessions:
                create(vm, Batch("vm", 0, sessions, min(size, 1), size, "0"))
            hop = Hop(vm, images, nonce=nonce, **params).load()
            pa, end = hop.image_range()
            last = hop.symbol("luo_jump_insn")
            part = folder / "part"
            part.write_text(f"{pa:x} {pa + images.payload.stat().st_size:x} "
                            f"{last:x}\n")
            part.rename(where)
            hop.fire(entry=self._count_nodes(vm, folder) if size else None)
            if params.get("report") != "off":
                self.verdict = hop.expect_verdict("ok")
                assert self.verdict["sessions"] == sessions
                assert self.verdict["files"] == (sessions if size else 0)
            hop.ready()
        self.counts = [(int(a, 16) - pa, int(n), int(t)) for a, n, t in
                       map(str.split, counts.read_text().splitlines())]
        assert self.counts, "nothing was counted"

    def _count_nodes(self, vm, folder):
        def count(_):
            core = vm.dump(folder / "core")
            answer = json.loads(self.images.luo("map", "--json", core))
            core.unlink()
            self.nodes = answer["map_nodes"]
        return count

    @property
    def instructions(self):
        return sum(n * times for _, n, times in self.counts)

    def functions(self):
        """{function: instructions}, by where a run of instructions begins."""
        table = sorted((at, name) for name, at in
                       symbols(self.images.payload_elf).items())
        places = [at for at, _ in table]
        total = {}
        for at, n, times in self.counts:
            name = table[bisect.bisect_right(places, at) - 1][1]
            total[name] = total.get(name, 0) + n * times
        return sorted(total.items(), key=lambda item: -item[1])


def measure(images, plugin, folder, functions=False):
    """The figures of one architecture."""
    runs = {}
    for name, sessions, params in (
            ("fixed", 0, {}), ("fixed, report=off", 0, {"report": "off"}),
            ("sessions", SESSIONS, {}), ("small file", 1, {"size": FILE[0]}),
            ("large file", 1, {"size": FILE[1]})):
        runs[name] = run = Count(images, sessions, plugin, folder, **params)
        if functions:
            print(f"{images.arch.name} {name}: {run.instructions}")
            for function, n in run.functions()[:25]:
                print(f"    {n:10} {function}")
    found = {name: runs[name].instructions for name in list(runs)[:2]}
    small, large = runs["small file"], runs["large file"]
    nodes = large.nodes - small.nodes
    assert nodes > 0, f"{FILE[1]} bytes took no further node"
    more = large.instructions - small.instructions
    return found | {
        "per session": round((runs["sessions"].instructions - found["fixed"])
                             / SESSIONS, 1),
        "per map node": round(more / nodes)}


def compiler(arch):
    """What the counts depend on."""
    cc = os.environ.get("CC") or "gcc"
    if cc == "gcc" and arch.name != os.uname().machine:
        cc = f"{arch.name}-linux-gnu-gcc"
    return f"{arch.name}, {call([cc, '--version'], cc).splitlines()[0]}"


def baseline():
    return json.loads(BASELINE.read_text(encoding="utf-8"))


def verdict(what, value):
    """In words, with the target; nothing where there is none."""
    if what not in TARGETS:
        return ""
    return (f"{'met' if value <= TARGETS[what] else 'MISSED'} "
            f"({TARGETS[what]:,})")


def write_docs(answer):
    rows = ["| architecture | guest instructions | | target |",
            "|---|---|---:|---|"]
    for arch, found in answer.items():
        rows += [f"| {arch} | {what} | {value:,} | {verdict(what, value)} |"
                 for what, value in found.items()]
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(MARK[0])
    after = rest.split(MARK[1])[1]
    DOCS.write_text(before + MARK[0] + "\n" + "\n".join(rows) + "\n\n" + MARK[1]
                    + after, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", action="append", choices=list(NAMES))
    parser.add_argument("--functions", action="store_true")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--baseline", action="store_true")
    options = parser.parse_args()
    folder = Path(scratch_folder(1 << 20))
    answer = {}
    try:
        plugin = build_plugin("count", folder)
        for name in options.arch or NAMES:
            images = Images(NAMES[name], Path(tempfile.mkdtemp(dir=folder)))
            answer[name] = found = measure(images, plugin, folder,
                                           options.functions)
            for what, value in found.items():
                print(f"{name:8} {what:20} {value:12,} guest instructions "
                      f"{verdict(what, value)}".rstrip(), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.docs:
        write_docs(answer)
    if options.baseline:
        counts = baseline() | {compiler(NAMES[name]): found
                               for name, found in answer.items()}
        BASELINE.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n",
                            encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
