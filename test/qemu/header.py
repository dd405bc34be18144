# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The header of a kernel's file: what kexec goes by when it reserves room.

Offsets: Documentation/arch/x86/boot.rst and Documentation/arch/arm64/booting.rst.
"""

import struct
from dataclasses import dataclass
from pathlib import Path


class HeaderError(AssertionError):
    """The file is no kernel of this kind."""


@dataclass(frozen=True)
class Header:
    """Of a kernel, wrapped or not."""

    file_offset: int    # in the file, of what is put into memory
    alignment: int      # of the load address
    reserved: int       # bytes of memory that belong to the image


def _bzimage(path):
    data = Path(path).read_bytes()
    if data[0x202:0x206] != b"HdrS":
        raise HeaderError(f"{path} is no bzImage")
    return Header(((data[0x1f1] or 4) + 1) * 512,
                  struct.unpack_from("<I", data, 0x230)[0],
                  struct.unpack_from("<I", data, 0x260)[0])


def _image(path):
    data = Path(path).read_bytes()
    if data[56:60] != b"ARM\x64":
        raise HeaderError(f"{path} is no arm64 Image")
    return Header(0, 2 << 20, struct.unpack_from("<Q", data, 16)[0])


READERS = {"x86_64": _bzimage, "aarch64": _image}


def read(arch, path):
    """The header of a file that kexec takes on this architecture."""
    return READERS[arch.name](path)
