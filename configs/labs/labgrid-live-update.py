#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A live update through the payload, by labgrid: sessions, kexec, verdict and KTAP, sessions again.

    labgrid-live-update.py ENVIRONMENT IMAGE APPEND KTAP

ENVIRONMENT is a labgrid environment whose target `main` has a console (labgrid-qemu-q35.yaml); IMAGE
is the wrapped kernel's name in the device's initramfs, APPEND the next kernel's command line, KTAP the
file that the payload's report is written to. The device runs the guest of test/kernel (guest.md),
which takes its commands on the console. The exit status is 0 when the verdict was ok or repaired and
every session came back.
"""

import re
import sys

from labgrid import Environment
from labgrid.protocol import ConsoleProtocol, PowerProtocol

SESSIONS, FILES, BYTES = 3, 2, 8192
BOOT, COMMAND = 120, 60         # seconds: a console that says nothing for so long is dead


class Guest:
    """The device's console, as guest.md describes it."""

    def __init__(self, console):
        self.console = console

    def wait(self, pattern, seconds):
        """The match; everything up to it has been read."""
        return self.console.expect(pattern, timeout=seconds)[2]

    def ready(self, stage):
        self.wait(rf"luotest: ready stage={stage} release=(\S+)", BOOT)

    def run(self, command):
        """What was said before the command was done, which must be without an error."""
        self.console.sendline(command)
        name = command.split()[0]
        _, before, match, _ = self.console.expect(
            rf"luotest: done {name} rc=(\d+)\r*\n", timeout=COMMAND)
        if match[1] != b"0":
            raise SystemExit(f"{command}: {before.decode(errors='replace')} rc={match[1]}")
        return before.decode(errors="replace")


def update(guest, image, append):
    """The payload's report, and what was retrieved behind it."""
    guest.ready(1)
    guest.run(f"create lab 0 {SESSIONS} {FILES} {BYTES} seed")
    guest.run(f"load /{image} /initrd 0 {append} luo_payload.mode=compact luo_payload.report=ktap")
    guest.console.sendline("kexec")
    guest.wait(r"KTAP version 1\r*\n", BOOT)
    _, report, verdict, _ = guest.console.expect(r"luo: (\w+) abi=[^\r\n]*\r*\n", timeout=COMMAND)
    guest.ready(2)
    came = guest.run(f"retrieve lab 0 {SESSIONS} {FILES}")
    return "KTAP version 1\n" + report.decode().replace("\r", ""), verdict[0].decode().strip(), came


def main():
    if len(sys.argv) != 5:
        print("usage: labgrid-live-update.py ENVIRONMENT IMAGE APPEND KTAP", file=sys.stderr)
        return 16
    environment, image, append, ktap = sys.argv[1:]
    target = Environment(environment).get_target("main")
    console = target.get_driver(ConsoleProtocol)
    power = target.get_driver(PowerProtocol)
    power.on()
    try:
        report, verdict, came = update(Guest(console), image, append)
    finally:
        power.off()
    with open(ktap, "w", encoding="utf-8") as file:
        file.write(report)
    print(verdict)
    back = len(re.findall(r"luotest: memfd lab-\d+ \d+ ", came))
    print(f"{back} of {SESSIONS * FILES} memfds came back")
    return 0 if re.match(r"luo: (ok|repaired) ", verdict) and back == SESSIONS * FILES else 1


if __name__ == "__main__":
    sys.exit(main())
