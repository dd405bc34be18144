# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# fuzz: libFuzzer on what reads handed-over memory. Every fuzz_*.c is a program of its own; the
# other files here are linked into each. FUZZ_SECONDS is the time of all together.

FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 600
FUZZ_DIR     := $(BUILD)/test/fuzz
FUZZ_SAN     := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_FLAGS   := -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-missing-field-initializers \
		-Wno-unused-command-line-argument -MMD -MP $(FUZZ_SAN)

fuzz-programs := $(patsubst test/fuzz/%.c,$(FUZZ_DIR)/%,$(wildcard test/fuzz/fuzz_*.c))
fuzz-rest     := $(filter-out test/fuzz/fuzz_%,$(wildcard test/fuzz/*.c)) $(wildcard luo/*.c fdt/*.c)
fuzz-rest     := $(fuzz-rest:%.c=$(FUZZ_DIR)/obj/%.o) \
		 $(LIBFDT_SRC:%.c=$(FUZZ_DIR)/obj/libfdt/%.o)

.PHONY: fuzz
fuzz: $(fuzz-programs)
	@test/fuzz/run $(FUZZ_DIR) $(FUZZ_SECONDS)

$(FUZZ_DIR)/obj/%.o: %.c $(DTC)/.unpacked
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -I $(DTC)/libfdt -c -o $@ $<

# libfdt from its source, as in the payload: the fuzzers must see which way it goes.
$(FUZZ_DIR)/obj/libfdt/%.o: $(DTC)/.unpacked
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -Wno-sign-compare -Wno-unused-parameter \
		-fsanitize=fuzzer-no-link -I $(DTC)/libfdt -c -o $@ $(DTC)/libfdt/$*.c

$(fuzz-programs): $(FUZZ_DIR)/%: $(FUZZ_DIR)/obj/test/fuzz/%.o $(fuzz-rest)
	$(FUZZ_CC) $(FUZZ_SAN) -fsanitize=fuzzer -o $@ $^

-include $(shell find $(FUZZ_DIR)/obj -name '*.d' 2>/dev/null)
