# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Runs the QEMU tests, two at a time.

    parallel.py [-j N] [pytest arguments ...]

N pytest processes walk over the same tests and each test is run by the one
that claims it first (conftest.py). A line with its seconds is printed as
each test ends, the output of failed tests behind them, and a summary line
at the end: `N passed, N failed`. Exit status 0 only when tests ran and all
passed. Without a file among the arguments all tests of this folder run.
"""

import argparse
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NO_TESTS = 5        # pytest's exit status when it was given none to run


class Worker:
    """One pytest process, its output kept and its results piped here."""

    def __init__(self, number, folder, arguments):
        reader, writer = os.pipe()
        self.output = open(Path(folder) / f"worker-{number}", "w+",
                           encoding="utf-8", errors="replace")
        (Path(folder) / "claims").mkdir(exist_ok=True)
        (Path(folder) / "images").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
             "--tb=short", *arguments],
            stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=subprocess.STDOUT, pass_fds=[writer],
            env=os.environ | {"LUO_RESULTS_FD": str(writer),
                              "LUO_SHARED_RUN": f"{folder}/claims",
                              "LUO_SHARED_IMAGES": f"{folder}/images",
                              "PYTHONDONTWRITEBYTECODE": "1"})
        os.close(writer)
        self.results = os.fdopen(reader, "rb", buffering=0)
        self.partial = b""

    def lines(self):
        """Finished result lines; None at the end."""
        data = self.results.read(65536)
        if not data:
            return None
        *lines, self.partial = (self.partial + data).split(b"\n")
        return [line.decode() for line in lines]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()


def show(line, counts):
    """Prints a result and counts it."""
    outcome, seconds, name = line.split("\t")
    if name in counts["names"]:
        return      # a file that no process could collect
    counts["names"].add(name)
    counts[outcome] += 1
    print(f"{outcome:6}  {float(seconds):6.1f} s  {name}", flush=True)


def collect(workers, counts):
    """Prints results as they come, until all workers are done."""
    selector = selectors.DefaultSelector()
    for worker in workers:
        selector.register(worker.results, selectors.EVENT_READ, worker)
    while selector.get_map():
        for key, _ in selector.select():
            lines = key.data.lines()
            if lines is None:
                selector.unregister(key.fileobj)
                continue
            for line in lines:
                show(line, counts)
    for worker in workers:
        worker.process.wait()


def report(workers, counts):
    """Failures in full, then the summary; gives back the exit status."""
    bad = [w for w in workers if w.process.returncode not in (0, NO_TESTS)]
    for worker in bad:
        worker.output.seek(0)
        for line in worker.output.read().splitlines():
            print(f"  {line}".rstrip())
    passed, failed = counts["passed"], counts["FAILED"]
    if bad and not failed:
        print("a test process failed outside of its tests: status "
              f"{bad[0].process.returncode}")
    if not passed and not failed:
        print("no test ran")
    print(f"{passed} passed, {failed} failed")
    return 1 if bad or failed or not passed else 0


def main():
    parser = argparse.ArgumentParser(description="Run the QEMU tests.")
    parser.add_argument("-j", type=int, default=2, metavar="N",
                        help="tests at a time (2)")
    options, arguments = parser.parse_known_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not any(Path(a.split("::")[0]).exists() for a in arguments):
        arguments.append(str(HERE))
    counts = {"passed": 0, "FAILED": 0, "names": set()}
    folder, start = tempfile.mkdtemp(prefix="luo-check-"), time.monotonic()
    workers = []
    try:
        workers += [Worker(number, folder, arguments)
                    for number in range(options.j)]
        collect(workers, counts)
        status = report(workers, counts)
        print(f"QEMU tests: {time.monotonic() - start:.0f} s", file=sys.stderr)
        return status
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    finally:
        for worker in workers:
            worker.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
