# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The main job: kernel, payload, kernel, and every byte is back.

Also that the harness would notice if it were not: with one byte flipped
from outside the same run fails, in pytest and in `make run`'s program.
"""

import subprocess
import sys

import pytest

from guest import Batch, check, create, differences, retrieve
from images import HERE
from kexec import Hop
from state import SESSIONS_PER_BLOCK


@pytest.mark.levels(count=[12])
@pytest.mark.parametrize("mode", ["verify", "compact"])
@pytest.mark.parametrize("count", [12, 2 * SESSIONS_PER_BLOCK + 3])
def test_every_byte_is_back(boot, images, seed, nonce, mode, count):
    vm = boot()
    batch = Batch("vm", 0, count, 2, 65536 + 5 if count < 50 else 4096, seed)
    create(vm, batch)
    found = {}

    def look(stop):
        found["kho"] = stop.state.kho_compatible()
        found["abi"] = stop.state.luo_compatible()
        found["pages"] = stop.state.preserved_pages()
        found["blocks"] = (len(stop.state.session_blocks()),) * 2
        found["fblocks"] = (sum(len(stop.state.chain(s.files))
                                for s in stop.state.sessions()),) * 2

    verdict = Hop(vm, images, nonce=nonce, mode=mode).go("ok", entry=look)
    found |= {"sessions": count, "files": 2 * count}
    assert {key: verdict[key] for key in found} == found
    check(vm, batch)


def test_off_prints_no_verdict_and_changes_nothing(boot, images, seed):
    vm = boot()
    batch = Batch("vm", 0, 3, 1, 4096, seed)
    create(vm, batch)
    hop = Hop(vm, images, mode="off").fire()
    hop.ready()
    assert not hop.seen(r"luo: (ok|repaired|errors|refused|none) ")
    check(vm, batch)


def test_no_sessions_at_all(boot, images, seed, nonce):
    vm = boot()
    verdict = Hop(vm, images, nonce=nonce).go("ok")
    assert (verdict["sessions"], verdict["blocks"]) == (0, (0, 0))
    batch = Batch("vm", 0, 1, 1, 4096, seed)
    create(vm, batch)


@pytest.mark.everywhere
def test_a_flipped_byte_fails(boot, images, seed, nonce):
    vm = boot()
    batch = Batch("vm", 0, 3, 2, 16384, seed)
    create(vm, batch)

    def flip(stop):
        file = stop.state.files(stop.state.session("vm-1"))[0]
        pa = stop.state.folios(file)[-1].pa + 4095
        stop.memory.write(pa, bytes([stop.memory.read(pa, 1)[0] ^ 0x80]))

    Hop(vm, images, nonce=nonce).go("ok", entry=flip)
    found = differences(batch, *retrieve(vm, batch))
    assert len(found) == 1 and found[0].startswith("memfd vm-1/0:"), found


@pytest.mark.long
def test_many_sessions(boot, images, seed, nonce):
    """Far more blocks than any other test has, and an empty one behind."""
    vm = boot(memory=2048)
    batch = Batch("vm", 0, 100 * SESSIONS_PER_BLOCK, 1, 4096, seed)
    create(vm, batch)
    vm.command("dup vm-0", rc=17)
    verdict = Hop(vm, images, nonce=nonce, mode="compact").go("repaired")
    assert (verdict["sessions"], verdict["blocks"]) == (batch.count, (101, 100))
    check(vm, batch)


@pytest.mark.everywhere
@pytest.mark.parametrize("flip, word", [(False, "PASS"), (True, "FAIL")])
def test_the_program_of_make_run(images, flip, word):
    done = subprocess.run(
        [sys.executable, str(HERE / "run.py"), "--arch", images.arch.name,
         "--kernel", str(images.kernel), "--luo", str(images.tool),
         "--sessions", "3", "--size", "8192",
         *(["--flip"] if flip else [])],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith(f"make run: {word}"), done.stdout
    assert done.returncode == flip, done.stdout
