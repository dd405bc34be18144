# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Secure boot, on the distribution's firmware with the snakeoil keys enrolled.

docs/efi.md has the policy that this shows.
"""

import subprocess

import pytest
from anchor import write
from conftest import STATES
from firmware import BOARDS
from guest import check, command_line, retrieve_fails
from madeup import made_up, write_ram

pytestmark = pytest.mark.everywhere
ENOENT = 2
KEYS = {"x86_64": "/usr/share/ovmf", "aarch64": "/usr/share/qemu-efi-aarch64"}
REFUSED = r"BdsDxe: failed to (load|start) Boot.*(Access Denied|Security Violation)"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """The snakeoil key, its passphrase taken off."""
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["openssl", "rsa", "-passin", "pass:snakeoil", "-in",
                    "/usr/share/ovmf/PkKek-1-snakeoil.key", "-out", path],
                   check=True, capture_output=True)
    return path


@pytest.fixture
def sign(arch, key, tmp_path):
    def signed(source):
        target = tmp_path / f"signed-{len(list(tmp_path.iterdir()))}"
        subprocess.run(["sbsign", "--key", key, "--cert",
                        f"{KEYS[arch.name]}/PkKek-1-snakeoil.pem",
                        "--output", target, source],
                       check=True, capture_output=True)
        return target
    return signed


@pytest.fixture
def run(arch, volume, start):
    """Starts firmware with secure boot on a volume; a boot entry runs the
    shell's work: luo.efi is the file that firmware looks for, and its options
    are in a file beside it."""
    def go(ram, application, files, **options):
        found = volume({BOARDS[arch.name].boot_file: application, **files})
        return start(ram, volume=found, secure=True, **options)
    return go


def test_unsigned_application_is_refused(arch, run, ram, application):
    vm = run(ram, application, {})
    vm.expect(REFUSED)


def test_signed_application_starts(arch, start, ram, application, sign):
    vm = start(ram, application=sign(application), arguments="verify",
               secure=True)
    vm.expect(r"luo: none ")


@pytest.fixture
def boot(images, application, sign, volume, start):
    def go(ram, kernel, options=""):
        files = volume({"kernel.img": kernel,
                        "initrd.img": images.initrd(1)})
        return start(
            ram, application=sign(application), volume=files, secure=True,
            arguments=rf"boot --kernel \kernel.img --initrd \initrd.img "
            f'{options} --cmdline "{command_line(images.arch, 2)}"')
    return go


def test_unsigned_kernel_is_refused(arch, boot, images, ram):
    vm = boot(ram, images.kernel)
    vm.expect(r"luo: \\kernel.img: secure boot does not accept this kernel: ")


def test_signed_kernel_gets_the_state(arch, boot, images, state, sign):
    vm = boot(state("sound"), sign(images.kernel))
    vm.expect(r"luo: ok ")
    vm.ready(2)
    check(vm, STATES["sound"])


def test_a_bad_state_is_not_handed_over(arch, boot, images, state, sign):
    """Whatever onerror=pass would do."""
    vm = boot(state("empty-tail"), sign(images.kernel))
    vm.expect(r"luo: errors ")
    vm.expect(r"luo: not booted: under secure boot only a sound state")


def test_a_state_that_was_trodden_on_is_not_handed_over(arch, boot, images, ram, sign):
    """It could be read as it is; that it is not what it was only its anchor tells."""
    memory, made = made_up(arch)
    write(made, memory.take_scratch(8192))
    memory.write(made.sessions[1].files[0][0].data + 100, b"x")
    write_ram(arch, ram, memory)
    vm = boot(ram, sign(images.kernel))
    vm.expect(r"LUO-A05 lose: ")
    vm.expect(r"luo: errors ")
    assert "under secure boot only a sound state" in vm.expect(
        r"luo: (not booted: .*|starting the next kernel)")[1]


@pytest.mark.parametrize("option", ["--kho-fdt", "--anchor"])
def test_a_given_address_is_not_believed(arch, boot, images, state, sign, option):
    vm = boot(state("sound"), sign(images.kernel), f"{option} 0x40000000")
    vm.expect(rf"luo: {option}: is not taken under secure boot by boot and "
              r"compact")


def test_dropped_under_secure_boot(arch, boot, images, state, sign):
    vm = boot(state("empty-tail"), sign(images.kernel), "--onerror drop")
    vm.expect(r"luo: dropped: the next kernel does not see KHO")
    vm.ready(2)
    retrieve_fails(vm, STATES["empty-tail"], ENOENT)
