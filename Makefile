# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# One entry for everything. `make help` says what there is. `make run` and `make check` set up a
# fresh machine themselves; the other targets expect what `make packages` installs.

BUILD   ?= build
VERSION := $(shell cat VERSION)
LUO_VERSION := $(VERSION)
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
ARCH    ?= x86_64

ifeq ($(ARCH),arm64)
override ARCH := aarch64
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

CORE_SRC := $(wildcard luo/*.c fdt/*.c)

.PHONY: help run check check-long payload host kernels packages install dist clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#: //p' Makefile

#: luo-payload: checks and mends live-update state between two Linux kernels
#:
#: make run          the main job on real kernels in QEMU: sessions through kexec, payload, kexec
#:                   (first time about 6 minutes, most of it one kernel build; then 10 seconds)
#: make check        all tests (first time about 9 minutes, then about 3)
#: make check-long   make check, and the tests that take longer
#: make payload      build/x86_64/luo.bzImage
#: make host         build/host/luo, the host tool
#: make kernels      the kernels that the tests boot, into ~/.cache/luo-payload
#: make packages     install what all of the above needs (or print how, when not root)
#: make install      DESTDIR= PREFIX=/usr/local: host tool and payload
#: make dist         a source tarball
#: make clean
#:
#: BUILD=DIR         where to build (build)
#: KERNEL_SRC=DIR    a Linux 7.2 or 7.3 source tree to build instead of the distribution's
#: KERNEL_SRC_7_1=DIR  and a Linux 7.1 one
#: KERNEL=FILE       make run: boot this kernel first (your own, with KHO and LUO)
#: NEXT_KERNEL=FILE  make run: and this one behind the payload (default: the same)
#: CC=clang          another compiler

include boot/kexec/kexec.mk
include boot/host/host.mk
include test/unit/unit.mk

payload: $(PAYLOAD)/$(PAYLOAD_NAME)
host: $(BUILD)/host/luo

packages:
	@configs/packages check

kernels:
	@configs/packages run
	@echo "make kernels: Linux 7.3, 7.1 and 7.1 with luo-session-v3 (8 minutes, once)"
	@test/kernel/build-kernel $(ARCH) 7.3
	@test/kernel/build-kernel $(ARCH) 7.1
	@test/kernel/build-kernel $(ARCH) 7.1-v3

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

install: payload host
	install -D -m 755 $(BUILD)/host/luo $(DESTDIR)$(PREFIX)/bin/luo
	install -D -m 644 $(BUILD)/$(ARCH)/luo.bzImage $(DESTDIR)$(LIBDIR)/luo/$(ARCH)/luo.bzImage

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=luo-payload-$(VERSION)/ -o $(BUILD)/luo-payload-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)
