# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A writer of flattened device trees, as small as the tests need it.

Layout: Devicetree Specification 0.4, chapter 5 (version 17). A tree is a pair
of properties and children, both dicts; property values are bytes.
"""

import struct

BEGIN, END, PROP, DONE = 1, 2, 3, 9
HEADER = 40
RESERVED = bytes(16)    # an empty reservation map


def _pad(data):
    return data + bytes(-len(data) % 4)


class _Strings:
    def __init__(self):
        self.data = b""

    def offset(self, name):
        text = name.encode() + b"\0"
        at = self.data.find(text)
        if at < 0:
            at = len(self.data)
            self.data += text
        return at


def _node(name, node, strings):
    props, children = node
    out = struct.pack(">I", BEGIN) + _pad(name.encode() + b"\0")
    for key, value in props.items():
        out += struct.pack(">III", PROP, len(value), strings.offset(key))
        out += _pad(value)
    for key, child in children.items():
        out += _node(key, child, strings)
    return out + struct.pack(">I", END)


def flatten(root):
    """The bytes of a tree; totalsize is their number."""
    strings = _Strings()
    body = _node("", root, strings) + struct.pack(">I", DONE)
    at = HEADER + len(RESERVED)
    total = at + len(body) + len(strings.data)
    head = struct.pack(">10I", 0xd00dfeed, total, at, at + len(body), HEADER,
                       17, 16, 0, len(strings.data), len(body))
    return head + RESERVED + body + strings.data


def text(value):
    """A string property."""
    return value.encode() + b"\0"


def native(value):
    """A number as KHO and LUO write it: u64, not big-endian."""
    return struct.pack("<Q", value)
