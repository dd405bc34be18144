# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The kexec payload. Products: $(BUILD)/x86_64/luo.bzImage or $(BUILD)/aarch64/luo.Image, and
# luo.elf beside it for debuggers. Nothing of it depends on the folder it is built in, on the time
# or on the user.

PAYLOAD := $(BUILD)/$(ARCH)
PAYLOAD_OBJ := $(PAYLOAD)/obj
DTC := $(BUILD)/dtc
LIBFDT_SRC := fdt.c fdt_ro.c fdt_rw.c fdt_check.c fdt_wip.c fdt_addresses.c fdt_strerror.c

PAYLOAD_NAME_x86_64 := luo.bzImage
PAYLOAD_NAME_aarch64 := luo.Image
PAYLOAD_NAME := $(PAYLOAD_NAME_$(ARCH))

# Another architecture than this machine's takes a cross compiler, or clang with a target.
ifneq ($(ARCH),$(shell uname -m))
PAYLOAD_CROSS := $(ARCH)-linux-gnu-
PAYLOAD_TARGET := --target=$(ARCH)-linux-gnu
endif

# memset() of fdt/env/string.c takes eight words at a time, what gcc puts in its place one byte.
PAYLOAD_GCC_x86_64 := -mmemset-strategy=libcall:-1:noalign
# gcc optimises over all files at once, which saves an eighth, and some of its passes make code
# larger that is meant to be small: 1,300 bytes on aarch64. clang would need another linker for the
# first, so its build, which nobody ships, may be larger.
ifneq ($(findstring clang,$(CC)),)
PAYLOAD_CC := $(CC) $(PAYLOAD_TARGET)
PAYLOAD_OPT := -Oz
PAYLOAD_MAX := 57344
else
PAYLOAD_CC := $(PAYLOAD_CROSS)$(CC)
PAYLOAD_OPT := -Oz -fno-move-loop-invariants -fno-shrink-wrap -fno-expensive-optimizations \
	-fno-forward-propagate -fno-ssa-phiopt -fno-ipa-sra -fno-ipa-modref -fno-guess-branch-probability \
	-fno-ipa-pure-const $(PAYLOAD_GCC_$(ARCH))
PAYLOAD_FAST := -O2 -fexpensive-optimizations -fforward-propagate -fguess-branch-probability \
	-fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels
PAYLOAD_LTO := -flto -flto-partition=one
PAYLOAD_MAX := 49152
endif
PAYLOAD_OBJCOPY := $(PAYLOAD_CROSS)objcopy

PAYLOAD_FLAGS_x86_64 := -mno-red-zone -fcf-protection=none
PAYLOAD_FLAGS_aarch64 := -mbranch-protection=none -mcmodel=tiny
PAYLOAD_FLAGS := -std=c11 -ffreestanding -Wall -Wextra -Werror $(PAYLOAD_OPT) -g -fPIE -fvisibility=hidden \
	-mgeneral-regs-only -fno-stack-protector -fomit-frame-pointer $(PAYLOAD_FLAGS_$(ARCH)) \
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-jump-tables \
	-ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(BUILD)=build \
	-ffile-prefix-map=$(CURDIR)=. -DLUO_VERSION='"$(LUO_VERSION)"' -I arch/$(ARCH) -I fdt/env
PAYLOAD_CFLAGS = $(PAYLOAD_FLAGS) $(PAYLOAD_LTO) -frandom-seed=$< \
	-DLUO_WITHOUT_OWNERS -DLUO_WITHOUT_KERNELS $(PAYLOAD_FILTER_$(ARCH)) -include arch/hidden.h
PAYLOAD_LDFLAGS := $(PAYLOAD_FLAGS) $(PAYLOAD_LTO) -nostdlib -static-pie -Wl,-T,arch/$(ARCH)/payload.lds -Wl,--build-id=none \
	-Wl,--gc-sections -Wl,-z,noexecstack -Wl,-z,norelro -Wl,--no-dynamic-linker \
	-Wl,--no-warn-rwx-segments -Wl,--hash-style=gnu

# x86_64 has no room for the form of the filter with bits, which states need that are too large for
# its bins. On aarch64 there is none for the filter of luo/seen.c and the orders of luo/map_verify.c
# (2,300 bytes): there it walks more often.
PAYLOAD_FILTER_x86_64 := -DLUO_WITHOUT_BITS
PAYLOAD_FILTER_aarch64 := -DLUO_WITHOUT_FILTER

# The payload prints neither JSON nor lists, does not follow files to their last page, is told where
# the state is, and leaves what the next kernel is given beside KHO alone.
PAYLOAD_NOT := luo/print_json.c luo/print_plan.c luo/print_list.c luo/json.c luo/walk.c luo/owners.c \
	luo/owners_lists.c luo/owners_rest.c luo/memfd.c luo/vmalloc.c fdt/owners.c fdt/find.c \
	fdt/locate.c fdt/candidate.c fdt/search.c fdt/info_text.c fdt/info_json.c fdt/subnode.c \
	fdt/tree_at.c luo/next.c luo/next_cmdline.c luo/next_params.c luo/next_kernel.c fdt/next.c \
	luo/next_efi.c luo/next_image.c luo/bzimage.c fdt/chosen_set.c fdt/reserve.c luo/anchor.c \
	luo/anchor_check.c luo/print_anchor.c fdt/anchor.c fdt/anchor_use.c
