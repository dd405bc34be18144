# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# check-unit: the core's unit tests, built for the host with the sanitizers and run at once. Every
# test_*.c is a program of its own; the other files here are linked into each. All programs run,
# and the target fails when one of them did.

UNIT_CC    ?= gcc
UNIT_DIR   := $(BUILD)/test/unit
UNIT_SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_FLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror \
              -Wno-missing-field-initializers -MMD -MP $(UNIT_SAN)

unit-core  := $(patsubst %.c,$(UNIT_DIR)/%.o,$(wildcard luo/*.c fdt/*.c))
unit-tests := $(patsubst test/unit/%.c,$(UNIT_DIR)/%,$(wildcard test/unit/test_*.c))
unit-world := $(filter-out test/unit/test_%,$(wildcard test/unit/*.c))
unit-world := $(unit-world:%.c=$(UNIT_DIR)/%.o)

.PHONY: check-unit
check-unit: $(unit-tests)
	@failed=; for t in $(unit-tests); do $$t || failed="$$failed $$(basename $$t)"; done; \
	if [ -n "$$failed" ]; then echo "unit tests failed:$$failed" >&2; exit 1; fi

$(UNIT_DIR)/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_FLAGS) -c -o $@ $<

$(unit-tests): $(UNIT_DIR)/%: $(UNIT_DIR)/test/unit/%.o $(unit-world) $(unit-core)
	$(UNIT_CC) $(UNIT_SAN) -o $@ $^ -lcmocka -lfdt

# Damaged states, each by its name. docs/damaged-states.md is what is expected of them.
damage-core := $(unit-core) $(unit-world)
damage-objs := $(patsubst %.c,$(UNIT_DIR)/%.o,$(wildcard test/damage/*.c))
DAMAGE_SHIFTS ?= 12
CASES       := $(UNIT_DIR)/cases

$(CASES): $(damage-objs) $(damage-core)
	$(UNIT_CC) $(UNIT_SAN) -o $@ $^ -lcmocka -lfdt

.PHONY: check-damage damage-table
check-damage: $(CASES)
	@for shift in $(DAMAGE_SHIFTS); do $(CASES) --shift $$shift >$(CASES).log; status=$$?; \
	tail -n 3 $(CASES).log; [ $$status = 0 ] || exit 1; done

damage-table: $(CASES)
	$(CASES) --table >docs/damaged-states.md.new && mv docs/damaged-states.md.new docs/damaged-states.md

-include $(shell find $(UNIT_DIR) -name '*.d' 2>/dev/null)
