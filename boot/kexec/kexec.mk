# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The kexec payload. Products: $(BUILD)/$(ARCH)/luo.bzImage, and luo.elf beside it for debuggers.
# Nothing of it depends on the folder it is built in, on the time or on the user.

PAYLOAD := $(BUILD)/$(ARCH)
PAYLOAD_OBJ := $(PAYLOAD)/obj
DTC := $(BUILD)/dtc
LIBFDT_SRC := fdt.c fdt_ro.c fdt_check.c fdt_wip.c fdt_addresses.c fdt_strerror.c

PAYLOAD_FLAGS := -std=c11 -ffreestanding -Wall -Wextra -Werror -Os -g -fPIE -fvisibility=hidden \
	-mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-jump-tables \
	-ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(BUILD)=build \
	-ffile-prefix-map=$(CURDIR)=. -I fdt/env -I $(DTC)/libfdt
PAYLOAD_LDFLAGS := -nostdlib -static-pie -Wl,-T,arch/$(ARCH)/payload.lds -Wl,--build-id=none \
	-Wl,--gc-sections -Wl,-z,noexecstack -Wl,-z,norelro -Wl,-z,pack-relative-relocs \
	-Wl,--no-dynamic-linker -Wl,--no-warn-rwx-segments -Wl,--hash-style=gnu

PAYLOAD_SRC := $(sort $(wildcard arch/$(ARCH)/*.S arch/$(ARCH)/*.c boot/kexec/*.c) \
	$(filter-out luo/print_json.c,$(CORE_SRC)) fdt/env/string.c)
PAYLOAD_O := $(patsubst %,$(PAYLOAD_OBJ)/%.o,$(PAYLOAD_SRC)) \
	$(patsubst %,$(PAYLOAD_OBJ)/libfdt/%.o,$(LIBFDT_SRC))

# libfdt comes from the source of dtc, checked by its sum in configs/sources.
ifndef DTC_RULE
DTC_RULE := 1
$(DTC)/.unpacked: configs/sources
	@rm -rf $(DTC) && mkdir -p $(DTC)
	@tar -xf "$$(configs/fetch dtc)" --strip-components=1 -C $(DTC)
	@touch $@
$(LIBFDT_SRC:%=$(DTC)/libfdt/%): $(DTC)/.unpacked ;
endif

$(PAYLOAD_OBJ)/%.c.o: %.c boot/kexec/kexec.mk $(DTC)/.unpacked
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(CC) $(PAYLOAD_FLAGS) -MMD -MP -c -o $@ $<

$(PAYLOAD_OBJ)/%.S.o: %.S boot/kexec/kexec.mk
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(CC) $(PAYLOAD_FLAGS) -MMD -MP -c -o $@ $<

# libfdt's own sign-compare and unused-parameter warnings are not ours to mend.
$(PAYLOAD_OBJ)/libfdt/%.c.o: $(DTC)/.unpacked boot/kexec/kexec.mk
	@mkdir -p $(@D)
	@echo '  CC      $@'
	@$(CC) $(PAYLOAD_FLAGS) -Wno-sign-compare -Wno-unused-parameter -MMD -MP -c -o $@ \
		$(DTC)/libfdt/$*.c

$(PAYLOAD)/luo.elf: $(PAYLOAD_O) arch/$(ARCH)/payload.lds
	@echo '  LD      $@'
	@$(CC) $(PAYLOAD_LDFLAGS) -o $@ $(PAYLOAD_O)
	@if readelf -rW $@ | grep R_X86_64; then \
		echo "luo.elf: relocations that entry.S does not apply"; rm $@; exit 1; fi

# Setup sectors, then the image; .setup lies nowhere in memory, so it is told to be allocated.
$(PAYLOAD)/luo.bzImage: $(PAYLOAD)/luo.elf
	@objcopy -O binary -j .setup --set-section-flags .setup=alloc,load $< $@.setup
	@objcopy -O binary -R .setup $< $@.image
	@cat $@.setup $@.image > $@
	@rm $@.setup $@.image
	@size=$$(stat -c %s $@); echo "luo.bzImage: $$size bytes"; \
	if [ $$size -gt 49152 ]; then echo "luo.bzImage: over 48 KiB"; rm $@; exit 1; fi

-include $(PAYLOAD_O:.o=.d)
