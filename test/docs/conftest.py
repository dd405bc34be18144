# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The docs' tests share the host tests' helpers and their rule: no skips."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "host"))

from importlib import util      # noqa: E402

_SPEC = util.spec_from_file_location(
    "host_conftest", Path(__file__).resolve().parents[1] / "host/conftest.py")
_HOST = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_HOST)
pytest_sessionstart = _HOST.pytest_sessionstart
pytest_runtest_makereport = _HOST.pytest_runtest_makereport
pytest_make_collect_report = _HOST.pytest_make_collect_report
