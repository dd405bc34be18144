#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What luo-firmware-map says about the firmware of the tests.

Run as a program it writes docs/firmware-memory.md, where it leaves alone what
is said about UEFI firmware of other versions; test_sizing.py holds that file
against what is measured. Ranges are rounded to whole MiB there, because the
last pages of a heap differ from boot to boot.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "boot/host/luo-firmware-map"
DOCUMENT = ROOT / "docs/firmware-memory.md"
MIB = 1 << 20
MEMORY = 1024
BOOTS = 2       # from power-on, and after a reset

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause -->
<!-- written by test/efi/sizing.py, compared by test/efi/test_sizing.py -->
# Memory that firmware writes

What is preserved must not lie where firmware writes before luo.efi, or the command `luo` of U-Boot,
can look: it is lost at a reset, and of a memfd's content nothing even tells. `luo-firmware-map`
measures where that is and says which parameters keep kernels off:

    luo-firmware-map --arch aarch64 --memory 4096
    luo-firmware-map --pflash OVMF_CODE.fd --vars OVMF_VARS.fd -- -device virtio-net-pci
    luo-firmware-map --arch aarch64 --kernel u-boot.bin

It fills RAM with a pattern, lets QEMU boot up to luo.efi's verdict or U-Boot's prompt, from power-on
and then after resets, and compares every page. Give its parameters to **every** kernel, from the
first one on: `kho_scratch=` is fixed when a machine is booted cold, and a kernel that may use a page
may preserve it. Measure again with another firmware, memory size, or devices. In GRUB's files the
`$` of `memmap=` is written `\\\\\\$`.

Below is what it says about the firmware of the tests, on {memory} MiB of QEMU's q35 (x86_64) and virt
(arm64), with no device but a console. UEFI firmware is Debian's: 2022.11 is in Debian 12, 2025.02 in
Debian 13. Written ranges are rounded to whole MiB here.

"""

TAIL = """\
## How far this goes

- `test/efi/test_sizing.py` boots Linux 7.3 with these parameters, sees in /proc/iomem that no written
  page is left to it, preserves 256 MiB in memfds, resets, and gets every byte back through luo.efi.
- With `nokaslr` an x86_64 kernel lies at 16 MiB and takes its own place for memory whatever `memmap=`
  says: do without.
- A range in the first MiB of x86_64 needs no parameter: kernels do not use it.
- On arm64 no parameter takes away two ranges: `mem=` has the top, `crashkernel=` one below it (and is
  used up by that). What is left at the start of RAM is listed: under UEFI what is preserved there is
  lost, and `luo.efi verify` names the owner of metadata that was hit. Where the device tree comes
  from U-Boot it can reserve any number of ranges.
- **On arm64 under UEFI give `--reserve` to `luo.efi boot`**, and of the parameters `kho_scratch=` alone,
  when it starts every kernel ([efi.md](efi.md)): that takes all ranges away, from every kernel, and
  kernels that these kexec keep to it. An ACPI machine's kernel needs `acpi=force` with it. What
  follows here about `mem=` and `crashkernel=` is for kernels that something else starts.
- `mem=` counts bytes from the lowest memory on. A kernel that UEFI starts counts what UEFI lists below
  RAM, too, which on QEMU's virt is 64 MiB of flash at 0x4000000: give it so much more. Too small a
  value takes preserved memory away from the next kernel, which does not survive that.
- With `mem=` and `crashkernel=` this is for the kernel that is booted cold, so for one update over a reset.
  The kernel that takes over a state cannot reserve `crashkernel=` ("memory is in use": until it has
  read what is preserved, Linux 7.3 allocates from scratch alone), and it gets back what lies above
  `mem=` where UEFI left the initrd and its tables. x86_64 is kept off every time.
- luo.efi's own memory is in it: on a machine without a state it takes what is free at the top.
- Only pages that were changed are seen. Memory that firmware keeps but does not write to is not;
  luo.efi names it (`held by firmware`), and the ranges are rounded up and joined for its sake.
