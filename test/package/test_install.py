# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""make install, uninstall and dist; the version; manual pages; completion; licences."""

import os
import re
import subprocess
import tarfile

import pytest
from tool import BUILD, PAYLOAD, PAYLOAD_ARM64, TOP, run

VERSION = (TOP / "VERSION").read_text().strip()
MAN = {path.name: path for path in (TOP / "docs/man").iterdir()}
COMPLETION = TOP / "configs/completion/luo"
COMMANDS = "verify info list map compact cat diff explain abi doctor wrap".split()


def make(*words):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", "-s", f"BUILD={BUILD}", *map(str, words)], cwd=TOP, check=True,
                          env=env, capture_output=True, text=True)


def below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


# the version

def test_version_is_the_same_everywhere():
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert run("--version").out == f"luo-payload {VERSION}\n"
    for image in (PAYLOAD, PAYLOAD_ARM64):
        assert f"luo-payload,1,luo-payload,luo-payload,{VERSION},-\n".encode() in (
            image.read_bytes())
    assert re.search(rf"^## {re.escape(VERSION)}$", (TOP / "CHANGELOG.md").read_text(), re.M)
    first = (TOP / "debian/changelog").read_text().split("\n")[0]
    assert first.startswith(f"luo-payload ({VERSION}-")


def test_version_stands_in_no_source():
    """Where it is needed it is handed in."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "grep", "-lwF", VERSION, "--", "luo", "fdt", "arch",
         "boot", "Makefile", "configs"], cwd=TOP, capture_output=True, text=True)
    assert [n for n in done.stdout.split() if n != "boot/lib/libluo.h"] == []


# installing

def test_install_puts_everything_and_uninstall_takes_it(tmp_path):
    words = [f"DESTDIR={tmp_path}", "PREFIX=/opt/luo"]
    make("install", *words)
    names = below(tmp_path / "opt/luo")
    assert {"bin/luo", "lib/luo/x86_64/luo.bzImage", "lib/luo/aarch64/luo.Image",
            "lib/libluo.so.0", "lib/libluo.so", "lib/libluo.a", "lib/pkgconfig/libluo.pc",
            "include/libluo.h", "share/man/man1/luo.1", "share/man/man7/luo-payload.7",
            "share/bash-completion/completions/luo", "share/doc/luo-payload/README.md",
            "share/doc/luo-payload/CHANGELOG.md", "share/doc/luo-payload/docs/abi.md",
            "share/doc/luo-payload/examples/agent.c",
            "share/doc/luo-payload/examples/libluo.py"} <= names
    settings = "etc/default/luo-kexec"
    assert below(tmp_path) == {settings, *(f"opt/luo/{name}" for name in names)}
    unit = (tmp_path / "opt/luo/lib/systemd/system/luo-kexec.service").read_text()
    assert "ExecStart=/opt/luo/sbin/luo-kexec load\n" in unit and "/usr/sbin" not in unit
    (tmp_path / settings).write_text("LUO_MODE=verify\n")
    make("install", *words)
    assert (tmp_path / settings).read_text() == "LUO_MODE=verify\n"
    (tmp_path / "opt/luo/bin/other").write_text("of somebody else")
    make("uninstall", *words)
    assert below(tmp_path) == {"opt/luo/bin/other", settings}


def test_dist_is_what_is_committed_twice_the_same(tmp_path):
    name = f"luo-payload-{VERSION}.tar.gz"
    for folder in ("a", "b"):
        subprocess.run(["make", "-s", "dist", f"BUILD={tmp_path / folder}"], cwd=TOP, check=True)
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with tarfile.open(tmp_path / "a" / name) as tar:
        packed = {member.name for member in tar if not member.isdir()}
    done = subprocess.run(["git", "-c", "safe.directory=*", "ls-tree", "-r", "--name-only", "HEAD"],
                          cwd=TOP, capture_output=True, text=True, check=True)
    assert packed == {f"luo-payload-{VERSION}/{n}" for n in done.stdout.split("\n") if n}


# manual pages

@pytest.mark.parametrize("page", MAN)
def test_man_page_lint(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MAN[page]],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def words_of(text):
    """Options: what begins with a dash, is no dash alone, and stands at the start of a word."""
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))


def man_options(page):
    text = MAN[page].read_text()
    found = set()
    for line in text.splitlines():
        for match in re.finditer(r"\bFl (\S+)", line):
            found.add("-" + match[1])
    return found


def test_man_page_and_help_know_the_same_options():
    helped = words_of(run("--help").out) | words_of(run("wrap", "--help").out)
    helped -= {"-memory"}
    assert helped == man_options("luo.1")


def test_man_page_and_help_know_the_same_commands():
    helped = re.findall(r"^  ([a-z]+)  ? ?", re.search(
        r"Commands:\n(.*?)\n\n", run("--help").out, re.S)[1], re.M)
    assert helped == COMMANDS
    text = MAN["luo.1"].read_text().split(".Sh DESCRIPTION")[1]
    assert re.findall(r"^\.It Cm ([a-z]+)", text, re.M) == COMMANDS


def test_man_page_and_readme_know_the_same_parameters():
    rows = re.findall(r"^\| `(luo_payload\.[a-z]+)` \|([^|]*)\|", (TOP / "README.md").read_text(),
                      re.M)
    described = dict(re.findall(r"^\.It Li (luo_payload\.[a-z]+)= Ns (.*)$",
                                MAN["luo-payload.7"].read_text(), re.M))
    assert list(described) == [name for name, _ in rows] and len(rows) >= 7
    for name, values in rows:
        listed = re.findall(r"`([a-z-]+)`", values)
        if described[name].startswith("Cm "):
            assert described[name][3:].split(" | ") == listed, name


# completion

def complete(line):
    """What bash would offer behind a line."""
    script = f"""
        . /usr/share/bash-completion/bash_completion
        . {COMPLETION}
        COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}
        read -r -a COMP_WORDS <<<"$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _luo
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=TOP)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_completion_of_commands():
    assert complete("luo ") == set(COMMANDS)
    assert complete("luo d") == {"diff", "doctor"}


def test_completion_knows_every_option():
    offered = set()
    for command in ["", *COMMANDS]:
        offered |= complete(f"luo {command + ' ' if command else ''}-")
    helped = words_of(run("--help").out) | words_of(run("wrap", "--help").out)
    assert helped - {"-memory", "-h"} == offered


def test_completion_offers_no_option_that_is_refused():
    """An option that needs a value gets none here, which is another message."""
    for command in COMMANDS[:-1]:
        for option in complete(f"luo {command} -"):
            said = run(command, option).err
            assert "unknown" not in said and "belongs to" not in said and "has no" not in said, (
                command, option, said)


# licences

def test_reuse_lint():
    done = subprocess.run(["reuse", "--root", TOP, "lint"], capture_output=True, text=True,
                          env={**os.environ, "GIT_CONFIG_COUNT": "1",
                               "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"})
    assert done.returncode == 0, done.stdout
    assert re.search(r"(\d+) / \1$", done.stdout, re.M)
