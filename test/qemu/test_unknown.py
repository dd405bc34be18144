# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""State of a version that the payload does not know, and no state at all.

It says so in its line, writes nothing and boots the next kernel.
"""

import pytest

from guest import Batch, check, create, retrieve_fails
from kexec import Hop
from memory import diff_pages

ENOENT = 2


class Altered:
    """Another version string, put in from outside and taken out again."""

    def __init__(self, vm, where, old, new):
        self.vm, self.where, self.old, self.new = vm, where, old, new

    def entry(self, stop):
        self.pa = self.where(stop.state)
        assert stop.memory.read(self.pa, len(self.old)) == self.old
        stop.memory.write(self.pa, self.new)
        self.before = self.vm.snapshot("before")

    def jump(self, stop):
        self.after = self.vm.snapshot("after")

    def restore(self, stop):
        self.jump(stop)
        assert stop.memory.read(self.pa, len(self.new)) == self.new
        stop.memory.write(self.pa, self.old)

    def assert_untouched(self, hop):
        start, end = hop.image_range()
        assert [page for page in diff_pages(self.before, self.after)
                if not start <= page < end] == []


def kho(vm):
    return Altered(vm, lambda state: state.kho_compatible_pa(),
                   b"kho-v4\0", b"kho-v9\0")


def luo(vm):
    return Altered(vm, lambda state: state.luo(), b"luo-v5\0", b"luo-v9\0")


@pytest.mark.everywhere(mode=["compact"])
@pytest.mark.parametrize("mode", ["verify", "compact"])
@pytest.mark.parametrize("which, field, name", [
    (kho, "kho", "kho-v9"), (luo, "abi", "luo-v9")])
def test_unknown_version_is_passed_untouched(boot, images, seed, nonce, mode,
                                             which, field, name):
    vm = boot()
    batch = Batch("vm", 0, 52, 1, 4096, seed)
    create(vm, batch)
    altered = which(vm)
    hop = Hop(vm, images, nonce=nonce, mode=mode)
    verdict = hop.go("refused", entry=altered.entry,
                     luo_jump_insn=altered.restore)
    assert verdict[field] == name
    altered.assert_untouched(hop)
    check(vm, batch)


def test_the_next_kernel_decides_about_an_unknown_kho(boot, images, seed,
                                                      nonce):
    vm = boot()
    batch = Batch("vm", 0, 2, 1, 4096, seed)
    create(vm, batch)
    altered = kho(vm)
    hop = Hop(vm, images, nonce=nonce)
    hop.go("refused", entry=altered.entry, luo_jump_insn=altered.jump)
    altered.assert_untouched(hop)
    assert hop.seen(r"KHO: disabling KHO revival")
    retrieve_fails(vm, batch, ENOENT)


@pytest.mark.everywhere(switch=["kho=off"])
@pytest.mark.parametrize("switch", ["kho=off", "liveupdate=off"])
def test_nothing_handed_over(boot, images, nonce, seed, switch):
    vm = boot(switch)
    hop = Hop(vm, images, nonce=nonce, mode="compact")
    verdict = hop.go("none")
    assert (verdict["sessions"], verdict["blocks"]) == (0, (0, 0))
    batch = Batch("vm", 0, 1, 1, 4096, seed)
    create(vm, batch)
