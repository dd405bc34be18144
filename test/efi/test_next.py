# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The next kernel, before it is started: what it reads, its command line, the
memory map it will be given. The state itself is in order."""

import re

import pytest
from conftest import STATES
from guest import check, command_line, retrieve_fails
from images import kernel_folder
from test_errors import COMPROMISED, INVALID, NOT_FOUND, SUCCESS, UNSUPPORTED
from test_state import script, statuses

pytestmark = pytest.mark.everywhere
ENOENT = 2
ON = "kho=on liveupdate=on"
NEXT = r"verify --next-kernel \{}"
# name: words, the status that is left, findings in the order of the catalogue
ASKED = {
    "plain": ("verify", SUCCESS, []),
    "fits": (NEXT.format("kernel.img") + f' --cmdline "{ON}"', SUCCESS, []),
    "wrapped": (NEXT.format("wrapped.img") + f' --cmdline "{ON}"', SUCCESS, []),
    "other": (NEXT.format("other.img"), COMPROMISED, ["LUO-K12 lose"]),
    "packed": (NEXT.format("packed.img"), SUCCESS, ["LUO-K14 note"]),
    "off": (f'verify --cmdline "{ON} kho=off"', COMPROMISED, ["LUO-B08 lose"]),
    "absent": ('verify --cmdline "quiet"', COMPROMISED,
               ["LUO-B09 lose", "LUO-B10 lose"]),
    "ours": (f'verify --cmdline "{ON} -- kho=off"', SUCCESS, []),
    # less than what is preserved
    "cut": (f'verify --cmdline "{ON} mem=1M"', COMPROMISED,
            ["LUO-B07 panic", "LUO-B11 note"]),
    "compacted": (f'compact --cmdline "{ON}"', INVALID, []),
    "twice": (r"boot --kernel \kernel.img --next-kernel \kernel.img", INVALID, []),
    "missing": (NEXT.format("nowhere"), NOT_FOUND, []),
    "junk": (NEXT.format("junk"), UNSUPPORTED, []),
    "halt": (r"boot --kernel \kernel.img --onerror halt", COMPROMISED,
             ["LUO-B09 lose", "LUO-B10 lose"]),
    "refused": (rf'boot --kernel \other.img --cmdline "{ON}" --onerror halt',
                COMPROMISED, ["LUO-K12 lose"]),
}
# but for what the anchor of the payload that reset the machine adds, LUO-A
FINDING = re.compile(r"^\s*(LUO-[B-Z]\d\d \w+): ")


def findings(lines):
    found = (FINDING.match(line) for line in lines)
    return sorted({match[1] for match in found if match})


def test_what_it_is_given(arch, images, application, volume, start, state):
    """One shell, all of them, on the state of a real kexec."""
    other = kernel_folder(arch, "7.1") / arch.kernel
    vm = start(state("sound"), volume=volume({
        "luo.efi": application, "kernel.img": images.kernel,
        "wrapped.img": images.wrapped, "other.img": other,
        "packed.img": b"MZ" + bytes(4000), "junk": b"no kernel" * 500,
        "startup.nsh": script({name: words for name, (words, *_)
                               in ASKED.items()})}))
    left = statuses(vm)
    rest, wrong = vm.lines, []
    for name, (_, status, wanted) in ASKED.items():
        end = next(at for at, line in enumerate(rest)
                   if line.startswith(f"luotest-status-{name}:"))
        got = left[name], findings(rest[:end])
        if got != (status, wanted):
            wrong.append((name, got, (status, wanted)))
        rest = rest[end + 1:]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.fixture
def boot(images, application, volume, start, state):
    """`luo.efi boot` on the sound state, of any kernel, with any words."""
    def go(kernel, options):
        files = volume({"kernel.img": kernel, "initrd.img": images.initrd(1)})
        return start(state("sound"), application=application, volume=files,
                     arguments=r"boot --kernel \kernel.img "
                     rf"--initrd \initrd.img {options}")
    return go


def without(arch, word):
    return re.sub(rf" ?\b{word}=on\b", "", command_line(arch, 2))


@pytest.mark.parametrize("policy, line", [
    ("pass", r"starting the next kernel"),
    ("drop", r"dropped: the next kernel does not see KHO")])
def test_a_command_line_without_kho(arch, boot, images, policy, line):
    """What was foretold happens, on whichever way: no session comes back."""
    words = without(arch, "kho")
    vm = boot(images.kernel, f'--onerror {policy} --cmdline "{words}"')
    vm.expect(r"LUO-B09 lose: ")
    vm.expect(r"^luo: errors ")
    vm.expect(line)
    vm.ready(2)
    retrieve_fails(vm, STATES["sound"], ENOENT)


@pytest.mark.only("x86_64")
def test_a_wrapped_kernel(arch, boot, images):
    """Its payload runs as after a kexec. (On aarch64 firmware starts kernels,
    and a wrapped one answers it that it is for kexec.)"""
    vm = boot(images.wrapped, f'--cmdline "{command_line(arch, 2)}"')
    vm.expect(r"^luo: ok ")
    vm.ready(2)
    check(vm, STATES["sound"])
