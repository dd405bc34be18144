/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Running the core over a machine as a front end does, and judging its answer. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../luo/boot.h"

/* Working memory for runs; the smallest that the core accepts must do for every state. */
void run_open(struct answer *a, size_t arena_size)
{
	memset(a, 0, sizeof(*a));
	a->arena_size = arena_size;
	a->arena = aligned_alloc(16, arena_size ? arena_size : 16);
	assert_non_null(a->arena);
}

void run_close(struct answer *a)
{
	free(a->arena);
	free(a->op);
}

/* Keeps an operation, and lets the machine carry it out. */
static int keep(void *ctx, const struct luo_op *op)
{
	struct answer *a = ctx;

	if (a->nr_op == a->max_op) {
		a->max_op = a->max_op ? a->max_op * 2 : 64;
		a->op = realloc(a->op, a->max_op * sizeof(*op));
		assert_non_null(a->op);
	}
	a->op[a->nr_op++] = *op;
	a->world->op = *op;
	a->world->op_at = 0;
	return 0;
}

static u64 tick(void *ctx)
{
	return ++*(u64 *)ctx;
}

/* One run; the view is filled in from the hand-over, as a front end does. */
static void run_once(struct answer *a, struct world *w, enum luo_mode mode)
{
	struct luo_phys phys = w->phys;
	u64 now = 0;
	struct luo_job job = {
		.mode = mode,
		.arena = a->arena,
		.arena_size = a->arena_size,
		.each = keep,
		.each_ctx = a,
		.key = { 0x0123456789abcdefULL, 0xfedcba9876543210ULL },
		.clock = tick,
		.clock_ctx = &now,
	};

	memset(a->arena, 0x5a, a->arena_size);
	memset(&a->state, 0x5a, sizeof(a->state));
	memset(&a->plan, 0x5a, sizeof(a->plan));
	/* What cannot be read stays empty; the core says so. */
	if (luo_scratch_load(&phys, &w->handover, a->scratch, 8, &phys.nr_scratch))
		phys.nr_scratch = 0;
	phys.scratch = a->scratch;
	phys.page_shift = luo_page_shift_of(w->handover.fdt_size);
	w->nr_log = 0;
	w->stores = 0;
	w->dead = 0;
	w->op.len = 0;
	a->world = w;
	a->nr_op = 0;
	a->err = luo_run(&phys, &w->handover, &job, &a->state, &a->report, &a->plan);
	a->plan.op = a->op;
	w->op.len = 0;
}

/* What the run has left is compacted: another one finds nothing to do and writes nothing. */
static void expect_nothing_more(const struct answer *a, struct world *w)
{
	struct world was = *w;
	struct answer again;

	w->log = NULL;
	w->nr_log = w->max_log = 0;
	run_open(&again, a->arena_size);
	run_once(&again, w, LUO_MODE_COMPACT);
	assert_int_equal(again.err, 0);
	assert_int_equal(again.plan.nr, 0);
	assert_int_equal(w->nr_log, 0);
	assert_int_equal(again.report.nr_findings, a->report.nr_findings);
	run_close(&again);
	free(w->log);
	*w = was;
}

/* One run. Whatever a test compacts to the end is shown to be at its end. */
void run(struct answer *a, struct world *w, enum luo_mode mode)
{
	run_once(a, w, mode);
	if (mode == LUO_MODE_COMPACT && !a->err && w->nr_log)
		expect_nothing_more(a, w);
}

static void dump(const struct answer *a)
{
	print_error("err %d verdict %s, %llu findings\n", a->err,
		    luo_verdict_word(a->report.verdict), (unsigned long long)a->report.nr_findings);
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		const struct luo_finding *f = &a->report.findings[i];

		print_error("  %s %s pa %#llx value %#llx owner %u/%llu '%s'\n",
			    luo_code_text(f->code), luo_severity_word(f->severity),
			    (unsigned long long)f->pa, (unsigned long long)f->value, f->owner.kind,
			    (unsigned long long)f->owner.index, f->owner.name);
	}
}

void expect_verdict(const struct answer *a, u8 verdict)
{
	static const int status[] = { 0, 1, 4, 8, 8 };

	if (a->report.verdict != verdict)
		dump(a);
	assert_string_equal(luo_verdict_word(a->report.verdict), luo_verdict_word(verdict));
	assert_int_equal(luo_exit_status(a->report.verdict), status[verdict]);
}

/* The totals before are those of the state as it was built. */
void expect_totals(const struct answer *a, const struct world *w)
{
	const struct luo_totals *t = &a->report.before;

	assert_int_equal(t->sessions, w->sessions);
	assert_int_equal(t->files, w->files);
	assert_int_equal(t->blocks, w->nr_blocks);
	assert_int_equal(t->fblocks, w->fblocks);
	assert_int_equal(t->pages, w->pages);
	assert_int_equal(t->map_entries, w->entries);
	assert_int_equal(t->map_nodes, w->nodes);
}

void expect_ok(const struct answer *a, const struct world *w)
{
	expect_verdict(a, LUO_VERDICT_OK);
	assert_int_equal(a->err, 0);
	if (a->report.nr_findings)
		dump(a);
	assert_int_equal(a->report.nr_findings, 0);
	expect_totals(a, w);
	assert_memory_equal(&a->report.before, &a->report.after, sizeof(a->report.before));
}

u64 count_of(const struct answer *a, u16 code)
{
	u64 n = 0;

	for (u32 i = 0; i < a->report.nr_kept; i++)
		n += a->report.findings[i].code == code;
	return n;
}

/* The first finding of a code, which must be there with just this severity. */
const struct luo_finding *expect(const struct answer *a, u16 code, u8 severity)
{
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		const struct luo_finding *f = &a->report.findings[i];

		if (f->code != code)
			continue;
		if (f->severity != severity)
			dump(a);
		assert_string_equal(luo_severity_word(f->severity), luo_severity_word(severity));
		return f;
	}
	dump(a);
	fail_msg("%s is missing", luo_code_text(code));
	return NULL;
}

/* That finding and no other. */
void expect_only(const struct answer *a, u16 code, u8 severity)
{
	expect(a, code, severity);
	if (a->report.nr_findings != 1)
		dump(a);
	assert_int_equal(a->report.nr_findings, 1);
}

static const void *count_map(void *ctx, u64 pa, u64 len)
{
	struct counter *c = ctx;

	c->maps++;
	return c->real->ops->map(c->real->ctx, pa, len);
}

void count_maps(struct counter *c, struct luo_phys *phys, const struct world *w)
{
	static const struct luo_mem_ops ops = { .map = count_map };

	*c = (struct counter){ &w->phys };
	*phys = w->phys;
	phys->ops = &ops;
	phys->ctx = c;
}
