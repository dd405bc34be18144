# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Which test runs where, and in which run.

LUO_ARCHES names the architectures (all when unset). Every test runs on each
of them, on those beside x86_64 only in the long run, unless it is marked:

    only(NAME ...)  on these architectures alone
    everywhere      on every architecture in every run
    levels          the same, and at every exception level
    long            in the long run only

`everywhere` and `levels` take parameters of the test, as in
levels(mode=["compact"]): then it is only these that every run has.
"""

import os

import pytest

from arch import LEVELS, X86_64

MARKERS = {"long": "only run with --long",
           "only(name, ...)": "only on these architectures",
           "everywhere(**parameters)": "on every architecture in every run",
           "levels(**parameters)": "everywhere, at every exception level"}


def architectures():
    """The names of those under test."""
    names = os.environ.get("LUO_ARCHES", " ".join(LEVELS)).split()
    for name in names:
        if name not in LEVELS:
            raise pytest.UsageError(f"LUO_ARCHES: {name!r} is none of "
                                    + ", ".join(LEVELS))
    return names


def parametrize(metafunc):
    """Gives a test that wants an `arch` all that it is to run on."""
    marker = metafunc.definition.get_closest_marker
    only = marker("only").args if marker("only") else tuple(LEVELS)
    levels = [level for name in architectures() if name in only
              for level in LEVELS[name][:None if marker("levels") else 1]]
    # a test without parameters would count as skipped
    metafunc.parametrize("arch", levels or [None], ids=str)


def wanted(item, long):
    """Is this test part of the run?"""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    arch = params.get("arch", X86_64)
    if arch is None:
        return False
    if long:
        return True
    if item.get_closest_marker("long"):
        return False
    if arch.name == X86_64.name:
        return True
    marks = [*item.iter_markers("everywhere"), *item.iter_markers("levels")]
    if not marks:
        return bool(item.get_closest_marker("only"))
    return any(all(params[name] in values
                   for name, values in mark.kwargs.items()) for mark in marks)
