# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""From the boot data that the next kernel gets to the handed-over state.

x86: a node of type 10 in the setup_data chain of boot_params. arm64: two
properties of /chosen in the device tree, an address and a size each, in the
root's cells, big-endian.
"""

import struct
from dataclasses import dataclass

import fdtread

SETUP_DATA = 0x250          # in boot_params
SETUP_KHO = 10
FDT_HEADER = 40


class BootDataError(Exception):
    """The boot data name no state, or do not read as they should."""


@dataclass(frozen=True)
class Handover:
    """Addresses and sizes of KHO's tree and of its list of scratch areas."""

    fdt: int
    fdt_size: int       # one page of the kernel that handed over
    scratch: int
    scratch_size: int


def setup_data(memory, boot_params):
    """[(pa, type, len)] of the setup_data chain."""
    nodes, at = [], memory.u64(boot_params + SETUP_DATA)
    while at:
        following, kind, length = struct.unpack("<QII", memory.read(at, 16))
        nodes.append((at, kind, length))
        if len(nodes) > 100:
            raise BootDataError("the setup_data chain does not end")
        at = following
    return nodes


def _from_setup_data(memory, boot_params):
    for pa, kind, length in setup_data(memory, boot_params):
        if kind == SETUP_KHO:
            break
    else:
        raise BootDataError("no KHO node in the setup_data chain")
    if length != 32:
        raise BootDataError(f"the KHO node has {length} bytes, not 32")
    return Handover(*struct.unpack("<4Q", memory.read(pa + 16, 32)))


def device_tree(memory, dtb):
    """The flattened tree at an address, all of its bytes."""
    return memory.read(dtb, fdtread.total_size(memory.read(dtb, FDT_HEADER)))


def _from_chosen(memory, dtb):
    root = fdtread.parse(device_tree(memory, dtb))
    chosen = root.children["chosen"].props
    if "linux,kho-fdt" not in chosen:
        raise BootDataError("no linux,kho-fdt in /chosen")
    return Handover(*root.range_of(chosen["linux,kho-fdt"]),
                    *root.range_of(chosen["linux,kho-scratch"]))


FINDERS = {"x86_64": _from_setup_data, "aarch64": _from_chosen}


def find(arch, memory, params):
    """The handover that the boot data at `params` lead to."""
    return FINDERS[arch.name](memory, params)
