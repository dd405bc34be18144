/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The core over the machine: verify, plan, compact. See sim.h. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "../../luo/verify.h"

static const u64 key[2] = { 0x0123456789abcdefULL, 0xfedcba9876543210ULL };

static struct luo_state state_of(const struct sim *s)
{
	return (struct luo_state){
		.abi = &s->abi,
		.head_at = s->head_at,
		.sessions_pa = sim_get(s, s->head_at),
		.map_pa = s->root,
	};
}

struct sim_result sim_verify(struct sim *s)
{
	static struct luo_report report;
	struct luo_state state = state_of(s);
	struct luo_arena arena = { .base = s->arena, .size = s->arena_size };
	struct sim_result result = { 0 };
	struct luo_verify v = {
		.phys = &s->phys, .state = &state, .report = &report, .limit = 10000
	};
	struct luo_map map;

	luo_map_init(&map, &s->phys, s->root);
	v.map = &map;
	luo_report_init(&report);
	result.err = luo_verify_sessions(&v, &arena, key);
	result.totals = v.totals;
	for (u8 sev = LUO_SEV_NOTE; sev <= LUO_SEV_PANIC; sev++)
		if (report.by_severity[sev])
			result.worst = sev;
	return result;
}

static int keep(void *ctx, const struct luo_op *op)
{
	struct sim *s = ctx;

	if (s->nr_log == s->max_log) {
		s->max_log = s->max_log ? s->max_log * 2 : 64;
		s->log = realloc(s->log, s->max_log * sizeof(*s->log));
		assert_non_null(s->log);
	}
	s->log[s->nr_log++] = s->op = *op;
	return 0;
}

/* One run of the compaction over a state as verify finds it. */
struct sim_result sim_compact(struct sim *s, bool write)
{
	struct sim_result result = sim_verify(s);
	struct luo_state state = state_of(s);
	struct luo_arena arena = { .base = s->arena, .size = s->arena_size };
	struct luo_map map;
	struct luo_compaction job = {
		.phys = &s->phys,
		.state = &state,
		.totals = &result.totals,
		.map = &map,
		.arena = &arena,
		.write = write,
		.each = keep,
		.ctx = s,
	};

	if (s->plan_arena) {
		u64 blocks = result.totals.blocks + result.totals.fblocks;

		arena.size = s->plan_arena + 4 * ((blocks + 7) & ~7ULL);
	}
	luo_map_init(&map, &s->phys, s->root);
	s->nr_log = 0;
	s->stores = 0;
	if (!result.err)
		result.err = luo_compact(&job, &result.plan);
	return result;
}
