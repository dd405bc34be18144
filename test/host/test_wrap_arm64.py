# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo wrap around arm64 kernels: layout, unpacking, and refusals.

The kernels are made up; real ones are wrapped and booted by the QEMU tests.
What kexec asks of an image is asked here in the words of image_probe() and
image_load() of arch/arm64/kernel/kexec_image.c.
"""

import os
import random
import re
import struct
import zlib

import bzimage
import pytest
from armimage import (ANYWHERE, BIG_ENDIAN, GIB, INFO_AT, KIB, MIB, PAGES_4K,
                      PAGES_64K, RISCV64, Wrapped, gz, header, kernel, padded,
                      u64, zboot, zstd, zstd_start)
from test_wrap import mark_of, marked_payload
from tool import FAILED, LUO, OK, PAYLOAD, PAYLOAD_ARM64, fingerprint, run

ALIGN = 2 * MIB     # MIN_KIMG_ALIGN


def wrap(tmp_path, data, *words, payload=PAYLOAD_ARM64, **how):
    (tmp_path / "Image").write_bytes(data)
    return run("wrap", "--kernel", tmp_path / "Image", "--payload", payload,
               *words, **how)


def wrapped(tmp_path, data):
    answer = wrap(tmp_path, data)
    assert (answer.status, answer.out, answer.err) == (OK, "", "")
    return Wrapped((tmp_path / "Image.luo").read_bytes())


def kexec_takes(image):
    assert len(image.data) >= 64 and image.magic == b"ARM\x64"
    assert len(image.data) <= image.image_size < 4 * GIB
    assert image.text_offset == 0
    assert image.code0 & 0xffff == 0x5a4d and image.pe == 64


KERNELS = {
    "plain": {}, "64 KiB pages": {"flags": PAGES_64K | ANYWHERE},
    "reserved flags": {"flags": 2**64 - 1 - BIG_ENDIAN},
    "text_offset": {"text_offset": 0x80000},
    "text_offset largest": {"text_offset": ALIGN - 4096},
    "no PE": {"pe": False}, "odd size": {"body": 100 * KIB + 1},
    "no .bss": {"body": 100 * KIB, "image_size": 100 * KIB},
    "image_size odd": {"image_size": 8 * MIB + 1},
    "large": {"image_size": GIB}}


@pytest.mark.parametrize("name", KERNELS)
def test_header_and_layout(tmp_path, name):
    data = kernel(**KERNELS[name])
    image = wrapped(tmp_path, data)
    kexec_takes(image)
    assert image.kernel == data
    text_offset, size, flags = struct.unpack_from("<3Q", data, 8)
    front = image.payload_mem + MIB
    assert image.next == -(-front // ALIGN) * ALIGN + text_offset
    assert image.next_end == image.next + len(data)
    assert image.flags == flags
    assert image.image_size == image.info_image_size
    wanted = -(-(image.next + size) // 4096) * 4096
    assert image.image_size == max(wanted, room_to_sign(image))
    assert len(image.data) == -(-image.next_end // 512) * 512
    assert not any(image.data[image.next_end:])


def room_to_sign(image):
    """64 KiB behind the file, in whole pages."""
    return -(-(len(image.data) + 64 * KIB) // 4096) * 4096


def test_payload_is_in_front(tmp_path):
    """But for what the headers say of sizes, its bytes are those built."""
    image = wrapped(tmp_path, kernel())
    payload = PAYLOAD_ARM64.read_bytes()
    assert image.payload_file == len(payload)
    assert not any(image.data[len(payload):image.next])
    same = [(0, 16), (32, 64 + 24 + 4), (INFO_AT, INFO_AT + 28),
            (INFO_AT + 40, len(payload))]
    for start, end in same:
        assert image.data[start:end] == payload[start:end], hex(start)
    assert (image.info_magic, image.version) == (b"LUO\x7fWRAP", 1)


def test_unwrapped_payload_is_refused_by_kexec():
    """image_load() answers EINVAL when image_size is 0."""
    image = Wrapped(PAYLOAD_ARM64.read_bytes())
    assert (image.image_size, image.next, image.next_end) == (0, 0, 0)


@pytest.mark.parametrize("start", [b"\x1f\x8b\x08\0", b"]\0\0\x14"], ids=str)
def test_first_instruction_is_not_looked_at(tmp_path, start):
    """An Image is one, also when it starts as a compressed file does."""
    data = start + kernel(pe=False)[4:]
    assert wrapped(tmp_path, data).kernel == data


def test_same_input_same_output(tmp_path):
    first = wrapped(tmp_path, kernel()).data
    assert wrapped(tmp_path, kernel()).data == first


PACKED = {
    "gzip": gz, "zstd": zstd,
    "gzip, padded": lambda image: gz(image) + bytes(1000),
    "zboot gzip": lambda image: zboot(gz(image)),
    "zboot zstd": lambda image: zboot(zstd(image), b"zstd"),
    "zboot zstd22": lambda image: zboot(zstd(image), b"zstd22"),
    "zboot at the end": lambda image: zboot(gz(image), tail=b""),
    "window of 128 MiB": lambda image: zstd(image, window_log=27)}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("more", [{}, {"body": 1 << 20, "image_size": 1 << 20},
                                  {"body": (1 << 20) + 1}], ids=str)
def test_compressed_kernel_is_unpacked(tmp_path, name, more):
    """The result is that of the Image itself."""
    plain = wrapped(tmp_path, kernel(**more)).data
    assert wrapped(tmp_path, PACKED[name](kernel(**more))).data == plain


def test_zboot_image_keeps_room_for_a_signature(tmp_path):
    """Its Image is padded up to image_size, and a signature comes behind."""
    data = padded(kernel())
    image = wrapped(tmp_path, zboot(gz(data)))
    assert image.kernel == data
    assert image.image_size >= len(image.data) + 64 * KIB


def test_largest_image_size(tmp_path):
    """kexec's sizes and the payload's numbers have 32 bits."""
    start = wrapped(tmp_path, kernel()).next
    most = 4 * GIB - start - 4096
    assert wrapped(tmp_path, kernel(image_size=most)).image_size == (
        4 * GIB - 4096)
    for size in most + 1, 4 * GIB - start, 4 * GIB, 2**64 - 1:
        answer = wrap(tmp_path, kernel(image_size=size))
        assert answer.refuses(FAILED, "image_size is too large: with the "
                              "payload it reaches 4 GiB")


def changed(image, at, data):
    return image[:at] + data + image[at + len(data):]


def cut_zboot(by):
    return zboot(gz(kernel()), tail=b"")[:-by]


def gzip_bomb(head, blocks):
    """Deflate blocks of 1 MiB of zeros each, without an end."""
    start = zlib.compressobj(9, wbits=-15)
    data = start.compress(head) + start.flush(zlib.Z_FULL_FLUSH)
    zeros = zlib.compressobj(9, wbits=-15)
    block = zeros.compress(bytes(MIB)) + zeros.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + data + blocks * block


def zstd_bomb(head, blocks):
    """One block for the header, then blocks of 128 KiB of zeros each."""
    return (zstd_start(17) + (len(head) << 3).to_bytes(3, "little") + head
            + blocks * ((128 * KIB << 3 | 2).to_bytes(3, "little") + b"\0"))


NO_IMAGE = "what it unpacks to is no arm64 Image"
ALREADY = "already wrapped; give the kernel that it was made from"
NEITHER = ("not a bzImage, nor an arm64 Image (give the file that kexec would "
           "be given)")
TEXT_OFFSET = "text_offset is no multiple of 4 KiB below 2 MiB"
SMALL = "image_size is smaller than the kernel itself"
CUT_PE = "cut short: the file is smaller than its PE header says"
OUTSIDE = ("damaged or cut short: the compressed kernel of this EFI zboot "
           "image is not inside the file")
MORE = "bytes that are no part of it follow the compressed kernel"
NO_TYPE = "EFI zboot header damaged: no name of a compression"
OWN_SIZE = "unpacks to more than its own image_size says"


def cannot(name, tool):
    return (f"compressed with {name}, which luo cannot unpack; unpack it "
            f"first ({tool} FILE >Image) and give the Image")


REFUSED = {
    "empty": (lambda: b"", NEITHER),
    "cut in header": (lambda: kernel()[:63], NEITHER),
    "other magic": (lambda: changed(kernel(), 56, b"RSC\x05"), NEITHER),
    "only a header": (lambda: kernel()[:64], CUT_PE),
    "cut in PE headers": (lambda: kernel()[:64 + 100], CUT_PE),
    "cut in section table": (lambda: kernel()[:64 + 24 + 160 + 79], CUT_PE),
    "cut in the middle": (lambda: kernel()[:150000], CUT_PE),
    "cut by a byte": (lambda: kernel()[:-1], CUT_PE),
    "3.16": (lambda: kernel(image_size=0, flags=0),
             "too old: no image_size (Linux 3.17 and later have it)"),
    "4.5": (lambda: kernel(flags=PAGES_4K),
            "too old: it must lie at the start of memory (Linux 4.6 and "
            "later need not)"),
    "big-endian": (lambda: kernel(flags=PAGES_4K | ANYWHERE | BIG_ENDIAN),
                   "a big-endian kernel (CONFIG_CPU_LITTLE_ENDIAN is needed)"),
    "text_offset odd": (lambda: kernel(text_offset=0x80800), TEXT_OFFSET),
    "text_offset large": (lambda: kernel(text_offset=ALIGN), TEXT_OFFSET),
    "text_offset largest": (lambda: kernel(text_offset=2**64 - 4096),
                            TEXT_OFFSET),
    "image_size small": (lambda: kernel(image_size=len(kernel()) - 1), SMALL),
    "image_size 1": (lambda: kernel(image_size=1), SMALL),
    "the payload": (PAYLOAD_ARM64.read_bytes, ALREADY),
    "packed payload": (lambda: gz(bytes(PAYLOAD_ARM64.read_bytes())), ALREADY),
    "gzip of text": (lambda: gz(b"no kernel\n" * 100), NO_IMAGE),
    "gzip of nothing": (lambda: gz(b""), NO_IMAGE),
    "gzip of a header's half": (lambda: gz(kernel()[:63]), NO_IMAGE),
    "gzip of a bzImage": (lambda: gz(bzimage.kernel()), NO_IMAGE),
    "gzip of gzip": (lambda: gz(gz(kernel())), NO_IMAGE),
    "gzip, only magic": (lambda: b"\x1f\x8b",
                         "cut short: its gzip data ends too early"),
    "gzip, cut": (lambda: gz(kernel())[:-1],
                  "cut short: its gzip data ends too early"),
    "gzip, cut to half": (lambda: gz(kernel())[:150000],
                          "cut short: its gzip data ends too early"),
    "gzip, other method": (lambda: changed(gz(kernel()), 2, b"\x07"),
                           "damaged: its gzip data cannot be unpacked"),
    "gzip, check sum": (lambda: changed(gz(kernel()), -8, bytes(4)),
                        "damaged: its gzip data cannot be unpacked"),
    "gzip, more behind": (lambda: gz(kernel()) + b"\0\0device tree", MORE),
    "gzip, two members": (lambda: gz(kernel()) + gz(kernel()), MORE),
    "gzip, image_size small": (
        lambda: gz(kernel(image_size=len(kernel()) - 1)), OWN_SIZE),
    "gzip, image_size 63": (lambda: gz(kernel(image_size=63)), OWN_SIZE),
    "gzip, image_size 0": (
        lambda: gz(kernel(image_size=0, flags=0)),
        "too old: no image_size (Linux 3.17 and later have it)"),
    "zstd of text": (lambda: zstd(b"no kernel\n" * 100), NO_IMAGE),
    "zstd, only magic": (lambda: zstd(b"")[:4],
                         "cut short: its zstd data ends too early"),
    "zstd, cut": (lambda: zstd(kernel())[:-1],
                  "cut short: its zstd data ends too early"),
    "zstd, reserved block": (lambda: changed(zstd(kernel()), 6, b"\x07"),
                             "damaged: its zstd data cannot be unpacked"),
    "zstd, window": (lambda: zstd(kernel(), window_log=28),
                     "its zstd window is larger than 128 MiB; unpack it first "
                     "(zstd -dc --long=31) and give the Image"),
    "zstd, more behind": (lambda: zstd(kernel()) + b"x", MORE),
    "xz": (lambda: b"\xfd7zXZ\0" + bytes(999), cannot("xz", "xz -dc")),
    "lz4, as kernels": (lambda: b"\x02\x21\x4c\x18" + bytes(999),
                        cannot("lz4", "lz4 -dc")),
    "lz4": (lambda: b"\x04\x22\x4d\x18" + bytes(999),
            cannot("lz4", "lz4 -dc")),
    "bzip2": (lambda: b"BZh9" + bytes(999), cannot("bzip2", "bzip2 -dc")),
    "lzo": (lambda: b"\x89LZO\0\r\n\x1a\n" + bytes(999),
            cannot("lzo", "lzop -dc")),
    "lzma": (lambda: b"]\0\0\x80\0" + bytes(999),
             cannot("lzma", "xz -dc --format=lzma")),
    "zboot lz4": (lambda: zboot(bytes(999), b"lz4"),
                  "an EFI zboot image compressed with lz4, which luo cannot "
                  "unpack; unpack it first (999 bytes at offset 4096) and "
                  "give the Image"),
    "zboot xzkern": (lambda: zboot(bytes(999), b"xzkern"),
                     "an EFI zboot image compressed with xzkern, which luo "
                     "cannot unpack; unpack it first (999 bytes at offset "
                     "4096) and give the Image"),
    "zboot riscv": (lambda: zboot(gz(kernel()), machine=RISCV64),
                    "an EFI zboot image for another architecture than arm64 "
                    "(PE machine 0x5064)"),
    "zboot no type": (lambda: zboot(gz(kernel()), b""), NO_TYPE),
    "zboot long type": (lambda: zboot(gz(kernel()), b"x" * 32), NO_TYPE),
    "zboot wild type": (lambda: zboot(gz(kernel()), b"\x1b[2J"), NO_TYPE),
    "zboot cut": (lambda: cut_zboot(1), OUTSIDE),
    "zboot only a header": (lambda: cut_zboot(1)[:64], OUTSIDE),
    "zboot offset in header": (lambda: zboot(gz(kernel()), at=63), OUTSIDE),
    "zboot offset large": (lambda: zboot(gz(kernel()), at=2**32 - 1), OUTSIDE),
    "zboot size large": (lambda: zboot(gz(kernel()), size=2**32 - 1), OUTSIDE),
    "zboot sum wraps": (lambda: zboot(gz(kernel()), size=2**32 - 4096),
                        OUTSIDE),
    "zboot size 0": (lambda: zboot(gz(kernel()), size=0),
                     "cut short: its gzip data ends too early"),
    "zboot size small": (lambda: zboot(gz(kernel()), size=99999),
                         "cut short: its gzip data ends too early"),
    "zboot size too much": (
        lambda: zboot(gz(kernel()), size=len(gz(kernel())) + 9), MORE),
    "zboot says zstd": (lambda: zboot(gz(kernel()), b"zstd"),
                        "damaged: its zstd data cannot be unpacked"),
    "zboot says gzip": (lambda: zboot(zstd(kernel()), b"gzip"),
                        "damaged: its gzip data cannot be unpacked"),
    "zboot of text": (lambda: zboot(gz(b"no kernel\n" * 100)), NO_IMAGE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_kernel(tmp_path, name):
    make, message = REFUSED[name]
    answer = wrap(tmp_path, make())
    assert (answer.status, answer.out) == (FAILED, "")
    assert answer.err == f"luo: {tmp_path}/Image: {message}\n"
    assert os.listdir(tmp_path) == ["Image"]


BOMBS = {   # what it is, what is said, KiB of address space that must do
    "gzip of zeros": (lambda: gzip_bomb(b"", 4096), NO_IMAGE, 64 * KIB),
    "zstd of zeros": (lambda: zstd_bomb(b"", 9999), NO_IMAGE, 64 * KIB),
    "small image_size": (lambda: gzip_bomb(header(), 4096), OWN_SIZE,
                         64 * KIB),
    "gzip": (lambda: gzip_bomb(header(image_size=2**40), 2048),
             "unpacks to more than 512 MiB, so to no arm64 Image", MIB),
    "zstd": (lambda: zstd_bomb(header(image_size=2**40), 9999),
             "unpacks to more than 512 MiB, so to no arm64 Image", MIB)}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(tmp_path, name):
    """What a small file unpacks to has an end, and so has the memory."""
    make, message, space = BOMBS[name]
    (tmp_path / "Image").write_bytes(make())
    answer = run(f"--as={space * KIB}", LUO, "wrap", "--kernel",
                 tmp_path / "Image", "--payload", PAYLOAD_ARM64,
                 program="/usr/bin/prlimit")
    assert answer.refuses(FAILED, message)
    assert os.listdir(tmp_path) == ["Image"]


def test_already_wrapped(tmp_path):
    data = wrapped(tmp_path, kernel()).data
    (tmp_path / "Image.luo").unlink()
    for again in data, gz(data), zboot(zstd(data), b"zstd"):
        assert wrap(tmp_path, again).refuses(FAILED, ALREADY)
    assert os.listdir(tmp_path) == ["Image"]


def info(at, value):
    """The payload with another number in its info block."""
    return changed(PAYLOAD_ARM64.read_bytes(), INFO_AT + at,
                   struct.pack("<I", value))


def one_byte_more():
    """A payload that is not full blocks, and says so."""
    return info(16, PAYLOAD_ARM64.stat().st_size + 1) + b"\0"


DAMAGED = "payload damaged: sizes contradict each other"
NOT_ONE = "not a luo payload (make payload ARCH=aarch64 builds luo.Image)"
VERSION = "a payload of another version; build it again"
BAD_PAYLOADS = {
    "empty": (lambda: b"", NOT_ONE),
    "a kernel": (kernel, NOT_ONE),
    "for x86_64": (PAYLOAD.read_bytes,
                   "a payload for x86_64, but the kernel is for aarch64; give "
                   "its luo.Image"),
    "cut": (lambda: PAYLOAD_ARM64.read_bytes()[:-512], DAMAGED),
    "cut to the headers": (lambda: PAYLOAD_ARM64.read_bytes()[:INFO_AT + 40],
                           DAMAGED),
    "cut in info": (lambda: PAYLOAD_ARM64.read_bytes()[:INFO_AT + 39],
                    NOT_ONE),
    "too long": (lambda: PAYLOAD_ARM64.read_bytes() + bytes(512), DAMAGED),
    "other version": (lambda: info(8, 2), VERSION),
    "other info size": (lambda: info(12, 44), VERSION),
    "payload_file odd": (one_byte_more, DAMAGED),
    "payload_file small": (lambda: info(16, 0x600), DAMAGED),
    "only headers": (lambda: info(16, 0x600)[:0x600], DAMAGED),
    "payload_mem small": (lambda: info(20, 4096), DAMAGED),
    "payload_mem odd": (lambda: info(20, 0x100001), DAMAGED),
    "efi_at in the headers": (lambda: info(24, 0x5fc), DAMAGED),
    "efi_at outside": (lambda: info(24, 0xffffffff), DAMAGED),
    "wrapped": (lambda: info(28, 0x200000),
                "already wrapped; give luo.Image itself as the payload")}


@pytest.mark.parametrize("name", BAD_PAYLOADS)
def test_damaged_payload(tmp_path, name):
    make, message = BAD_PAYLOADS[name]
    path = tmp_path / "payload"
    path.write_bytes(make())
    answer = wrap(tmp_path, kernel(), payload=path)
    assert (answer.status, answer.out) == (FAILED, "")
    assert answer.err == f"luo: {path}: {message}\n"
    assert sorted(os.listdir(tmp_path)) == ["Image", "payload"]


@pytest.mark.parametrize("memory, start", [
    (MIB, ALIGN), (MIB + 4096, 2 * ALIGN), (ALIGN, 2 * ALIGN),
    (9 * MIB, 5 * ALIGN)])
def test_front_has_room_to_work(tmp_path, memory, start):
    """A MiB or more from the payload's memory to the next kernel."""
    (tmp_path / "payload").write_bytes(info(20, memory))
    answer = wrap(tmp_path, kernel(), payload=tmp_path / "payload")
    assert (answer.status, answer.err) == (OK, "")
    image = Wrapped((tmp_path / "Image.luo").read_bytes())
    assert (image.next, image.kernel) == (start, kernel())


