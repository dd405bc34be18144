# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What a guest boots from: the kernel, its wrapped form, the initramfs.

The kernel comes from test/kernel/build-kernel (or the folder that
LUO_KERNEL_<ARCH> names; LUO_KERNEL_<ARCH>_7_1 and so on for versions other
than the usual one), the wrapped kernel from `luo wrap` of the build
under test (folder LUO_BUILD, `build` when unset). An initramfs for several
kernels in a row holds the wrapped and the plain kernel and, as /initrd, the
initramfs of the next one. Whatever is missing is an error that says so.
"""

import os
import struct
import subprocess
from functools import lru_cache
from pathlib import Path

import header

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
USUAL = "7.3"       # the kernel that most tests boot


class ImageError(AssertionError):
    """Something to boot from is missing; says what to do about it."""


def build_folder():
    return Path(os.environ.get("LUO_BUILD") or ROOT / "build").resolve()


def need(path, remedy):
    """The path, when it is there."""
    if not Path(path).exists():
        raise ImageError(f"{path} is missing: {remedy}")
    return Path(path)


def call(command, what, progress=False):
    """Runs a program of the project; gives back its standard output.

    With `progress` its standard error is shown as it comes.
    """
    try:
        done = subprocess.run([str(part) for part in command], text=True,
                              stdout=subprocess.PIPE,
                              stderr=None if progress else subprocess.PIPE)
    except OSError as error:
        raise ImageError(f"{what}: {error}") from error
    if done.returncode:
        raise ImageError(f"{what}: exit status {done.returncode}\n"
                         f"{done.stdout}{done.stderr or ''}")
    return done.stdout


@lru_cache
def kernel_folder(arch, version=USUAL):
    """The folder of a test kernel, built when it is not there yet."""
    name = f"LUO_KERNEL_{arch.name}"
    if version != USUAL:
        name += f"_{version}".translate(str.maketrans(".-", "__"))
    name = name.upper()
    if folder := os.environ.get(name):
        return need(folder, f"{name} names it")
    script = need(ROOT / "test/kernel/build-kernel", "part of the project")
    out = call([script, arch.name, version], "building the test kernel",
               progress=True)
    return need(out.strip().splitlines()[-1], "named by build-kernel")


class Images:
    """Everything of one architecture; files go to `folder`.

    `more` are further files of the first kernel's initramfs {path: file}.
    """

    more = {}

    def __init__(self, arch, folder, kernel=None, next_kernel=None, tool=None):
        self.arch = arch
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.build = build_folder()
        self._kernel = kernel
        self._next = next_kernel
        self._tool = tool

    @property
    def kernel(self):
        if self._kernel:
            return need(self._kernel, "the kernel to boot first")
        return need(kernel_folder(self.arch) / self.arch.kernel,
                    "the folder holds no kernel image")

    @property
    def next_kernel(self):
        return (need(self._next, "the kernel to boot next") if self._next
                else self.kernel)

    @property
    def tool(self):
        return need(self._tool or self.build / "host/luo", "run `make host`")

    @property
    def payload(self):
        return need(self.build / self.arch.payload, "run `make payload`")

    @property
    def payload_elf(self):
        return need(self.build / self.arch.payload_elf, "run `make payload`")

    def luo(self, *arguments, status=0):
        """Runs the host tool; its output, when it ends as expected.

        `status` None takes any end.
        """
        done = subprocess.run([str(self.tool), *map(str, arguments)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if status is not None and done.returncode != status:
            raise AssertionError(
                f"luo {' '.join(map(str, arguments))} ended with "
                f"{done.returncode} instead of {status}\n"
                f"{done.stdout}{done.stderr}")
        return done.stdout

    def _kept(self, name, make):
        """A file of the folder, made once."""
        path = self.folder / name
        if not path.exists():
            part = self.folder / f"{name}.{os.getpid()}"
            make(part)
            os.replace(part, path)
        return path

    @property
    def wrapped(self):
        """The next kernel behind the payload."""
        return self._kept(self.arch.wrapped, lambda path: self.luo(
            "wrap", "--kernel", self.next_kernel, "-o", path))

    def header(self):
        """Of the wrapped kernel."""
        return header.read(self.arch, self.wrapped)

    def _headers(self):
        """A folder with the kernel's headers; a kernel of the user's may
        come without."""
        folder = self.kernel.parent
        return (folder if (folder / "usr/include").is_dir()
                else kernel_folder(self.arch))

    def initrd(self, kernels=2, payload=True):
        """The initramfs of the first of so many kernels."""
        extra = []
        if kernels > 1:
            extra = [f"/{self.arch.kernel}={self.next_kernel}",
                     f"/initrd={self.initrd(kernels - 1, payload)}"]
            if payload:
                extra.append(f"/{self.arch.wrapped}={self.wrapped}")
            extra += [f"{path}={file}" for path, file in self.more.items()]
        script = need(ROOT / "test/kernel/build-initramfs",
                      "part of the project")
        name = f"initrd-{kernels}{'-luo' if payload and extra else ''}"
        return self._kept(name, lambda path: call(
            [script, path, self._headers(), *extra],
            "building the initramfs"))


def symbols(elf):
    """{name: value} of an ELF file's symbol table (64-bit, little-endian)."""
    data = Path(elf).read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ImageError(f"{elf} is no 64-bit little-endian ELF file")
    offset = struct.unpack_from("<Q", data, 0x28)[0]
    size, number = struct.unpack_from("<HH", data, 0x3a)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + index * size)
                for index in range(number)]
    found = {}
    for _, kind, _, _, start, length, link, *_ in sections:
        if kind != 2:       # SHT_SYMTAB
            continue
        strings = sections[link][4]
        for at in range(start, start + length, 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
            end = data.index(b"\0", strings + name)
            found[data[strings + name:end].decode()] = value
    return found
