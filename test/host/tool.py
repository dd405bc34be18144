# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Running the host tool, and reading what it says.

Everything the tests know of the tool's answers is here: the verdict line, the
JSON object and the two exit statuses that no verdict has. Statuses and words
are the documented interface, so they stand here as plain numbers and texts.
"""

import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / (os.environ.get("LUO_BUILD") or "build")
LUO = BUILD / "host" / "luo"
PAYLOAD = BUILD / "x86_64" / "luo.bzImage"
PAYLOAD_ARM64 = BUILD / "aarch64" / "luo.Image"

OK, REPAIRED, ERRORS, FAILED, USAGE = 0, 1, 4, 8, 16
TO_DO = 1       # compact -n

# every code of the catalogue, in the order of KTAP's points
CODES = [c.replace("_", "-") for c in
         re.findall(r"^\t(LUO_[A-Z]\d\d),",
                    (TOP / "luo/finding.h").read_text(), re.M)]

# found by who follows owners to the last page, reads all boot data, and looks
# into the next kernel: verify does, compact -n and the payload do not
OWNERS = {"LUO-" + c for c in (
    "K08 K09 K10 K11 M10 M11 M12 C07 C08 C09 C12 F15 F16 F17 F18 F19 F20 F21 "
    "F22 F23 F24 F25 F26 F27 F28 X05").split()}
BOOT = {f"LUO-B{i:02}" for i in range(5, 16)}
NEXT = {"LUO-" + c for c in "B16 K12 K13 K14 C10 C11 F29".split()}
# found by the EFI application alone
FIRMWARE = {"LUO-B20", "LUO-B21"}
# found by firmware's side alone, after a reset
ANCHOR = {f"LUO-A{i:02}" for i in range(1, 9)}
# said of a kernel that still runs
LIVE = {"LUO-X06"}
HOST = OWNERS | BOOT | NEXT | FIRMWARE | LIVE | ANCHOR    # all that the payload has not

VERDICT = re.compile(
    r"luo: (?P<verdict>ok|repaired|errors|refused|none) abi=(?P<abi>\S+) "
    r"kho=(?P<kho>\S+) sessions=(?P<sessions>\d+) files=(?P<files>\d+) "
    r"blocks=(?P<blocks>\d+->\d+) fblocks=(?P<fblocks>\d+->\d+) "
    r"pages=(?P<pages>\d+) findings=(?P<findings>\d+) us=(?P<us>\d+)")


@dataclass(frozen=True)
class Answer:
    """What one call of the tool printed and ended with."""

    status: int
    out: str
    err: str

    @property
    def verdict(self):
        """The words of the verdict line, which must be the last line."""
        match = VERDICT.fullmatch(self.out.splitlines()[-1])
        assert match, f"no verdict line at the end of {self.out!r}"
        return match.groupdict()

    @property
    def json(self):
        assert self.out.count("\n") == 1 and self.out.endswith("\n")
        return json.loads(self.out)

    def codes(self):
        """The set of (code, severity) of a JSON answer."""
        return {(f["code"], f["severity"]) for f in self.json["findings"]}

    def refuses(self, status, *words):
        """One line on stderr with these words, nothing else, this status."""
        assert (self.status, self.out) == (status, ""), self
        assert re.fullmatch(r"luo: [^\n]+\n", self.err), self
        for word in words:
            assert str(word) in self.err, self
        return True


def run(*args, env=None, cwd=None, program=LUO):
    """Calls the tool; a crash or a hang is never an answer."""
    done = subprocess.run([str(program), *map(str, args)], timeout=60, cwd=cwd,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env={**os.environ, **(env or {})}, text=True)
    assert done.returncode >= 0, f"killed by signal {-done.returncode}: {args}"
    return Answer(done.returncode, done.stdout, done.stderr)


def fingerprint(path):
    """What must not change in a file that is only read."""
    stat = os.stat(path)
    return (hashlib.sha256(Path(path).read_bytes()).hexdigest(),
            stat.st_mtime_ns, stat.st_size, stat.st_mode, stat.st_ino)
