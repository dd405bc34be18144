/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which anchor is believed. An anchor can outlive its state: the next kernel was started by other
 * means, and a later one was reset without leaving an anchor. Then its number is not that of the
 * state in memory.
 */
#include "anchor.h"

#include "../luo/error.h"

/* Where the anchor's own state cannot be read any more, a later one in memory shows its age. */
static bool later_state(struct fdt_locate *l, u64 number)
{
	struct luo_found other = { 0 };

	return !fdt_locate_scan(l, &other) && l->scan.c[l->best].verified &&
	       l->scan.c[l->best].number > number;
}

static bool is_stale(struct fdt_locate *l, const struct luo_anchor_ser *h)
{
	struct fdt_candidate c = { .pa = h->kho_fdt };

	fdt_candidate_rate(l->phys, l->job, &l->report, &c);
	if (c.number)
		return c.number != h->number;
	return !c.verified && later_state(l, h->number);
}

static int look(const struct luo_phys *phys, u64 given, struct luo_anchors *all)
{
	int err;

	if (!given) {
		luo_anchor_find(phys, all);
		if (all->tied)
			return LUO_E_TIE;
		return all->nr ? 0 : LUO_E_NONE;
	}
	*all = (struct luo_anchors){ 0 };
	err = luo_anchor_open(phys, given, &all->best);
	all->nr = !err;
	return err;
}

/**
 * fdt_anchor_locate() - look for the state that an anchor names
 * @l:     the first five are set
 * @given: address of the anchor, or 0: all memory is looked through
 * @a:     filled in; for fdt_anchor_report() whatever is returned
 * @found: handover and page_shift are filled in when 0 is returned; the list of scratch areas is
 * the anchor's own copy
 *
 * Return: 0; LUO_E_NONE when there is none, or none of this state; LUO_E_TIE when two of the same
 * number are about different KHO FDTs; for a given one what luo_anchor_open() says.
 */
int fdt_anchor_locate(struct fdt_locate *l, u64 given, struct fdt_anchored *a,
		      struct luo_found *found)
{
	const struct luo_anchor_ser *h = &a->all.best.head;
	int err = look(l->phys, given, &a->all);

	a->looked = true;
	a->taken = false;
	a->stale = !err && is_stale(l, h);
	if (err || a->stale)
		return err ? err : LUO_E_NONE;
	a->taken = true;
	found->handover = (struct luo_handover){
		.fdt_pa = h->kho_fdt,
		.fdt_size = h->kho_size,
		.scratch_pa = a->all.best.scratch_pa,
		.scratch_size = h->nr_scratch * sizeof(struct luo_range),
	};
	found->page_shift = luo_page_shift_of(h->kho_size);
	found->named_at = 0;
	return 0;
}

/** fdt_anchor_report() - findings about anchors, whether one was taken or not. */
void fdt_anchor_report(const struct fdt_anchored *a, struct luo_report *report)
{
	const struct luo_anchors *all = &a->all;

	if (all->damaged)
		luo_report_part(report, LUO_A01, LUO_SEV_NOTE, all->damaged, 0, LUO_OWNER_BOOT);
	if (all->unknown)
		luo_report_part(report, LUO_A02, LUO_SEV_NOTE, all->unknown, 0, LUO_OWNER_BOOT);
	if (a->stale)
		luo_report_part(report, LUO_A03, LUO_SEV_NOTE, all->best.head.pa,
				all->best.head.number, LUO_OWNER_BOOT);
	if (all->other)
		luo_report_part(report, LUO_A04, LUO_SEV_NOTE, all->best.head.pa, all->other,
				LUO_OWNER_BOOT);
	report->anchored = a->looked;
	luo_report_close(report);
}