def test_payload_that_needs_4_gib(tmp_path):
    (tmp_path / "payload").write_bytes(info(20, 0xfffff000))
    answer = wrap(tmp_path, kernel(), payload=tmp_path / "payload")
    assert answer.refuses(FAILED, "with the payload it reaches 4 GiB")


def test_payload_of_arm64_for_a_bzimage(tmp_path):
    answer = wrap(tmp_path, bzimage.kernel())
    assert answer.refuses(FAILED, f"{PAYLOAD_ARM64}: a payload for aarch64, "
                          "but the kernel is for x86_64; give its luo.bzImage")
    assert os.listdir(tmp_path) == ["Image"]


def test_payload_follows_the_kernel(tmp_path):
    """One folder with both payloads: the kernel says which is taken."""
    marked_payload(tmp_path, b"x86_64")
    marked_payload(tmp_path, b"aarch64", "aarch64", PAYLOAD_ARM64)
    out = tmp_path / "out"
    for data, wanted in ((kernel(), b"aarch64"), (gz(kernel()), b"aarch64"),
                         (bzimage.kernel(), b"x86_64")):
        (tmp_path / "k").write_bytes(data)
        answer = run("wrap", "--kernel", tmp_path / "k", "-o", out,
                     env={"LUO_PAYLOAD_DIR": str(tmp_path)})
        assert (answer.status, answer.err) == (OK, "")
        read = Wrapped if wanted == b"aarch64" else bzimage.Wrapped
        assert mark_of(out, read) == wanted
    (tmp_path / "aarch64" / "luo.Image").unlink()
    out.unlink()
    (tmp_path / "k").write_bytes(kernel())
    answer = run("wrap", "--kernel", tmp_path / "k", "-o", out,
                 env={"LUO_PAYLOAD_DIR": str(tmp_path)})
    assert answer.refuses(FAILED, tmp_path / "aarch64/luo.Image")
    assert not out.exists()


