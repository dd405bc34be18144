# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Who owns what a real kernel has preserved: `luo map` on its outgoing state.

The kernel preserves nothing but what it can name, so no page is left over;
and what is counted for each owner follows from what was created.
"""

import json

import pytest

from content import content
from guest import Batch, check, close, create
from kexec import Hop
from state import PAGE

versions = pytest.mark.parametrize("version", ["7.3", "7.1", "7.1-v3"])


def pages(size):
    return -(-size // PAGE)


def arrays(batch):
    """Pages that list the folios of a batch, when every folio is a page."""
    return batch.count * batch.files * pages(16 * pages(batch.size))


def owners(answer):
    return {o["owner"]: (o["entries"], o["pages"]) for o in answer["owners"]}


def total(answer, key):
    return (sum(o[key] for o in answer["owners"])
            + answer["unclaimed"][key])


@versions
def test_nothing_is_preserved_that_no_one_owns(boot, images, seed, nonce,
                                               work, version):
    vm = boot(payload=True)
    batches = [Batch("small", 0, 60, 2, 5000, seed),
               Batch("empty", 0, 3, 1, 0, seed),
               Batch("large", 0, 2, 1, (8 << 20) + 1, seed)]
    gone = Batch("gone", 0, 4, 2, 65536, seed)
    for batch in [*batches, gone]:
        create(vm, batch)
    close(vm, gone)
    Hop(vm, images, nonce=nonce).go(
        "ok", entry=lambda stop: vm.dump(work / "core"))
    answer = json.loads(images.luo("map", "--json", work / "core"))
    print(images.luo("map", work / "core"))
    assert answer["followed"] and answer["complete"]
    assert answer["unclaimed"]["entries"] == answer["unknown"] == 0
    for key in "entries", "pages":
        assert total(answer, key) == answer["preserved"][key]
        assert answer["preserved"][key] == sum(
            order[key] for order in answer["orders"])
    found = owners(answer)
    files = sum(batch.count * batch.files for batch in batches)
    filled = [batch for batch in batches if batch.size]
    assert found["memfd records"] == (files, files)
    assert found["folios"][1] == sum(
        batch.count * batch.files * pages(batch.size) for batch in filled)
    assert found["folio arrays"][1] == sum(map(arrays, filled))
    assert found["vmalloc chunks"][1] == sum(
        batch.count * batch.files for batch in filled)
    assert found["KHO FDT"] == (1, 1) and found["LUO container"] == (1, 1)
    verified = json.loads(images.luo("verify", "--json", work / "core"))
    assert not [f for f in verified["findings"] if f["severity"] != "note"]
    # boot data and the kernel behind the payload were looked at, too
    points = images.luo("verify", "--ktap", work / "core").splitlines()
    assert {p.split()[2] for p in points if "# SKIP" in p} == {
        # firmware's, of --live, and of a reset
        "LUO-B20", "LUO-B21", "LUO-X06",
        *(f"LUO-A{number:02}" for number in range(1, 9))}
    for batch in batches:
        check(vm, batch)


def test_folios_of_many_pages(boot, images, seed, nonce, work):
    vm = boot("transparent_hugepage_shmem=always")
    batch = Batch("vm", 0, 3, 1, (6 << 20) + 1, seed)
    create(vm, batch)
    Hop(vm, images, nonce=nonce).go(
        "ok", entry=lambda stop: vm.dump(work / "core"))
    print(images.luo("map", work / "core"))
    answer = json.loads(images.luo("map", "--json", work / "core"))
    assert answer["unclaimed"]["entries"] == 0 and answer["complete"]
    entries, number = owners(answer)["folios"]
    assert entries < number
    for name in batch.names():
        images.luo("cat", "--session", name, "--token", 0, "-o", work / name, work / "core")
        assert (work / name).read_bytes() == content(seed, name, 0, batch.size)
    check(vm, batch)


def test_a_region_of_reserve_mem(boot, images, seed, nonce, work):
    """Preserved in as few entries as its address allows."""
    vm = boot("reserve_mem=3M:4096:luotest")
    batch = Batch("vm", 0, 1, 1, PAGE, seed)
    create(vm, batch)
    Hop(vm, images, nonce=nonce, more="reserve_mem=3M:4096:luotest").go(
        "ok", entry=lambda stop: vm.dump(work / "core"))
    print(images.luo("map", work / "core"))
    answer = json.loads(images.luo("map", "--json", work / "core"))
    assert answer["unclaimed"]["entries"] == 0 and answer["complete"]
    assert owners(answer)["memblock"][1] == pages(3 << 20) + 1
    check(vm, batch)


@pytest.mark.everywhere
@pytest.mark.parametrize("version", ["7.1-v3"])
def test_nothing_is_left_of_dropped_blocks(boot, images, seed, nonce, work):
    """What the payload hands on after it has dropped three blocks of four."""
    vm = boot()
    kept, gone = Batch("a", 0, 20, 1, PAGE, seed), Batch("b", 0, 2460, 0, 0, seed)
    for batch in kept, gone:
        create(vm, batch)
    close(vm, gone)
    answers = []

    def look(stop):
        core = work / f"core{len(answers)}"
        vm.dump(core)
        answers.append(json.loads(images.luo("map", "--json", core)))

    verdict = Hop(vm, images, nonce=nonce, mode="compact").go(
        "repaired", entry=look, luo_jump_insn=look)
    assert verdict["blocks"] == (4, 1)
    before, after = answers
    for answer in answers:
        assert answer["followed"] and answer["complete"]
        assert answer["unclaimed"]["entries"] == answer["unknown"] == 0
    assert (before["preserved"]["pages"] - after["preserved"]["pages"]
            == owners(before)["session blocks"][1]
            - owners(after)["session blocks"][1] == 3 * 16)
    # and nothing else is different
    diff = json.loads(images.luo("diff", "--json", work / "core0",
                                 work / "core1", status=1))
    assert diff["sessions"] == [] and not diff["reordered"]
    assert diff["totals"]["entries"] == {
        "vanished": 3, "appeared": 0, "changed": 0}
    check(vm, kept)
