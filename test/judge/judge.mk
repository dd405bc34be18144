# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# check-judge: the kernels' own readers, built in user space, against the core. One program for
# each kernel and page size; each judges JUDGE_ROUNDS damages of every state that its kernel could
# be given. JUDGE_SEED= does other damages.

JUDGE_ROUNDS ?= 200
JUDGE_SEED   ?= 0x6a75646765
JUDGE_DIR    := $(BUILD)/test/judge
JUDGE_CC     ?= gcc
JUDGE_FLAGS  := -std=gnu11 -O2 -g -MMD -MP
JUDGE_WARN   := -Wall -Wextra -Wno-missing-field-initializers -Werror
# what the kernel itself is built with, as far as it changes the meaning of the code; no warnings,
# because its headers are stood in for
JUDGE_KERNEL := -w -fno-strict-aliasing -fwrapv -fno-delete-null-pointer-checks
JUDGE_OF     := $(wildcard test/judge/of_*.c) test/judge/reader.c
JUDGE_SHIM   := test/judge/memory.c test/judge/calls.c
JUDGE_OURS   := $(filter-out $(JUDGE_OF) $(JUDGE_SHIM),$(wildcard test/judge/*.c))
JUDGE_CORE   := $(wildcard luo/*.c fdt/*.c) $(wildcard test/unit/world*.c)
JUDGE_ALL    := 7.3/12 7.3/14 7.3/16 7.1/12 7.1/14 7.1-v3/12 7.1-v3/14
JUDGE_STATES_7.3/12    := x86_64-7.3 x86_64-7.3-empty-tail aarch64-7.3 aarch64-7.3-empty-tail
JUDGE_STATES_7.3/14    := aarch64-7.3-16k
JUDGE_STATES_7.1/12    := x86_64-7.1 aarch64-7.1
JUDGE_STATES_7.1-v3/12 := x86_64-7.1-v3 x86_64-7.1-v3-trailing aarch64-7.1-v3 \
			  aarch64-7.1-v3-trailing

.PHONY: check-judge kernel-differences
kernel-differences: $(JUDGE_DIR)/7.3/12/judge
	$< -l >docs/kernel-differences.md

check-judge: $(JUDGE_ALL:%=$(JUDGE_DIR)/%/judge) $(JUDGE_DIR)/states/done
	@$(JUDGE_DIR)/7.3/12/judge -l | cmp - docs/kernel-differences.md || { echo \
		"docs/kernel-differences.md is not what make kernel-differences writes" >&2; exit 1; }
	@failed=; $(foreach j,$(JUDGE_ALL),$(JUDGE_DIR)/$(j)/judge -n $(JUDGE_ROUNDS) \
		-s $(JUDGE_SEED) $(JUDGE_STATES_$(j):%=$(JUDGE_DIR)/states/%.state) || \
		failed="$$failed $(j)";) \
	if [ -n "$$failed" ]; then echo "judge failed:$$failed" >&2; exit 1; fi

$(JUDGE_DIR)/states/done: test/states/unpack $(wildcard test/states/*.xz)
	/usr/bin/python3 -B test/states/unpack $(@D)
	@touch $@

$(JUDGE_DIR)/src/%/done: test/judge/kernel-source test/kernel/versions \
		$(wildcard test/kernel/*.patch) configs/sources
	test/judge/kernel-source $* $(@D)
	@touch $@

$(JUDGE_DIR)/core/%.o: %.c
	@mkdir -p $(@D)
	$(JUDGE_CC) $(JUDGE_FLAGS) $(JUDGE_WARN) -c -o $@ $<

judge-core := $(JUDGE_CORE:%.c=$(JUDGE_DIR)/core/%.o)

# judge-program KERNEL/SHIFT: its own copy of everything that knows the page size
define judge-program
judge-of := $$(patsubst test/judge/%.c,$$(JUDGE_DIR)/$(1)/%.o,$$(JUDGE_OF)) \
	$$(JUDGE_DIR)/$(1)/luo_core.o $$(JUDGE_DIR)/$(1)/memfd_luo.o \
	$(if $(filter 7.3,$(2)),$$(JUDGE_DIR)/$(1)/kho_block.o)
judge-rest := $$(patsubst test/judge/%.c,$$(JUDGE_DIR)/$(1)/%.o,$$(JUDGE_SHIM) $$(JUDGE_OURS))
judge-src := $$(JUDGE_DIR)/src/$(2)

$$(judge-of) $$(judge-rest): JUDGE_DEF := -DJUDGE_PAGE_SHIFT=$(3) -DJUDGE_KERNEL='"$(2)"' \
	$(if $(filter 7.3,$(2)),-DJUDGE_HAS_EARLY)
$$(judge-of): JUDGE_INC := -Itest/judge -Itest/judge/shim -I$$(judge-src)/include \
	-I$$(judge-src)/include/uapi -I$$(judge-src)/kernel/liveupdate
$$(judge-of): $$(judge-src)/done

$$(JUDGE_DIR)/$(1)/%.o: test/judge/%.c
	@mkdir -p $$(@D)
	$$(JUDGE_CC) $$(JUDGE_FLAGS) $$(if $$(JUDGE_INC),$$(JUDGE_KERNEL),$$(JUDGE_WARN)) \
		$$(JUDGE_DEF) $$(JUDGE_INC) -c -o $$@ $$<
$$(JUDGE_DIR)/$(1)/memfd_luo.o: $$(judge-src)/done
	$$(JUDGE_CC) $$(JUDGE_FLAGS) $$(JUDGE_KERNEL) $$(JUDGE_DEF) $$(JUDGE_INC) \
		-c -o $$@ $$(<D)/mm/memfd_luo.c
$$(JUDGE_DIR)/$(1)/luo_core.o $$(JUDGE_DIR)/$(1)/kho_block.o: $$(judge-src)/done
	$$(JUDGE_CC) $$(JUDGE_FLAGS) $$(JUDGE_KERNEL) $$(JUDGE_DEF) $$(JUDGE_INC) \
		-c -o $$@ $$(<D)/kernel/liveupdate/$$(@F:.o=.c)
$$(JUDGE_DIR)/$(1)/judge: $$(judge-of) $$(judge-rest) $$(judge-core)
	$$(JUDGE_CC) -o $$@ $$^ -lcmocka -lfdt
endef
$(foreach j,$(JUDGE_ALL),$(eval $(call judge-program,$(j),$(patsubst %/,%,$(dir $(j))),$(notdir \
	$(j)))))

-include $(shell find $(JUDGE_DIR) -name '*.d' 2>/dev/null)
