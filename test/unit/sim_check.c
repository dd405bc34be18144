/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One state, compacted, with the power lost after every store: whatever memory holds then, each
 * session and file is there once and in order, no kernel thinks worse of it than before, and
 * compacting again ends where it can end. See sim.h.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

/* What must stay true of the state at hand, and what is known of each machine. */
struct known {
	struct sim_trial *trial;
	u32 index;
	struct sim_read read;
	u8 worst;
	u64 op, op_stores; /* operation at hand, stores of it */
};

/* For sim_tell(): the state at hand, and the random numbers it began with. */
static struct sim_spec current;
static u64 current_random;

u64 sim_random(struct sim_trial *t, u64 below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return t->random % below;
}

void sim_trial_open(struct sim_trial *t, u32 machines, u32 shift, u64 size)
{
	memset(t, 0, sizeof(*t));
	t->machines = calloc(machines, sizeof(*t->machines));
	assert_non_null(t->machines);
	t->nr = machines;
	t->one_in = 1;
	t->random = 0x9e3779b97f4a7c15ULL;
	for (u32 i = 0; i < machines; i++)
		sim_open(&t->machines[i], &sim_kernels[0], shift, size);
}

void sim_trial_close(struct sim_trial *t)
{
	for (u32 i = 0; i < t->nr; i++)
		sim_close(&t->machines[i]);
	free(t->machines);
}

static void tell_list(const char *what, const struct sim_list *l)
{
	print_error("  %s:", what);
	for (u32 b = 0; b < l->nr; b++)
		print_error(l->zeros[b] ? " %u+%u" : " %u", l->count[b], l->zeros[b]);
	print_error("\n");
}

/* After a failed test: which state it was. */
int sim_tell(void **state)
{
	(void)state;
	if (!current.kernel)
		return 0;
	print_error("%s, pages of %u%s, random state %#llx\n", current.kernel->name,
		    1U << current.shift, current.apart ? ", first block apart" : "",
		    (unsigned long long)current_random);
	tell_list("sessions", &current.sessions);
	for (u32 i = 0; i < current.nr_files; i++)
		tell_list("files", &current.files[i]);
	current.kernel = NULL;
	return 0;
}

static void expect_same(const struct known *k, const struct sim_read *now)
{
	assert_int_equal(now->sessions, k->read.sessions);
	assert_int_equal(now->files, k->read.files);
	assert_true(now->digest == k->read.digest);
	assert_true(now->verdict <= k->read.verdict);
}

/* The state is compacted as far as it can be, and a second run finds nothing. */
static void expect_end(const struct known *k, struct sim *s, const struct sim_ideal *ideal)
{
	struct sim_read now = sim_read(s);
	struct sim_result v = sim_verify(s);

	expect_same(k, &now);
	assert_int_equal(now.blocks, ideal->blocks);
	assert_int_equal(now.fblocks, ideal->fblocks);
	assert_int_equal(now.verdict, SIM_FINE);
	assert_true(v.worst <= LUO_SEV_NOTE);
	v = sim_compact(s, true);
	assert_int_equal(v.err, 0);
	assert_int_equal(v.plan.nr, 0);
	assert_int_equal(s->stores, 0);
}

static void run_machine(struct sim_trial *t, u32 index, const struct known *before);

/* The power came back over what machine @index holds now. */
static void examine(struct sim_trial *t, u32 index, const struct known *before)
{
	struct sim *s = &t->machines[index];
	struct sim_read now = sim_read(s);

	t->images++;
	expect_same(before, &now);
	assert_true(sim_verify(s).worst <= before->worst);
	run_machine(t, index, before);
}

static bool is_row(const struct luo_op *op)
{
	return op->why == LUO_OP_COPY || op->why == LUO_OP_SCRUB;
}

/* Each dirty line was lost (0), or is there as it is now (~0), or as it was at some time. */
static void stop_with(struct known *k, struct sim *s, u32 subset, bool at_random)
{
	struct sim_trial *t = k->trial;
	struct sim *next = &t->machines[k->index + 1];

	sim_restart(next, s);
	for (u32 i = 0; i < s->nr_dirty; i++) {
		u32 nr = s->line[s->dirty[i]].nr;

		if (at_random)
			sim_pick(next, s, s->dirty[i], (u32)sim_random(t, nr + 1));
		else
			sim_pick(next, s, s->dirty[i], subset >> i % 32 & 1 ? nr : 0);
	}
	memcpy(next->ram, next->cpu, next->size);
	examine(t, k->index + 1, k);
}

