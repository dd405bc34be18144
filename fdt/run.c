/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Open, verify, plan, compact, verify again: the order of the work, for every front end. */
#include "run.h"

#include "../luo/container.h"
#include "../luo/error.h"
#include "../luo/verify.h"
#include "kho.h"

/** struct run - what the steps of one run share. */
struct run {
	const struct luo_phys *phys;
	const struct luo_job *job;
	struct luo_state *state;
	struct luo_report *report;
	struct luo_arena arena;
	struct luo_map map;
	u64 since;
};

static u64 now(const struct run *r)
{
	return r->job->clock ? r->job->clock(r->job->clock_ctx) : 0;
}

/* Book the time since the last call to a pass. */
static LUO_NOINLINE void lap(struct run *r, enum luo_pass pass)
{
	u64 t = now(r);

	r->report->us[pass] += t - r->since;
	r->since = t;
}

static LUO_NOINLINE void add(struct run *r, enum luo_code code, u8 severity, u64 pa, u64 value,
			     u8 part)
{
	luo_report_part(r->report, code, severity, pa, value, part);
}

/* What the front end found out about boot data must fit together before anything is followed. */
static void check_boot(struct run *r, const struct luo_handover *handover)
{
	const struct luo_phys *phys = r->phys;

	if (handover->scratch_pa && !phys->nr_scratch)
		add(r, LUO_B01, LUO_SEV_LOSE, handover->scratch_pa, 0, LUO_OWNER_BOOT);
	for (u32 i = 0; i < phys->nr_scratch; i++) {
		const struct luo_range *a = &phys->scratch[i];
		bool bad = (a->start | a->size) & (luo_page_size(phys) - 1);

		for (u32 j = 0; j < i; j++)
			bad |= luo_range_hits(&phys->scratch[j], a->start, a->size);
		if (bad)
			add(r, LUO_B02, LUO_SEV_LOSE, a->start, a->start, LUO_OWNER_BOOT);
	}
}

/* Preserved pages that everything else hangs on. */
static void check_roots(struct run *r)
{
	const struct luo_state *s = r->state;
	u64 page = luo_page_size(r->phys);
	u32 order = 0;

	if (!luo_map_test(&r->map, s->kho_fdt_pa, 0))
		add(r, LUO_K06, LUO_SEV_PANIC, s->kho_fdt_pa, 0, LUO_OWNER_KHO);
	if (!s->luo_pa)
		return;
	while (order < 10 && page << order < s->luo_size)
		order++;
	if (!luo_map_test(&r->map, s->luo_pa & ~(page - 1), order))
		add(r, LUO_C04, LUO_SEV_PANIC, s->luo_pa, 0, LUO_OWNER_CONTAINER);
}

static int open_container(struct run *r)
{
	u64 page = ~(luo_page_size(r->phys) - 1);
	int err;

	if (fdt_is_tree(r->phys, r->state->luo_pa))
		err = fdt_container_open(r->phys, r->state, r->report);
	else
		err = luo_container_open(r->phys, r->state, r->report);
	r->report->abi = err ? NULL : r->state->abi;
	r->report->number = r->state->number;
	if (err)
		return err;
	if (r->state->abi->read_only) {
		add(r, LUO_C06, LUO_SEV_NOTE, r->state->luo_pa, 0, LUO_OWNER_CONTAINER);
		r->report->refused = true;
	}
	/* The numbers may lie in a page of their own. */
	if ((r->state->head_at ^ r->state->luo_pa) & page &&
	    !luo_map_test(&r->map, r->state->head_at & page, 0))
		add(r, LUO_C04, LUO_SEV_PANIC, r->state->head_at, 0, LUO_OWNER_CONTAINER);
	return 0;
}

static int verify_sessions(struct run *r, struct luo_totals *totals)
{
	struct luo_verify v = {
		.phys = r->phys,
		.state = r->state,
		.map = &r->map,
		.report = r->report,
		.limit = totals->pages + 1,
		.totals = *totals,
	};
	int err = luo_verify_sessions(&v, &r->arena, r->job->key);

	*totals = v.totals;
	return err;
}

