# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo.efi as a boot entry, its options in the entry's load options.

A first start of firmware, in another machine, writes the entry with the
shell's bcfg into the variable store; the second one boots it by itself, on
the RAM of a real kexec.
"""

import pytest
from conftest import STATES
from guest import check, command_line
from test_state import statuses

pytestmark = pytest.mark.everywhere
# -opt wants its number in hex
ADD = (r'bcfg boot add 0 FS0:\luo.efi "next kernel"',
       r"bcfg boot -opt 0x0 FS0:\options", "bcfg boot dump -v")


def entry_script():
    """startup.nsh that makes the entry the first one."""
    return "\r\n".join(["@echo -off", "FS0:", *ADD, "echo luotest-end", ""])


def options(arch):
    """UTF-16 without an end, as efibootmgr -u writes them."""
    return (rf"boot --kernel \kernel.img --initrd \initrd.img --mode compact "
            f'--cmdline "{command_line(arch, 2)}"').encode("utf-16-le")


def test_boot_entry(arch, images, application, volume, start, ram, state,
                    tmp_path):
    files = volume({"luo.efi": application, "kernel.img": images.kernel,
                    "initrd.img": images.initrd(1),
                    "options": options(images.arch),
                    "startup.nsh": entry_script()})
    variables = tmp_path / "variables"
    vm = start(ram, volume=files, variables=variables)
    assert statuses(vm) == {}
    vm.close()
    vm = start(state("empty-tail"), volume=files, variables=variables)
    vm.expect(r'BdsDxe: starting Boot\w+ "next kernel" from ')
    vm.expect(r"luo: repaired abi=luo-v5 kho=kho-v4 sessions="
              rf"{STATES['empty-tail'].count} ")
    vm.ready(2)
    check(vm, STATES["empty-tail"])
