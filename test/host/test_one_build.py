# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Builds of U-Boot and of kernels that are killed: nothing goes on, nobody waits for nothing.

The scripts are the real ones. The source trees are small ones whose make says when it has begun,
and ends when it is told to.
"""

import os
import select
import signal
from pathlib import Path

import pexpect
import pytest
from pexpect.fdpexpect import fdspawn
from pexpect.popen_spawn import PopenSpawn
from tool import TOP

pytestmark = pytest.mark.filterwarnings("ignore:setDaemon")     # pexpect's own
PLAY = """#!/bin/sh
[ -z "$STUBBORN" ] || trap '' TERM
echo "begun by $$" >"$PLAY/begun"
read -r word <"$PLAY/go"
[ "$word" != fail ] || exit 1
for file; do
	mkdir -p "$(dirname "$file")" && echo "$word" >"$file"
done
"""
UBOOT = {
    "Makefile": "sandbox_defconfig olddefconfig: ; @touch .config\n"
                "all: ; @./play u-boot u-boot.dtb arch/sandbox/dts/test.dtb\n",
    "cmd/Kconfig": 'source "cmd/luo/Kconfig"\n',
    "include/u-boot/crc.h": "",
    "scripts/kconfig/merge_config.sh": '#!/bin/sh\ncp "$5" "$4"\n',
}
KERNEL = {
    "Makefile": "allnoconfig: ; @tac $(KCONFIG_ALLCONFIG) | sort -s -u -t= -k1,1 >$(O)/.config\n"
                "bzImage: ; @./play $(O)/arch/x86/boot/bzImage\n"
                "headers: ; @mkdir -p $(O)/usr/include\n",
    "Kbuild": "",
    "kernel/configs/tiny-base.config": "",
    "kernel/configs/tiny.config": "",
}
SCRIPTS = {     # its words, the variable that names a tree, the tree, one of its products
    "build-uboot": (["boot/uboot/build-uboot", "sandbox"], "UBOOT_SRC", UBOOT, "u-boot"),
    "build-kernel": (["test/kernel/build-kernel", "x86_64", "7.3"], "KERNEL_SRC", KERNEL,
                     "bzImage"),
}
KILLS = {
    "SIGTERM": lambda pid: os.kill(pid, signal.SIGTERM),
    "SIGKILL": lambda pid: os.kill(pid, signal.SIGKILL),
    "SIGKILL to its group": lambda pid: os.killpg(pid, signal.SIGKILL),
}


class Builds:
    """One script, with a source tree and a cache of its own."""

    def __init__(self, folder, name):
        words, variable, files, self.product = SCRIPTS[name]
        self.name, self.command = name, [str(TOP / words[0]), *words[1:]]
        self.cache = folder / "cache"
        for path, text in {**files, "play": PLAY}.items():
            file = folder / "tree" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        for fifo in ("begun", "go"):
            os.mkfifo(folder / fifo)
        self.begun = fdspawn(os.open(folder / "begun", os.O_RDWR), timeout=60)
        self.go = os.open(folder / "go", os.O_RDWR)
        self.env = {**os.environ, variable: str(folder / "tree"), "PLAY": str(folder),
                    "XDG_CACHE_HOME": str(self.cache)}

    def start(self, *command, **env):
        return PopenSpawn(command or self.command, encoding="utf-8", timeout=60,
                          preexec_fn=os.setsid, env={**self.env, **env})

    def in_make(self):
        """What make runs, once it has begun: a handle that is readable when that has ended."""
        self.begun.expect(rb"begun by (\d+)\n")
        return os.pidfd_open(int(self.begun.match[1]))

    def finish(self, script, word):
        """Lets make end, and looks at what has come of it."""
        os.write(self.go, word.encode() + b"\n")
        self.ends_with(script, word)

    def ends_with(self, script, word):
        script.expect(pexpect.EOF)
        assert script.wait() == 0, script.before
        result = Path(script.before.splitlines()[-1])
        assert (result / self.product).read_text() == word + "\n"

    def leftovers(self):
        """Names of what is temporary in the cache."""
        return [path for path in self.cache.rglob("*")
                if path.name.startswith((".part-", ".out-", ".obj-", ".src-", "unfinished"))]


@pytest.fixture(params=SCRIPTS)
def builds(tmp_path, request):
    return Builds(tmp_path, request.param)


def ended(handle, seconds):
    return bool(select.select([handle], [], [], seconds)[0])


def kill_one_and_finish_another(builds, kill, **env):
    first = builds.start(**env)
    make = builds.in_make()
    second = builds.start()
    second.expect(rf"{builds.name}: waiting for process (\d+) "
                  rf"\({builds.name} [^)]+\), which holds /")
    assert int(second.match[1]) == first.pid
    assert not ended(make, 0)
    kill(first.pid)
    assert ended(make, 60)
    first.expect(pexpect.EOF)
    assert first.wait() != 0
    builds.in_make()
    builds.finish(second, "second")
    assert not builds.leftovers()


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_one_is_killed_and_another_builds(builds, kill):
    kill_one_and_finish_another(builds, kill)


def test_make_that_does_not_heed_sigterm(builds):
    kill_one_and_finish_another(builds, KILLS["SIGKILL"], STUBBORN="yes")


def test_one_finds_what_the_other_has_built(builds):
    first = builds.start()
    builds.in_make()
    second = builds.start()
    second.expect("waiting for process")
    builds.finish(first, "first")
    builds.ends_with(second, "first")
    builds.ends_with(builds.start(), "first")


def test_one_that_fails(builds):
    first = builds.start()
    builds.in_make()
    os.write(builds.go, b"fail\n")
    first.expect(r"the build failed; the whole log is (\S+\.log)\s")
    assert "Error" in Path(first.match[1]).read_text()
    first.expect(pexpect.EOF)
    assert first.wait() > 0
    assert not builds.leftovers()
    second = builds.start()
    builds.in_make()
    builds.finish(second, "second")


def test_make_check_takes_its_builds_with_it(tmp_path):
    """Only the kernels get anywhere here: all else waits for a make that does not end."""
    builds = Builds(tmp_path, "build-kernel")
    make = tmp_path / "bin/make"
    make.parent.mkdir()
    make.write_text('#!/bin/sh\n[ "$1" != -C ] || exec /usr/bin/make "$@"\nexec sleep infinity\n')
    make.chmod(0o755)
    check = builds.start(TOP / "test/check", LUO_ARCHES="x86_64",
                         PATH=f"{make.parent}:{os.environ['PATH']}")
    make = builds.in_make()
    KILLS["SIGTERM"](check.pid)
    assert ended(make, 60)
    check.expect(pexpect.EOF)
    assert check.wait() == 128 + signal.SIGTERM
    assert not builds.leftovers()
