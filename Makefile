# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# One entry for everything. `make help` says what there is. `make run` and `make check` set up a
# fresh machine themselves; the other targets expect what `make packages` installs.

BUILD   ?= build
VERSION := $(shell cat VERSION)
LUO_VERSION := $(VERSION)
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include

# One architecture at a time is built; kernels, check and check-long do both unless told.
ARCHES := x86_64 aarch64
ifdef ARCH
ifeq ($(ARCH),arm64)
override ARCH := aarch64
endif
ARCHES := $(ARCH)
else
ARCH := x86_64
endif
ifeq ($(filter x86_64 aarch64,$(ARCH)),)
$(error ARCH=$(ARCH): x86_64 or aarch64)
endif

ifeq ($(origin CC),default)
CC := gcc
endif
HOSTCC ?= gcc

# A payload must not depend on the folder it is built in, nor on the language of the user.
export LC_ALL := C
export BUILD CC HOSTCC VERSION KERNEL_SRC KERNEL_SRC_7_1
export LUO_ARCHES := $(ARCHES)

CORE_SRC := $(wildcard luo/*.c fdt/*.c)

.PHONY: help run check check-long payload efi uboot host lib kernels packages dist check-bare clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#: //p' Makefile

#: luo-payload: checks and mends live-update state between two Linux kernels
#:
#: make run          the main job on real kernels in QEMU: sessions through kexec, payload, kexec
#:                   (first time about 6 minutes, most of it one kernel build; then 10 seconds)
#: make check        all tests (24 minutes; the first time eight kernels and three U-Boots are built, too)
#: make check-long   make check, and the tests that take longer (one hour)
#: make check-judge  only this of them: the kernels' own readers, built in user space from their
#:                   source packages, against verify; JUDGE_ROUNDS=200 JUDGE_SEED=
#: make fuzz         libFuzzer on everything that reads handed-over memory; FUZZ_SECONDS=600
#: make bench        verification, map, compaction, host tool against the least they can cost (1 minute);
#:                   make bench-docs writes docs/performance.md, bench-compare OLD=results.json
#: make payload      build/x86_64/luo.bzImage; with ARCH=aarch64 build/aarch64/luo.Image
#: make efi          build/x86_64/luo.efi; with ARCH=aarch64 build/aarch64/luo.efi
#: make uboot        U-Boot with the command luo for qemu_arm64, qemu-x86_64 and sandbox, each into a
#:                   folder of ~/.cache/luo-payload that is printed; UBOOT_SRC=DIR for another source
#: make host         build/host/luo, the host tool; make host-aarch64: the same for the tests' arm64
#:                   guests, build/aarch64/tool/host/luo
#: make lib          build/lib/libluo.so.0 and .a, the same as a library for host programs
#: make kernels      the kernels that the tests boot, into ~/.cache/luo-payload
#: make check-damage  thousands of damaged states, each held against docs/damaged-states.md
#: make check-bare   a bare Debian 12 and 13 (debootstrap, as root) go from nothing to make run and
#:                   make check, and install the Debian packages; hours, in none of the checks
#: make mutate       disables each check of the core in turn: some test must fail, or the reason why none
#:                   can stands in test/mutate/survivors (12 minutes); in make check-long
#: make coverage     lines of luo/ and fdt/ that unit tests and the host tool's execute: at least
#:                   95 %, and every branch that refuses is taken (4 minutes; in make check-long)
#: make packages     install what all of the above needs (or print how, when not root)
#: make install      DESTDIR= PREFIX=/usr/local: host tool, library, pages, payload of ARCH, and what
#:                   else was built; make uninstall takes it away
#: make dist         a source tarball, of what is committed
#: make clean
#:
#: ARCH=x86_64|aarch64  for payload, run and install (x86_64); kernels and the checks do both
#: BUILD=DIR         where to build (build)
#: KERNEL_SRC=DIR    a Linux 7.2 or 7.3 source tree to build instead of the distribution's
#: KERNEL_SRC_7_1=DIR  and a Linux 7.1 one
#: KERNEL=FILE       make run: boot this kernel first (your own, with KHO and LUO)
#: NEXT_KERNEL=FILE  make run: and this one behind the payload (default: the same)
#: CC=clang          another compiler

include boot/kexec/kexec.mk
include boot/efi/efi.mk
include boot/host/host.mk
include boot/lib/lib.mk
include configs/install.mk
include test/unit/unit.mk
include test/bench/bench.mk
include test/judge/judge.mk
include test/fuzz/fuzz.mk

payload: $(PAYLOAD)/$(PAYLOAD_NAME)
efi: $(EFI_PRODUCT)

uboot:
	@configs/packages check
	@for target in arm64 x86_64 sandbox; do boot/uboot/build-uboot $$target || exit; done

host: $(BUILD)/host/luo

lib: $(LIB_PRODUCTS)

packages:
	@configs/packages check

kernels:
	@configs/packages run
	@echo "make kernels: Linux 7.3, 7.1 and 7.1 with luo-session-v3 for $(ARCHES)" \
		"(7 minutes each, once)"
	@for arch in $(ARCHES); do for version in 7.3 7.1 7.1-v3; do \
		test/kernel/build-kernel $$arch $$version || exit; done; done

run: export ARCH := $(ARCH)
run: export LUO_ARCHES := $(ARCH)
run:
	@echo "make run: packages, a kernel (3 to 5 minutes, once), the payload, then QEMU (10 seconds)"
	@configs/packages run
	@test/run

check:
	@configs/packages check
	@test/check

check-long:
	@configs/packages check
	@test/check --long

check-bare:
	@for suite in bookworm trixie; do test/bare/run $$suite || exit; done

clean:
	rm -rf $(BUILD)
