# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Signing: sbsign takes a wrapped kernel, and the signature covers all of it.

What Authenticode leaves out by its own rules is left out here too: the four
bytes of CheckSum in the optional header, the eight bytes of the data directory
entry that points to the certificate table, and that table itself. Every other
byte counts; a sample of them is flipped, and the ends of every part.
"""

import random
import struct
import subprocess

import armimage
import bzimage
import pytest
from tool import OK, PAYLOAD, PAYLOAD_ARM64, run

SAMPLES = 15    # random offsets in each part
CHECKSUM, CERTIFICATES = 64, 112 + 4 * 8    # in the optional header
X86_64, ARM64 = "x86_64", "arm64"
MODEL = {X86_64: (bzimage, PAYLOAD), ARM64: (armimage, PAYLOAD_ARM64)}
MACHINE = {X86_64: 0x8664, ARM64: 0xaa64}
EXECUTE, WRITE = 0x20000000, 0x80000000     # characteristics of a section


def tool(*words):
    """Status and words of a program, which may quote what is damaged."""
    done = subprocess.run(list(map(str, words)), capture_output=True,
                          text=True, errors="replace", timeout=60)
    return done.returncode, done.stdout + done.stderr


class Pe:
    """The PE/COFF headers of a file, checked while they are read."""

    def __init__(self, data):
        self.data = data
        assert data[:2] == b"MZ"
        self.at = struct.unpack_from("<I", data, 0x3c)[0]
        assert data[self.at:self.at + 4] == b"PE\0\0"
        self.machine, count = struct.unpack_from("<HH", data, self.at + 4)
        size = struct.unpack_from("<H", data, self.at + 20)[0]
        self.optional = self.at + 24
        assert struct.unpack_from("<H", data, self.optional)[0] == 0x20b
        (self.code_size, self.data_size, _, self.entry, self.code_base) = (
            struct.unpack_from("<5I", data, self.optional + 4))
        (self.section_align, self.file_align) = struct.unpack_from(
            "<II", data, self.optional + 32)
        (self.image_size, self.headers) = struct.unpack_from(
            "<II", data, self.optional + 56)
        table = [self.optional + size + 40 * i for i in range(count)]
        self.sections = [self._section(at) for at in table]
        self.rights = {name: struct.unpack_from("<I", data, at + 36)[0]
                       for at, (name, *_) in zip(table, self.sections)}

    def _section(self, at):
        name, vsize, va, size, raw = struct.unpack_from("<8s4I", self.data, at)
        return name.rstrip(b"\0").decode(), vsize, va, size, raw

    def place(self, name):
        """Sizes and places of a section."""
        (found,) = [s[1:] for s in self.sections if s[0] == name]
        return found

    def section(self, name):
        """The content of a section."""
        vsize, _, size, raw = self.place(name)
        return self.data[raw:raw + min(vsize, size)]

    def left_out(self):
        """Offsets that the signature does not cover."""
        for at, size in (CHECKSUM, 4), (CERTIFICATES, 8):
            yield from range(self.optional + at, self.optional + at + size)


class Signed:
    """A wrapped kernel, signed with a throw-away key."""

    def __init__(self, folder, arch, **more):
        self.arch = arch
        model, payload = MODEL[arch]
        self.path, self.cert = folder / "signed", folder / "cert.pem"
        key, self.unsigned = folder / "key.pem", folder / "vmlinuz.luo"
        (folder / "vmlinuz").write_bytes(model.kernel(**more))
        answer = run("wrap", "--kernel", folder / "vmlinuz", "--payload",
                     payload)
        assert (answer.status, answer.err) == (OK, "")
        status, text = tool(
            "openssl", "req", "-new", "-x509", "-newkey", "rsa:2048",
            "-nodes", "-sha256", "-days", "2", "-subj", "/CN=luo test",
            "-keyout", key, "-out", self.cert)
        assert status == 0, text
        self.said = tool("sbsign", "--key", key, "--cert", self.cert,
                         "--output", self.path, self.unsigned)
        assert self.said[0] == 0, self.said
        self.wrapped = model.Wrapped(self.unsigned.read_bytes())

    def accepted(self):
        return tool("sbverify", "--cert", self.cert, self.path)[0] == 0


@pytest.fixture(scope="module", params=MODEL)
def signed(request, tmp_path_factory):
    return Signed(tmp_path_factory.mktemp("signed"), request.param)


@pytest.mark.parametrize("arch, more", [
    (X86_64, {}), (X86_64, {"body": 100001}), (X86_64, {"setup_sects": 5}),
    (X86_64, {"alignment": 16 << 20}), (ARM64, {}), (ARM64, {"body": 100001}),
    (ARM64, {"text_offset": 0x81000}), (ARM64, {"pe": False}),
    (ARM64, {"body": 102400, "image_size": 102400})], ids=str)
def test_signs_without_a_warning(tmp_path, arch, more):
    image = Signed(tmp_path, arch, **more)
    assert image.said[1].splitlines() == ["Signing Unsigned original image"]
    status, text = tool("sbverify", "--cert", image.cert, image.path)
    assert (status, text.splitlines()) == (0, ["Signature verification OK"])


def test_signing_adds_only_the_certificate(signed):
    """The signed file is the wrapped one, its left-out fields, and a table."""
    before, after = signed.wrapped.data, signed.path.read_bytes()
    pe = Pe(before)
    changed = {i for i, (a, b) in enumerate(zip(before, after)) if a != b}
    assert changed <= set(pe.left_out())
    place, size = struct.unpack_from("<II", after, pe.optional + CERTIFICATES)
    assert (place, place + size) == (len(before), len(after))
    model = MODEL[signed.arch][0]
    assert model.Wrapped(after).kernel == model.kernel()


@pytest.mark.parametrize("arch, field", [(X86_64, "init_size"),
                                         (ARM64, "image_size")])
def test_kexec_has_room_for_the_signature(tmp_path, arch, field):
    """It loads the certificates too, and wants memory for all it loads."""
    model = MODEL[arch][0]
    size = len(model.kernel())      # a kernel without .bss
    image = Signed(tmp_path, arch, **{field: size})
    loaded, reserved = model.Wrapped(image.path.read_bytes()).memory
    assert len(image.wrapped.data) < image.path.stat().st_size
    assert loaded <= reserved


def test_unsigned_and_other_key_are_rejected(signed, tmp_path):
    assert tool("sbverify", "--cert", signed.cert, signed.unsigned)[0]
    other = Signed(tmp_path, signed.arch, seed=2)
    assert tool("sbverify", "--cert", other.cert, signed.path)[0]


def test_sections_cover_the_file(signed):
    """No gap, no overlap, up to the last byte: all of it is hashed."""
    pe = Pe(signed.wrapped.data)
    assert pe.machine == MACHINE[signed.arch]
    at = pe.headers
    for _, _, va, size, raw in sorted(pe.sections, key=lambda s: s[4]):
        assert raw == at and size % pe.file_align == 0
        assert va % pe.section_align == 0
        at = raw + size
    assert at == len(signed.wrapped.data)
    ends = [va + vsize for _, vsize, va, _, _ in pe.sections]
    assert pe.image_size >= max(ends)
    assert pe.image_size % pe.section_align == 0


def test_sections_do_not_overlap_in_memory(signed):
    spans = sorted((va, va + vsize)
                   for _, vsize, va, _, _ in Pe(signed.wrapped.data).sections)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))


def test_sections_have_the_rights_they_need(signed):
    """Code is the payload alone, and nothing is writable and executable."""
    pe = Pe(signed.wrapped.data)
    assert [name for name, *_ in pe.sections] == [".sbat", ".text", ".linux"]
    assert [name for name in pe.rights if pe.rights[name] & EXECUTE] == [
        ".text"]
    assert not any(right & WRITE for right in pe.rights.values())
    wrapped = signed.wrapped
    vsize, va, size, raw = pe.place(".text")
    assert raw + size >= wrapped.base + wrapped.payload_file > raw
    assert vsize == size == pe.code_size and va == pe.code_base
    _, _, size, raw = pe.place(".linux")
    start, end = wrapped.parts()["kernel"]
    assert raw <= start and end <= raw + size
    assert pe.data_size == size + pe.place(".sbat")[2]


def test_firmware_enters_the_payload(signed):
    """The entry is the info block's efi_at, where firmware puts it."""
    pe, wrapped = Pe(signed.wrapped.data), signed.wrapped
    _, va, size, raw = pe.place(".text")
    assert pe.entry - va + raw == wrapped.base + wrapped.efi_at
    assert va <= pe.entry < va + size