/* Everything from the KHO FDT on. A negative answer means that the rest was out of reach. */
static int verify(struct run *r, struct luo_totals *totals)
{
	int kho, err;

	kho = fdt_kho_open(r->phys, r->state, r->report);
	lap(r, LUO_PASS_OPEN);
	if (!r->state->has_map)
		return kho;
	luo_map_open(&r->map, r->phys, r->state->kho->map, r->state->map_pa);
	err = luo_map_verify(&r->map, r->report, totals, &r->arena, r->job->key);
	check_roots(r);
	lap(r, LUO_PASS_MAP);
	if (!err && !kho)
		err = open_container(r);
	if (!err && !kho)
		err = verify_sessions(r, totals);
	if (err == LUO_E_ARENA)
		add(r, LUO_X01, LUO_SEV_LOSE, 0, 0, LUO_OWNER_CONTAINER);
	lap(r, LUO_PASS_SESSIONS);
	return err ? err : kho;
}

/* What a compaction has left; stopped: why it ended early, or 0. */
static int verify_again(struct run *r, int stopped)
{
	struct luo_report *report = r->report;
	int err;

	lap(r, LUO_PASS_COMPACT);
	luo_report_restart(report);
	__builtin_memset(&report->after, 0, sizeof(report->after));
	r->state->has_map = false;
	r->state->luo_pa = 0;
	err = verify(r, &report->after);
	if (stopped)
		add(r, LUO_X03, LUO_SEV_LOSE, 0, 0, LUO_OWNER_CONTAINER);
	lap(r, LUO_PASS_RECHECK);
	return stopped ? stopped : err;
}

static int compact(struct run *r, struct luo_plan *plan)
{
	struct luo_compaction job = {
		.phys = r->phys,
		.state = r->state,
		.totals = &r->report->before,
		.map = &r->map,
		.arena = &r->arena,
		.write = r->job->mode == LUO_MODE_COMPACT,
		.each = r->job->each,
		.ctx = r->job->each_ctx,
	};
	int err = luo_compact(&job, plan);

	if (job.write && plan->nr)
		return verify_again(r, err);
	if (err) {
		plan->nr = 0;
		add(r, LUO_X04, LUO_SEV_NOTE, 0, 0, LUO_OWNER_CONTAINER);
	}
	return err;
}

/**
 * luo_run() - do the whole job on one state
 * @phys:     the view, with scratch areas and page shift filled in from the hand-over; a page
 *            shift of 0 (unknown page size) is reported, not followed
 * @handover: where the state lies
 * @job:      what to do and with what memory
 * @state:    filled in as far as the state could be followed
 * @report:   filled in always, its verdict included
 * @plan:     filled in when @job->mode asks for a plan
 *
 * Nothing is written unless @job->mode is LUO_MODE_COMPACT and all that is wrong can be mended.
 *
 * Return: 0, or the negative luo_error that ended the run early; the verdict tells what it means
 * for the state.
 */
int luo_run(const struct luo_phys *phys, const struct luo_handover *handover,
	    const struct luo_job *job, struct luo_state *state, struct luo_report *report,
	    struct luo_plan *plan)
{
	struct run r = {
		.phys = phys,
		.job = job,
		.state = state,
		.report = report,
		.arena = { .base = job->arena, .size = job->arena_size },
	};
	int err;

	luo_report_init(report);
	*plan = (struct luo_plan){ 0 };
	*state = (struct luo_state){ .kho_fdt_pa = handover->fdt_pa,
				     .kho_fdt_size = handover->fdt_size };
	if (!phys->page_shift) {
		add(&r, LUO_B03, LUO_SEV_LOSE, handover->fdt_pa, handover->fdt_size,
		    LUO_OWNER_BOOT);
		luo_report_close(report);
		return LUO_E_FORMAT;
	}
	report->page_size = (u32)luo_page_size(phys);
	r.since = now(&r);
	check_boot(&r, handover);
	err = verify(&r, &report->before);
	report->after = report->before;
	if (!err && job->mode != LUO_MODE_VERIFY && luo_report_repairable(report))
		err = compact(&r, plan);
	report->arena_peak = r.arena.peak;
	luo_report_close(report);
	return err;
}
