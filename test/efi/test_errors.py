# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What goes wrong: a clear line, the documented status, the policy followed."""

import re

import pytest
from conftest import STATES
from firmware import BOARDS, MEMORY, MIB
from guest import command_line, retrieve_fails
from madeup import damage, dumps, made_up, write_ram
from test_state import script, statuses

pytestmark = pytest.mark.everywhere
# as the shell shows them (UEFI 2.10, appendix D)
SUCCESS, INVALID, UNSUPPORTED = "0x0", "0x2", "0x3"
NOT_FOUND, COMPROMISED = "0xE", "0x21"
ENOENT = 2
USAGE = {
    "nothing": ("", INVALID, r"no command is given"),
    "word": ("frobnicate", INVALID, r"frobnicate: is no command"),
    "option": ("verify --frob", INVALID, r"--frob: is no option"),
    "number": ("verify --kho-fdt 0xyz", INVALID, r"0xyz: is no address"),
    "anchor": ("verify --anchor 0", INVALID, r"0: is no address"),
    "noanchor": ("verify --anchor 0x50000000", NOT_FOUND,
                 r"--anchor 0x50000000: is not there"),
    "reserve": (r"boot --kernel x --reserve 0x1000+5", INVALID,
                r"0x1000\+5: is no list of|--reserve: is for arm64"),
    "reserves": (r"verify --reserve 0x1000+0x1000", INVALID,
                 r"--reserve belong to boot|--reserve: is for arm64"),
    "value": ("verify --kho-fdt", INVALID, r"--kho-fdt: lacks its value"),
    "formats": ("verify --json --ktap", INVALID, r"exclude each other"),
    "form": ("list --ktap", INVALID, r"list: has no such form"),
    "dry": ("verify -n", INVALID, r"-n belongs to compact"),
    "kernel": ("boot", INVALID, r"boot: --kernel FILE is needed"),
    "policy": ("boot --kernel x --onerror maybe", INVALID,
               r"maybe: is no policy"),
    "theirs": ("verify --kernel x", INVALID, r"belong to boot"),
    "none": ("verify", NOT_FOUND, r"luo: none "),
    "missing": (r"boot --kernel \nowhere", NOT_FOUND,
                r"\\nowhere: cannot be opened: not found"),
    "junk": (r"boot --kernel \junk", UNSUPPORTED, r"\\junk: is no kernel"),
    "cut": (r"boot --kernel \cut", None, r"\\cut: "),
    "version": ("--version", SUCCESS, r"luo-payload \d"),
    "given": ("verify --kho-fdt 0x40001000", COMPROMISED, r"luo: errors "),
}


