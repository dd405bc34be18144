# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A printed plan, carried out on a copy of the memory.

Single stores have the bytes before (but for a build) and after; a copy has its source; a scrub
writes zeros. See luo/print_json.c. Every state that a test compacts goes through compacted(), which
plans again.
"""

from tool import OK, run

STORES = {"header": (16,), "build": (16,), "head": (4, 8), "key": (8,)}


def operate(ram, op):
    """Carries out one operation of a plan."""
    pa, length, kind = int(op["pa"], 16), op["len"], op["kind"]
    assert op["pa"] == hex(pa)
    if kind == "copy":
        assert pa % 8 == 0 and length % 8 == 0, op
        ram.write(pa, ram.read(int(op["src"], 16), length))
    elif kind == "scrub":
        assert pa % 8 == 0 and length % 8 == 0, op
        ram.write(pa, bytes(length))
    else:
        new = bytes.fromhex(op["new"])
        assert length in STORES[kind] and pa % length == 0, op
        assert len(new) == length, op
        if kind != "build":
            assert ram.read(pa, length).hex() == op["old"] != op["new"], op
        ram.write(pa, new)


def compacted(*words):
    """A second plan for a state that was compacted, which these words name, must be empty."""
    answer = run("compact", "-n", "--json", *words)
    assert (answer.status, answer.json["plan"]) == (OK, [])


def carry_out(ram, plan, write, each=None):
    """Carries out a plan to its end; `each` is called after every operation of it.

    `write` makes a dump of the memory, and gives back the words that name it.
    """
    for op in plan:
        operate(ram, op)
        if each:
            each(op)
    compacted(*write())
