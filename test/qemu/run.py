# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What `make run` does: one live update through the payload, start to end.

A kernel boots under QEMU, creates sessions with memfds filled from a new
seed, kexecs through the payload into the next kernel, and there every
session is retrieved and every memfd's digest compared. --flip alters one
preserved byte on the way: the run must then fail. The last line is the
verdict; the exit status is 0 for PASS and 1 for FAIL.
"""

import argparse
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from arch import ARCHES
from guest import Batch, command_line, create, differences, retrieve
from images import Images, build_folder
from kexec import Hop
from vm import Vm

USUAL_SECONDS = 15


class Clock:
    """Names and times the parts of the run as they end."""

    def __init__(self):
        self.parts, self.last = [], time.monotonic()

    def part(self, name):
        now = time.monotonic()
        self.parts.append((name, now - self.last))
        print(f"  {name:<32} {now - self.last:6.1f} s", flush=True)
        self.last = now


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", choices=sorted(ARCHES), default="x86_64")
    parser.add_argument("--kernel", type=Path, help="kernel to boot first "
                        "(a folder made by test/kernel/build-kernel's)")
    parser.add_argument("--next-kernel", type=Path,
                        help="kernel to wrap and kexec (the same)")
    parser.add_argument("--luo", type=Path, help="host tool that wraps it")
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--files", type=int, default=2)
    parser.add_argument("--size", type=int, default=65536)
    parser.add_argument("--memory", type=int, default=1024, help="MiB")
    parser.add_argument("--seed", help="instead of a new one")
    parser.add_argument("--payload-args", default="", metavar="TEXT",
                        help="for the next kernel's command line, such as "
                        "luo_payload.mode=compact")
    parser.add_argument("--flip", action="store_true",
                        help="alter one preserved byte: the run must fail")
    parser.add_argument("--console", action="store_true",
                        help="show the guest's console")
    return parser.parse_args()


def announce(options, seed, log):
    print(f"make run: a live update under QEMU ({options.arch}): one kernel "
          f"creates {options.sessions} sessions with {options.files} memfds "
          f"of {options.size} bytes each, kexecs through the payload, and the "
          "next kernel must get every byte back.")
    if options.flip:
        print("One byte is flipped on the way, so this run must FAIL.")
    print(f"Seed {seed}; console log {log}; about {USUAL_SECONDS} s.",
          flush=True)


def flip(batch):
    """Alters a byte in the middle of the last memfd."""
    def action(stop):
        session = stop.state.session(batch.names()[-1])
        folios = stop.state.folios(stop.state.files(session)[-1])
        pa = folios[len(folios) // 2].pa + (batch.size - 1) % 4096 // 2
        old = stop.memory.read(pa, 1)[0]
        stop.memory.write(pa, bytes([old ^ 1]))
        print(f"  flipped bit 0 of the byte at {pa:#x}", flush=True)
    return action


def update(options, images, vm, batch, clock):
    """The run itself; gives back sentences about what is wrong."""
    print(f"  first kernel: Linux {vm.ready(1)}")
    clock.part("boot to the first kernel's init")
    create(vm, batch)
    clock.part("create the sessions")
    hop = Hop(vm, images, nonce=secrets.token_hex(6), more=options.payload_args)
    hop.load()
    clock.part("load the wrapped kernel")
    hop.fire(entry=flip(batch) if options.flip else None)
    verdict = hop.expect_verdict()
    print(f"  payload: {verdict['verdict']}, {verdict['sessions']} sessions, "
          f"{verdict['files']} files, {verdict['pages']} pages, "
          f"{verdict['us']} us")
    clock.part("kexec to the payload's verdict")
    print(f"  next kernel: Linux {hop.ready()}")
    clock.part("payload to the next kernel's init")
    found = differences(batch, *retrieve(vm, batch))
    clock.part("retrieve and compare")
    if verdict["sessions"] != batch.count:
        found.append(f"the payload counted {verdict['sessions']} sessions")
    if verdict["verdict"] not in ("ok", "repaired"):
        found.append(f"the payload's verdict is {verdict['verdict']}")
    return found


def run(options):
    seed = options.seed or secrets.token_hex(8)
    log = build_folder() / "run" / f"console-{seed}.log"
    announce(options, seed, log)
    arch = ARCHES[options.arch]
    batch = Batch("guest", 0, options.sessions, options.files, options.size,
                  seed)
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="luo-run-") as folder:
        images = Images(arch, folder, options.kernel, options.next_kernel,
                        options.luo)
        print(f"  kernel: {images.kernel}", flush=True)
        clock.part("find the kernel (or build it)")
        initrd = images.initrd(2)
        clock.part("wrap the kernel, build the initramfs")
        echo = (lambda line: print(f"    | {line}", flush=True)) \
            if options.console else None
        with Vm(arch, images.kernel, initrd, command_line(arch, 1), log,
                memory=options.memory, echo=echo) as vm:
            found = update(options, images, vm, batch, clock)
    return found, batch, sum(seconds for _, seconds in clock.parts)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = arguments()
    try:
        found, batch, seconds = run(options)
    except Exception as error:      # whatever stops the run is its verdict
        lines = str(error).splitlines() or [type(error).__name__]
        for line in lines[1:]:
            print(line)
        print(f"make run: FAIL {lines[0]}")
        return 1
    for sentence in found[1:]:
        print(f"  {sentence}")
    if found:
        print(f"make run: FAIL {found[0]}" +
              (f" (and {len(found) - 1} more)" if found[1:] else ""))
        return 1
    print(f"make run: PASS {batch.count} sessions, "
          f"{batch.count * batch.files} memfds, {batch.bytes()} bytes back "
          f"in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
