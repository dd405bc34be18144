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

# The payloads' forms of the core, without a filter (plain) and without its form with bits
# (binned), meet the same names and the same maps.
form-core := luo/seen.c luo/filter.c luo/sessions.c luo/list.c luo/map_verify.c
plain-core := $(filter-out $(form-core:%.c=$(UNIT_DIR)/%.o),$(unit-core)) \
              $(form-core:%.c=$(UNIT_DIR)/plain/%.o)
binned-core := $(filter-out $(form-core:%.c=$(UNIT_DIR)/%.o),$(unit-core)) \
              $(form-core:%.c=$(UNIT_DIR)/binned/%.o)
plain-tests := $(UNIT_DIR)/plain_names $(UNIT_DIR)/plain_map
binned-tests := $(UNIT_DIR)/binned_names $(UNIT_DIR)/binned_map
form-tests := $(plain-tests) $(binned-tests)
unit-tests += $(form-tests)

.PHONY: check-unit
check-unit: $(unit-tests)
	@failed=; for t in $(unit-tests); do $$t || failed="$$failed $$(basename $$t)"; done; \
	if [ -n "$$failed" ]; then echo "unit tests failed:$$failed" >&2; exit 1; fi

$(UNIT_DIR)/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_FLAGS) -c -o $@ $<

$(UNIT_DIR)/plain/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_FLAGS) -DLUO_WITHOUT_FILTER -c -o $@ $<

$(UNIT_DIR)/binned/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_FLAGS) -DLUO_WITHOUT_BITS -c -o $@ $<

$(binned-tests): $(UNIT_DIR)/binned_%: $(UNIT_DIR)/binned/test/unit/test_%.o $(unit-world) $(binned-core)
	$(UNIT_CC) $(UNIT_SAN) -o $@ $^ -lcmocka -lfdt

$(plain-tests): $(UNIT_DIR)/plain_%: $(UNIT_DIR)/plain/test/unit/test_%.o $(unit-world) $(plain-core)
	$(UNIT_CC) $(UNIT_SAN) -o $@ $^ -lcmocka -lfdt

$(filter-out $(form-tests),$(unit-tests)): $(UNIT_DIR)/%: $(UNIT_DIR)/test/unit/%.o $(unit-world) $(unit-core)
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

