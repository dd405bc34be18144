# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The EFI application. Product: $(BUILD)/$(ARCH)/luo.efi. GNU_EFI=gnu-efi-4 takes gnu-efi 4.0.x
# instead of 3.0.15. EFI_LINK=lld is the second build: clang makes PE objects, lld links them, and
# of gnu-efi only the headers are used.

GNU_EFI ?= gnu-efi
EFI_LINK ?= ld
EFI_OBJ := $(BUILD)/$(ARCH)/efi-obj
EFI_DIR := $(BUILD)/gnu-efi/$(GNU_EFI)-$(ARCH)
EFI_PRODUCT := $(BUILD)/$(ARCH)/luo.efi

EFI_ARCH_SRC_x86_64 := arch/x86_64/mem.c arch/x86_64/cpu.c arch/x86_64/clock.c
EFI_ARCH_SRC_aarch64 := arch/aarch64/mem.c arch/aarch64/clock.c
EFI_OTHER_x86_64 := boot/efi/aarch64%
EFI_OTHER_aarch64 := boot/efi/x86_64% boot/efi/pool.c
EFI_NOT_lld := boot/efi/start.c
EFI_SRC := $(sort $(filter-out $(EFI_OTHER_$(ARCH)) $(EFI_NOT_$(EFI_LINK)), \
	$(wildcard boot/efi/*.c)) arch/mem.c $(EFI_ARCH_SRC_$(ARCH)) $(CORE_SRC) fdt/env/string.c)
EFI_LIBFDT := $(LIBFDT_SRC) fdt_sw.c fdt_empty_tree.c
EFI_O := $(EFI_SRC:%=$(EFI_OBJ)/%.o) $(EFI_LIBFDT:%=$(EFI_OBJ)/libfdt/%.o)

EFI_FLAGS_x86_64 := -mno-red-zone -mgeneral-regs-only -fcf-protection=none
EFI_FLAGS_aarch64 := -mgeneral-regs-only
EFI_FLAGS := -std=c11 -ffreestanding -Wall -Wextra -Werror -Os -g -fshort-wchar -fno-stack-protector \
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections $(EFI_FLAGS_$(ARCH)) \
	-ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(BUILD)=build \
	-ffile-prefix-map=$(CURDIR)=. -DGNU_EFI_USE_MS_ABI -DLUO_VERSION='"$(VERSION)"' \
	-I fdt/env -I $(DTC)/libfdt -isystem $(EFI_DIR)/usr/include/efi \
	-isystem $(EFI_DIR)/usr/include/efi/$(ARCH) -DFDT_ASSUME_MASK=0

ifeq ($(EFI_LINK),lld)
EFI_CC := clang --target=$(ARCH)-unknown-windows-gnu
EFI_CFLAGS := $(EFI_FLAGS) -mno-ms-bitfields -mno-stack-arg-probe
else
EFI_CC := $(PAYLOAD_CC)
EFI_CFLAGS := $(EFI_FLAGS) -fPIC -fvisibility=hidden -fno-jump-tables -include arch/hidden.h
EFI_LD := $(PAYLOAD_CROSS)ld
endif

# gnu-efi comes as the Debian package of the architecture it is for, unpacked and not installed.
# GNU_EFI_ROOT=/ takes the one that is installed, for builds without a network.
$(EFI_DIR)/.unpacked: configs/sources
	@rm -rf $(EFI_DIR) && mkdir -p $(EFI_DIR)/usr/include
	@if [ -n "$(GNU_EFI_ROOT)" ]; then \
		cp -r $(GNU_EFI_ROOT)/usr/include/efi $(EFI_DIR)/usr/include && mkdir $(EFI_DIR)/usr/lib && \
		cp $$(dpkg -L gnu-efi | grep '/lib\(/.*\)*/libgnuefi\.a$$') $(EFI_DIR)/usr/lib; \
	else dpkg-deb -x "$$(configs/fetch $(GNU_EFI)-$(ARCH))" $(EFI_DIR); fi
	@touch $@

$(EFI_OBJ)/%.c.o: %.c boot/efi/efi.mk $(DTC)/.unpacked $(EFI_DIR)/.unpacked
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(EFI_CC) $(EFI_CFLAGS) -MMD -MP -c -o $@ $<

# libfdt's own sign-compare and unused-parameter warnings are not ours to mend.
$(EFI_OBJ)/libfdt/%.c.o: $(DTC)/.unpacked $(EFI_DIR)/.unpacked boot/efi/efi.mk
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(EFI_CC) $(EFI_CFLAGS) -Wno-sign-compare -Wno-unused-parameter -MMD -MP -c -o $@ \
		$(DTC)/libfdt/$*.c

# Relocations that gnu-efi's _relocate() does not know would not be applied.
EFI_SECTIONS := .text .rodata .data .bss .dynamic .rela .reloc .sbat
EFI_RELOCS := R_X86_64_RELATIVE|R_AARCH64_RELATIV
$(EFI_OBJ)/luo.elf: $(EFI_O) boot/efi/luo.lds boot/efi/efi.mk
	@echo '  LD      $@'
	@$(EFI_LD) -nostdlib -shared -Bsymbolic --no-undefined --gc-sections -z nocombreloc \
		-z noexecstack --no-warn-rwx-segments --build-id=none -T boot/efi/luo.lds -o $@ \
		$(EFI_O) "$$(find $(EFI_DIR)/usr/lib -path '*lib32*' -prune -o -name libgnuefi.a -print)"
	@if readelf -rW $@ | grep R_ | grep -Ev '$(EFI_RELOCS)'; then \
		echo "luo.elf: relocations that nothing applies"; rm $@; exit 1; fi

ifeq ($(EFI_LINK),lld)
$(EFI_PRODUCT).pe: $(EFI_O)
	@echo '  LD      $@'
	@lld-link /nologo /subsystem:efi_application /entry:efi_main /nodefaultlib \
		/timestamp:0 /dynamicbase /out:$@ $(EFI_O)
else
$(EFI_PRODUCT).pe: $(EFI_OBJ)/luo.elf
	@$(PAYLOAD_OBJCOPY) -S $(EFI_SECTIONS:%=-j %) -O $(EFI_FORMAT_$(ARCH)) --subsystem=10 \
		--section-alignment=4096 --file-alignment=512 $< $@
endif
EFI_FORMAT_x86_64 := pei-x86-64
EFI_FORMAT_aarch64 := pei-aarch64-little

$(EFI_PRODUCT): $(EFI_PRODUCT).pe boot/efi/finish-pe
	@boot/efi/finish-pe $< $@
	@echo "luo.efi: $$(stat -c %s $@) bytes"

-include $(EFI_O:.o=.d)
