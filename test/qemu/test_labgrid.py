# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""labgrid's recipe (configs/labs), with QEMU as the device.

Only in the long run: labgrid's driver takes QEMU's console from a socket, which
is soon full, and the payload gives up a UART that takes nothing for a second.
A machine can be that busy, and then the recipe misses a line.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from arch import X86_64
from images import ROOT, Images

LABS = ROOT / "configs/labs"

if 'VERSION_ID="12"' in Path("/etc/os-release").read_text():    # later ones have no labgrid
    @pytest.mark.long
    def test_a_live_update_by_labgrid(tmp_path):
        images = Images(X86_64, tmp_path)
        console = f"{X86_64.console} kho=on liveupdate=on"
        done = subprocess.run(
            ["/usr/bin/python3", LABS / "labgrid-live-update.py", LABS / "labgrid-qemu-q35.yaml",
             X86_64.wrapped, f"{console} luotest.stage=2", tmp_path / "ktap"],
            env={**os.environ, "LG_LUO_KERNEL": str(images.kernel),
                 "LG_LUO_INITRD": str(images.initrd(2))},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        verdict, back = done.stdout.splitlines()
        assert re.match(r"luo: (ok|repaired) abi=luo-v5 kho=kho-v4 sessions=3 files=6 ", verdict)
        assert back == "6 of 6 memfds came back"
        ktap = (tmp_path / "ktap").read_text().splitlines()
        points = [line for line in ktap if re.match(r"(not )?ok \d+ LUO-", line)]
        assert ktap[0] == "KTAP version 1" and ktap[1] == f"1..{len(points)}"
        assert points and not [line for line in points if line.startswith("not")]
