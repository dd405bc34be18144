/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The order in which a state is looked for when boot data do not lead to it. */
#include "../luo/error.h"
#include "find.h"

static int scan_piece(void *ctx, u64 pa, const u8 *p, u64 len)
{
	return fdt_scan_piece(ctx, pa, p, len);
}

static int search_piece(void *ctx, u64 pa, const u8 *p, u64 len)
{
	fdt_search_piece(ctx, pa, p, len);
	return 0;
}

/* Look in all memory for what names the FDT; true when one list of scratch areas belongs to it. */
static bool search(struct fdt_locate *l, struct luo_found *found)
{
	fdt_search_begin(&l->search, l->phys, found);
	l->each(l->each_ctx, search_piece, &l->search);
	return fdt_search_end(&l->search, found);
}

/**
 * fdt_locate_given() - what can be found out about a KHO FDT whose address is known
 * @l:     the first four are set
 * @pa:    the address
 * @found: handover, page_shift, named and named_at are filled in
 */
void fdt_locate_given(struct fdt_locate *l, u64 pa, struct luo_found *found)
{
	struct fdt_candidate c = { .pa = pa };

	found->handover = (struct luo_handover){ .fdt_pa = pa };
	found->page_shift = 0;
	if (search(l, found))
		return;
	found->named_at = 0;
	fdt_candidate_rate(l->phys, l->job, &l->report, &c);
	fdt_candidate_take(&c, found);
}

/**
 * fdt_locate_scan() - find the state by looking at every page of memory
 * @l:     the first five are set
 * @found: handover, page_shift, named and named_at are filled in
 *
 * Return: 0, with all other candidates in @l->scan; LUO_E_NONE when there is none; LUO_E_LIMIT when
 * there are more than @l->scan has room for; LUO_E_TIE when @l->ties others are as good as number
 * @l->best.
 */
int fdt_locate_scan(struct fdt_locate *l, struct luo_found *found)
{
	const struct fdt_candidate *c;
	int err;

	l->scan.nr = 0;
	err = l->each(l->each_ctx, scan_piece, &l->scan);
	if (err || !l->scan.nr)
		return err ? err : LUO_E_NONE;
	for (u32 i = 0; i < l->scan.nr; i++)
		fdt_candidate_rate(l->phys, l->job, &l->report, &l->scan.c[i]);
	l->best = fdt_scan_best(&l->scan, &l->ties);
	c = &l->scan.c[l->best];
	if (l->ties && c->has_luo)
		return LUO_E_TIE;
	fdt_candidate_take(c, found);
	/* What a state that does not verify says of its page size is a guess: boot data know. */
	if (!c->verified)
		found->page_shift = 0;
	if (!search(l, found))
		found->page_shift = c->page_shift;
	return 0;
}
