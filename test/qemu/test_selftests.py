# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The kernel's own live update selftests, unmodified, through the payload.

Each program makes its state in the first kernel, leaves a child behind that
holds it, and checks it in the next one.
"""

import pytest

from kexec import Hop

# program: sessions and files that it leaves, its own state session included
PROGRAMS = {
    "luo_kexec_simple": (2, 2),
    "luo_multi_session": (5, 4),
    "luo_stress_sessions": (2001, 1),
    "luo_stress_files": (2, 501),
}


@pytest.mark.everywhere(program=["luo_kexec_simple"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_selftest(boot, images, nonce, program):
    vm = boot()
    vm.command(f"run /{program} -s 1")
    verdict = Hop(vm, images, nonce=nonce).go("ok")
    assert (verdict["sessions"], verdict["files"]) == PROGRAMS[program]
    reply = vm.command(f"run /{program} -s 2")
    assert any("TEST PASSED" in line for line in reply.lines), reply.lines
    assert not any("not ok" in line for line in reply.lines), reply.lines
