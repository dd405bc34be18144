# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Every command in the docs, taken from the page.

A block that starts with ```sh run is run by bash -eu -o pipefail, blocks of one page in one folder
after the other. What stands in the ```out block behind it must come out: its lines in this order,
... for anything inside a line, a line ... for any number of lines. A block that starts with
```sh in=FILE:"TEXT" needs a machine, a kernel or the network, and names the test that does the same:
TEXT must stand in FILE. Indented lines that begin with a program's name are commands, too; those of
older pages are looked up in ELSEWHERE.
"""

import os
import re
import shlex
import subprocess

import bzimage
import pytest
from tool import BUILD, TOP

PAGES = sorted(path.relative_to(TOP).as_posix() for path in
               [*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")])
GENERATED = {"docs/damaged-states.md", "docs/findings.md", "docs/kernel-differences.md"}
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
PROGRAMS = re.compile(r"(?:[A-Z_]+=\S+ )*(?:make|luo|luo\.efi|build/host/luo|kexec|systemctl|apt-get|"
                      r"luo-kexec|test/\S+|boot/uboot/\S+|configs/\S+) ")

# {what an indented command begins with: (file, text in it)}: the test that does the same
ELSEWHERE = {
    "apt-get install -y make && make": ("test/bare/run", "apt-get install -y -q make"),
    "make payload host": ("test/check", "payload efi"),
    "build/host/luo wrap --kernel": ("test/qemu/images.py", '"wrap"'),
    "kexec -s -l": ("test/kernel/system.c", "SYS_kexec_file_load"),
    "systemctl kexec": ("test/package/test_systemd.py", "systemctl --no-block kexec"),
    "luo wrap --kernel vmlinuz --check": ("test/host/test_wrap_sign.py", "--check"),
    "luo verify --live": ("test/qemu/test_live.py", "verify --live"),
    "make efi": ("test/check", "payload efi"),
    "luo.efi verify": ("test/efi/test_state.py", "verify"),
    "luo.efi boot": ("test/efi/test_boot.py", "boot --kernel"),
    "luo.efi info": ("test/efi/test_state.py", "info"),
    "luo ": ("test/uboot/test_sandbox.py", "luo"),
}


def text(page):
    return (TOP / page).read_text()


def fences(page):
    """(info, body) of each fenced block."""
    return [(match[1].strip(), match[2]) for match in FENCE.finditer(text(page))]


def indented(page):
    """Lines of indented blocks that are commands; a comment behind one is not part of it."""
    found = []
    for line in FENCE.sub("", text(page)).splitlines():
        if line.startswith("    ") and PROGRAMS.match(line[4:] + " "):
            found.append(re.sub(r"\s+#.*", "", line[4:]).strip())
    return found


def with_run():
    return [page for page in PAGES if any(info == "sh run" for info, _ in fences(page))]


def sandbox(folder):
    """A folder that looks like the tree after a build, in which files can be made."""
    for entry in TOP.iterdir():
        if entry.name not in (".git", "build"):
            (folder / entry.name).symlink_to(entry)
    (folder / "build").symlink_to(BUILD)
    (folder / "vmlinuz").write_bytes(bzimage.kernel())
    options = "".join(path.read_text() for path in (TOP / "configs/kernel").glob("*.config"))
    (folder / ".config").write_text(options + "CONFIG_MEMFD_CREATE=y\nCONFIG_SHMEM=y\n"
                                    "CONFIG_PROC_KCORE=y\n")


def matches(expected, said):
    """Whether lines fit, '...' standing for any number of them."""
    if not expected:
        return not said
    if expected[0] == "...":
        return any(matches(expected[1:], said[i:]) for i in range(len(said) + 1))
    pattern = ".*".join(map(re.escape, expected[0].split("...")))
    return bool(said and re.fullmatch(pattern, said[0]) and matches(expected[1:], said[1:]))


@pytest.mark.parametrize("page", with_run())
def test_blocks_do_what_they_say(page, tmp_path):
    sandbox(tmp_path)
    said = None
    for info, body in fences(page):
        if info == "sh run":
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=tmp_path,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  env={**os.environ, "LUO_PAYLOAD_DIR": str(BUILD)}, timeout=120)
            assert done.returncode == 0, f"{body}\n{done.stdout}{done.stderr}"
            said = done.stdout
        elif info == "out":
            assert said is not None, f"{page}: an out block without a run block"
            assert matches(body.splitlines(), said.splitlines()), f"{body}\n---\n{said}"


def test_out_blocks_can_fail():
    assert matches(["a", "...", "z..."], ["a", "b", "c", "zebra"])
    assert not matches(["a"], ["a", "b"]) and not matches(["a", "b"], ["a"])
    assert not matches(["x...y"], ["xz"])


@pytest.mark.parametrize("page", PAGES)
def test_each_block_of_commands_is_marked(page):
    for info, body in fences(page):
        word, *how = shlex.split(info) or [""]
        if word not in ("sh", "console", "bash", "") or not word and not any(
                PROGRAMS.match(line + " ") for line in body.splitlines()):
            continue        # a figure, a file, a report
        assert word == "sh" and len(how) == 1, f"{page}: ```{info}\n{body}"
        if how[0] == "run":
            continue
        name, _, wanted = how[0].removeprefix("in=").partition(":")
        assert how[0].startswith("in=") and wanted, f"{page}: {info}"
        assert wanted in (TOP / name).read_text(), f"{page}: {name} has no {wanted}"


@pytest.mark.parametrize("page", [p for p in PAGES if p not in GENERATED])
def test_indented_commands_are_run_elsewhere(page):
    for command in indented(page):
        keys = [key for key in ELSEWHERE if command.startswith(key)]
        assert keys, f"{page}: no test is named for: {command}"
        name, wanted = ELSEWHERE[max(keys, key=len)]
        assert wanted in (TOP / name).read_text(), f"{page}: {name} has no {wanted}"


def test_no_test_is_named_for_nothing():
    commands = [command for page in PAGES for command in indented(page)]
    assert len(commands) > 10
    unused = [key for key in ELSEWHERE if not any(c.startswith(key) for c in commands)]
    assert not unused


# options and make's targets that the text names

def test_targets_of_make_exist():
    makefiles = "".join((TOP / name).read_text() for name in subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "Makefile", "*.mk"], cwd=TOP,
        capture_output=True, text=True, check=True).stdout.split())
    targets = set(re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", makefiles, re.M))
    for line in re.findall(r"^([a-z][a-z -]*):", makefiles, re.M):
        targets |= set(line.split())
    for page in PAGES:
        for named in re.findall(r"`make ([a-z][a-z-]+)", text(page)):
            assert named in targets, f"{page}: make {named}"


def test_messages_of_the_troubleshooting_page_exist():
    sources = "".join(path.read_text() for folder in ("boot", "luo", "arch", "fdt")
                      for path in (TOP / folder).rglob("*.[ch]"))
    sources = re.sub(r'"\s*\n\s*"', "", sources)       # texts that go on in the next line
    rows = re.findall(r"^\| `([^`]+)` \|", text("docs/troubleshooting.md"), re.M)
    of_kernels = {"The incoming tree failed to initialize properly"}
    assert len(rows) > 15
    assert not [row for row in rows if row not in of_kernels and row not in sources]
