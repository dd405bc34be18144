/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which KHO FDT is the state? Only those count whose map and container are sound; of several the
 * highest live update number wins.
 */
#include "find.h"

/* Of KHO, its map and the container; of boot data none are given here. */
static bool is_structural(u16 code)
{
	return code <= LUO_C05;
}

static void judge(struct fdt_candidate *c, const struct luo_report *r)
{
	bool sound = r->abi && !r->none; /* one that is only read is sound too */

	c->preserved = r->before.map_nodes;
	for (u32 i = 0; i < r->nr_kept; i++) {
		sound &= r->findings[i].severity <= LUO_SEV_NOTE ||
			 !is_structural(r->findings[i].code);
		c->preserved &= r->findings[i].code != LUO_K06;
	}
	c->number = r->number;
	c->problems = r->nr_findings;
	c->first = r->nr_kept ? r->findings[0].code : LUO_NR_CODES;
	c->known = r->kho;
	c->has_luo = !r->none;
	c->verified = sound;
}

/* Of two page sizes for one FDT: under the wrong one the map does not even hold that FDT. */
static bool makes_more_sense(const struct fdt_candidate *a, const struct fdt_candidate *b)
{
	if (a->verified != b->verified)
		return a->verified;
	if (a->preserved != b->preserved)
		return a->preserved;
	return a->problems < b->problems;
}

/**
 * fdt_candidate_rate() - find the page size under which a candidate makes most sense, and how much
 * @phys: the view, without scratch areas
 * @job:  working memory and key, in verify mode
 * @report: overwritten; large, so best not on a stack
 * @c:    its address is given, the rest is filled in
 */
void fdt_candidate_rate(const struct luo_phys *phys, const struct luo_job *job,
			struct luo_report *report, struct fdt_candidate *c)
{
	struct luo_plan plan;
	struct fdt_candidate best = { .pa = c->pa };

	for (u32 shift = 12; shift <= 16 && !best.verified; shift += 2) {
		struct luo_handover handover = { .fdt_pa = c->pa, .fdt_size = 1ULL << shift };
		struct fdt_candidate now = { .pa = c->pa, .page_shift = shift };
		struct luo_phys view = *phys;
		struct luo_state state;

		if (shift > 12 && c->pa & (handover.fdt_size - 1))
			continue;
		view.page_shift = shift;
		luo_run(&view, &handover, job, &state, report, &plan);
		judge(&now, report);
		if (!best.page_shift || makes_more_sense(&now, &best))
			best = now;
	}
	*c = best;
}

/**
 * fdt_candidate_compare() - which of two rated candidates is the state?
 * @a, @b: the two; only the numbers of sound candidates can be believed
 *
 * Return: below 0 when it is @a, above 0 when it is @b, 0 when nothing tells.
 */
int fdt_candidate_compare(const struct fdt_candidate *a, const struct fdt_candidate *b)
{
	if (a->verified != b->verified)
		return a->verified ? -1 : 1;
	if (a->verified)
		return a->number > b->number ? -1 : a->number < b->number;
	if (a->has_luo != b->has_luo)
		return a->has_luo ? -1 : 1;
	if (a->known != b->known)
		return a->known ? -1 : 1;
	return a->problems < b->problems ? -1 : a->problems > b->problems;
}

/**
 * fdt_scan_best() - pick the state to report on
 * @scan: rated candidates, at least one
 * @ties: how many others are as good; when the best has LUO state and this is not 0, the user must
 *        say which one is meant
 *
 * Return: its index.
 */
u32 fdt_scan_best(const struct fdt_scan *scan, u32 *ties)
{
	u32 best = 0;

	*ties = 0;
	for (u32 i = 1; i < scan->nr; i++) {
		int order = fdt_candidate_compare(&scan->c[i], &scan->c[best]);

		if (order < 0)
			best = i;
		*ties = order < 0 ? 0 : *ties + !order;
	}
	return best;
}

/** fdt_candidate_take() - the hand-over of a rated candidate; its scratch list is not known. */
void fdt_candidate_take(const struct fdt_candidate *c, struct luo_found *found)
{
	found->page_shift = c->page_shift;
	found->handover = (struct luo_handover){
		.fdt_pa = c->pa,
		.fdt_size = 1ULL << c->page_shift,
	};
}

/** fdt_found_scratch() - read the scratch areas; ones that cannot be are left to the core to
 * report. */
void fdt_found_scratch(const struct luo_phys *phys, struct luo_found *found)
{
	if (!found->handover.scratch_pa || luo_scratch_load(phys, &found->handover, found->area,
							    LUO_MAX_SCRATCH, &found->nr_areas))
		found->nr_areas = 0;
}
