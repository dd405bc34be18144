# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo wrap: the header of the wrapped bzImage, its parts, and refusals.

The kernels are made up; real ones are wrapped and booted by the QEMU tests.
What kexec asks of an image is asked here in the words of bzImage64_probe().
"""

import os
import shutil
import struct

import pytest
from bzimage import (ABOVE_4G, ALIGNMENT, BOOT_FLAG, CMDLINE_SIZE, INIT_SIZE,
                     INITRD_MAX, KERNEL_64, KERNEL_VERSION, LEVEL_5,
                     LEVEL_5_ON, LOADFLAGS, MAGIC, MIB, MIN_ALIGNMENT,
                     PREF_ADDRESS, RELOCATABLE, SYSSIZE, VERSION,
                     VERSION_TEXT, XLOADFLAGS, Wrapped, get, kernel,
                     setup_bytes)
from tool import FAILED, LUO, OK, PAYLOAD, USAGE, fingerprint, run


def wrap(tmp_path, data, *words, payload=PAYLOAD):
    (tmp_path / "vmlinuz").write_bytes(data)
    return run("wrap", "--kernel", tmp_path / "vmlinuz", "--payload", payload,
               *words)


def wrapped(tmp_path, data):
    answer = wrap(tmp_path, data)
    assert (answer.status, answer.err) == (OK, ""), answer
    return Wrapped((tmp_path / "vmlinuz.luo").read_bytes())


def kexec_takes(image):
    """bzImage64_probe() and the size checks of bzImage64_load()."""
    data, f = image.data, image.field
    assert f(BOOT_FLAG, 2) == 0xaa55 and data[MAGIC:MAGIC + 4] == b"HdrS"
    assert f(VERSION, 2) >= 0x20c and f(LOADFLAGS, 1) & 1
    assert f(XLOADFLAGS, 2) & KERNEL_64 and f(XLOADFLAGS, 2) & ABOVE_4G
    assert f(RELOCATABLE, 1)
    end = 0x202 + data[0x201]       # of the setup header
    assert 0x264 <= end <= 0x290
    assert image.pm <= len(data)
    assert len(data) - image.pm <= f(INIT_SIZE, 4)


@pytest.mark.parametrize("more", [
    {}, {"alignment": 16 * MIB, "pref_address": 32 * MIB},
    {"setup_sects": 0}, {"setup_sects": 63}, {"body": 4097},
    {"version": 0x20c}, {"cmdline_size": 255}], ids=str)
def test_header_and_layout(tmp_path, more):
    data = kernel(**more)
    image = wrapped(tmp_path, data)
    kexec_takes(image)
    align = get(data, ALIGNMENT, 4)
    assert image.kernel == data
    assert image.next_pm == align
    assert image.payload_mem <= image.next_setup
    assert image.field(INIT_SIZE, 4) == image.init_size == (
        align + get(data, INIT_SIZE, 4))
    for at, size in ((ALIGNMENT, 4), (PREF_ADDRESS, 8), (CMDLINE_SIZE, 4),
                     (MIN_ALIGNMENT, 1), (VERSION, 2), (INITRD_MAX, 4)):
        assert image.field(at, size) == get(data, at, size), hex(at)
    assert image.field(SYSSIZE, 4) * 16 >= len(image.data) - image.pm
    assert not any(image.data[image.pm + image.next_end:])


@pytest.mark.parametrize("flags", [KERNEL_64 | ABOVE_4G, 0x7f,
                                   KERNEL_64 | ABOVE_4G | LEVEL_5])
def test_load_flags_come_from_the_kernel(tmp_path, flags):
    image = wrapped(tmp_path, kernel(xloadflags=flags))
    got, mask = image.field(XLOADFLAGS, 2), LEVEL_5 | LEVEL_5_ON
    assert got & mask == flags & mask
    assert not got & 0xc, "there are no EFI handover entries in the payload"


def test_payload_is_in_front(tmp_path):
    """Behind its own header the payload's bytes are those of luo.bzImage."""
    image = wrapped(tmp_path, kernel())
    payload = PAYLOAD.read_bytes()
    start = image.pm + 0x40 + image.size
    assert image.data[start:len(payload)] == payload[start:]
    assert image.payload_file == len(payload) - image.pm
    assert not any(image.data[len(payload):image.pm + image.next_setup])


def test_version_text_is_the_kernels(tmp_path):
    image = wrapped(tmp_path, kernel())
    at = image.field(KERNEL_VERSION, 2) + 0x200
    assert image.data[at:].split(b"\0")[0] == VERSION_TEXT


