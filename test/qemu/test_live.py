# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""luo --live on a running kernel: what it is about to hand over.

The host tool runs in the guest: this machine's own, from an initramfs that
holds it and the libraries that it is linked with, or the one that `make
host-aarch64` has linked statically. The test kernels have debugfs and /dev/mem, but Linux 6.19 /proc/kcore, too.
"""

import json
import platform
import re
import subprocess

import pytest

from guest import Batch, check, create
from images import ROOT, Images, call, kernel_folder, need
from kexec import Hop

CLEARED = "\x1b[K"        # of a line that shows how far it is
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CANNOT = "this kernel writes its sessions and files during the kexec"


def libraries(program):
    """Absolute paths of what a program is linked with, its loader too; none
    of one that is static."""
    out = subprocess.run(["ldd", program], text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout
    return re.findall(r"(/\S+) \(0x", out)


class WithTool(Images):
    """Images whose initramfs has /luo, and a kernel to hand over to."""

    @property
    def inside(self):
        """The tool for the guest."""
        if self.arch.name == platform.machine():
            return self.tool
        return need(self.build / self.arch.name / "tool/host/luo",
                    f"run `make host-{self.arch.name}`")

    def initrd(self, kernels=2, payload=True):
        inner = self.initrd(kernels - 1, payload) if kernels > 1 else None
        files = [f"/luo={self.inside}"] + [
            f"{path}={path}" for path in libraries(self.inside)]
        if inner:
            files += [f"/{self.arch.wrapped}={self.wrapped}",
                      f"/{self.arch.kernel}={self.next_kernel}",
                      f"/initrd={inner}"]
        return self._kept(f"initrd-tool-{kernels}", lambda path: call(
            [ROOT / "test/kernel/build-initramfs", path, self._headers(),
             *files], "building the initramfs"))


@pytest.fixture
def tool(images, version):
    folder = images.folder.parent / f"{images.folder.name}-tool"
    return WithTool(images.arch, folder,
                    kernel_folder(images.arch, version) / images.arch.kernel)


def luo(vm, words, rc=0):
    """What the tool prints in the guest: lines of both its streams, as they
    stand on its terminal in the end, without colours."""
    lines = vm.command(f"run /luo {words}", rc=rc).lines
    return [COLOUR.sub("", line.split(CLEARED)[-1]) for line in lines]


def answer(lines):
    """Its JSON object, and its notes."""
    return (json.loads(next(line for line in lines if line.startswith("{"))),
            [line for line in lines if line.startswith("luo: note: ")])


@pytest.mark.everywhere(version=["7.3"])
@pytest.mark.parametrize("version", ["7.3", "7.1"])
def test_verify_live(boot, tool, images, seed, nonce):
    """Before the kexec sessions cannot be known; the payload then sees them."""
    vm = boot(images=tool)
    batch = Batch("vm", 0, 3, 2, 70000, seed)
    create(vm, batch)
    report, notes = answer(luo(vm, "verify --live --json"))
    assert (report["verdict"], report["exit"]) == ("ok", 0)
    assert report["kho"] == ("kho-v4" if tool.kernel.parent.name.split("-")[1]
                             == "7.3" else "kho-v3")
    assert {(f["code"], f["severity"]) for f in report["findings"]} >= {
        ("LUO-X06", "note")}
    assert {f["severity"] for f in report["findings"]} == {"note"}
    assert report["totals"]["sessions"] == report["totals"]["files"] == 0
    # the memfds' pages are preserved already, and nobody claims them
    assert report["totals"]["pages"] > batch.count * batch.files * 17
    assert any(CANNOT in note for note in notes), notes
    assert any("no next kernel is loaded" in note for note in notes), notes
    assert any("read through /dev/mem" in note for note in notes), notes
    Hop(vm, images, nonce=nonce).go("ok")
    check(vm, batch)


def test_other_commands_live(boot, tool):
    vm = boot(images=tool)
    before, _ = answer(luo(vm, "map --live --json"))
    create(vm, Batch("vm", 0, 2, 1, 1 << 20, "seed"))
    after, _ = answer(luo(vm, "map --live --json"))
    assert before["followed"] and after["followed"]
    assert (after["preserved"]["pages"]
            >= before["preserved"]["pages"] + 2 * 256)
    info, _ = answer(luo(vm, "info --live --json"))
    assert info["found_by"] == "running kernel"
    assert {node["name"] for node in info["subnodes"]} >= {"LUO"}
    assert info["scratch"] and "scratch_list" not in info
    assert info["previous_release"].startswith("7.3.")
    fdt = info["kho_fdt"]
    again, _ = answer(luo(vm, f"verify --live --json --kho-fdt {fdt}"))
    assert again["verdict"] == "ok"
    lines = luo(vm, "verify --live")
    assert [x for x in lines if x.startswith("luo: ok abi=luo-v5 kho=kho-v4")]
    points = luo(vm, "verify --live --ktap")
    assert [x for x in points if re.fullmatch(
        r"ok \d+ LUO-S06 # SKIP not reached", x)]
    assert [x for x in points if re.fullmatch(r"ok \d+ LUO-M04", x)]


def test_next_kernel_live(boot, tool):
    """The kernel that one is about to load: does it take what comes?"""
    vm = boot(images=tool)
    luo(vm, f"verify --live --next-kernel /{tool.arch.kernel}")
    lines = luo(vm, f"verify --live --next-kernel /{tool.arch.wrapped}")
    assert [x for x in lines if x.startswith("luo: ok ")]


def test_a_kernel_after_a_live_update(boot, tool, images, seed, nonce):
    """What it was handed over is in memory, too, and is not what is meant."""
    vm = boot(images=tool, kernels=3)
    create(vm, Batch("vm", 0, 2, 1, 5000, seed))
    first, _ = answer(luo(vm, "info --live --json"))
    Hop(vm, tool, nonce=nonce).go("ok")
    second, _ = answer(luo(vm, "info --live --json"))
    assert second["liveupdate_number"] == first["liveupdate_number"] + 1
    assert second["kho_fdt"] != first["kho_fdt"]
    assert second["kexec_count"] == first["kexec_count"] + 1


@pytest.mark.long
@pytest.mark.parametrize("version", ["6.19"])
def test_a_kernel_that_says_nothing_before_the_kexec(boot, tool):
    """kho-v1; and this kernel is read through /proc/kcore."""
    vm = boot(images=tool)
    lines = luo(vm, "verify --live", rc=8)
    assert [x for x in lines if x.startswith("luo: this kernel (kho-v1) ")]
    assert [x for x in lines if "read through /proc/kcore" in x]


def test_without_kho(boot, tool):
    vm = boot("kho=off", images=tool)
    lines = luo(vm, "verify --live", rc=8)
    assert [x for x in lines if x.startswith("luo: none ")]
