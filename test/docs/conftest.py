# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The docs' tests share the host tests' helpers and their rule: no skips."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "host"))

from beside import *        # noqa: E402, F401, F403