- A board is not QEMU. Its firmware can be measured like this only where a model runs it; what else it
  takes stands in [reset-boards.md](reset-boards.md).
"""


def uboot():
    """u-boot.bin of the tests."""
    folder = os.environ.get("LUO_UBOOT_ARM64")
    if not folder:
        folder = subprocess.run([str(ROOT / "boot/uboot/build-uboot"), "arm64"],
                                text=True, stdout=subprocess.PIPE,
                                check=True).stdout.splitlines()[-1]
    return os.path.join(folder, "u-boot.bin")


def packaged(package):
    """The firmware's own version."""
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                             text=True, stdout=subprocess.PIPE, check=True).stdout
    return version.split("-")[0]


OVMF = f"OVMF {packaged('ovmf')}, x86_64"
AAVMF = f"AAVMF {packaged('qemu-efi-aarch64')}, arm64"
UBOOT = "U-Boot, arm64"
FIRMWARE = {    # title: architecture, further words
    OVMF: ("x86_64", lambda: []),
    AAVMF: ("aarch64", lambda: []),
    UBOOT: ("aarch64", lambda: ["--kernel", uboot()]),
}
UEFI = {"x86_64": OVMF, "aarch64": AAVMF}


def build_folder():
    """As an absolute path."""
    return Path(os.environ.get("LUO_BUILD") or ROOT / "build").resolve()


def measure(title, build):
    """The tool's answer."""
    arch, words = FIRMWARE[title]
    done = subprocess.run(
        [str(TOOL), "--json", "--arch", arch, "--memory", str(MEMORY),
         "--boots", str(BOOTS), *words()], text=True, check=True,
        stdout=subprocess.PIPE, env={**os.environ, "LUO_PAYLOAD_DIR": str(build)})
    return json.loads(done.stdout)


def measured(title, folder):
    """The same, measured once for all tests of a run, whose files are in a folder."""
    kept = folder / f"{title}.json"
    with open(folder / "sizing.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(measure(title, build_folder())))
    return json.loads(kept.read_text())


def rounded(ranges):
    """[start, end) in whole MiB, joined where they touch."""
    found = []
    for r in ranges:
        start, end = r["pa"] // MIB, -(-(r["pa"] + r["len"]) // MIB)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return [(start * MIB, end * MIB) for start, end in found]


def listed(ranges):
    return ", ".join(f"{a:#x} + {(b - a) // MIB} MiB" for a, b in ranges)


def section(title, found):
    """The document's part about one firmware."""
    lines = [f"## {title}", "", f"- written: {listed(rounded(found['written']))}",
             f"- kept off: {listed(rounded(found['keep_off']))}"]
    if found["left"]:
        how = "no parameter for" if found["uefi"] else "reserved in the device tree"
        lines.append(f"- {how}: {listed(rounded(found['left']))}")
    lines += ["", "      " + " ".join(found["parameters"])]
    if found["reserve"]:
        lines.append(f"      luo.efi boot {found['reserve']} ...")
    return "\n".join([*lines, "", ""])


def sections():
    """{title: part} of the document, of all versions."""
    text = DOCUMENT.read_text().split(TAIL)[0]
    parts = text.split("\n## ")[1:]
    return {part.split("\n")[0]: f"## {part.rstrip()}\n\n" for part in parts}


def document(parts):
    """OVMF, AAVMF and U-Boot, each in the order of its versions."""
    kinds = [title.split()[0] for title in (OVMF, AAVMF)]
    order = sorted(parts, key=lambda title: (
        kinds.index(title.split()[0]) if title.split()[0] in kinds else len(kinds),
        title))
    return (HEAD.format(memory=MEMORY) + "".join(parts[title] for title in order)
            + TAIL)


def main():
    DOCUMENT.write_text(document(sections() | {
        title: section(title, measure(title, build_folder())) for title in FIRMWARE}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
