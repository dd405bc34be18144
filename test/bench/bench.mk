# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The host benchmark: the core as a front end builds it (-O2), on the unit tests' synthetic states.

BENCH_DIR := $(BUILD)/bench
bench-core := $(patsubst %.c,$(BENCH_DIR)/%.o,$(wildcard luo/*.c fdt/*.c))
bench-world := $(patsubst %.c,$(BENCH_DIR)/%.o,$(wildcard test/unit/world*.c test/bench/*.c) \
	       test/unit/next_params.c)

.PHONY: bench bench-compare bench-docs bench-baseline check-bench
bench: $(BENCH_DIR)/bench host
	@test/bench/run $(BENCH_DIR)
	@echo "bench: guest instructions between two real kernels (2 minutes, and a kernel for each once)"
	@for arch in $(ARCHES); do $(MAKE) -s ARCH=$$arch payload host >/dev/null && \
		LUO_BUILD=$(abspath $(BUILD)) /usr/bin/python3 test/qemu/blackout.py --arch $$arch || exit; \
	done

bench-compare:
	@test/bench/run $(BENCH_DIR) --compare $(OLD)

# Into docs/performance.md, from the last `make bench`.
bench-docs:
	@test/bench/run $(BENCH_DIR) --docs

# The counts of HOSTCC into test/bench/baseline.json; those of other compilers stay.
bench-baseline: $(BENCH_DIR)/bench
	@test/bench/run $(BENCH_DIR) --baseline

check-bench: $(BENCH_DIR)/bench
	@test/bench/run $(BENCH_DIR) --check

$(BENCH_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@$(HOSTCC) -std=gnu11 -O2 -gdwarf-4 -Wall -Wextra -Werror -Wno-missing-field-initializers -MMD -MP \
		-c -o $@ $<

$(BENCH_DIR)/bench: $(bench-core) $(bench-world)
	@$(HOSTCC) -o $@ $^ -lcmocka -lfdt

-include $(shell find $(BENCH_DIR) -name '*.d' 2>/dev/null)
