# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A made-up arm64 Image, its compressed forms, and a reader of a wrapped one.

The made-up kernel has the header of a real Linux 7.3, PE headers as far as
luo wrap looks at them, and random bytes for code. Image header:
Documentation/arch/arm64/booting.rst; zboot: zboot-header.S of the kernel's
EFI stub; zstd: RFC 8878. Layout of a wrapped file: image.h of the payload,
which the reader follows by the info block alone.
"""

import gzip
import random
import struct

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
BIG_ENDIAN, PAGES_4K, PAGES_64K, ANYWHERE = 1, 2, 6, 8
ARM64, RISCV64 = 0xaa64, 0x5064     # PE machines
PE_AT = 64
INFO_AT, TEXT_AT = 0x200, 0x600     # in the payload


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def pe_headers(machine, sections):
    """Signature, COFF header, an optional header of zeros, sections."""
    table = b"".join(struct.pack("<8s4I16x", name, size, at, size, at)
                     for name, at, size in sections)
    return (b"PE\0\0" + struct.pack("<HH12xHH", machine, len(sections), 160,
                                    0x206) + bytes(160) + table)


def header(text_offset=0, image_size=8 * MIB, flags=PAGES_4K | ANYWHERE):
    return struct.pack("<4sIQQQ24x4sI", b"MZ@\xfa", 0x1400ffff, text_offset,
                       image_size, flags, b"ARM\x64", PE_AT)


def kernel(body=300 * KIB + 512, seed=1, pe=True, **fields):
    """The bytes of an Image of @body bytes; fields: see header()."""
    image = bytearray(random.Random(seed).randbytes(body))
    image[:64] = header(**fields)
    image[64:4096] = bytes(4096 - 64)
    if pe:
        headers = pe_headers(ARM64, [(b".text", 4096, 64 * KIB),
                                     (b".data", 68 * KIB, body - 68 * KIB)])
        image[PE_AT:PE_AT + len(headers)] = headers
    else:
        image[:2], image[60:64] = bytes(2), bytes(4)
    return bytes(image)


def gz(data, **more):
    return gzip.compress(data, 6, mtime=0, **more)


def zstd_block(data, last):
    """A block of up to 128 KiB: one byte repeated, or as it is."""
    repeated = len(set(data)) == 1
    word = last | repeated << 1 | len(data) << 3
    return word.to_bytes(3, "little") + (data[:1] if repeated else data)


def zstd_start(window_log):
    """Magic and a frame header: no content size, no check sum."""
    return b"\x28\xb5\x2f\xfd\0" + bytes([(window_log - 10) << 3])


def zstd(data, window_log=17):
    """A zstd frame. It is not small, but it is one."""
    step = 128 * KIB
    return zstd_start(window_log) + b"".join(
        zstd_block(data[at:at + step], at + step >= len(data))
        for at in range(0, len(data), step))


def zboot(packed, kind=b"gzip", at=0x1000, size=None, machine=ARM64,
          tail=b"code of the EFI stub"):
    """An EFI zboot image around a compressed kernel."""
    head = struct.pack("<4s4sII8x32sI", b"MZ\0\0", b"zimg", at,
                       len(packed) if size is None else size, kind,
                       0x818223cd)
    head += struct.pack("<I", PE_AT) + pe_headers(machine, [])
    return head.ljust(0x1000, b"\0") + packed + tail


def padded(image):
    """As the kernel's Makefile.zboot does before it compresses."""
    return image.ljust(u64(image, 16), b"\0")


class Wrapped:
    """Where the parts of a wrapped file lie; offsets from its start."""

    base = 0    # what the info block's offsets count from

    def __init__(self, data):
        self.data = data
        (self.code0, self.code1, self.text_offset, self.image_size,
         self.flags, self.magic, self.pe) = struct.unpack_from(
             "<IIQQQ24x4sI", data)
        (self.info_magic, self.version, self.size, self.payload_file,
         self.payload_mem, self.efi_at, self.next, self.next_end,
         self.info_image_size) = struct.unpack_from("<8s8I", data, INFO_AT)

    @property
    def kernel(self):
        """The next kernel's Image."""
        return self.data[self.next:self.next_end]

    @property
    def memory(self):
        """Bytes that kexec loads from the file, and that it reserves."""
        return len(self.data), self.image_size

    def parts(self):
        """Name and range in the file of everything that is covered."""
        return {"header": (0, INFO_AT), "info and .sbat": (INFO_AT, TEXT_AT),
                "payload": (TEXT_AT, self.payload_file),
                "padding": (self.payload_file, self.next),
                "header of the kernel": (self.next, self.next + 64),
                "kernel": (self.next + 64, self.next_end),
                "end": (self.next_end, len(self.data))}
