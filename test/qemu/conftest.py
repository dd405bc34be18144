# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""pytest's set-up for the QEMU tests.

Fixtures for images and machines; a nonce and a seed that are new in every
run; which tests are part of it (matrix.py); and two rules: a skip or an
expected failure counts as a failure, and several processes may share the
tests of one run between them (parallel.py): each test is taken by whoever
claims it first.
"""

import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest

import matrix
from guest import command_line
from images import USUAL, Images, build_folder, kernel_folder
from vm import Vm, scratch_folder

# The anchor, which test/host writes and reads.
sys.path.append(str(Path(__file__).resolve().parent.parent / "host"))

# A terminated run must still end its virtual machines.
signal.signal(signal.SIGTERM, signal.default_int_handler)


# which tests

def pytest_addoption(parser):
    parser.addoption("--long", action="store_true",
                     help="also the tests that take long")


def pytest_collection_modifyitems(config, items):
    items[:] = [item for item in items
                if matrix.wanted(item, config.option.long)]


def pytest_generate_tests(metafunc):
    if "arch" in metafunc.fixturenames:
        matrix.parametrize(metafunc)


# skips and expected failures fail

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


# sharing a run

def _claim(folder, number):
    try:
        os.close(os.open(f"{folder}/{number}", os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def pytest_runtestloop(session):
    """Runs the tests that this process claims; all when it is alone."""
    shared = os.environ.get("LUO_SHARED_RUN")
    if not shared or session.testsfailed or session.config.option.collectonly:
        return None
    for number, item in enumerate(session.items):
        if _claim(shared, number):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
    return True


class _Results:
    """One line per finished test, to the pipe that parallel.py reads."""

    def __init__(self, handle):
        self.pipe = os.fdopen(handle, "w", buffering=1)
        self.seconds, self.outcome = 0.0, "passed"

    def pytest_runtest_logreport(self, report):
        if report.when == "setup":
            self.seconds, self.outcome = 0.0, "passed"
        self.seconds += report.duration
        if report.outcome != "passed":
            self.outcome = "FAILED"
        if report.when == "teardown":
            print(f"{self.outcome}\t{self.seconds:.1f}\t{report.nodeid}",
                  file=self.pipe)

    def pytest_collectreport(self, report):
        if report.failed:
            print(f"FAILED\t0.0\t{report.nodeid} (collection)", file=self.pipe)


def pytest_configure(config):
    matrix.architectures()      # refuses what is none
    for name, about in matrix.MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {about}")
    if handle := os.environ.get("LUO_RESULTS_FD"):
        config.pluginmanager.register(_Results(int(handle)))


# fixtures

@lru_cache
def _images_folder():
    return Path(os.environ.get("LUO_SHARED_IMAGES")
                or tempfile.mkdtemp(prefix="luo-images-"))


@lru_cache
def _images(arch, version):
    folder = _images_folder() / f"{arch.name}-{version}"
    if version == USUAL:
        return Images(arch, folder)
    return Images(arch, folder, kernel_folder(arch, version) / arch.kernel)


def pytest_sessionfinish():
    if (not os.environ.get("LUO_SHARED_IMAGES")
            and _images_folder.cache_info().currsize):
        shutil.rmtree(_images_folder(), ignore_errors=True)


@pytest.fixture
def version():
    """Of the kernels on both sides; a test asks for another by parameter.

    `arch` is always a parameter (matrix.py).
    """
    return USUAL


@pytest.fixture
def images(arch, version):
    return _images(arch, version)


@pytest.fixture
def nonce():
    return secrets.token_hex(6)


@pytest.fixture
def seed(request):
    """New in every run; LUO_SEED repeats one. Shown when the test fails."""
    value = os.environ.get("LUO_SEED") or secrets.token_hex(8)
    print(f"seed {value} (LUO_SEED={value} repeats it)")
    return value


@pytest.fixture
def boot(request, images):
    """Starts a machine with the first kernel and waits for its init."""
    machines, usual = [], images
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", request.node.nodeid.split("/")[-1])

    def start(more="", kernels=2, payload=True, kaslr=False, images=usual,
              **options):
        log = build_folder() / "qemu" / f"{name.strip('-')}.{len(machines)}.log"
        log.unlink(missing_ok=True)
        print(f"console log: {log}")
        vm = Vm(images.arch, images.kernel, images.initrd(kernels, payload),
                command_line(images.arch, 1, more, kaslr), log, **options)
        machines.append(vm)
        vm.ready(1)
        return vm

    yield start
    for vm in machines:
        vm.close()


@pytest.fixture
def work():
    """A folder for a dump or two, removed when the test ends."""
    folder = scratch_folder(2 << 30)
    yield Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
