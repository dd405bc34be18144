# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the payload costs in guest instructions has not grown by more than 10 %.

Counts, never times. blackout.json has what they were; `blackout.py --baseline`
writes it, in a commit of its own that says why. Its keys are compilers: another
one has no counts to be held against, and fails until it has.
"""

import pytest

from blackout import baseline, compiler, measure
from plugin import build_plugin


@pytest.mark.everywhere
def test_instructions_of_the_blackout(images, arch, work):
    known = baseline()
    assert compiler(arch) in known, "blackout.py --baseline writes the counts"
    before = known[compiler(arch)]
    found = measure(images, build_plugin("count", work), work)
    assert found.keys() == before.keys()
    over = {what: (before[what], value) for what, value in found.items()
            if value > before[what] * 1.1}
    assert not over, over