def test_sbat_section(signed):
    """Lines of component, generation and four names; ours has a generation."""
    text = Pe(signed.wrapped.data).section(".sbat").rstrip(b"\0").decode()
    assert text.endswith("\n")
    rows = [line.split(",") for line in text.splitlines()]
    assert rows[0][:3] == ["sbat", "1", "SBAT Version"]
    assert all(len(row) == 6 and row[1].isdigit() for row in rows)
    assert "luo-payload" in [row[0] for row in rows]


def offsets(signed, seed):
    """A sample of each part, and its first and last byte."""
    left_out = set(Pe(signed.wrapped.data).left_out())
    chance = random.Random(seed)
    for name, (start, end) in signed.wrapped.parts().items():
        if start == end:
            continue
        picks = {start, end - 1}
        picks |= {chance.randrange(start, end) for _ in range(SAMPLES)}
        for at in sorted(picks - left_out):
            yield name, at


def test_every_flipped_byte_is_noticed(signed, seed):
    assert signed.accepted()
    accepted, count = [], 0
    with open(signed.path, "r+b") as file:
        for name, at in offsets(signed, seed):
            file.seek(at)
            byte = file.read(1)[0]
            for value in byte ^ 1 << at % 8, byte:
                file.seek(at)
                file.write(bytes([value]))
                file.flush()
                if value != byte and signed.accepted():
                    accepted.append((name, hex(at)))
            count += 1
    assert not accepted and count > 60
    assert signed.accepted(), "the bytes were not put back"
