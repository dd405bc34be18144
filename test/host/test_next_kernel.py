# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""--next-kernel, and the kernel that lies in the dump: will it take the state?

A kernel has its compatible strings among its own; where its bytes cannot be
unpacked its release tells. Page sizes: the Image header of arm64.
"""

import gzip
import lzma
import struct

import armimage
import bzimage
import pytest
from armimage import ANYWHERE, PAGES_4K, PAGES_64K
from dumps import AARCH64, Boot, Tree, write_elf
from state import Ram, State, sessions, with_files
from tool import (ERRORS, FAILED, NEXT, OK, PAYLOAD, PAYLOAD_ARM64, USAGE,
                  run)

DEFAULT = b"CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y"
LINUX_7_3 = ("7.3.4", [b"kho-v4", b"luo-v5", b"memfd-v2"])
LINUX_7_1 = ("7.1.13", [b"kho-v3", b"luo-v1", b"luo-session-v2", b"luo-flb-v1",
                        b"memfd-v2"])


def text(release, strings, config=None):
    """What a kernel has in its data, as the compiler puts it there."""
    data = b"\xff\x03" + b"\0".join(strings) + b"\0"
    data += b"\0Linux version %s (a@b) (gcc 12) #1 SMP\n\0" % release.encode()
    if config is not None:
        config = b"#\n# Linux\n#\nCONFIG_64BIT=y\n" + config + b"\n"
        data += b"IKCFG_ST" + gzip.compress(config) + b"IKCFG_ED"
    return data


def elf(release, strings, **more):
    return b"\x7fELF" + bytes(5000) + text(release, strings, **more)


def put_payload(image, packed):
    """Puts compressed data into a made-up bzImage."""
    image = bytearray(image)
    pm = bzimage.setup_bytes(image)
    image[pm + 0x400:pm + 0x400 + len(packed)] = packed
    bzimage.put(image, bzimage.PAYLOAD_OFFSET, 4, 0x400)
    bzimage.put(image, bzimage.PAYLOAD_OFFSET + 4, 4, len(packed))
    return bytes(image)


def bz(packed, header="7.3.4", **changes):
    image = bytearray(put_payload(bzimage.kernel(**changes), packed))
    image[0x500:0x540] = header.encode().ljust(64, b"\0")
    return bytes(image)


def arm(release, strings, flags=PAGES_4K | ANYWHERE, **more):
    image = bytearray(armimage.kernel(flags=flags))
    data = text(release, strings, **more)
    image[0x8000:0x8000 + len(data)] = data
    return bytes(image)


PACK = {
    "gzip": gzip.compress,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zstd": armimage.zstd,
}
# the kernel appends the size to all but gzip
TAIL = {"gzip": b"", "xz": b"\0\x10\0\0", "lzma": b"\0\x10\0\0",
        "zstd": b"\0\x10\0\0"}


def dump(tmp_path, **more):
    state = with_files(**more)
    boot = Boot(state.ram, state)
    return write_elf(tmp_path / "core", state.ram, [boot.params])


def judge(tmp_path, kernel, **more):
    """Codes and severities of a sound state with this next kernel."""
    path = tmp_path / "kernel"
    path.write_bytes(kernel)
    answer = run("verify", "--json", "--next-kernel", path,
                 dump(tmp_path, **more))
    assert answer.err == ""
    assert answer.status == (ERRORS if {s for _, s in answer.codes()}
                             & {"panic", "refuse", "lose"} else OK)
    return answer.codes()


@pytest.mark.parametrize("how", PACK)
def test_bzimage(tmp_path, how):
    packed = PACK[how](elf(*LINUX_7_3)) + TAIL[how]
    assert judge(tmp_path, bz(packed)) == set()
    packed = PACK[how](elf(*LINUX_7_1)) + TAIL[how]
    assert judge(tmp_path, bz(packed)) == {("LUO-K12", "lose")}


def test_session_abi_of_another_kernel(tmp_path):
    """The same KHO, another list of sessions: the kernel panics."""
    packed = gzip.compress(elf(*LINUX_7_1))
    assert judge(tmp_path, bz(packed), abi="luo-session-v2",
                 kho="kho-v3") == set()
    assert judge(tmp_path, bz(packed), abi="luo-session-v3",
                 kho="kho-v3") == {("LUO-C10", "panic")}


@pytest.mark.parametrize("strings, code", [
    ([b"luo-v5"], "LUO-K13"), ([b"kho-v4"], "LUO-C11"),
    ([b"kho-v4", b"luo-v4"], "LUO-C10"), ([b"kho-v40", b"luo-v5"], "LUO-K13"),
    ([b"xkho-v4", b"luo-v5"], "LUO-K13"), ([], "LUO-K13")])
def test_strings_that_are_missing(tmp_path, strings, code):
    severity = "panic" if code == "LUO-C10" else "lose"
    packed = gzip.compress(elf("7.3.4", strings))
    assert judge(tmp_path, bz(packed)) == {(code, severity)}


def test_a_handler_that_is_missing(tmp_path):
    """Its first file is named; memfd-v2 is what the state has."""
    packed = gzip.compress(elf("7.3.4", [b"kho-v4", b"luo-v5", b"memfd-v1"]))
    assert judge(tmp_path, bz(packed)) == {("LUO-F29", "refuse")}
    answer = run("verify", "--json", "--next-kernel", tmp_path / "kernel",
                 tmp_path / "core")
    finding, = answer.json["findings"]
    assert finding["owner"] == "file 0 of session 'session-1'"


def test_the_finding_names_the_kernel(tmp_path):
    path = tmp_path / "kernel"
    path.write_bytes(bz(gzip.compress(elf(*LINUX_7_1))))
    answer = run("verify", "--json", "--next-kernel", path, dump(tmp_path))
    finding, = answer.json["findings"]
    assert finding["owner"] == (
        "next kernel's Linux 7.1.13: kho-v3 luo-session-v2")
    lines = run("verify", "--next-kernel", path,
                dump(tmp_path)).out.splitlines()
    assert len(lines) == 4 and lines[0].startswith("LUO-K12 lose: ")


@pytest.mark.parametrize("release, codes", [
    ("7.3.4", set()), ("7.2.0-rc1", set()), ("7.1.13", {("LUO-K12", "lose")}),
    ("6.19.0", {("LUO-K12", "lose")}), ("6.17.1", {("LUO-K12", "lose")}),
    ("6.12.9", {("LUO-K14", "note")}), ("7.9", {("LUO-K14", "note")}),
    ("next", {("LUO-K14", "note")})])
def test_by_release_where_it_cannot_be_unpacked(tmp_path, release, codes):
    packed = b"\x02\x21\x4c\x18" + bytes(200)   # lz4
    assert judge(tmp_path, bz(packed, release)) == codes


@pytest.mark.parametrize("packed", [
    gzip.compress(elf(*LINUX_7_3))[:-600], gzip.compress(text(*LINUX_7_3)),
    gzip.compress(b"\x7fELF" + bytes(5000)), b"\x1f\x8b" + bytes(100), b""])
def test_a_damaged_payload_is_not_believed(tmp_path, packed):
    """Then the release in the header has to do."""
    assert judge(tmp_path, bz(packed, "7.3.4")) == set()
    assert judge(tmp_path, bz(packed, "7.1.0")) == {("LUO-K12", "lose")}


def test_payload_outside_the_file(tmp_path):
    image = bytearray(bz(gzip.compress(elf(*LINUX_7_3)), "x"))
    for at, length in ((2**32 - 1, 1), (0x400, 2**32 - 1), (2**31, 2**31)):
        bzimage.put(image, bzimage.PAYLOAD_OFFSET, 4, at)
        bzimage.put(image, bzimage.PAYLOAD_OFFSET + 4, 4, length)
        assert judge(tmp_path, image) == {("LUO-K14", "note")}


def test_arm64(tmp_path):
    image = arm(*LINUX_7_3)
    for kernel in image, armimage.gz(image), armimage.zboot(
            armimage.zstd(armimage.padded(image)), b"zstd"):
        assert judge(tmp_path, kernel) == set()
    assert judge(tmp_path, arm(*LINUX_7_1)) == {("LUO-K12", "lose")}


@pytest.mark.parametrize("flags, shift, bad", [
    (PAGES_4K, 12, False), (4, 14, False), (PAGES_64K, 16, False),
    (0, 12, False), (0, 16, False), (4, 12, True), (PAGES_64K, 12, True),
    (PAGES_4K, 16, True), (PAGES_64K, 14, True)])
def test_page_size(tmp_path, flags, shift, bad):
    codes = judge(tmp_path, arm(*LINUX_7_3, flags=flags | ANYWHERE),
                  shift=shift)
    assert codes == ({("LUO-B16", "panic")} if bad else set())


def test_x86_has_pages_of_4k(tmp_path):
    packed = gzip.compress(elf(*LINUX_7_3))
    assert judge(tmp_path, bz(packed), shift=16) == {("LUO-B16", "panic")}


def test_vmlinux(tmp_path):
    assert judge(tmp_path, elf(*LINUX_7_3)) == set()
    assert judge(tmp_path, elf(*LINUX_7_1)) == {("LUO-K12", "lose")}


def wrapped(tmp_path, kernel, payload):
    (tmp_path / "inner").write_bytes(kernel)
    out = tmp_path / "wrapped"
    assert run("wrap", "--kernel", tmp_path / "inner", "--payload", payload,
               "-o", out).status == OK
    return out.read_bytes()


def test_wrapped_kernels(tmp_path):
    for linux, codes in ((LINUX_7_3, set()),
                         (LINUX_7_1, {("LUO-K12", "lose")})):
        kernel = bz(gzip.compress(elf(*linux)), "?")
        assert judge(tmp_path, wrapped(tmp_path, kernel, PAYLOAD)) == codes
        kernel = arm(*linux)
        assert judge(tmp_path,
                     wrapped(tmp_path, kernel, PAYLOAD_ARM64)) == codes


CMDLINE = b"liveupdate=on\0"    # and no kho=


@pytest.mark.parametrize("config, codes", [
    (DEFAULT, set()), (b"# " + DEFAULT[:-2] + b" is not set",
                       {("LUO-B09", "lose")}),
    (None, {("LUO-B09", "lose")})])
def test_kho_may_be_the_default(tmp_path, config, codes):
    """Its configuration, when it has it inside."""
    state = with_files()
    boot = Boot(state.ram, state)
    line = state.ram.take_scratch(4096)
    state.ram.write(line, CMDLINE)
    state.ram.write(boot.params + 0x228, struct.pack("<I", line))
    state.ram.write(boot.params + 0x238, struct.pack("<I", 2047))
    path = tmp_path / "kernel"
    path.write_bytes(bz(gzip.compress(elf(*LINUX_7_3, config=config))))
    answer = run("verify", "--json", "--next-kernel", path, write_elf(
        tmp_path / "core", state.ram, [boot.params]))
    assert answer.codes() == codes


def loaded(tmp_path, data, base, ram, state, machine, params=None):
    """A dump at the first instruction of an image that kexec has loaded."""
    ram.write(base, data)
    if machine == AARCH64:
        regs = [(Tree(ram, state, pa=ram.scratch[0]).pa, base)]
    else:
        boot = Boot(ram, state)
        ram.write(boot.params + 0x1f1, params[0x1f1:0x250])
        ram.write(boot.params + 0x258, params[0x258:0x26c])
        regs = [(boot.params, base + 0x200)]
    return run("verify", "--json",
               write_elf(tmp_path / "core", ram, regs, machine=machine))


def small_world():
    ram = Ram((0x40000000, 48 << 20), scratch=32 << 20)
    return ram, State(ram, [sessions(3)])


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("linux, codes", [
    (LINUX_7_3, set()), (LINUX_7_1, {("LUO-K12", "lose")})])
def test_x86_kernel_in_the_dump(tmp_path, linux, codes, wrap):
    ram, state = small_world()
    image = bz(gzip.compress(elf(*linux)), "?", body=64 * 1024,
               alignment=2 << 20, init_size=4 << 20)
    if wrap:
        image = wrapped(tmp_path, image, PAYLOAD)
    base = ram.scratch[0] + (2 << 20)
    answer = loaded(tmp_path, image[bzimage.setup_bytes(image):], base, ram,
                    state, 62, image)
    assert answer.codes() == codes


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("linux, codes", [
    (LINUX_7_3, set()), (LINUX_7_1, {("LUO-K12", "lose")})])
def test_arm64_kernel_in_the_dump(tmp_path, linux, codes, wrap):
    ram, state = small_world()
    image = arm(*linux)
    if wrap:
        image = wrapped(tmp_path, image, PAYLOAD_ARM64)
    base = ram.scratch[0] + (2 << 20)
    answer = loaded(tmp_path, image, base, ram, state, AARCH64)
    assert answer.codes() == codes


def test_what_is_named_counts_more_than_what_is_loaded(tmp_path):
    ram, state = small_world()
    (tmp_path / "other").write_bytes(arm(*LINUX_7_1))
    base = ram.scratch[0] + (2 << 20)
    assert not loaded(tmp_path, arm(*LINUX_7_3), base, ram, state,
                      AARCH64).codes()
    answer = run("verify", "--json", "--next-kernel", tmp_path / "other",
                 tmp_path / "core")
    assert answer.codes() == {("LUO-K12", "lose")}


def test_points_of_ktap(tmp_path):
    path = tmp_path / "kernel"
    path.write_bytes(arm(*LINUX_7_1))
    out = run("verify", "--ktap", "--next-kernel", path, dump(tmp_path)).out
    points = {line.split()[-1] for line in out.splitlines()
              if line.startswith("ok ") and "SKIP" not in line}
    assert NEXT - points == {"LUO-K12"}
    assert " LUO-K12\n" in out


def test_refusals(tmp_path):
    path = dump(tmp_path)
    for data in b"", b"MZ", b"\x7fELF" + bytes(100), bytes(5000):
        (tmp_path / "kernel").write_bytes(data)
        answer = run("verify", "--next-kernel", tmp_path / "kernel", path)
        assert answer.refuses(FAILED, tmp_path / "kernel")
    assert run("verify", "--next-kernel", tmp_path / "no", path).refuses(
        FAILED, tmp_path / "no")
    assert run("verify", "--next-kernel", tmp_path, path).refuses(FAILED)
    assert run("verify", "--next-kernel").refuses(USAGE, "--next-kernel")
    assert run("info", "--next-kernel", path, path).refuses(
        USAGE, "--next-kernel")
