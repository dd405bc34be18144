# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The contents of memfds, compared byte by byte outside the guest.

Elsewhere the guest prints digests. Here RAM is read from outside: behind the
old kernel, behind the payload, and once the next kernel has retrieved all.
"""

import pytest

from content import content
from guest import Batch, check, create
from kexec import Hop


def expected(batch):
    return {(name, token): content(batch.seed, name, token, batch.size)
            for name in batch.names() for token in range(batch.files)}


def memfds(state):
    """{(name of the session, token): the file}"""
    return {(session.name, file.token): file for session in state.sessions()
            for file in state.files(session)}


@pytest.mark.everywhere(version=["7.1-v3"])
@pytest.mark.parametrize("version", [
    pytest.param("7.3", marks=pytest.mark.long), "7.1-v3"])
def test_memfds_outside_the_guest(boot, images, seed, nonce, version):
    vm = boot()
    batch = Batch("vm", 0, 5, 2, 5 * 4096 + 1234, seed)
    gone = Batch("gone", 0, 819, 0, 0, seed)
    create(vm, batch)
    if version == "7.1-v3":
        create(vm, gone)
        vm.command("close gone 0 819")
    places = {}

    def look(stop):
        found = {key: stop.state.content(file)
                 for key, file in memfds(stop.state).items()}
        assert found == expected(batch)

    def note(stop):
        look(stop)
        state = stop.state
        for key, file in memfds(state).items():
            places[key] = [(folio.pa, folio.index * state.page)
                           for folio in state.folios(file)]

    Hop(vm, images, nonce=nonce, mode="compact").go(
        "ok" if version == "7.3" else "repaired",
        entry=look, luo_jump_insn=note)
    check(vm, batch)
    vm.qmp.execute("stop")
    for key, data in expected(batch).items():
        assert sum(at < batch.size for _, at in places[key]) == 6
        for pa, at in places[key]:
            part = data[at:at + 4096]
            assert vm.memory.read(pa, len(part)) == part, (key, hex(pa))
