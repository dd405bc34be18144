# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""States of the tests' own writer, in a machine's RAM before it starts."""

import importlib.util
import sys
from pathlib import Path

from firmware import BOARDS, MIB

HOST = Path(__file__).resolve().parents[1] / "host"


def _writer():
    """test/host/state.py, which has the name of a file of test/qemu."""
    sys.path.append(str(HOST))
    spec = importlib.util.spec_from_file_location("state_writer",
                                                  HOST / "state.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


writer = _writer()
import dumps    # noqa: E402


def write_ram(arch, path, ram):
    """Puts a made-up state into a file of RAM."""
    base = BOARDS[arch.name].base
    with open(path, "r+b") as file:
        for number, data in ram.chunks.items():
            file.seek(number * writer.CHUNK - base)
            file.write(bytes(data))


def made_up(arch, at=256 * MIB, **more):
    """A state in the middle of RAM, where nobody else is."""
    start = BOARDS[arch.name].base + at
    ram = writer.Ram((start, 16 * MIB))
    folios = [[writer.File(token=1)], [writer.File(token=2)]]
    blocks = [[writer.Session(b"first", folios[:1]),
               writer.Session(b"second", folios[1:])]]
    return ram, writer.State(ram, blocks, **more)


def damage(arch, path, pa, data):
    with open(path, "r+b") as file:
        file.seek(pa - BOARDS[arch.name].base)
        file.write(data)
