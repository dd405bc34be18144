# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the text file beside a captured state expects of the host tool.

Made from the state by the readers of test/qemu, which share nothing with the code under test;
only what an empty block means to the next kernel is given.
"""

import json
from pathlib import Path

EMPTY_BLOCK = "LUO-S06"
VERDICTS = {None: ("ok", 0), "note": ("ok", 0), "panic": ("errors", 4)}


def file_blocks(state):
    """How many blocks, or arrays, of files there are."""
    if state.abi().file_blocks:
        return sum(len(state.chain(session.files)) for session in state.sessions())
    return sum(1 for session in state.sessions() if session.files)


def sessions(state):
    """As `luo list --json` shows them."""
    return [{"name": session.name, "file_count": session.count,
             "files": [{"token": hex(file.token), "handler": file.handler, "data": hex(file.data),
                        "size": hex(state.memory.u64(file.data + 8))}
                       for file in state.files(session)]}
            for session in state.sessions()]


def describe(state, severity):
    """The whole block of expected values; `severity` is that of an empty block of sessions."""
    blocks, listed = state.session_blocks(), sessions(state)
    # the one array of luo-session-v2 may be empty; luo-v5 needs no block, -v3 keeps one
    empty = [block for block in blocks if not block.count] if severity else []
    verdict, status = VERDICTS[severity if empty else None]
    return {
        "verdict": verdict, "exit": status,
        "kho": state.kho_compatible(), "abi": state.luo_compatible(), "page_size": state.page,
        "liveupdate_number": state.liveupdate_number(),
        "totals": {"sessions": len(listed),
                   "files": sum(len(session["files"]) for session in listed),
                   "blocks": len(blocks), "fblocks": file_blocks(state),
                   "pages": state.preserved_pages(), "map_entries": len(state.preserved())},
        "findings": [{"code": EMPTY_BLOCK, "severity": severity, "pa": hex(block.pa)}
                     for block in empty],
        "places": {"kho_fdt": hex(state.fdt), "map_root": hex(state.map().root),
                   "container": hex(state.luo())},
        "sessions": listed,
    }


def dump(expected):
    """The block as it stands in the text file: a line for each value, and for each in a list."""
    lines = []
    for key, value in expected.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(json.dumps(item) for item in value) + "\n ]"
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def load(path):
    """The block of expected values: all from the first line that is `{`."""
    text = Path(path).read_text(encoding="utf-8")
    return json.loads(text[text.index("\n{\n"):])
