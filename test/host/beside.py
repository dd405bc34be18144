# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The host tests' rule, no skips, for the folders of tests beside them."""

from importlib import util
from pathlib import Path

_SPEC = util.spec_from_file_location("host_conftest", Path(__file__).with_name("conftest.py"))
_HOST = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_HOST)
pytest_sessionstart = _HOST.pytest_sessionstart
pytest_runtest_makereport = _HOST.pytest_runtest_makereport
pytest_make_collect_report = _HOST.pytest_make_collect_report
