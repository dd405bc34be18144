# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Kernels that can be signed, and what signs and checks them.

The made-up kernels of bzimage.py and armimage.py have PE headers as far as
luo wrap looks at them. signable() makes them whole (Microsoft's "PE Format"):
one section from the headers' end to that of the file. Keys are made when
needed and thrown away.
"""

import struct
import subprocess

PE_AT, SECTION_AT = 64, 512     # the headers end before a bzImage's begin
ALIGN = 512
CHECKSUM = PE_AT + 24 + 64
CERTIFICATES = PE_AT + 24 + 112 + 4 * 8


def signable(image, machine):
    """The image with whole PE headers; padded to the alignment of files."""
    image = bytearray(image) + bytes(-len(image) % ALIGN)
    size = len(image) - SECTION_AT
    optional = struct.pack(
        "<HxxIIIIIQIIHHHHHH4xIIIHHQQQQ4xI", 0x20b, size, 0, 0, SECTION_AT,
        SECTION_AT, 0, ALIGN, ALIGN, 0, 0, 0, 0, 0, 0,
        len(image), SECTION_AT, 0, 10, 0, 0, 0, 0, 0, 16) + bytes(16 * 8)
    section = struct.pack("<8s4I12xI", b".text", size, SECTION_AT, size,
                          SECTION_AT, 0x60000020)
    headers = b"PE\0\0" + struct.pack("<HH12xHH", machine, 1, len(optional),
                                      0x206) + optional + section
    image[:2] = b"MZ"
    struct.pack_into("<I", image, 0x3c, PE_AT)
    image[PE_AT:PE_AT + len(headers)] = headers
    return bytes(image)


def call(*words):
    """Status and words of a program."""
    done = subprocess.run(list(map(str, words)), capture_output=True,
                          stdin=subprocess.DEVNULL, text=True,
                          errors="replace", timeout=60)
    return done.returncode, done.stdout + done.stderr


class Pair:
    """A private key and its certificate."""

    def __init__(self, folder, name):
        self.key, self.cert = folder / f"{name}.key", folder / f"{name}.pem"
        status, text = call(
            "openssl", "req", "-new", "-x509", "-newkey", "rsa:2048",
            "-nodes", "-sha256", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", self.key, "-out", self.cert)
        assert status == 0, text

    def sign(self, source, target):
        status, text = call("sbsign", "--key", self.key, "--cert", self.cert,
                            "--output", target, source)
        assert status == 0, text
        return target

    def accepts(self, path):
        return call("sbverify", "--cert", self.cert, path)[0] == 0