PAYLOAD_SRC := $(sort $(wildcard arch/*.c arch/$(ARCH)/*.S arch/$(ARCH)/*.c boot/kexec/*.c) \
	$(filter-out $(PAYLOAD_NOT),$(CORE_SRC)) fdt/env/string.c)
PAYLOAD_O := $(patsubst %,$(PAYLOAD_OBJ)/%.o,$(PAYLOAD_SRC))

# libfdt, for luo.efi and the fuzzers, comes from the source of dtc, checked by its sum in
# configs/sources.
ifndef DTC_RULE
DTC_RULE := 1
# DTC_SRC names an unpacked source instead, for builds without a network.
$(DTC)/.unpacked: configs/sources
	@rm -rf $(DTC) && mkdir -p $(DTC)
	@if [ -n "$(DTC_SRC)" ]; then cp -r "$(DTC_SRC)/libfdt" $(DTC); else \
		tar -xf "$$(configs/fetch dtc)" --strip-components=1 -C $(DTC); fi
	@touch $@
$(LIBFDT_SRC:%=$(DTC)/libfdt/%): $(DTC)/.unpacked ;
endif

# These few lines run for every byte of a device tree, and for every name of a session. x86_64 has
# room for more of them: every entry of a list, every leaf of the map, every word of parameters.
PAYLOAD_HURRY_x86_64 := luo/chain.c luo/map_verify.c luo/token.c
PAYLOAD_HURRY := luo/seen.c luo/filter.c luo/filter_bins.c fdt/walk.c fdt/env/string.c $(PAYLOAD_HURRY_$(ARCH))
$(PAYLOAD_HURRY:%=$(PAYLOAD_OBJ)/%.o): PAYLOAD_CFLAGS += $(or $(PAYLOAD_FAST),-O2)

# With the MMU off, as arm64 runs these, an access that is not aligned faults.
PAYLOAD_EARLY := arch/pt.c arch/ram.c arch/aarch64/mmu.c fdt/env/string.c
ifeq ($(ARCH),aarch64)
$(PAYLOAD_EARLY:%=$(PAYLOAD_OBJ)/%.o): PAYLOAD_CFLAGS += -mstrict-align -fno-lto
endif
# The compiler itself calls these, too late to be told where they are.
$(PAYLOAD_OBJ)/fdt/env/string.c.o: PAYLOAD_CFLAGS += -fno-lto

$(PAYLOAD_OBJ)/%.c.o: %.c boot/kexec/kexec.mk
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(PAYLOAD_CC) $(PAYLOAD_CFLAGS) -MMD -MP -c -o $@ $<

$(PAYLOAD_OBJ)/%.S.o: %.S boot/kexec/kexec.mk
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(PAYLOAD_CC) $(PAYLOAD_FLAGS) -MMD -MP -c -o $@ $<

# x86_64: the linker packs the relative relocations; whatever is left would not be applied.
$(BUILD)/x86_64/luo.elf: $(PAYLOAD_O) arch/x86_64/payload.lds
	@echo '  LD      $@'
	@$(PAYLOAD_CC) $(PAYLOAD_LDFLAGS) -Wl,-z,pack-relative-relocs -o $@ $(PAYLOAD_O)
	@if readelf -rW $@ | grep R_X86_64; then \
		echo "luo.elf: relocations that entry.S does not apply"; rm $@; exit 1; fi

# aarch64: linked once to learn what is to be relocated, then with the table of it.
$(BUILD)/aarch64/luo.elf: $(PAYLOAD_O) arch/aarch64/payload.lds boot/kexec/pack-relocs
	@echo '  LD      $@'
	@$(PAYLOAD_CC) $(PAYLOAD_LDFLAGS) -o $@.1 $(PAYLOAD_O)
	@boot/kexec/pack-relocs $@.1 $(PAYLOAD_OBJ)/relr.bin
	@printf '.section .luo.relr,"a"\n.incbin "%s"\n' $(PAYLOAD_OBJ)/relr.bin >$(PAYLOAD_OBJ)/relr.S
	@$(PAYLOAD_CC) $(PAYLOAD_FLAGS) -c -o $(PAYLOAD_OBJ)/relr.o $(PAYLOAD_OBJ)/relr.S
	@$(PAYLOAD_CC) $(PAYLOAD_LDFLAGS) -o $@ $(PAYLOAD_O) $(PAYLOAD_OBJ)/relr.o
	@boot/kexec/pack-relocs $@ $@.1 && cmp $@.1 $(PAYLOAD_OBJ)/relr.bin && rm $@.1

# Setup sectors, then the image; .setup lies nowhere in memory, so it is told to be allocated.
$(BUILD)/x86_64/luo.bzImage: $(BUILD)/x86_64/luo.elf
	@$(PAYLOAD_OBJCOPY) -O binary -j .setup --set-section-flags .setup=alloc,load $< $@.setup
	@$(PAYLOAD_OBJCOPY) -O binary -R .setup $< $@.image
	@cat $@.setup $@.image > $@.part
	@rm $@.setup $@.image
	@$(call payload_size,$@)

$(BUILD)/aarch64/luo.Image: $(BUILD)/aarch64/luo.elf
	@$(PAYLOAD_OBJCOPY) -O binary $< $@.part
	@$(call payload_size,$@)

# $(1).part becomes $(1) when it is not too large.
payload_size = size=$$(stat -c %s $(1).part); echo "$(notdir $(1)): $$size bytes"; \
	if [ $$size -gt $(PAYLOAD_MAX) ]; then echo "$(notdir $(1)): over $(PAYLOAD_MAX) bytes"; exit 1; fi; \
	mv $(1).part $(1)

-include $(PAYLOAD_O:.o=.d)
