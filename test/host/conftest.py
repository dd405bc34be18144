# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""pytest's set-up for the host tests.

The host tool is built before; without it nothing here can run, and one line
says so. A skip or an expected failure counts as a failure: every test of this
folder needs only what the project's own package list installs.
"""

import os
import random

import pytest

from tool import LUO


def pytest_sessionstart():
    if not LUO.is_file():
        pytest.exit(f"{LUO} is missing: run 'make host payload' first, or "
                    "name the build folder in LUO_BUILD", returncode=2)


def _no_excuse(report, what):
    if report.outcome == "skipped" or hasattr(report, "wasxfail"):
        reason = getattr(report, "wasxfail", None) or report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{what} counts as a failure: {reason}"
        if hasattr(report, "wasxfail"):
            del report.wasxfail


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    outcome = yield
    _no_excuse(outcome.get_result(), "a skipped or excused test")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_make_collect_report():
    outcome = yield
    _no_excuse(outcome.get_result(), "a skipped file")


@pytest.fixture
def seed():
    """New in every run; LUO_SEED repeats one. Shown when the test fails."""
    value = int(os.environ.get("LUO_SEED")
                or random.SystemRandom().randrange(2**32))
    print(f"seed {value} (LUO_SEED={value} repeats it)")
    return value
