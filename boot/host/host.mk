# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# The host tool. The Makefile that includes this sets BUILD and LUO_VERSION; CC, CFLAGS, CPPFLAGS
# and LDFLAGS are the caller's.

HOST_CC ?= $(CC)
HOST_WARN := -Wall -Wextra -Werror
HOST_OPT ?= -O2 -g
HOST_OBJ := $(BUILD)/host/obj
HOST_SRC := $(sort $(wildcard boot/host/*.c))
HOST_CORE := $(sort $(wildcard luo/*.c fdt/*.c))
HOST_OBJS := $(patsubst %.c,$(HOST_OBJ)/%.o,$(HOST_SRC) $(HOST_CORE))

$(BUILD)/host/luo: $(HOST_OBJS)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_OPT) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lfdt -lz -lzstd -llzma

$(HOST_OBJ)/boot/host/%.o: boot/host/%.c
	@mkdir -p $(@D)
	$(HOST_CC) -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DLUO_VERSION='"$(LUO_VERSION)"' \
		$(HOST_WARN) $(HOST_OPT) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Where an installed tool looks for payloads follows LIBDIR, also in a build folder in use.
$(HOST_OBJ)/boot/host/wrap_file.o: CPPFLAGS += -DLUO_LIBDIR='"$(LIBDIR)"'
$(HOST_OBJ)/boot/host/wrap_file.o: $(HOST_OBJ)/libdir
$(HOST_OBJ)/libdir: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBDIR)' | cmp -s - $@ || echo '$(LIBDIR)' >$@
.PHONY: FORCE
FORCE:

$(HOST_OBJ)/luo/%.o: luo/%.c
	@mkdir -p $(@D)
	$(HOST_CC) -std=c11 $(HOST_WARN) $(HOST_OPT) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(HOST_OBJ)/fdt/%.o: fdt/%.c
	@mkdir -p $(@D)
	$(HOST_CC) -std=c11 $(HOST_WARN) $(HOST_OPT) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The same program for arm64 guests of the tests, linked statically: build/aarch64/tool/host/luo.
TOOL_AARCH64 := $(BUILD)/aarch64/tool
TOOL_LIBS := libfdt zlib libzstd liblzma
.PHONY: host-aarch64
host-aarch64: $(TOOL_AARCH64)/root/.unpacked
	@$(MAKE) host BUILD=$(TOOL_AARCH64) HOST_CC=aarch64-linux-gnu-gcc \
		CPPFLAGS='-isystem $(TOOL_AARCH64)/root/usr/include' \
		LDFLAGS='-static -L $(TOOL_AARCH64)/root/usr/lib/aarch64-linux-gnu'

$(TOOL_AARCH64)/root/.unpacked: configs/sources
	@rm -rf $(@D) && mkdir -p $(@D)
	@for name in $(TOOL_LIBS); do file=$$(configs/fetch $$name-aarch64) && \
		dpkg-deb -x "$$file" $(@D) || exit; done
	@touch $@

-include $(HOST_OBJS:.o=.d)
