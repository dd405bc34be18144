# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The Debian package: built from a source package of what is committed, in a folder of its own,
without anything fetched meanwhile; lintian finds nothing; what it installs works.

That it installs on a bare Debian 12 and 13 is what `make check-bare` shows.
"""

import os
import subprocess

import armimage
import bzimage
import pytest
from dumps import Boot, write_elf
from state import empty_tail
from tool import ERRORS, OK, TOP, run

PACKAGES = ["libluo0", "luo-payload", "luo-payload-dev"]
GIT_ANYWHERE = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the packages."""
    folder = tmp_path_factory.mktemp("debian")
    done = subprocess.run([TOP / "debian/make-source", folder], capture_output=True, text=True,
                          env={**os.environ, **GIT_ANYWHERE}, check=True)
    env = {k: v for k, v in os.environ.items()
           if k not in ("BUILD", "ARCH", "CC", "HOSTCC", "VERSION", "MAKEFLAGS", "MAKELEVEL")}
    # a proxy that nobody answers: nothing can be fetched
    env |= {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy")}
    env |= {"DEB_BUILD_OPTIONS": "parallel=2", "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(["dpkg-buildpackage", "-us", "-uc"], cwd=done.stdout.strip(), env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """All packages, unpacked together."""
    root = tmp_path_factory.mktemp("root")
    for name in PACKAGES:
        (deb,) = built.glob(f"{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
    return root


def test_lintian(built):
    (changes,) = built.glob("*.changes")
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", changes],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_installed_tool(installed, tmp_path):
    luo = installed / "usr/bin/luo"
    state = empty_tail()
    path = write_elf(tmp_path / "core", state.ram, [Boot(state.ram, state).params])
    assert run("verify", path, program=luo).status == ERRORS
    where = next((installed / "usr/lib").glob("*/luo"))
    for name, kernel in (("x86", bzimage.kernel()), ("arm", armimage.kernel())):
        (tmp_path / name).write_bytes(kernel)
        answer = run("wrap", "--kernel", tmp_path / name, program=luo,
                     env={"LUO_PAYLOAD_DIR": str(where)})
        assert (answer.status, answer.err) == (OK, "")


def test_payloads_are_those_of_the_tree(installed):
    """Another folder, flags of dpkg in the environment, libfdt's source from elsewhere: no byte
    differs."""
    from tool import PAYLOAD, PAYLOAD_ARM64
    where = next((installed / "usr/lib").glob("*/luo"))
    assert (where / "x86_64/luo.bzImage").read_bytes() == PAYLOAD.read_bytes()
    assert (where / "aarch64/luo.Image").read_bytes() == PAYLOAD_ARM64.read_bytes()


def test_each_file_is_in_one_package(built):
    owners = {}
    for name in PACKAGES:
        (deb,) = built.glob(f"{name}_*.deb")
        done = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            path = line.split()[5]
            if not path.endswith("/"):
                owners.setdefault(path, []).append(name)
    assert not {path: names for path, names in owners.items() if len(names) > 1}
    assert {names[0] for names in owners.values()} == set(PACKAGES)


@pytest.mark.parametrize("step", ["preinst install", "postinst configure", "postinst abort-upgrade",
                                  "prerm upgrade", "prerm remove", "postrm remove"])
def test_installing_starts_and_enables_nothing(built, tmp_path, step):
    """debhelper's scripts, where it makes any, among stubs for what they call: the unit was never
    enabled. One that was stays so; that is all they may ask for."""
    (deb,) = built.glob("luo-payload_*.deb")
    subprocess.run(["dpkg-deb", "-e", deb, tmp_path / "control"], check=True)
    script, _, word = step.partition(" ")
    said = tmp_path / "said"
    said.touch()
    for name in ("deb-systemd-helper", "deb-systemd-invoke", "systemctl"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{said}\n'
                                     'case $* in *was-enabled*) exit 1 ;; esac\n')
        (tmp_path / name).chmod(0o755)
    path = tmp_path / "control" / script
    if path.exists():
        subprocess.run(["sh", path, word], check=True,
                       env={"PATH": f"{tmp_path}:/usr/bin:/bin", "DPKG_MAINTSCRIPT_PACKAGE": "luo"})
    for line in said.read_text().splitlines():
        assert not {"enable", "start", "restart", "deb-systemd-invoke"} & set(line.split()), line