/* Called after every store of a machine. */
static void at_store(struct sim *s)
{
	struct known *k = s->ctx;
	struct sim_trial *t = k->trial;
	bool last = s->op.why != LUO_OP_COPY && s->op.why != LUO_OP_SCRUB;

	if (k->op != s->nr_log) {
		k->op = s->nr_log;
		k->op_stores = 0;
	}
	k->op_stores++;
	if (is_row(&s->op))
		last = k->op_stores == s->op.len / 8;
	if (t->one_in > 1 && sim_random(t, t->one_in))
		return;
	if (!last) {
		stop_with(k, s, ~0U, false);
		stop_with(k, s, 0, true);
		return;
	}
	if (s->nr_dirty > 5) {
		stop_with(k, s, 0, false);
		stop_with(k, s, ~0U, false);
		for (u32 i = 0; i < 4; i++)
			stop_with(k, s, (u32)sim_random(t, ~0U), false);
		return;
	}
	for (u32 subset = 0; subset < 1U << s->nr_dirty; subset++)
		stop_with(k, s, subset, false);
}

/* Compact what a machine holds, with stops when there is another machine to see what they leave. */
static void run_machine(struct sim_trial *t, u32 index, const struct known *before)
{
	struct sim *s = &t->machines[index];
	struct sim_ideal ideal = sim_ideal(s, false);
	struct known k = *before;
	struct sim_result r;

	k.index = index;
	k.op = 0;
	s->ctx = &k;
	s->stop = index + 1 < t->nr ? at_store : NULL;
	r = sim_compact(s, true);
	s->stop = NULL;
	assert_int_equal(r.err, 0);
	assert_int_equal(s->nr_dirty, 0);
	expect_end(&k, s, &ideal);
}

/* A dry run writes nothing; what it shows is what the real one then does. */
static struct luo_op *dry_run(struct sim *s, struct sim_result *r)
{
	struct luo_op *op;

	*r = sim_compact(s, false);
	assert_int_equal(r->err, 0);
	assert_int_equal(s->stores, 0);
	op = malloc(s->nr_log * sizeof(*op) + 1);
	assert_non_null(op);
	if (s->nr_log)
		memcpy(op, s->log, s->nr_log * sizeof(*op));
	return op;
}

static void expect_ops(const struct sim *s, const struct luo_op *op, u64 nr)
{
	assert_int_equal(s->nr_log, nr);
	for (u64 i = 0; i < nr; i++) {
		const struct luo_op *a = &s->log[i], *b = &op[i];

		assert_int_equal(a->why, b->why);
		assert_int_equal(a->pa, b->pa);
		assert_int_equal(a->len, b->len);
		if (a->why == LUO_OP_COPY)
			assert_int_equal(a->src, b->src);
		if (is_row(a))
			continue;
		if (a->why == LUO_OP_CLEAR) {
			assert_true((a->old[0] ^ a->new[0]) == (b->old[0] ^ b->new[0]));
			continue;
		}
		if (a->why != LUO_OP_BUILD)
			assert_memory_equal(a->old, b->old, a->len);
		assert_memory_equal(a->new, b->new, a->len);
	}
}

/* What the plan promised. Only the entries that made the first spare may move twice. */
static void expect_sums(struct sim_trial *t, const struct sim_spec *spec,
			const struct sim_result *r, const struct sim_ideal *ideal)
{
	u64 most = sim_room(&t->machines[0], false);

	assert_int_equal(r->totals.blocks - r->plan.blocks, ideal->blocks);
	assert_int_equal(r->totals.fblocks - r->plan.fblocks, ideal->fblocks);
	if (spec->shift > 8 || t->arena)
		return;
	assert_true(r->plan.moved >= ideal->moved || spec->apart);
	assert_true(r->plan.moved <= ideal->moved + most || spec->apart);
	t->inexact += !spec->apart && r->plan.moved != ideal->moved;
}

/* Dropped blocks hold nothing and are no longer preserved. */
static void expect_gone(const struct sim *s)
{
	for (u64 i = 0; i < s->nr_log; i++) {
		const struct luo_op *op = &s->log[i];

		if (op->why != LUO_OP_SCRUB)
			continue;
		for (u64 at = 0; at < op->len; at += 8)
			assert_int_equal(sim_get(s, op->pa + at), 0);
		assert_false(sim_preserved(s, op->pa, 0) || sim_preserved(s, op->pa, 1));
	}
}

void sim_check(struct sim_trial *t, const struct sim_spec *spec)
{
	struct known before = { .trial = t };
	struct sim *s = &t->machines[0];
	struct sim_ideal ideal;
	struct sim_result r;
	struct luo_op *op;

	current = *spec;
	current_random = t->random;
	t->states++;
	sim_build(s, spec);
	before.read = sim_read(s);
	before.worst = sim_verify(s).worst;
	ideal = sim_ideal(s, spec->shift == 8);
	s->plan_arena = t->arena;
	op = dry_run(s, &r);
	assert_memory_equal(s->cpu, s->ram, s->size);
	expect_sums(t, spec, &r, &ideal);
	for (u32 i = 0; i < t->nr; i++)
		t->machines[i].plan_arena = t->arena;
	s->ctx = &before;
	s->stop = t->nr > 1 ? at_store : NULL;
	sim_compact(s, true);
	s->stop = NULL;
	expect_ops(s, op, r.plan.nr);
	expect_gone(s);
	expect_end(&before, s, &ideal);
	free(op);
	current.kernel = NULL;
}
