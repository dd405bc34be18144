# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A small reader of flattened device trees: KHO's root tree, and boot data.

It keeps where each property's value lies, so that a test can alter exactly
that value in the guest's RAM.
"""

import struct
from dataclasses import dataclass, field

MAGIC = 0xd00dfeed
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


class FdtError(Exception):
    """No tree, or a broken one."""


@dataclass
class Prop:
    data: bytes
    offset: int     # of the value, from the tree's start


@dataclass
class Node:
    name: str
    props: dict = field(default_factory=dict)
    children: dict = field(default_factory=dict)

    def _cells(self, name, default):
        prop = self.props.get(name)
        return int.from_bytes(prop.data, "big") if prop else default

    def range_of(self, prop):
        """The (address, size) that a property of a child holds."""
        split = 4 * self._cells("#address-cells", 2)
        if len(prop.data) != split + 4 * self._cells("#size-cells", 1):
            raise FdtError(f"{prop.data.hex()} is no address and size")
        return (int.from_bytes(prop.data[:split], "big"),
                int.from_bytes(prop.data[split:], "big"))

    def values(self, path=""):
        """{path of a property: its bytes} of this node and all below it."""
        found = {f"{path}/{name}": prop.data
                 for name, prop in self.props.items()}
        for name, child in self.children.items():
            found |= child.values(f"{path}/{name}")
        return found


def _text(blob, offset):
    end = blob.find(b"\0", offset)
    if end < 0:
        raise FdtError(f"a string without an end at {offset:#x}")
    return blob[offset:end].decode("ascii")


def total_size(blob):
    """The bytes of the tree that starts here; its header is enough."""
    magic, total = struct.unpack_from(">2I", blob)
    if magic != MAGIC:
        raise FdtError(f"no tree: magic {magic:#x}")
    return total


def reserved(blob):
    """[(pa, size)] of the tree's memory reservations."""
    at, found = struct.unpack_from(">I", blob, 16)[0], []
    while any(entry := struct.unpack_from(">QQ", blob, at)):
        found.append(entry)
        at += 16
    return found


def parse(blob):
    """The root node of a flattened tree."""
    structs, strings = struct.unpack_from(">2I", blob, 8)
    if total_size(blob) > len(blob):
        raise FdtError(f"a tree cut short: total size {total_size(blob):#x}")
    stack, root, at = [], None, structs
    while True:
        token = struct.unpack_from(">I", blob, at)[0]
        at += 4
        if token == BEGIN_NODE:
            node = Node(_text(blob, at))
            at += (len(node.name) + 4) & -4
            if stack:
                stack[-1].children[node.name] = node
            root = root or node
            stack.append(node)
        elif token == PROP:
            length, name = struct.unpack_from(">2I", blob, at)
            at += 8
            stack[-1].props[_text(blob, strings + name)] = Prop(
                blob[at:at + length], at)
            at += (length + 3) & -4
        elif token == END_NODE:
            stack.pop()
        elif token == END:
            break
        elif token != NOP:
            raise FdtError(f"token {token:#x} at {at - 4:#x}")
    if root is None or stack:
        raise FdtError("the tree does not close")
    return root
