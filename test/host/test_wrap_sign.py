# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo wrap --sign and --check: who signed what, and what it says about it.

That a signature of a wrapped kernel covers all of it stands in test_sign.py.
"""

import random
import re

import armimage
import bzimage
import pytest
from signable import CERTIFICATES, CHECKSUM, Pair, call, signable
from tool import FAILED, OK, PAYLOAD, PAYLOAD_ARM64, USAGE, run

X86_64, ARM64, GZIP, ZBOOT = "x86_64", "arm64", "arm64 gzip", "arm64 zboot"
MODEL = {X86_64: (bzimage, PAYLOAD, 0x8664),
         ARM64: (armimage, PAYLOAD_ARM64, armimage.ARM64)}
BODY = 300 * 1024       # a multiple of the alignment of files


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return Pair(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    return Pair(tmp_path_factory.mktemp("theirs"), "theirs")


class Case:
    """A kernel in a folder of its own, as it is or signed."""

    def __init__(self, folder, kind):
        self.folder, self.kind = folder, kind
        arch = kind.split()[0]
        self.model, self.payload, machine = MODEL[arch]
        self.path, self.out = folder / "vmlinuz", folder / "vmlinuz.luo"
        self.image = signable(self.model.kernel(body=BODY), machine)
        self.machine = machine

    def write(self, pair=None):
        """The file that is wrapped. Signed is what is a PE image of it."""
        if self.kind == ZBOOT:
            packed = armimage.gz(armimage.padded(self.image))
            self.path.write_bytes(signable(armimage.zboot(packed),
                                           self.machine))
        else:
            self.path.write_bytes(self.image)
        if pair:
            pair.sign(self.path, self.path)
        if self.kind == GZIP:
            self.path.write_bytes(armimage.gz(self.path.read_bytes()))

    def wrap(self, *more, **options):
        return run("wrap", "--kernel", self.path, "--payload", self.payload,
                   *more, **options)

    def wrapped(self):
        return self.model.Wrapped(self.out.read_bytes())

    def refused(self, answer, *words):
        assert answer.refuses(FAILED, *words)
        assert sorted(p.name for p in self.folder.iterdir()) == ["vmlinuz"]
        return True


@pytest.fixture(params=[X86_64, ARM64])
def case(request, tmp_path):
    return Case(tmp_path, request.param)


@pytest.fixture(params=[X86_64, ARM64, GZIP, ZBOOT])
def any_case(request, tmp_path):
    return Case(tmp_path, request.param)


def notes(answer, *patterns):
    """It ended well, and said these things and no others."""
    assert (answer.status, answer.out) == (OK, ""), answer
    lines = answer.err.splitlines()
    assert len(lines) == len(patterns), answer
    for line, pattern in zip(lines, patterns):
        assert re.fullmatch("luo: note: " + pattern, line), line
    return True


# --sign

def test_sign(case, ours, theirs):
    """What is written is signed, and holds the kernel as it was."""
    case.write()
    assert notes(case.wrap("--sign", ours.key, ours.cert),
                 r"\S+/vmlinuz: has no signature of its own; that of "
                 r"\S+/vmlinuz\.luo vouches for it")
    assert ours.accepts(case.out) and not theirs.accepts(case.out)
    assert case.wrapped().kernel == case.path.read_bytes()


def test_sign_is_wrap_and_sbsign(case, ours):
    """The bytes that sbsign would sign: all but the table at the end, and
    what points to it."""
    case.write()
    case.wrap()
    before = case.out.read_bytes()
    case.wrap("--sign", ours.key, ours.cert)
    after = case.out.read_bytes()
    assert len(after) > len(before)
    pe = int.from_bytes(before[0x3c:0x40], "little")
    fields = {pe - 64 + at + i for at, size in
              ((CHECKSUM, 4), (CERTIFICATES, 8)) for i in range(size)}
    assert {i for i, (a, b) in enumerate(zip(before, after))
            if a != b} <= fields


@pytest.mark.parametrize("key, cert, words", [
    ("theirs.key", "ours.cert", "sbsign: error in key/certificate chain"),
    ("none", "ours.cert", "sbsign: Can't load key from file"),
    ("ours.key", "none", "sbsign: Can't load certificate from file"),
    ("ours.cert", "ours.cert", "sbsign: Can't load key from file"),
    ("ours.key", "ours.key", "sbsign: Can't load certificate from file")])
def test_what_cannot_sign(case, ours, theirs, key, cert, words):
    pairs = {"none": case.folder / "none"}
    for name, pair in ("ours", ours), ("theirs", theirs):
        pairs[f"{name}.key"], pairs[f"{name}.cert"] = pair.key, pair.cert
    case.write()
    assert case.refused(case.wrap("--sign", pairs[key], pairs[cert]),
                        case.out, pairs[key], pairs[cert], words)


def test_a_key_with_a_passphrase_that_nobody_enters(case, ours, tmp_path_factory):
    locked = tmp_path_factory.mktemp("locked") / "key"
    status, text = call("openssl", "rsa", "-aes128", "-passout", "pass:secret",
                        "-in", ours.key, "-out", locked)
    assert status == 0, text
    case.write()
    assert case.refused(case.wrap("--sign", locked, ours.cert),
                        "sbsign: Can't load key from file")


def test_what_was_there_stays_when_signing_fails(case, ours, theirs):
    case.write()
    case.out.write_bytes(b"a kernel that works")
    assert case.wrap("--sign", theirs.key, ours.cert).status == FAILED
    assert case.out.read_bytes() == b"a kernel that works"


@pytest.mark.parametrize("words", [["--sign"], ["--sign", "key"], ["--check"],
                                   ["--sign", "key", "cert", "more"]])
def test_usage(case, words):
    case.write()
    assert case.wrap(*words).refuses(USAGE, "see 'luo wrap --help'")


# --check

def test_check(any_case, ours):
    any_case.write(ours)
    assert notes(any_case.wrap("--check", ours.cert),
                 rf"\S+/vmlinuz: signed by {ours.cert}; from here on only "
                 r"the signature of \S+/vmlinuz\.luo counts")


def test_check_and_sign(any_case, ours, theirs):
    """Two keys: who made the kernel, and who wraps it."""
    any_case.write(theirs)
    assert any_case.wrap("--check", theirs.cert, "--sign", ours.key,
                         ours.cert).status == OK
    assert ours.accepts(any_case.out)
    assert not theirs.accepts(any_case.out)


def test_check_refuses_another_signer(any_case, ours, theirs):
    any_case.write(theirs)
    assert any_case.refused(any_case.wrap("--check", ours.cert),
                            any_case.path, f"no good signature of {ours.cert}",
                            "sbverify: Signature verification failed")


def test_check_refuses_an_unsigned_kernel(any_case, ours):
    any_case.write()
    assert any_case.refused(any_case.wrap("--check", ours.cert),
                            "it has no signature that --check could look at")


def test_check_refuses_an_image_without_pe_headers(tmp_path, ours):
    case = Case(tmp_path, ARM64)
    case.path.write_bytes(armimage.kernel(pe=False))
    assert case.refused(case.wrap("--check", ours.cert),
                        "it has no signature that --check could look at")


def test_check_refuses_a_changed_kernel(case, ours, seed):
    case.write(ours)
    chance = random.Random(seed)
    data = bytearray(case.path.read_bytes())
    data[chance.randrange(4096, len(case.image))] ^= 1 << chance.randrange(8)
    case.path.write_bytes(data)
    assert case.refused(case.wrap("--check", ours.cert),
                        "sbverify: Hash doesn't match image")


def test_check_refuses_a_cut_kernel(case, ours):
    """Whatever sbverify makes of it, which may be a crash."""
    case.write(ours)
    case.path.write_bytes(case.path.read_bytes()[:100 * 1024])
    assert case.refused(case.wrap("--check", ours.cert),
                        f"no good signature of {ours.cert}: sbverify")


def test_a_certificate_that_is_none(case, ours):
    case.write(ours)
    assert case.refused(case.wrap("--check", ours.key),
                        "sbverify: Can't load certificate from file")


# without

def test_a_signature_that_is_not_checked_is_pointed_out(any_case, ours):
    any_case.write(ours)
    assert notes(any_case.wrap(),
                 r"\S+/vmlinuz: has a signature, which kexec no longer checks: "
                 r"it checks that of \S+/vmlinuz\.luo alone; --check CERT "
                 r"checks it here")


def test_sbsigntool_is_missing(case, ours, tmp_path_factory):
    case.write(ours)
    nowhere = {"PATH": str(tmp_path_factory.mktemp("empty"))}
    for words, tool in ((["--sign", ours.key, ours.cert], "sbsign"),
                        (["--check", ours.cert], "sbverify")):
        assert case.refused(case.wrap(*words, env=nowhere),
                            f"{tool} is missing: install sbsigntool")
