# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the payload writes, and that the host tool agrees with it.

RAM is copied at the payload's first instruction and at its last one before
the jump, and compared page by page: outside its own image nothing may have
changed, but for the words that `luo compact -n --json` announces for the
first copy. `luo verify` on that copy must find what the payload found.
"""

import json
import re
import struct

import pytest

import header
from damage import DAMAGES, duplicate_name, empty_block_to
from guest import Batch, check, create
from kexec import Hop
from memory import diff_pages, diff_words
from plan import changes
from state import SESSIONS_PER_BLOCK

# of entries without an owner: the payload does not follow owners
HOST_ONLY = "LUO-M11"
CODE = re.compile(r"^\s*(LUO-[A-Z][0-9]{2}) ")
# boot_params: what the loader filled in and the next kernel must find again
LOADER_FIELDS = {"ext_ramdisk_image": (0x0c0, 4), "ext_ramdisk_size": (0x0c4, 4),
                 "ext_cmd_line_ptr": (0x0c8, 4), "e820_entries": (0x1e8, 1),
                 "type_of_loader": (0x210, 1), "ramdisk_image": (0x218, 4),
                 "ramdisk_size": (0x21c, 4), "cmd_line_ptr": (0x228, 4),
                 "hardware_subarch": (0x23c, 4), "setup_data": (0x250, 8),
                 "e820_table": (0x2d0, 20 * 128)}
HEADER_FIELDS = {"setup_sects": (0x1f1, 1), "magic": (0x202, 4),
                 "version": (0x206, 2), "kernel_alignment": (0x230, 4),
                 "xloadflags": (0x236, 2), "cmdline_size": (0x238, 4),
                 "pref_address": (0x258, 8), "init_size": (0x260, 4)}


class Watch:
    """Copies of RAM at the payload's two ends, and an ELF core of the first."""

    def __init__(self, vm, work, prepare=None):
        self.vm, self.prepare = vm, prepare
        self.core = work / "core"

    def entry(self, stop):
        if self.prepare:
            self.prepare(stop)
        self.params = stop.params
        self.before = self.vm.snapshot("before")
        self.vm.dump(self.core)

    def jump(self, stop):
        self.after = self.vm.snapshot("after")
        self.handed_on = stop.gdb.reg(stop.vm.arch.boot_data)

    def hooks(self):
        return {"entry": self.entry, "luo_jump_insn": self.jump}

    def outside(self, hop):
        """Pages outside the payload's image that changed."""
        start, end = hop.image_range()
        pages = diff_pages(self.before, self.after)
        assert any(start <= page < end for page in pages), "nothing ran"
        return [page for page in pages if not start <= page < end]


def sessions(vm, seed, empty):
    batch = Batch("vm", 0, SESSIONS_PER_BLOCK, 1, 8192, seed)
    create(vm, batch)
    if empty:
        vm.command("dup vm-0", rc=17)
    return batch


@pytest.mark.everywhere
def test_verify_writes_nothing(boot, images, seed, nonce, work):
    vm = boot(memory=512)
    batch = sessions(vm, seed, empty=False)
    watch = Watch(vm, work)
    hop = Hop(vm, images, nonce=nonce, mode="verify")
    hop.go("ok", **watch.hooks())
    assert watch.outside(hop) == []
    check(vm, batch)


def test_verify_of_a_bad_state_writes_nothing(boot, images, seed, nonce, work):
    vm = boot(memory=512)
    sessions(vm, seed, empty=True)
    watch = Watch(vm, work)
    hop = Hop(vm, images, nonce=nonce, mode="verify", onerror="drop")
    hop.go("errors", **watch.hooks())
    assert watch.outside(hop) == []


@pytest.mark.everywhere(position=["tail"])
@pytest.mark.parametrize("position", ["tail", "head"])
def test_compact_writes_the_plan(boot, images, seed, nonce, work, position):
    vm = boot(memory=512)
    batch = sessions(vm, seed, empty=True)
    watch = Watch(vm, work, empty_block_to(position))
    hop = Hop(vm, images, nonce=nonce, mode="compact")
    hop.go("repaired", **watch.hooks())
    plan = json.loads(images.luo("compact", "-n", "--json", watch.core,
                                 status=1))["plan"]
    expected = changes(watch.before, plan)
    assert len(expected) >= 2, plan      # a link and a bit of the map
    assert diff_words(watch.before, watch.after,
                      watch.outside(hop)) == expected
    check(vm, batch)


