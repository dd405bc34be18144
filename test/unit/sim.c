/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Memory of the machine, its cache, and the view that the core has of it. See sim.h. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static bool place_of(const struct sim *s, u64 pa, u64 len, u64 *at)
{
	u64 half = s->size / 2;
	bool high = pa >= SIM_HIGH;

	*at = pa - (high ? SIM_HIGH : SIM_LOW);
	if (*at >= half || len > half - *at)
		return false;
	*at += high ? half : 0;
	return true;
}

u8 *sim_at(const struct sim *s, u64 pa, u64 len)
{
	u64 at;

	assert_true(place_of(s, pa, len, &at));
	return s->cpu + at;
}

u64 sim_get(const struct sim *s, u64 pa)
{
	u64 v;

	memcpy(&v, sim_at(s, pa, 8), 8);
	return v;
}

/* The tests' own writing, at once in memory. */
void sim_put(struct sim *s, u64 pa, u64 value)
{
	memcpy(sim_at(s, pa, 8), &value, 8);
}

static const void *op_map(void *ctx, u64 pa, u64 len)
{
	return sim_at(ctx, pa, len);
}

static void note(struct sim *s, u64 at)
{
	struct sim_line *l = &s->line[at / SIM_LINE];

	if (!l->nr)
		s->dirty[s->nr_dirty++] = (u32)(at / SIM_LINE);
	assert_true(l->nr < LUO_ARRAY_SIZE(l->state));
	memcpy(l->state[l->nr++], s->cpu + at / SIM_LINE * SIM_LINE, SIM_LINE);
}

static int store(struct sim *s, u64 pa, const void *value, u32 width)
{
	u64 at;

	assert_true(place_of(s, pa, width, &at) && !(pa % width));
	memcpy(s->cpu + at, value, width);
	s->stores++;
	if (!s->line)
		return 0;
	note(s, at);
	if (s->stop)
		s->stop(s);
	return 0;
}

static int op_store(void *ctx, u64 pa, u64 value, u32 width)
{
	assert_true(width == 4 || width == 8);
	return store(ctx, pa, &value, width);
}

static int op_store16(void *ctx, u64 pa, const u64 value[2])
{
	return store(ctx, pa, value, 16);
}

static void op_persist(void *ctx, u64 pa, u64 len)
{
	struct sim *s = ctx;
	u64 at, kept = 0;

	assert_true(place_of(s, pa, len, &at));
	if (!s->line)
		return;
	for (u32 i = 0; i < s->nr_dirty; i++) {
		u64 line = s->dirty[i];

		if (line < at / SIM_LINE || line > (at + len - 1) / SIM_LINE) {
			s->dirty[kept++] = (u32)line;
			continue;
		}
		memcpy(s->ram + line * SIM_LINE, s->cpu + line * SIM_LINE, SIM_LINE);
		s->line[line].nr = 0;
	}
	s->nr_dirty = (u32)kept;
}

static const struct luo_mem_ops ops = {
	.map = op_map,
	.store = op_store,
	.store16 = op_store16,
	.persist = op_persist,
};

void sim_open(struct sim *s, const struct sim_kernel *kernel, u32 shift, u64 size)
{
	memset(s, 0, sizeof(*s));
	s->kernel = kernel;
	s->shift = shift;
	s->size = size;
	s->cpu = calloc(1, size);
	s->ram = calloc(1, size);
	s->line = calloc(size / SIM_LINE, sizeof(*s->line));
	s->dirty = calloc(size / SIM_LINE, sizeof(*s->dirty));
	s->arena_size = 65536;
	s->arena = aligned_alloc(16, s->arena_size);
	assert_true(s->cpu && s->ram && s->line && s->dirty && s->arena);
	s->range[0] = (struct luo_range){ SIM_LOW, size / 2 };
	s->range[1] = (struct luo_range){ SIM_HIGH, size / 2 };
	s->phys = (struct luo_phys){
		.ops = &ops, .ctx = s, .ram = s->range, .nr_ram = 2, .page_shift = shift
	};
	s->take_low = SIM_LOW + (1ULL << shift);
	s->take_high = SIM_HIGH + (1ULL << shift);
}

void sim_close(struct sim *s)
{
	free(s->cpu);
	free(s->ram);
	free(s->line);
	free(s->dirty);
	free(s->log);
	free(s->arena);
}

/* @to is @from after the power came back: only what was persisted is there. */
void sim_restart(struct sim *to, const struct sim *from)
{
	memcpy(to->cpu, from->ram, from->size);
	for (u32 i = 0; i < to->nr_dirty; i++)
		to->line[to->dirty[i]].nr = 0;
	to->nr_dirty = 0;
	to->kernel = from->kernel;
	to->abi = from->abi;
	to->root = from->root;
	to->head_at = from->head_at;
}

/* ... and of this line, what it was after so many stores. */
void sim_pick(struct sim *to, const struct sim *from, u32 line, u32 state)
{
	if (state)
		memcpy(to->cpu + line * SIM_LINE, from->line[line].state[state - 1], SIM_LINE);
}
