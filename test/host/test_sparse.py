# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A dump of 16 GiB that is nearly all guest memory: what is read of it is the
metadata, and neither what memfds hold nor holes.

How much is read says --stats, and independently of it the page cache: the
dump's pages are dropped before the tool runs, and what is in the cache
afterwards (fincore, of util-linux) was brought there by it. For that the dump
has to be on a disk, so it lies in the build folder.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from dumps import write_raw
from sparse import GIB, MEMFDS, SESSIONS, content, make, metadata, write_core
from state import BASE, MIB, File, Ram, Session, State
from tool import BUILD, LUO, OK, run

LIMIT = 1.1
MEMORY = 64 * MIB
# A small process between: what a process has used before it becomes another
# program counts as that one's. It says how much memory its child used (KiB).
WATCH = """
import os, sys
child = os.fork()
if not child:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print("watched", used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.fixture(scope="module")
def state():
    return make()


@pytest.fixture
def folder():
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="sparse-") as path:
        yield Path(path)


def without_content(state):
    ram = state.ram.copy()
    for index in content(state):
        del ram.chunks[index]
    return ram


def cached(path):
    done = subprocess.run(["fincore", "--bytes", "--noheadings", "--output",
                           "RES", path], capture_output=True, text=True,
                          check=True)
    return int(done.stdout)


def drop(path):
    """Out of the page cache with it."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    assert cached(path) == 0, f"{path.parent} is not on a disk"


def measured(folder, path, *words):
    """Verifies; (bytes read, as said and as seen, most memory in use)"""
    drop(path)
    done = subprocess.run([sys.executable, "-IS", "-c", WATCH, LUO, "verify",
                           "--stats", *words, path], capture_output=True,
                          text=True)
    answer, notes = done.stdout, done.stderr
    assert done.returncode == OK, answer + notes
    assert (f" sessions={SESSIONS} files={MEMFDS} " in answer
            and " findings=0 " in answer), answer
    said = re.search(r"(\d+) bytes of (\d+) were read, in (\d+) KiB", notes)
    assert int(said[2]) == path.stat().st_size > 16 * GIB - 1
    memory = int(re.search(r"^watched (\d+)$", notes, re.M)[1])
    assert abs(memory - int(said[3])) <= memory // 10, notes
    return int(said[1]), cached(path), memory * 1024


def holds(state, figures):
    said, seen, memory = figures
    size = metadata(state)
    print(f"metadata {size}, said {said}, seen {seen}, memory {memory}")
    assert size // 2 < said <= LIMIT * size
    assert size // 2 < seen <= LIMIT * size
    assert memory <= MEMORY
    return True


def test_core_with_content(folder, state):
    """Boot data lead to the state: of memory that is no hole, nothing else is
    read. A hole is not, either: what is in the page cache includes those."""
    path = write_core(folder / "core", state)
    assert path.stat().st_blocks * 512 > 2 * metadata(state)
    assert holds(state, measured(folder, path))


def test_scan(folder, state):
    """Nothing leads to it, so all memory is gone over, but for the holes."""
    path = write_raw(folder / "raw", without_content(state))
    assert holds(state, measured(folder, path, "--base", hex(BASE)))


def test_address_given(folder, state):
    path = write_raw(folder / "raw", without_content(state))
    assert holds(state, measured(folder, path, "--kho-fdt", hex(state.fdt),
                                 "--base", hex(BASE)))


def test_stats_are_a_note(tmp_path):
    made = State(Ram(), [[Session(b"vm", [[File(1)]])]])
    path = write_raw(tmp_path / "raw", made.ram)
    words = ["verify", "--base", hex(BASE), path]
    assert "bytes of" not in run(*words).err
    assert re.search(r"^luo: note: \d+ bytes of \d+ were read, in \d+ KiB of "
                     r"memory at most$", run(*words, "--stats").err, re.M)
    assert run(*words, "--stats", "-q").err == ""
