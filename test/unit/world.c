/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory of the synthetic machine, and the core's view of it. Stores are carried out only when
 * they belong to the operation that was shown last; each is checked for alignment and written down.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

bool world_kho_v1;

static const struct world_bank *bank_of(const struct world *w, u64 pa, u64 len)
{
	for (u32 i = 0; i < 2; i++) {
		const struct world_bank *b = &w->bank[i];

		if (pa >= b->start && pa - b->start < b->size && len <= b->size - (pa - b->start))
			return b;
	}
	return NULL;
}

/* The tests' own access: an address outside RAM is a mistake of the test. */
u8 *world_at(const struct world *w, u64 pa, u64 len)
{
	const struct world_bank *b = bank_of(w, pa, len);

	assert_non_null(b);
	return b->mem + (pa - b->start);
}

u64 world_get(const struct world *w, u64 pa)
{
	u64 v;

	memcpy(&v, world_at(w, pa, 8), 8);
	return v;
}

void world_put(struct world *w, u64 pa, u64 value)
{
	memcpy(world_at(w, pa, 8), &value, 8);
}

u64 world_page(const struct world *w)
{
	return 1ULL << w->shift;
}

static const void *op_map(void *ctx, u64 pa, u64 len)
{
	const struct world_bank *b = bank_of(ctx, pa, len);

	assert_non_null(b);
	assert_true(len > 0);
	return b->mem + (pa - b->start);
}

static struct world_log *log_new(struct world *w, u64 pa, u64 len)
{
	struct world_log *l;

	if (w->nr_log == w->max_log) {
		w->max_log = w->max_log ? w->max_log * 2 : 64;
		w->log = realloc(w->log, w->max_log * sizeof(*w->log));
		assert_non_null(w->log);
	}
	l = &w->log[w->nr_log++];
	memset(l, 0, sizeof(*l));
	l->pa = pa;
	l->len = len;
	return l;
}

/* The store must be the next one of the operation at hand, on memory as it expects it. */
static void expect_store(struct world *w, u64 pa, const u64 *value, u32 width)
{
	const struct luo_op *op = &w->op;
	const u8 *p = world_at(w, pa, width);

	assert_true(w->op_at < op->len);
	assert_int_equal(pa, op->pa + w->op_at);
	w->op_at += width;
	if (op->why == LUO_OP_COPY || op->why == LUO_OP_SCRUB) {
		assert_int_equal(width, 8);
		assert_int_equal(*value,
				 op->why == LUO_OP_COPY ? world_get(w, op->src + pa - op->pa) : 0);
		return;
	}
	assert_int_equal(op->len, width);
	if (op->why != LUO_OP_BUILD)
		assert_memory_equal(op->old, p, width);
	assert_memory_equal(op->new, value, width);
}

static int store(struct world *w, u64 pa, const u64 *value, u32 width)
{
	struct world_log *l;
	u8 *p = world_at(w, pa, width);

	assert_true(pa % width == 0);
	if (w->stores == w->stop_after) {
		w->dead++;
		return LUO_E_STORE;
	}
	expect_store(w, pa, value, width);
	w->stores++;
	if (w->op_at > width) { /* one entry for a row of stores */
		w->log[w->nr_log - 1].len += width;
		memcpy(p, value, width);
		return 0;
	}
	l = log_new(w, pa, width);
	memcpy(l->old, p, width);
	memcpy(l->new, value, width);
	memcpy(p, value, width);
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
	assert_non_null(bank_of(ctx, pa, len));
	log_new(ctx, pa, len)->persist = true;
}

static const struct luo_mem_ops ops = {
	.map = op_map,
	.store = op_store,
	.store16 = op_store16,
	.persist = op_persist,
};

static u64 take(u64 *at, u64 end, u64 size)
{
	u64 pa = (*at + size - 1) / size * size;

	assert_true(pa < end && size <= end - pa);
	*at = pa + size;
	return pa;
}

/* A preserved piece of 2^order pages, aligned to its size, in the high bank. */
u64 world_alloc(struct world *w, u32 order)
{
	u64 pa = take(&w->alloc_at, w->alloc_end, world_page(w) << order);

	world_preserve(w, pa, order);
	return pa;
}

/* A piece of plain RAM in the low bank that nothing preserves. */
u64 world_stray(struct world *w, u32 order)
{
	return take(&w->stray_at, LOW_BANK + LOW_SIZE, world_page(w) << order);
}

static void open_bank(struct world *w, u32 i, u64 start, u64 size)
{
	w->bank[i] = (struct world_bank){ start, size, calloc(1, size) };
	assert_non_null(w->bank[i].mem);
	w->ram[i] = (struct luo_range){ start, size };
}

static void open_view(struct world *w)
{
	w->busy[0] = (struct luo_busy){ { BUSY_AT, MIB(1) }, "payload image" };
	w->phys = (struct luo_phys){
		.ops = &ops,
		.ctx = w,
		.ram = w->ram,
		.nr_ram = 2,
		.scratch = w->scratch,
		.nr_scratch = 2,
		.busy = w->busy,
		.nr_busy = 1,
		.page_shift = w->shift,
	};
}

/* An empty machine: RAM, scratch, and a map in which nothing is preserved. */
void world_open(struct world *w, u32 shift, enum world_abi abi, u64 high_mib)
{
	memset(w, 0, sizeof(*w));
	w->shift = shift;
	w->abi = abi;
	w->stop_after = UINT32_MAX;
	open_bank(w, 0, LOW_BANK, LOW_SIZE);
	open_bank(w, 1, HIGH_BANK, MIB(high_mib));
	w->scratch[0] = (struct luo_range){ LOW_BANK, LOW_SCR };
	w->scratch[1] = (struct luo_range){ HIGH_BANK + MIB(high_mib - 1), MIB(1) };
	memcpy(world_at(w, SCRATCH_PA, sizeof(w->scratch)), w->scratch, sizeof(w->scratch));
	open_view(w);
	w->alloc_at = HIGH_BANK;
	w->alloc_end = w->scratch[1].start;
	w->stray_at = STRAY_AT;
	w->node_at = NODE_AT;
	w->v1 = world_kho_v1;
	w->root = w->v1 ? 0 : world_new_node(w);
	w->handover.fdt_size = world_page(w);
	w->handover.scratch_pa = SCRATCH_PA;
	w->handover.scratch_size = sizeof(w->scratch);
}

void world_close(struct world *w)
{
	for (u32 i = 0; i < 2; i++)
		free(w->bank[i].mem);
	free(w->block);
	free(w->log);
}