def test_statuses(arch, images, application, volume, start, ram):
    """One shell, all of them: no state, wrong words, bad kernels."""
    kernel = images.kernel.read_bytes()
    files = volume({
        "luo.efi": application, "junk": b"no kernel" * 500,
        "cut": kernel[:len(kernel) // 2],
        "startup.nsh": script({name: words for name, (words, *_)
                               in USAGE.items()})})
    vm = start(ram, volume=files)
    found = statuses(vm)
    text = "\n".join(vm.lines)
    for name, (words, status, line) in USAGE.items():
        part = text.split(f"luotest-status-{name}:")[0]
        part = part.rsplit("luotest-status-", 1)[-1]

        assert re.search(line, part), (name, words, part)
        if status:
            assert found[name] == status, (name, found[name])
        else:
            assert found[name] != SUCCESS, name


def test_damaged_metadata(arch, images, application, volume, start, ram):
    """Each policy, and what is damaged stays as it is."""
    memory, made = made_up(arch)
    write_ram(arch, ram, memory)
    block = made.blocks[0]
    damage(arch, ram, block + 8, (1000).to_bytes(8, "little"))
    words = {
        "verify": f"verify --kho-fdt {made.fdt:#x}",
        "compact": f"compact --kho-fdt {made.fdt:#x}",
        "pass": rf"boot --kernel \kernel.img --kho-fdt {made.fdt:#x}",
        "halt": rf"boot --kernel \kernel.img --kho-fdt {made.fdt:#x} "
                "--onerror halt",
        "hide": rf"boot --kernel \kernel.img --kho-fdt {made.fdt:#x} "
                "--onerror drop-luo",
    }
    vm = start(ram, volume=volume({"luo.efi": application,
                                   "kernel.img": images.kernel,
                                   "startup.nsh": script(words)}))
    found = statuses(vm)
    assert set(found.values()) == {COMPROMISED}, found
    text = "\n".join(vm.lines)
    assert text.count("luo: errors ") == len(words)
    assert "LUO-S07 panic: " in text
    assert "luo: not booted: its scratch areas are not known" in text
    assert "luo: not booted: onerror=halt" in text
    assert "luo: not booted: onerror=drop-luo needs" in text
    assert vm.memory.u64(block + 8) == 1000


def held(arch):
    """A page that firmware uses for good, near the top of RAM."""
    return BOARDS[arch.name].base + MEMORY * MIB - 12 * MIB


def test_page_taken_by_firmware(arch, images, application, volume, start, ram):
    """A folio of a memfd lies where firmware is: whose it is, and as what."""
    memory, made = made_up(arch)
    file = made.sessions[1].files[0][0]
    folio, taken = file.pages[0], held(arch)
    made.map.change(folio, 0, False)
    made.map.change(taken, 0, True)
    memory.put64(file.arrays[0], taken >> 12 | 3 << 52, 0)
    write_ram(arch, ram, memory)
    words = {
        "verify": f"verify --kho-fdt {made.fdt:#x}",
        "compact": f"compact --kho-fdt {made.fdt:#x}",
        "pass": rf"boot --kernel \kernel.img --kho-fdt {made.fdt:#x}",
    }
    vm = start(ram, volume=volume({
        "luo.efi": application, "kernel.img": images.kernel,
        "startup.nsh": script(words)}))
    found = statuses(vm)
    lines = [line for line in vm.lines if "luo: held by firmware as " in line]
    assert len(lines) == len(words), lines
    assert all(f"{taken:#x} + 0x1000, of folios: file 0 of session 'second'"
               in line for line in lines), lines
    assert any(word in lines[0] for word in (
        "BootServicesData", "BootServicesCode", "RuntimeServicesData",
        "RuntimeServicesCode", "Reserved", "ACPI", "LoaderCode")), lines
    assert found == dict.fromkeys(words, COMPROMISED)
    text = "\n".join(vm.lines)
    assert "LUO-B20 lose: " in text
    assert "luo: not booted: firmware holds memory of the state" in text


def test_taken_page_and_drop(arch, images, application, volume, start, ram):
    """onerror=drop gives the state up and boots."""
    memory, made = made_up(arch)
    made.map.change(held(arch), 0, True)
    write_ram(arch, ram, memory)
    files = volume({"kernel.img": images.kernel,
                    "initrd.img": images.initrd(1)})
    vm = start(ram, application=application, volume=files, arguments=(
        r"boot --kernel \kernel.img --initrd \initrd.img --onerror drop "
        f"--kho-fdt {made.fdt:#x} "
        f'--cmdline "{command_line(images.arch, 2)}"'))
    vm.expect(r"luo: held by firmware as ")
    vm.expect(r"luo: dropped: the next kernel does not see KHO")
    vm.ready(2)
    retrieve_fails(vm, STATES["sound"], ENOENT)


def test_reset(arch, images, application, volume, start, state):
    """onerror=reset: the machine is reset, which ends QEMU here."""
    files = volume({"kernel.img": images.kernel})
    vm = start(state("empty-tail"), application=application, volume=files,
               arguments=r"boot --kernel \kernel.img --onerror reset")
    vm.expect(r"luo: errors ")
    vm.expect(r"^luo: reset")
    vm.wait_end()


@pytest.fixture
def runtime(volume, start, ram):
    """(start, length) of RAM in which this firmware keeps data of its runtime
    services, as its shell says, in whole units of 2 MiB; RAM is empty again."""
    vm = start(ram, volume=volume({"startup.nsh": "memmap\r\necho luotest-end\r\n"}))
    statuses(vm)
    vm.keep_ram(ram)
    with open(ram, "wb") as file:
        file.truncate(MEMORY * MIB)
    found = [re.match(r"RT_Data +([0-9A-F]{16})-([0-9A-F]{16}) ", line)
             for line in vm.lines]
    first = next(match for match in found if match)
    begin = int(first[1], 16) // (2 * MIB) * 2 * MIB
    end = -(-int(first[2], 16) // (2 * MIB)) * 2 * MIB
    return begin, end - begin


def test_firmware_inside_scratch(arch, images, application, volume, start, ram,
                                 runtime):
    """Runtime memory there would be overwritten by the next kernel."""
    memory, made = made_up(arch)
    areas = [memory.scratch, runtime]
    boot_data = dumps.Boot if arch.name == "x86_64" else dumps.Tree
    boot_data(memory, made, areas=areas)
    write_ram(arch, ram, memory)
    files = volume({"luo.efi": application, "kernel.img": images.kernel,
                    "startup.nsh": script({
                        "verify": "verify",
                        "boot": r"boot --kernel \kernel.img"})})
    vm = start(ram, volume=files)
    found = statuses(vm)
    lines = [line for line in vm.lines if "luo: held by firmware as " in line]
    assert lines and all(re.search(
        r"as (RuntimeServices(Code|Data)|ACPI\w+): 0x[0-9a-f]+ \+ "
        r"0x[0-9a-f]+, of scratch area$", line) for line in lines), lines
    assert set(found.values()) == {COMPROMISED}
    text = "\n".join(vm.lines)
    assert "LUO-B21 lose: " in text
    assert "luo: not booted: firmware keeps memory in scratch" in text