def test_compressed_kernel_is_not_overwritten(tmp_path):
    (tmp_path / "Image").write_bytes(gz(kernel()))
    before = fingerprint(tmp_path / "Image")
    answer = run("wrap", "--kernel", tmp_path / "Image", "--payload",
                 PAYLOAD_ARM64, "-o", tmp_path / "Image")
    assert answer.refuses(FAILED, "output and input are the same file")
    assert fingerprint(tmp_path / "Image") == before


def test_random_damage(tmp_path, seed):
    """Whatever is changed in a header: a wrapped file, or one line."""
    chance = random.Random(seed)
    forms = [kernel(), zboot(gz(kernel())), zboot(zstd(kernel()), b"zstd"),
             gz(kernel()), zstd(kernel())]
    for _ in range(100):
        data = bytearray(chance.choice(forms))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(chance.choice([64, 400, 5000]))
            data[at] = chance.choice([0, 1, 0x7f, 0xff,
                                      chance.randrange(256)])
        answer = wrap(tmp_path, bytes(data))
        if answer.status:
            assert answer.refuses(FAILED, tmp_path / "Image")
            assert os.listdir(tmp_path) == ["Image"]
        else:
            image = Wrapped((tmp_path / "Image.luo").read_bytes())
            kexec_takes(image)
            assert u64(image.kernel, 16) <= image.image_size - image.next
            (tmp_path / "Image.luo").unlink()


def test_help_names_both_architectures():
    answer = run("wrap", "--help")
    assert answer.status == OK
    for word in ("bzImage", "Image", "gzip", "zstd", "zboot", "luo.bzImage",
                 "luo.Image", "$LUO_PAYLOAD_DIR"):
        assert re.search(re.escape(word), answer.out), word
