# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Kernels that start what is signed, and nothing else.

Linux 7.3-signed trusts the certificate that lies in its folder. The wrapped
kernel is signed by `luo wrap --sign`; kexec_file_load() takes it, and refuses
it unsigned, altered in either part, or signed by somebody else. What enforces
that is the kernel's configuration on x86_64, lockdown on arm64, which has no
such option.
"""

import random
import re
import subprocess

import pytest

from guest import Batch, check, command_line, create
from images import Images, kernel_folder, need
from kexec import Hop

VERSION = "7.3-signed"
EPERM, ENODATA, ENOKEY, EKEYREJECTED = 1, 61, 126, 129
PAYLOAD_CODE = (4096, 32768)    # of its part of the file
SWITCH = {"x86_64": "", "aarch64": "lockdown=integrity"}
LOCKED = r"Lockdown: init: kexec of unsigned images is restricted"


class SignedImages(Images):
    """Their wrapped kernel is signed; with it go some that are not right."""

    def __init__(self, arch, folder, seed):
        self.keys = kernel_folder(arch, VERSION)
        super().__init__(arch, folder, self.keys / arch.kernel)
        self.chance = random.Random(seed)
        good = self.wrapped.read_bytes()
        front = self.header().file_offset
        size = self.unsigned.stat().st_size
        self.more = {
            "/unsigned": self.unsigned,
            "/stranger": self.by_a_stranger(),
            "/payload": self.altered("payload", good,
                                     *(front + at for at in PAYLOAD_CODE)),
            "/kernel": self.altered("kernel", good, size * 3 // 4, size)}

    def _wrap(self, path, *words):
        self.luo("wrap", "--kernel", self.kernel, "-o", path, *words)

    @property
    def wrapped(self):
        key, cert = (need(self.keys / name, "part of this kernel")
                     for name in ("key.pem", "cert.pem"))
        return self._kept(self.arch.wrapped,
                          lambda path: self._wrap(path, "--sign", key, cert))

    @property
    def unsigned(self):
        return self._kept("unsigned", self._wrap)

    def by_a_stranger(self):
        """Signed by one who calls himself the same, with another key."""
        key, cert = self.folder / "key.pem", self.folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048",
             "-nodes", "-sha256", "-days", "2", "-subj",
             "/CN=luo-payload test key", "-keyout", key, "-out", cert],
            check=True, capture_output=True)
        return self._kept("stranger",
                          lambda path: self._wrap(path, "--sign", key, cert))

    def altered(self, name, good, start, end):
        """One bit of the signed file is another, somewhere in a part."""
        data = bytearray(good)
        at = self.chance.randrange(start, end)
        data[at] ^= 1 << self.chance.randrange(8)
        print(f"altered: {name} at {at:#x}")
        path = self.folder / f"altered-{name}"
        path.write_bytes(data)
        return path


@pytest.fixture
def images(arch, tmp_path, seed):
    return SignedImages(arch, tmp_path, seed)


REFUSED = {     # file: errno, and what the kernel says
    "unsigned": (ENODATA, "Unsigned PE binary"),
    "payload": (EKEYREJECTED, "Digest mismatch"),
    "kernel": (EKEYREJECTED, "Digest mismatch"),
    "stranger": (ENOKEY,)}


def refused(vm, arch, name):
    """kexec_file_load() says no, and the console why."""
    errno, *reasons = REFUSED[name]
    if arch.name == "x86_64":
        reasons.append("Enforced kernel signature verification failed "
                       rf"\(-{errno}\)")
    else:
        errno, reasons = EPERM, [*reasons, LOCKED]
    reply = vm.command(f"load /{name} /initrd 0 {command_line(arch, 2)}",
                       rc=errno)
    for reason in reasons:
        assert any(re.search(reason, line) for line in reply.lines), (
            name, reason, reply.lines)
    assert vm.command("cat /sys/kernel/kexec_loaded").text() == ["0"]


@pytest.mark.everywhere
def test_only_what_is_signed_starts(arch, boot, images, seed, nonce):
    vm = boot(SWITCH[arch.name], images=images)
    batch = Batch("vm", 0, 52, 2, 8192, seed)
    create(vm, batch)
    for name in REFUSED:
        refused(vm, arch, name)
    verdict = Hop(vm, images, nonce=nonce, more=SWITCH[arch.name]).go("ok")
    assert (verdict["sessions"], verdict["files"]) == (52, 104)
    check(vm, batch)
