# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A kernel's state at the payload's entry, to be laid out again and again.

One kernel creates sessions and leaves. Whatever pattern its lists are given
then (lay.py), the payload and the next kernel run on that RAM (resume.py).
"""

import json
import re

from guest import Batch, check, close, create, finish, managed
from kexec import VERDICT, Hop, parse_verdict
from lay import SPARE, Layout, expected
from resume import OPTIONS, Saved
from state import ABIS

SIZE = 4097         # of a memfd: two pages, the second with one byte

# memfds of a session with Linux 7.3: (prefix, sessions, memfds of each)
SMALL, LARGE, TIGHT = 3, 66, 126
FILED_V5 = [("a", 3, SMALL), ("b", 2, LARGE), ("c", 1, TIGHT)]
# sessions without files, of which a pattern leaves as many as it has room for
PLAIN = {"luo-v5": 160, "luo-session-v3": 1700}
EMPTY_V3 = 1500     # created and closed: blocks that are left with no entry


class Ground:
    """`saved` is the machine, `batches` are its sessions with memfds."""

    def __init__(self, boot, images, seed, nonce, work, log, abi):
        self.abi, self.nonce, self.images = ABIS[abi], nonce, images
        self.seed, self.work = seed, work
        self.plain = PLAIN[abi]
        filed = FILED_V5 if self.abi.file_blocks else [("a", 10, 1)]
        self.batches = [Batch(name, 0, count, files, SIZE, seed)
                        for name, count, files in filed]
        vm = boot(**OPTIONS)
        for batch in self.batches:
            create(vm, batch)
        create(vm, self._plain(self.plain))
        if self.abi.file_blocks:
            create(vm, SPARE)
        else:
            gone = Batch("gone", 0, EMPTY_V3, 0, 0, seed)
            create(vm, gone)
            close(vm, gone)
        self.saved = Saved(Hop(vm, images, nonce=nonce, mode="compact"),
                           work, log)
        self.managed = None

    def _plain(self, count):
        return Batch("e", 0, count, 0, 0, self.seed)

    def owned(self):
        """All that is preserved has an owner."""
        answer = json.loads(self.images.luo("map", "--json", *self.saved.raw))
        assert answer["followed"] and answer["complete"]
        assert answer["unclaimed"]["entries"] == answer["unknown"] == 0

    def verdict(self, text):
        (verdict,) = filter(None, map(parse_verdict, text.splitlines()))
        assert verdict["nonce"] == self.nonce
        return verdict

    def _payload(self, pattern, names):
        """The payload alone, and what it hands on."""
        before = self.saved.state
        files = {name: [f.token for f in before.files(before.session(name))]
                 for name in pattern.files}
        run = self.saved.run()
        state = self.saved.state
        verdict = self.verdict(run.text)
        assert [s.name for s in state.sessions()] == names
        assert {name: [f.token for f in state.files(state.session(name))]
                for name in files} == files
        after = expected(pattern, self.abi)
        assert len(state.session_blocks()) == verdict["blocks"][1] == after[0]
        assert sum(len(state.chain(state.session(name).files))
                   for name in files) == after[1]
        laid = len(pattern.sessions), sum(map(len, pattern.files.values()))
        assert verdict["blocks"][0] == laid[0]
        assert verdict["fblocks"][0] - verdict["fblocks"][1] == (
            laid[1] - after[1])
        assert verdict["verdict"] == (
            "repaired" if run.stores else "ok")
        assert bool(run.stores) == (laid != after or any(pattern.zeros))
        self.images.luo("compact", "-n", *self.saved.raw)
        self.owned()

    def kernel(self, names):
        """Payload and next kernel; gives back the pages that it has at last."""
        with self.saved.boot() as vm:
            self.verdict(vm.expect(VERDICT)[0])
            vm.ready(2)
            left = self._plain(sum(n.startswith("e-") for n in names))
            for batch in [*self.batches, left]:
                check(vm, batch)
                finish(vm, batch)
            return managed(vm)

    def lay(self, pattern):
        """Gives back the names of the sessions."""
        print(f"pattern {pattern}", flush=True)
        self.saved.anew()
        return Layout(self.saved.state, f"{self.seed}/{pattern}").write(pattern)

    def go(self, pattern):
        """One pattern, all the way."""
        names = self.lay(pattern)
        self._payload(pattern, names)
        self.saved.renew()
        memory = self.kernel(names)
        self.managed = self.managed or memory
        assert memory == self.managed, "memory is lost"


def standing(request, boot, images, seed, nonce, work, abi):
    """For fixtures."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", request.node.nodeid.split("/")[-1])
    ground = Ground(boot, images, seed, nonce, work, images.build / "qemu" /
                    f"{name.strip('-')}.resumed.log", abi)
    yield ground
    ground.saved.close()
