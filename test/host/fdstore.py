#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""fdstore.py FILE: writes a dump in which systemd hands over the fd stores of two services."""

import json
import sys

from dumps import Boot, write_elf
from state import File, Ram, Session, State

MAPPING = {"version": 1, "state": {"kexecsCount": 1}, "units": {
    "vmm@7.service": {"fdstore": [
        {"type": "fd", "name": "ram", "token": 1},
        {"type": "luo_session", "name": "devices", "sessionName": "vm-7"}]},
    "database.service": {"fdstore": [{"type": "fd", "name": "pool", "token": 2}]}}}


def made(mapping=MAPPING):
    """The state: token 0 holds the mapping."""
    state = State(Ram(), [[Session(b"systemd", [[File(token) for token in range(3)]]),
                           Session(b"vm-7")]])
    file = state.sessions[0].files[0][0]
    text = json.dumps(mapping).encode()
    state.ram.write(file.pages[0], text)
    state.ram.put64(file.data + 8, len(text))
    return state


def write(path, state):
    """As a machine's memory when the next kernel is about to be entered."""
    return write_elf(path, state.ram, [Boot(state.ram, state).params])


if __name__ == "__main__":
    write(sys.argv[1], made())