def test_wild_version_text_is_not_followed(tmp_path):
    for value in 0, 1, 0xffff:
        kexec_takes(wrapped(tmp_path, kernel(kernel_version=value)))


def test_same_input_same_output(tmp_path):
    first = wrapped(tmp_path, kernel()).data
    assert wrapped(tmp_path, kernel()).data == first


def test_small_init_size_leaves_the_payload_room_to_work(tmp_path):
    data = kernel(init_size=len(kernel()))
    image = wrapped(tmp_path, data)
    assert image.kernel == data
    assert image.init_size >= image.next_end + MIB
    assert image.init_size == image.field(INIT_SIZE, 4)


def half(data):
    return data[:len(data) // 2]


REFUSED = {
    "empty": (lambda: b"", "vmlinuz"),
    "text": (lambda: b"not a kernel\n" * 1000, "bzImage"),
    "ELF": (lambda: b"\x7fELF" + bytes(99999), "bzImage"),
    "cut in boot sector": (lambda: kernel()[:0x1f0], "vmlinuz"),
    "cut in header": (lambda: kernel()[:0x210], "vmlinuz"),
    "cut in setup sectors": (lambda: kernel()[:5000], "vmlinuz"),
    "cut behind setup sectors": (lambda: kernel()[:20480], "vmlinuz"),
    "cut in the middle": (lambda: half(kernel()), "vmlinuz"),
    "cut by 16 bytes": (lambda: kernel()[:-16], "vmlinuz"),
    "protocol 2.11": (lambda: kernel(version=0x20b), "2.12"),
    "zImage": (lambda: kernel(loadflags=0), "zImage"),
    "not relocatable": (lambda: kernel(relocatable=0), "relocatable"),
    "not above 4G": (lambda: kernel(xloadflags=KERNEL_64), "relocatable"),
    "32-bit": (lambda: kernel(xloadflags=ABOVE_4G), "64-bit"),
    "init_size overflow": (lambda: kernel(init_size=2**32 - 2 * MIB),
                           "init_size"),
    "init_size largest": (lambda: kernel(init_size=2**32 - 1), "init_size"),
    "init_size 0": (lambda: kernel(init_size=0), "init_size"),
    "alignment 0": (lambda: kernel(alignment=0), "kernel_alignment"),
    "alignment odd": (lambda: kernel(alignment=3 * MIB), "kernel_alignment"),
    "alignment largest": (lambda: kernel(alignment=2**31),
                          "kernel_alignment"),
    "no boot flag": (lambda: kernel(boot_flag=0), "bzImage"),
    "the payload": (PAYLOAD.read_bytes, "wrapped"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_kernel(tmp_path, name):
    make, word = REFUSED[name]
    answer = wrap(tmp_path, make())
    assert answer.refuses(FAILED, tmp_path / "vmlinuz", word)
    assert os.listdir(tmp_path) == ["vmlinuz"]


def test_already_wrapped(tmp_path):
    data = wrapped(tmp_path, kernel()).data
    (tmp_path / "vmlinuz.luo").unlink()
    assert wrap(tmp_path, data).refuses(FAILED, "already wrapped")
    assert os.listdir(tmp_path) == ["vmlinuz"]


def info(at, value):
    """The payload with another number in its info block."""
    data = bytearray(PAYLOAD.read_bytes())
    struct.pack_into("<I", data, setup_bytes(data) + 0x40 + at, value)
    return bytes(data)


BAD_PAYLOADS = {
    "empty": lambda: b"",
    "a kernel": kernel,
    "cut": lambda: PAYLOAD.read_bytes()[:-512],
    "cut to setup sectors": lambda: (
        PAYLOAD.read_bytes()[:setup_bytes(PAYLOAD.read_bytes())]),
    "too long": lambda: PAYLOAD.read_bytes() + bytes(512),
    "other version": lambda: info(8, 2),
    "other info size": lambda: info(12, 99),
    "payload_mem small": lambda: info(20, 4096),
    "payload_mem odd": lambda: info(20, 0x100001),
    "payload_mem huge": lambda: info(20, 0xfffff000),
    "efi_at outside": lambda: info(24, 0xffffffff),
    "wrapped": lambda: info(28, 0x1000),
}


@pytest.mark.parametrize("name", BAD_PAYLOADS)
def test_damaged_payload(tmp_path, name):
    path = tmp_path / "payload"
    path.write_bytes(BAD_PAYLOADS[name]())
    assert wrap(tmp_path, kernel(), payload=path).refuses(FAILED)
    assert sorted(os.listdir(tmp_path)) == ["payload", "vmlinuz"]


def test_files_that_are_not_there(tmp_path):
    answer = run("wrap", "--kernel", tmp_path / "none", "--payload", PAYLOAD)
    assert answer.refuses(FAILED, tmp_path / "none")
    answer = wrap(tmp_path, kernel(), payload=tmp_path / "none")
    assert answer.refuses(FAILED, tmp_path / "none")
    assert run("wrap", "--kernel", tmp_path).refuses(FAILED, tmp_path)
    assert os.listdir(tmp_path) == ["vmlinuz"]


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "vmlinuz").write_bytes(kernel())
    before = fingerprint(tmp_path / "vmlinuz")
    for out in ("none/out", "folder", "vmlinuz", "/dev/full", "vmlinuz/x"):
        answer = wrap_again(tmp_path, "-o", tmp_path / out)
        assert answer.refuses(FAILED, out)
    assert fingerprint(tmp_path / "vmlinuz") == before
    assert sorted(os.listdir(tmp_path)) == ["folder", "vmlinuz"]


def wrap_again(tmp_path, *words):
    return run("wrap", "--kernel", tmp_path / "vmlinuz", "--payload", PAYLOAD,
               *words)


def test_failed_wrap_keeps_an_older_output(tmp_path):
    (tmp_path / "out").write_text("older")
    assert wrap(tmp_path, b"no kernel", "-o", tmp_path / "out").status
    assert (tmp_path / "out").read_text() == "older"
    assert not wrap(tmp_path, kernel(), "-o", tmp_path / "out").status
    assert (tmp_path / "out").stat().st_size > MIB
    assert sorted(os.listdir(tmp_path)) == ["out", "vmlinuz"]


def test_default_output_is_the_kernels_name(tmp_path):
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot" / "vmlinuz-7.3").write_bytes(kernel())
    answer = run("wrap", "--kernel", "boot/vmlinuz-7.3", "--payload", PAYLOAD,
                 cwd=tmp_path)
    assert answer.status == OK
    assert sorted(os.listdir(tmp_path / "boot")) == ["vmlinuz-7.3",
                                                     "vmlinuz-7.3.luo"]


@pytest.mark.parametrize("words, word", [
    ([], "--kernel"), (["--kernel"], "--kernel"),
    (["--kernel", "a", "b"], "wrap"), (["--frob", "--kernel", "a"], "--frob"),
    (["--kernel", "a", "-o"], "o")])
def test_wrong_command_line(tmp_path, words, word):
    assert run("wrap", *words, cwd=tmp_path).refuses(USAGE, word)
    assert not os.listdir(tmp_path)


def marked_payload(folder, mark, arch="x86_64", model=PAYLOAD):
    """A payload whose last bytes tell it from others."""
    path = folder / arch / model.name
    path.parent.mkdir(parents=True)
    data = bytearray(model.read_bytes())
    data[-16:] = mark.ljust(16, b"\0")
    path.write_bytes(data)
    return path


def mark_of(path, read=Wrapped):
    image = read(path.read_bytes())
    end = image.base + image.payload_file
    return image.data[end - 16:end].rstrip(b"\0")


def test_payload_search_order(tmp_path):
    """--payload, then $LUO_PAYLOAD_DIR, then the program's neighbour."""
    (tmp_path / "build" / "host").mkdir(parents=True)
    tool = shutil.copy(LUO, tmp_path / "build" / "host")
    marked_payload(tmp_path / "build", b"neighbour")
    marked_payload(tmp_path / "named", b"named")
    given = marked_payload(tmp_path / "given", b"given")
    (tmp_path / "vmlinuz").write_bytes(kernel())
    base = ["wrap", "--kernel", tmp_path / "vmlinuz"]
    env = {"LUO_PAYLOAD_DIR": str(tmp_path / "named")}
    for words, more, mark in (
            ([], {"LUO_PAYLOAD_DIR": ""}, b"neighbour"), ([], env, b"named"),
            (["--payload", given], env, b"given")):
        answer = run(*base, *words, env=more, program=tool)
        assert (answer.status, answer.err) == (OK, "")
        assert mark_of(tmp_path / "vmlinuz.luo") == mark
    (tmp_path / "vmlinuz.luo").unlink()
    env = {"LUO_PAYLOAD_DIR": str(tmp_path / "empty")}
    answer = run(*base, env=env, program=tool)
    assert answer.refuses(FAILED, tmp_path / "empty/x86_64/luo.bzImage")
    assert not (tmp_path / "vmlinuz.luo").exists()
