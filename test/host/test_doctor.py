# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo doctor: a kernel's configuration and command line, option by option."""

import gzip

import pytest
from tool import ERRORS, FAILED, OK, TOP, USAGE, run

NEEDED = ["CONFIG_KEXEC_FILE", "CONFIG_KEXEC_HANDOVER", "CONFIG_LIVEUPDATE",
          "CONFIG_MEMFD_CREATE", "CONFIG_SHMEM"]
USEFUL = ["CONFIG_LIVEUPDATE_MEMFD", "CONFIG_KEXEC_HANDOVER_DEBUGFS", "CONFIG_PROC_KCORE",
          "CONFIG_IKCONFIG"]
ALL = NEEDED + USEFUL
DEFAULT = "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT"


def config(tmp_path, names, off=(), pack=False):
    text = "# Linux/x86 7.3.4 Kernel Configuration\n"
    text += "".join(f"{name}=y\n" for name in names)
    text += "".join(f"# {name} is not set\n" for name in off)
    path = tmp_path / "config"
    path.write_bytes(gzip.compress(text.encode()) if pack else text.encode())
    return path


def states(answer):
    return {check["name"]: check["state"] for check in answer.json["checks"]}


@pytest.mark.parametrize("pack", [False, True])
def test_all_that_is_needed(tmp_path, pack):
    path = config(tmp_path, ALL, pack=pack)
    answer = run("doctor", "--config", path)
    assert (answer.status, answer.err) == (OK, "")
    lines = answer.out.splitlines()
    assert lines[-1] == f"luo doctor: ready ({path})"
    assert [line.split()[:2] for line in lines[:-1]] == [["ok", name + ":"] for name in ALL]


@pytest.mark.parametrize("name", ALL)
def test_one_option_is_off(tmp_path, name):
    others = [n for n in ALL if n != name]
    answer = run("doctor", "--json", "--config", config(tmp_path, others, off=[name]))
    expected = "missing" if name in NEEDED else "note"
    assert states(answer) == {**{n: "ok" for n in others}, name: expected}
    assert answer.status == answer.json["exit"] == (ERRORS if name in NEEDED else OK)
    text = run("doctor", "--config", config(tmp_path, others, off=[name])).out.splitlines()
    at = [i for i, line in enumerate(text) if line.startswith(expected)]
    assert len(at) == 1 and text[at[0] + 1].startswith("        what to do: ")


def test_a_longer_name_or_a_value_that_is_no_y_does_not_count(tmp_path):
    path = tmp_path / "config"
    path.write_text("CONFIG_KEXEC_FILE_X=y\nXCONFIG_KEXEC_HANDOVER=y\nCONFIG_LIVEUPDATE=n\n"
                    "CONFIG_SHMEM=\"y\"\nCONFIG_MEMFD_CREATE=m\n")
    found = states(run("doctor", "--json", "--config", path))
    assert [found[n] for n in NEEDED] == ["missing"] * 3 + ["ok", "missing"]


@pytest.mark.parametrize("line, default, kho, luo", [
    ("kho=on liveupdate=on", False, True, True),
    ("root=/dev/vda kho=1 liveupdate=y quiet", False, True, True),
    ("", False, False, False),
    ("", True, True, False),
    ("kho=off liveupdate=on", True, False, True),
    ("kho=on kho=off liveupdate=off liveupdate=on", False, False, True),
    ("kho=on -- liveupdate=on", False, True, False),
    ("kho=maybe liveupdate", False, False, False),
    ("kho=maybe liveupdate=T", True, True, True),
    ("xkho=on liveupdate_=on", False, False, False)])
def test_command_line(tmp_path, line, default, kho, luo):
    (tmp_path / "line").write_text(line + "\n")
    path = config(tmp_path, ALL + ([DEFAULT] if default else []))
    answer = run("doctor", "--json", "--config", path, "--cmdline", tmp_path / "line")
    found = states(answer)
    assert (found["kho=on"], found["liveupdate=on"]) == tuple(
        "ok" if on else "missing" for on in (kho, luo))
    assert answer.status == (OK if kho and luo else ERRORS)


def test_this_machine(tmp_path):
    """Without --config the running kernel is asked; what it shows decides, whatever it is."""
    answer = run("doctor", "--json")
    if answer.status == FAILED:
        assert answer.refuses(FAILED, "--config FILE")
        return
    found = states(answer)
    assert set(found) == {*ALL, "kho=on", "liveupdate=on", "/dev/liveupdate",
                          "kernel.kexec_load_disabled", "lockdown"}
    assert answer.status == (ERRORS if "missing" in found.values() else OK)


def test_configurations_of_the_test_kernels_ask_for_what_is_needed():
    text = "".join(path.read_text() for path in (TOP / "configs/kernel").glob("*.config"))
    for name in ("CONFIG_KEXEC_FILE", "CONFIG_KEXEC_HANDOVER", "CONFIG_LIVEUPDATE"):
        assert f"{name}=y\n" in text


@pytest.mark.parametrize("words, status, said", [
    (["--config", "/nonexistent"], FAILED, "/nonexistent"),
    (["--config", "/dev/null"], FAILED, "no kernel configuration"),
    (["dump"], USAGE, "--config"),
    (["--live"], USAGE, "no dump"),
    (["--ktap"], USAGE, "--ktap")])
def test_refusals(words, status, said):
    assert run("doctor", *words).refuses(status, said)


def test_no_command_line(tmp_path):
    assert run("doctor", "--config", config(tmp_path, ALL), "--cmdline",
               tmp_path / "none").refuses(FAILED, "none")


@pytest.mark.parametrize("option", ["--config", "--cmdline"])
def test_options_belong_to_doctor(option):
    assert run("verify", option, "x", "core").refuses(USAGE, "doctor")
