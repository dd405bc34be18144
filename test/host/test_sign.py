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

import pytest
from bzimage import Wrapped, kernel
from tool import OK, PAYLOAD, run

SAMPLES = 15    # random offsets in each part
CHECKSUM, CERTIFICATES = 64, 112 + 4 * 8    # in the optional header


def tool(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True,
                          text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


class Pe:
    """The PE/COFF headers of a file, checked while they are read."""

    def __init__(self, data):
        self.data = data
        assert data[:2] == b"MZ"
        self.at = struct.unpack_from("<I", data, 0x3c)[0]
        assert data[self.at:self.at + 4] == b"PE\0\0"
        machine, count = struct.unpack_from("<HH", data, self.at + 4)
        assert machine == 0x8664
        size = struct.unpack_from("<H", data, self.at + 20)[0]
        self.optional = self.at + 24
        assert struct.unpack_from("<H", data, self.optional)[0] == 0x20b
        (self.section_align, self.file_align) = struct.unpack_from(
            "<II", data, self.optional + 32)
        (self.image_size, self.headers) = struct.unpack_from(
            "<II", data, self.optional + 56)
        self.sections = [self._section(self.optional + size + 40 * i)
                         for i in range(count)]

    def _section(self, at):
        name, vsize, va, size, raw = struct.unpack_from("<8s4I", self.data, at)
        return name.rstrip(b"\0").decode(), vsize, va, size, raw

    def section(self, name):
        """The content of a section."""
        (found,) = [s for s in self.sections if s[0] == name]
        _, vsize, _, size, raw = found
        return self.data[raw:raw + min(vsize, size)]

    def left_out(self):
        """Offsets that the signature does not cover."""
        for at, size in (CHECKSUM, 4), (CERTIFICATES, 8):
            yield from range(self.optional + at, self.optional + at + size)


class Signed:
    """A wrapped kernel, signed with a throw-away key."""

    def __init__(self, folder, **more):
        self.path, self.cert = folder / "signed", folder / "cert.pem"
        key, self.unsigned = folder / "key.pem", folder / "vmlinuz.luo"
        (folder / "vmlinuz").write_bytes(kernel(**more))
        answer = run("wrap", "--kernel", folder / "vmlinuz", "--payload",
                     PAYLOAD)
        assert (answer.status, answer.err) == (OK, "")
        status, text = tool(
            "openssl", "req", "-new", "-x509", "-newkey", "rsa:2048",
            "-nodes", "-sha256", "-days", "2", "-subj", "/CN=luo test",
            "-keyout", key, "-out", self.cert)
        assert status == 0, text
        self.said = tool("sbsign", "--key", key, "--cert", self.cert,
                         "--output", self.path, self.unsigned)
        assert self.said[0] == 0, self.said
        self.wrapped = Wrapped(self.unsigned.read_bytes())

    def accepted(self):
        return tool("sbverify", "--cert", self.cert, self.path)[0] == 0

    def parts(self):
        """Name and range in the file of everything that is covered."""
        w = self.wrapped
        payload = w.pm + w.payload_file
        start, end = w.pm + w.next_setup, w.pm + w.next_end
        size = len(w.data)
        return {"header": (0, w.pm), "payload": (w.pm, payload),
                "padding": (payload, start),
                "setup of the kernel": (start, w.pm + w.next_pm),
                "kernel": (w.pm + w.next_pm, end),
                "end": (end, size)}


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    return Signed(tmp_path_factory.mktemp("signed"))


@pytest.mark.parametrize("more", [
    {}, {"body": 100001}, {"setup_sects": 5}, {"alignment": 16 << 20}],
    ids=str)
def test_signs_without_a_warning(tmp_path, more):
    image = Signed(tmp_path, **more)
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
    assert Wrapped(after).kernel == kernel()


def test_unsigned_and_other_key_are_rejected(signed, tmp_path):
    assert tool("sbverify", "--cert", signed.cert, signed.unsigned)[0]
    other = Signed(tmp_path, seed=2)
    assert tool("sbverify", "--cert", other.cert, signed.path)[0]


def test_sections_cover_the_file(signed):
    """No gap, no overlap, up to the last byte: all of it is hashed."""
    pe = Pe(signed.wrapped.data)
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
    for name, (start, end) in signed.parts().items():
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
