# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A made-up bzImage, and a reader of what luo wrap makes of one.

The made-up kernel has all the header fields that kexec and luo wrap look at,
with values of a real Linux 7.3, and random bytes for code. Offsets:
Documentation/arch/x86/boot.rst; layout of a wrapped file: image.h of the
payload, which the reader follows by the info block alone.
"""

import random
import struct

SETUP_SECTS, SYSSIZE, BOOT_FLAG = 0x1f1, 0x1f4, 0x1fe
JUMP, MAGIC = 0x200, 0x202
VERSION, KERNEL_VERSION, LOADFLAGS = 0x206, 0x20e, 0x211
INITRD_MAX, ALIGNMENT, RELOCATABLE = 0x22c, 0x230, 0x234
MIN_ALIGNMENT, XLOADFLAGS, CMDLINE_SIZE = 0x235, 0x236, 0x238
PAYLOAD_OFFSET, PREF_ADDRESS, INIT_SIZE = 0x248, 0x258, 0x260

KERNEL_64, ABOVE_4G, LEVEL_5, LEVEL_5_ON, MEM_ENCRYPTION = 1, 2, 32, 64, 128
MIB = 1 << 20
VERSION_TEXT = b"7.3.4-test (builder@host) #1 SMP"
FORMS = {1: "B", 2: "<H", 4: "<I", 8: "<Q"}

FIELDS = [  # offset, bytes, value
    (BOOT_FLAG, 2, 0xaa55), (JUMP, 2, 0x6aeb), (VERSION, 2, 0x20f),
    (KERNEL_VERSION, 2, 0x300), (LOADFLAGS, 1, 0x83),
    (INITRD_MAX, 4, 2**31 - 1),
    (ALIGNMENT, 4, 2 * MIB), (RELOCATABLE, 1, 1), (MIN_ALIGNMENT, 1, 21),
    (XLOADFLAGS, 2, 0x7f), (CMDLINE_SIZE, 4, 2047),
    (PREF_ADDRESS, 8, 16 * MIB), (INIT_SIZE, 4, 48 * MIB)]


def get(image, at, size):
    return struct.unpack_from(FORMS[size], image, at)[0]


def put(image, at, size, value):
    struct.pack_into(FORMS[size], image, at, value)


def kernel(setup_sects=39, body=300 * 1024 + 16, seed=1, **changes):
    """The bytes of a kernel; changes: field name in lower case = value."""
    image = bytearray(random.Random(seed).randbytes(
        ((setup_sects or 4) + 1) * 512 + body))
    image[:SETUP_SECTS] = b"MZ" + bytes(SETUP_SECTS - 2)
    image[SETUP_SECTS:0x26c] = bytes(0x26c - SETUP_SECTS)
    image[SETUP_SECTS] = setup_sects
    image[MAGIC:MAGIC + 4] = b"HdrS"
    put(image, SYSSIZE, 4, body // 16)
    put(image, PAYLOAD_OFFSET, 4, 0x400)
    put(image, PAYLOAD_OFFSET + 4, 4, body - 0x500)
    for at, size, value in FIELDS:
        put(image, at, size, value)
    sizes = {at: size for at, size, _ in FIELDS}
    for name, value in changes.items():
        at = globals()[name.upper()]
        put(image, at, sizes[at], value)
    text = VERSION_TEXT + b"\0"
    image[0x500:0x500 + len(text)] = text
    return bytes(image)


def setup_bytes(image):
    return ((image[SETUP_SECTS] or 4) + 1) * 512


class Wrapped:
    """Where the parts of a wrapped file lie; offsets from its start."""

    def __init__(self, data):
        self.data, self.pm = data, setup_bytes(data)
        (self.magic, self.version, self.size, self.payload_file,
         self.payload_mem, self.efi_at, self.next_setup, self.next_pm,
         self.next_end, self.init_size) = struct.unpack_from(
             "<8s9I", data, self.pm + 0x40)
        self.base = self.pm

    def field(self, at, size):
        return get(self.data, at, size)

    @property
    def kernel(self):
        """The next kernel's file."""
        return self.data[self.pm + self.next_setup:self.pm + self.next_end]

    @property
    def memory(self):
        """Bytes that kexec loads from the file, and that it reserves."""
        return len(self.data) - self.pm, self.init_size

    def parts(self):
        """Name and range in the file of everything that is covered."""
        payload = self.pm + self.payload_file
        start, end = self.pm + self.next_setup, self.pm + self.next_end
        return {"header": (0, self.pm), "payload": (self.pm, payload),
                "padding": (payload, start),
                "setup of the kernel": (start, self.pm + self.next_pm),
                "kernel": (self.pm + self.next_pm, end),
                "end": (end, len(self.data))}
