# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The payload's parameters that no other test turns: what it prints, and
what it tells the next kernel."""

import time

import pytest

from guest import Batch, check, create
from kexec import Hop

VERDICT = r"luo: (ok|repaired|errors|refused|none) "


def few(vm, seed):
    batch = Batch("vm", 0, 3, 1, 4096, seed)
    create(vm, batch)
    return batch


def next_cmdline(vm):
    (line,) = vm.command("cat /proc/cmdline").text()
    return line.split()


@pytest.mark.everywhere
def test_the_verdict_reaches_the_next_kernel(boot, images, seed, nonce):
    """In front, replacing an earlier one, and only before `--`."""
    vm = boot()
    batch = few(vm, seed)
    more = "luo_payload.result=old luotest.word=kept -- luo_payload.result=init"
    Hop(vm, images, nonce=nonce, more=more, verdict="on").go("ok")
    words = next_cmdline(vm)
    assert words[0] == "luo_payload.result=ok"
    assert "luo_payload.result=old" not in words
    assert words[-2:] == ["--", "luo_payload.result=init"]
    assert "luotest.word=kept" in words
    check(vm, batch)


@pytest.mark.everywhere
def test_the_command_line_is_untouched_by_default(boot, images, seed, nonce):
    vm = boot()
    batch = few(vm, seed)
    hop = Hop(vm, images, nonce=nonce)
    hop.go("ok")
    assert next_cmdline(vm) == hop.cmdline.split()
    check(vm, batch)


def phases(hop):
    """{phase: time} and the unit of the line about the payload's clock."""
    (line,) = hop.seen("luo: clock ")
    words = line.split("luo: clock ")[1].split()
    return {name: int(value) for name, value in
            (word.split("=") for word in words[:-1])}, words[-1]


@pytest.mark.everywhere
def test_the_clock_reports_each_phase(boot, images, seed, nonce):
    """They add up to the total, and those of the core to the verdict line's;
    the kexec as a whole took longer, by the host's clock."""
    vm = boot()
    batch = few(vm, seed)
    hop = Hop(vm, images, nonce=nonce, report="text").load()
    since = time.monotonic()
    hop.fire()
    verdict = hop.expect_verdict("ok")
    elapsed = (time.monotonic() - since) * 1e6
    found, unit = phases(hop)
    assert unit == "us"
    assert list(found) == ["find", "tree", "map", "sessions", "compact",
                           "recheck", "report", "total"]
    total = found.pop("total")
    assert sum(found.values()) == total
    assert verdict["us"] == total - found["find"] - found["report"]
    assert found["compact"] == found["recheck"] == 0
    assert found["find"] > 0 and verdict["us"] > 0 and total < elapsed
    hop.ready()
    check(vm, batch)


def test_the_clock_reports_a_compaction(boot, images, seed, nonce):
    """A failed create behind a full block leaves an empty one."""
    vm = boot()
    batch = Batch("vm", 0, 51, 1, 4096, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    hop = Hop(vm, images, nonce=nonce, report="text", mode="compact")
    assert hop.go("repaired")["blocks"] == (2, 1)
    found, _ = phases(hop)
    total = found.pop("total")
    assert found["compact"] > 0 and found["recheck"] > 0
    assert sum(found.values()) == total
    check(vm, batch)


@pytest.mark.only("x86_64")
def test_without_a_rate_the_clock_reports_ticks(boot, images, seed, nonce):
    """No CPUID leaf of this CPU has the TSC's rate, and there is no PIT."""
    vm = boot(machine=images.arch.machine + ",pit=off")
    batch = few(vm, seed)
    hop = Hop(vm, images, nonce=nonce, report="text")
    verdict = hop.go("ok")
    found, unit = phases(hop)
    total = found.pop("total")
    assert unit == "ticks" and sum(found.values()) == total > 0
    assert verdict["us"] == 0
    check(vm, batch)


def test_the_clock_reports_nothing_by_default(boot, images, nonce):
    hop = Hop(boot(), images, nonce=nonce)
    hop.go("ok")
    assert not hop.seen("luo: clock")


@pytest.mark.parametrize("words", [
    {"report": "off"}, {"console": "off"}, {"report": "off", "mode": "compact"}])
def test_nothing_is_printed(boot, images, seed, words):
    vm = boot()
    batch = few(vm, seed)
    hop = Hop(vm, images, **words).fire()
    hop.ready()
    assert not hop.seen(VERDICT)
    check(vm, batch)


def test_unknown_words_get_a_line_and_the_default(boot, images, seed, nonce):
    vm = boot()
    batch = few(vm, seed)
    hop = Hop(vm, images, nonce=nonce, mode="mend", colour="red")
    hop.go("ok")
    said = hop.seen(r"^luo: .*luo_payload\.(mode=mend|colour=red)")
    assert len(said) == 2, said
    check(vm, batch)


def test_words_behind_the_dashes_are_inits(boot, images, seed, nonce):
    vm = boot()
    batch = few(vm, seed)
    Hop(vm, images, nonce=nonce, more="-- luo_payload.mode=off").go("ok")
    check(vm, batch)


def test_the_last_of_several_wins(boot, images, seed, nonce):
    vm = boot()
    batch = few(vm, seed)
    Hop(vm, images, nonce=nonce, mode="off",
        more="luo_payload.mode=verify").go("ok")
    check(vm, batch)


def test_ktap_on_the_console(boot, images, seed, nonce):
    vm = boot()
    batch = few(vm, seed)
    hop = Hop(vm, images, nonce=nonce, report="ktap")
    hop.go("ok")
    assert hop.seen(r"^KTAP version 1\s*$")
    points = [p.split() for p in hop.seen(r"^(not )?ok \d+ ")]
    assert [p[:2] for p in points] == [
        ["ok", str(n + 1)] for n in range(len(points))]
    names = [p[2] for p in points]
    assert len(set(names)) == len(names) > 50
    assert hop.seen(rf"^1\.\.{len(names)}\s*$")
    assert "LUO-S06" in names and "LUO-M11" not in names
    check(vm, batch)
