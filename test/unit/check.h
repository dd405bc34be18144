/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the tests ask about a machine: run the core over it, look for a finding, see which bytes
 * changed, and read the sessions back with a reader that shares nothing with the core.
 */
#ifndef TEST_UNIT_CHECK_H
#define TEST_UNIT_CHECK_H

#include "../../luo/finding.h"
#include "world.h"

/* One run of the core and all that it answered. */
struct answer {
	int err;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan; /* plan.op: the operations, kept here */
	struct luo_op *op;
	u64 nr_op, max_op;
	struct world *world;
	struct luo_range scratch[8];
	void *arena;
	size_t arena_size;
};

/* check.c */
void run_open(struct answer *a, size_t arena_size);
void run_close(struct answer *a);
void run(struct answer *a, struct world *w, enum luo_mode mode);
void expect_totals(const struct answer *a, const struct world *w);
void expect_ok(const struct answer *a, const struct world *w);
const struct luo_finding *expect(const struct answer *a, u16 code, u8 severity);
void expect_only(const struct answer *a, u16 code, u8 severity);
void expect_verdict(const struct answer *a, u8 verdict);
u64 count_of(const struct answer *a, u16 code);

/* A view of a machine that counts how often memory is looked at. */
struct counter {
	const struct luo_phys *real;
	u64 maps;
};
void count_maps(struct counter *c, struct luo_phys *phys, const struct world *w);

/* One way to damage a state, and what the core must say. also: a code that may come with it. */
struct damage {
	const char *name;
	void (*harm)(struct world *w);
	u16 code;
	u8 severity;
	u8 verdict;
	u16 also;
};

/* damage.c */
int run_damages(const char *group, enum world_abi abi, const struct damage *table, u32 nr);

/* valid.c: sound states */
void expect_valid(enum world_abi abi, u32 shift, u64 sessions, bool files);
void expect_all_valid(enum world_abi abi, u32 shift);

/* snap.c: a copy of all memory */
struct snap;
struct snap *snap_take(const struct world *w);
void snap_restore(const struct snap *s, struct world *w);
void snap_expect(const struct snap *s, const struct world *w, const struct luo_range *range,
		 u32 nr);
bool snap_same(const struct snap *s, const struct world *w);
void snap_free(struct snap *s);

/* reader.c: all sessions in order, as a digest of names, tokens, handlers and records */
struct reader {
	u64 sessions;
	u64 files;
	u64 blocks;
	u64 fblocks;
	u64 digest;
};
struct reader read_back(struct world *w);

#endif
