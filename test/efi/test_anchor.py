# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""--anchor, and anchors among which luo.efi cannot choose: made-up ones in a made-up state."""

import pytest
from anchor import sealed, write
from madeup import made_up, write_ram
from reset import ANCHOR
from test_errors import COMPROMISED, NOT_FOUND, SUCCESS
from test_state import script, statuses

pytestmark = pytest.mark.everywhere


def test_named_by_its_address(arch, application, volume, start, ram):
    """Each says clearly why it is not taken; the one that is good is, whatever others there are."""
    memory, made = made_up(arch)
    good, tied, stale, bad, newer = (memory.take_scratch(8192) for _ in range(5))
    data = write(made, good)
    other = data[:48] + (made.fdt + 4096).to_bytes(8, "little") + data[56:]
    memory.write(tied, sealed(other, tied, made.number))
    memory.write(stale, sealed(data, stale, 1))
    memory.write(bad, sealed(data, bad, made.number)[:-1] + b"x")
    memory.write(newer, b"luo-anchor-2".ljust(16, b"\0"))
    write_ram(arch, ram, memory)
    asked = {       # words, the status that is left, a line
        "any": ("verify", NOT_FOUND, "name one with --anchor ADDR:"),
        "good": (f"verify --anchor {good:#x}", SUCCESS, "luo: ok "),
        "list": (f"list --anchor={good:#x}", SUCCESS, "'second'"),
        "stale": (f"verify --anchor {stale:#x}", NOT_FOUND,
                  f"luo: --anchor {stale:#x}: is of an earlier state"),
        "bad": (f"verify --anchor {bad:#x}", NOT_FOUND, f"luo: --anchor {bad:#x}: is damaged"),
        "newer": (f"verify --anchor {newer:#x}", NOT_FOUND,
                  f"luo: --anchor {newer:#x}: is of another version"),
        "none": (f"verify --anchor {made.fdt:#x}", NOT_FOUND,
                 f"luo: --anchor {made.fdt:#x}: is not there"),
    }
    vm = start(ram, volume=volume({"luo.efi": application, "startup.nsh": script(
        {name: words for name, (words, *_) in asked.items()})}))
    left, rest = statuses(vm), "\n".join(vm.lines)
    for name, (words, status, line) in asked.items():
        part, _, rest = rest.partition(f"luotest-status-{name}:")
        assert (left[name], line in part) == (status, True), (words, part)
    places = [line.strip() for line in vm.lines if line.startswith("luo:   0x")]
    assert sorted(places) == sorted(f"luo:   {pa:#x}" for pa in (good, tied)), places
    found = [match for line in vm.lines if (match := ANCHOR.search(line))]
    assert [int(match[1], 16) for match in found] == [good, good], found


def test_what_was_trodden_on(arch, application, volume, start, ram):
    memory, made = made_up(arch)
    pa = memory.take_scratch(8192)
    write(made, pa)
    file = made.sessions[1].files[0][0]
    memory.write(file.pages[0] + 100, b"x")
    write_ram(arch, ram, memory)
    vm = start(ram, volume=volume({"luo.efi": application, "startup.nsh": script(
        {"verify": f"verify --anchor {pa:#x}", "compact": f"compact --anchor {pa:#x}"})}))
    assert set(statuses(vm).values()) == {COMPROMISED}
    line = (f"luo: trodden on: folios: file 0 of session 'second': 1 page at "
            f"{file.pages[0]:#x}")
    assert [text.strip() for text in vm.lines].count(line) == 2, vm.lines


def test_compacted_and_not_booted(arch, application, volume, start, state):
    """The kernel is not there: what was compacted by then is what the anchor is about."""
    asked = {"boot": r"boot --kernel \nowhere --mode compact", "verify": "verify"}
    vm = start(state("empty-tail"), volume=volume({
        "luo.efi": application, "startup.nsh": script(asked)}))
    assert statuses(vm) == {"boot": NOT_FOUND, "verify": SUCCESS}, vm.lines
    found = [match[4] for line in vm.lines if (match := ANCHOR.search(line))]
    assert found and set(found) == {"0"}, vm.lines