# Mutants: the core with all of them in a library of its own, the tests as they are. Of what the
# sanitizers see only what costs nothing is asked.
MUTATE      := $(UNIT_DIR)/mutate
MUTATE_FLAGS = -std=gnu11 -O1 -fPIC -MMD -MP -Wall -Wextra -Wno-missing-field-initializers
MUTATE_CORE := -w -iquote test/mutate -fsanitize=shift,bounds -fsanitize-undefined-trap-on-error
mutate-core := $(patsubst %.c,%,$(wildcard luo/*.c fdt/*.c))
mutate-core := $(foreach f,$(mutate-core),$(MUTATE)/core/$(subst /,_,$(f)).c.o)
mutate-help := $(patsubst %.c,$(MUTATE)/%.o,$(filter-out test/unit/test_%,$(wildcard test/unit/*.c)))
mutate-case := $(patsubst %.c,$(MUTATE)/%.o,$(wildcard test/damage/*.c))
mutate-test := $(patsubst test/unit/%.c,$(MUTATE)/%,$(wildcard test/unit/test_*.c))

# The programs by how long they take: what the first have killed the last need not run with.
mutate-quick := phys token seen chosen bzimage boot print next_image tree_edges walk edges refuse map \
		next_kernel find names tree_walk next_tree anchor anchor_write pages vacant next map_damage
mutate-slow  := noise ladder limits sim_random stop sim
mutate-rest  := $(filter-out $(mutate-quick) $(mutate-slow),$(mutate-test:$(MUTATE)/test_%=%))
mutate-order := $(mutate-quick:%=test_%) cases $(addprefix test_,$(mutate-rest) $(mutate-slow))

$(MUTATE)/src/mutants.json: test/mutate/sites.py $(CORE_SRC)
	@mkdir -p $(@D)
	/usr/bin/python3 $< $(@D)
$(CORE_SRC:%=$(MUTATE)/src/%): $(MUTATE)/src/mutants.json ;
$(MUTATE)/core/luo_%.c.o: $(MUTATE)/src/luo/%.c test/mutate/mutant.h
	@mkdir -p $(@D)
	$(UNIT_CC) $(MUTATE_FLAGS) $(MUTATE_CORE) -iquote luo -c -o $@ $<
$(MUTATE)/core/fdt_%.c.o: $(MUTATE)/src/fdt/%.c test/mutate/mutant.h
	@mkdir -p $(@D)
	$(UNIT_CC) $(MUTATE_FLAGS) $(MUTATE_CORE) -iquote fdt -c -o $@ $<
$(MUTATE)/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(MUTATE_FLAGS) -c -o $@ $<
$(MUTATE)/libcore.so: $(mutate-core) $(MUTATE)/test/mutate/mutant.o
	$(UNIT_CC) -shared -o $@ $^ -lfdt
$(mutate-test): $(MUTATE)/%: $(MUTATE)/test/unit/%.o $(mutate-help) $(MUTATE)/libcore.so
	$(UNIT_CC) -o $@ $(filter %.o,$^) -L$(MUTATE) -lcore -lcmocka -lfdt
$(MUTATE)/cases: $(mutate-case) $(mutate-help) $(MUTATE)/libcore.so
	$(UNIT_CC) -o $@ $(filter %.o,$^) -L$(MUTATE) -lcore -lcmocka -lfdt

.PHONY: mutate mutate-programs
mutate-programs: $(MUTATE)/cases $(mutate-test)
mutate: mutate-programs
	@/usr/bin/python3 test/mutate/mutate.py $(MUTATE) $(MUTATE_ARGS) $(mutate-order)

# Lines of the core that these tests and the host tool's execute: all but the longest of the first.
COVER       := $(UNIT_DIR)/coverage
COVER_TESTS := $(mutate-quick) $(mutate-rest) limits
cover-core  := $(mutate-core:$(MUTATE)/%=$(COVER)/%)

$(COVER)/core/luo_%.c.o: luo/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(MUTATE_FLAGS) -O0 --coverage -c -o $@ $<
$(COVER)/core/fdt_%.c.o: fdt/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(MUTATE_FLAGS) -O0 --coverage -c -o $@ $<
$(COVER)/libcore.so: $(cover-core)
	$(UNIT_CC) -shared --coverage -o $@ $^ -lfdt

# The programs are those of the mutants, with this core; the host tool, which alone uses some of its
# files, is built into a folder of its own, with payloads for the tests that wrap. What was counted
# before is forgotten. The tests left out are about builds and wrapping, of which luo/ and fdt/ know
# nothing, and about the library, which has objects of its own; what is random in the others is the
# same in every run.
COVER_HOST  := $(filter-out %/test_build.py %/test_library.py %/test_sign.py %/test_wrap.py \
	       %/test_wrap_arm64.py, $(wildcard test/host/test_*.py))

.PHONY: coverage cover-host
cover-host:
	@$(MAKE) -s host BUILD=$(COVER) CC=$(UNIT_CC) HOST_OPT='-O0 --coverage'
	@for arch in x86_64 aarch64; do $(MAKE) -s payload BUILD=$(COVER) ARCH=$$arch || exit; done

coverage: $(COVER)/libcore.so mutate-programs cover-host
	@find $(COVER) -name '*.gcda' -delete
	@for t in cases $(COVER_TESTS:%=test_%); do \
		LD_LIBRARY_PATH=$(COVER) $(MUTATE)/$$t >$(COVER)/$$t.log 2>&1 || \
		{ echo "coverage: $$t failed, see $(COVER)/$$t.log"; exit 1; }; done
	@LUO_SEED=1 LUO_BUILD=$(COVER) /usr/bin/python3 -m pytest -q -p no:cacheprovider $(COVER_HOST) \
		>$(COVER)/host.log 2>&1 || \
		{ echo "coverage: host tests failed, see $(COVER)/host.log"; exit 1; }
	@/usr/bin/python3 test/mutate/coverage.py $(COVER)/core $(COVER)/host/obj/luo $(COVER)/host/obj/fdt

-include $(shell find $(UNIT_DIR) -name '*.d' 2>/dev/null)