def test_compact_of_a_good_state_writes_nothing(boot, images, seed, nonce,
                                                work):
    vm = boot(memory=512)
    batch = sessions(vm, seed, empty=False)
    watch = Watch(vm, work)
    hop = Hop(vm, images, nonce=nonce, mode="compact")
    hop.go("ok", **watch.hooks())
    assert watch.outside(hop) == []
    assert json.loads(images.luo("compact", "-n", "--json",
                                 watch.core))["plan"] == []
    check(vm, batch)


@pytest.mark.only("x86_64")
def test_the_zero_page_is_handed_on(boot, images, seed, nonce, work):
    """The payload's own copy: the next kernel's header, the loader's fields."""
    vm = boot(memory=512)
    batch = sessions(vm, seed, empty=False)
    watch = Watch(vm, work)
    hop = Hop(vm, images, nonce=nonce)
    hop.go("ok", **watch.hooks())
    start, end = hop.image_range()
    assert start <= watch.handed_on < end
    for name, (offset, size) in LOADER_FIELDS.items():
        assert (watch.after.read(watch.handed_on + offset, size) ==
                watch.before.read(watch.params + offset, size)), name
    image = images.next_kernel.read_bytes()
    for name, (offset, size) in HEADER_FIELDS.items():
        assert (watch.after.read(watch.handed_on + offset, size) ==
                image[offset:offset + size]), name
    check(vm, batch)


@pytest.mark.everywhere
def test_the_next_kernel_lies_unchanged_in_the_image(boot, images, seed, nonce,
                                                     work):
    vm = boot(memory=512)
    sessions(vm, seed, empty=False)
    watch = Watch(vm, work)
    hop = Hop(vm, images, nonce=nonce)
    hop.go("ok", **watch.hooks())
    inner = header.read(images.arch, images.next_kernel)
    image = images.next_kernel.read_bytes()[inner.file_offset:]
    at = hop.kernel.pa + inner.alignment
    assert watch.after.read(at, len(image)) == image
    assert images.header().reserved == inner.alignment + inner.reserved


def host_answer(images, core, status):
    return json.loads(images.luo("verify", "--json", core, status=status))


def compare(hop, verdict, answer):
    """The payload's verdict and findings against the host tool's."""
    totals = answer["totals"]
    for name in ("sessions", "files", "pages"):
        assert verdict[name] == totals[name], name
    for name in ("blocks", "fblocks"):
        assert verdict[name] == (totals[f"{name}_before"],
                                 totals[f"{name}_after"]), name
    for name in ("verdict", "abi", "kho"):
        assert verdict[name] == answer[name], name
    findings = [finding for finding in answer["findings"]
                if finding["code"] != HOST_ONLY]
    assert verdict["findings"] == len(findings)
    printed = [CODE.search(line)[1] for line in hop.seen(CODE)]
    assert printed == [finding["code"] for finding in findings]
    text = "\n".join(hop.seen(r"."))
    for finding in findings:
        assert finding["severity"] in text and finding["what"] in text, finding


@pytest.mark.everywhere(name=["good", "empty-tail", "duplicate-name"])
@pytest.mark.parametrize("name", ["good", "empty-tail", *DAMAGES])
def test_the_host_tool_agrees(boot, images, seed, nonce, work, name):
    vm = boot(memory=512)
    sessions(vm, seed, empty=name == "empty-tail")
    if name not in ("good", "empty-tail"):
        create(vm, Batch("more", 0, 2, 1, 4096, seed))
    watch = Watch(vm, work, DAMAGES[name][0] if name in DAMAGES else None)
    hop = Hop(vm, images, nonce=nonce, onerror="drop", report="text")
    good = name == "good"
    verdict = hop.go("ok" if good else "errors", entry=watch.entry)
    compare(hop, verdict, host_answer(images, watch.core, 0 if good else 4))


def test_the_snapshot_is_what_the_core_holds(boot, images, seed, nonce, work):
    """The comparison above is of one and the same memory."""
    vm = boot(memory=512)
    sessions(vm, seed, empty=False)
    watch = Watch(vm, work, duplicate_name)
    pages = []

    def entry(stop):
        watch.entry(stop)
        pages.extend(b.pa for b in stop.state.session_blocks())

    Hop(vm, images, nonce=nonce, onerror="drop").go("errors", entry=entry)
    data = watch.core.read_bytes()
    number = struct.unpack_from("<H", data, 0x38)[0]
    offset = struct.unpack_from("<Q", data, 0x20)[0]
    for page in pages:
        found = [data[at + page - pa:at + page - pa + 4096]
                 for kind, _, at, _, pa, size, _, _ in
                 (struct.unpack_from("<IIQQQQQQ", data, offset + 56 * index)
                  for index in range(number))
                 if kind == 1 and pa <= page < pa + size]
        assert found == [watch.before.read(page, 4096)]
