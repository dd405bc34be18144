# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The units and the script for hypervisor hosts.

kexec is a stand-in that notes what it was called with; luo is the real tool where it can be, else a
stand-in with the exit status under test: no machine that runs the tests may be kexeced.
"""

import os
import subprocess

import bzimage
import pytest
from tool import BUILD, ERRORS, FAILED, OK, TOP, USAGE

FOLDER = TOP / "configs/systemd"
UNITS = ["luo-kexec.service", "luo-verdict.service"]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit(tmp_path, unit):
    """systemd-analyze also looks whether the programs are there, so they are named where they
    are."""
    text = (FOLDER / unit).read_text()
    (tmp_path / unit).write_text(text.replace("/usr/sbin/luo-kexec", str(FOLDER / "luo-kexec")))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / unit],
                          capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_kexec_comes_last_and_only_after_both_checks():
    lines = [line for line in (FOLDER / UNITS[0]).read_text().splitlines()
             if line.startswith("ExecStart")]
    assert lines == ["ExecStart=/usr/sbin/luo-kexec load", "ExecStart=/usr/sbin/luo-kexec check",
                     "ExecStart=systemctl --no-block kexec"]
    assert "WantedBy" not in (FOLDER / UNITS[0]).read_text()


def stand_in(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def host(tmp_path):
    """A machine with a kernel, an initrd and a command line of its own."""
    programs, proc = tmp_path / "bin", tmp_path / "proc"
    programs.mkdir()
    proc.mkdir()
    (tmp_path / "vmlinuz").write_bytes(bzimage.kernel())
    (proc / "cmdline").write_text(
        "BOOT_IMAGE=/vmlinuz root=/dev/vda kho=on liveupdate=on luo_payload.result=ok "
        "luo_payload.mode=verify quiet\n")
    stand_in(programs, "kexec", f'printf "%s\\n" "$@" >"{tmp_path}/kexec-args"')
    (programs / "luo").symlink_to(BUILD / "host/luo")

    def call(step, **env):
        done = subprocess.run(
            [FOLDER / "luo-kexec", *([step] if step else [])], capture_output=True, text=True,
            env={"PATH": f"{programs}:{os.environ['PATH']}", "LUO_PROC": str(proc),
                 "LUO_KERNEL": str(tmp_path / "vmlinuz"), "LUO_INITRD": "/initrd",
                 "RUNTIME_DIRECTORY": str(tmp_path / "run"),
                 "LUO_PAYLOAD_DIR": str(BUILD), **env})
        return done.returncode, done.stdout, done.stderr
    call.programs, call.proc, call.folder = programs, proc, tmp_path
    return call


def test_load(host):
    status, out, err = host("load")
    assert (status, err) == (OK, "")
    args = (host.folder / "kexec-args").read_text().splitlines()
    wrapped = host.folder / "run/kernel"
    assert args == ["-s", "-l", str(wrapped), "--initrd=/initrd",
                    "--command-line=root=/dev/vda kho=on liveupdate=on quiet "
                    "luo_payload.mode=compact luo_payload.verdict=on luo_payload.onerror=pass"]
    assert bzimage.kernel()[-4096:] in wrapped.read_bytes()
    assert out.splitlines()[-1].startswith("<6>luo-kexec: loaded ")


def test_load_as_told(host):
    host("load", LUO_INITRD="", LUO_CMDLINE="kho=on console=ttyS0", LUO_MODE="verify",
         LUO_ONERROR="halt")
    args = (host.folder / "kexec-args").read_text().splitlines()
    assert args[3:] == ["--command-line=kho=on console=ttyS0 luo_payload.mode=verify "
                        "luo_payload.verdict=on luo_payload.onerror=halt"]


def test_a_kernel_that_cannot_be_wrapped_is_not_loaded(host):
    (host.folder / "vmlinuz").write_text("no kernel")
    status, _, err = host("load")
    assert status != OK and err.startswith("luo: ")
    assert not (host.folder / "kexec-args").exists()


@pytest.mark.parametrize("answer, priority", [(OK, 6), (ERRORS, 3), (FAILED, 3)])
def test_check(host, answer, priority):
    (host.programs / "luo").unlink()
    stand_in(host.programs, "luo", f'echo "called $*"; exit {answer}')
    status, out, _ = host("check")
    assert status == answer
    assert out.splitlines()[0] == f"called verify --live --next-kernel {host.folder}/vmlinuz"
    assert out.splitlines()[1].startswith(f"<{priority}>luo-kexec: ")


@pytest.mark.parametrize("words, status, said", [
    ("luo_payload.result=ok", 0, "<6>"), ("luo_payload.result=repaired quiet", 0, "<6>"),
    ("luo_payload.result=errors", 1, "<3>"), ("luo_payload.result=refused", 1, "<3>"),
    ("luo_payload.result=none", 1, "<3>"), ("luo_payload.result=fault", 1, "<3>"),
    ("quiet", 1, "<4>"), ("xluo_payload.result=ok", 1, "<4>"),
    ("luo_payload.result=ok luo_payload.result=errors", 1, "<3>")])
def test_verdict(host, words, status, said):
    (host.proc / "cmdline").write_text(f"root=/dev/vda {words}\n")
    answer = host("verdict")
    assert answer[0] == status and answer[1].startswith(said), answer


@pytest.mark.parametrize("step", [None, "go"])
def test_wrong_step(host, step):
    status, _, err = host(step)
    assert status == USAGE and err.startswith("usage: ")


def test_script_is_sound():
    subprocess.run(["shellcheck", "-s", "sh", FOLDER / "luo-kexec", FOLDER / "luo-kexec.default",
                    "-e", "SC2034,SC2154"], check=True)
