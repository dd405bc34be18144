/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The checks of a block that are the same for session lists and file lists. */
#include "verify.h"

#include "error.h"

/* Codes 01 to 09 of an area, as distances from the first. */
enum {
	MISALIGNED,
	NOT_RAM,
	IN_SCRATCH,
	IN_USE,
	NOT_PRESERVED,
	EMPTY,
	OVERFULL,
	LOOP,
	TOO_LONG,
};

/** luo_verify_add() - report something, but not again in a walk that only looks for duplicates. */
void luo_verify_add(struct luo_verify *v, enum luo_code code, u8 severity, u64 pa, u64 value,
		    const struct luo_owner *owner)
{
	if (!v->quiet)
		luo_report_add(v->report, code, severity, pa, value, owner);
}

static LUO_NOINLINE void add(struct luo_verify *v, const struct luo_list *list, u32 what,
			     u8 severity, u64 value)
{
	luo_verify_add(v, list->first + what, severity, list->chain.pa, value, &list->owner);
}

static void add_broken(struct luo_verify *v, const struct luo_list *list, int err)
{
	const struct luo_chain *c = &list->chain;

	switch (err) {
	case LUO_E_ALIGN:
		return add(v, list, MISALIGNED, LUO_SEV_PANIC, c->pa);
	case LUO_E_CYCLE:
		v->looped = true;
		return add(v, list, LOOP, c->abi->loop, c->pa);
	case LUO_E_LIMIT:
		return add(v, list, TOO_LONG, c->abi->loop, c->index);
	default:
		return add(v, list, NOT_RAM, LUO_SEV_PANIC, c->pa);
	}
}

/*
 * Is this block where a block may be? Its content is worth reading only then: memory that is not
 * preserved, or that somebody else uses, may hold anything by now.
 */
static bool block_placed(struct luo_verify *v, const struct luo_list *list)
{
	const struct luo_chain *c = &list->chain;
	u64 bytes = luo_block_bytes(c->abi, v->phys->page_shift);

	if (luo_hits_scratch(v->phys, c->pa, bytes)) {
		add(v, list, IN_SCRATCH, LUO_SEV_PANIC, c->pa);
		return false;
	}
	if (luo_hits_busy(v->phys, c->pa, bytes)) {
		add(v, list, IN_USE, LUO_SEV_PANIC, c->pa);
		return false;
	}
	if (!luo_map_test(v->map, c->pa, c->abi->order)) {
		add(v, list, NOT_PRESERVED, LUO_SEV_PANIC, c->abi->order);
		return false;
	}
	return true;
}

/*
 * Where no session has files, no list but one needs its blocks remembered, and that it comes back
 * to itself is seen without: so they are put off until there is another list.
 */
static bool put_off(struct luo_verify *v, const struct luo_list *list)
{
	bool wait = !list->number && !v->others && luo_seen_waits(&v->seen);

	v->put_off += wait;
	return wait;
}

/**
 * luo_list_others() - another list than that of the sessions begins
 * @v: the verification, in the midst of the session list
 *
 * Blocks that were put off are remembered now. All that were met so far are of the session list, in
 * its order, and were found to be where blocks may be.
 */
LUO_COLD void luo_list_others(struct luo_verify *v)
{
	u64 met = v->limit - v->budget, other;
	struct luo_chain c;

	if (v->others)
		return;
	v->others = true;
	luo_chain_init(&c, v->phys, &v->state->abi->sessions, v->state->sessions_pa, 0);
	for (u64 i = 0; i < met && v->put_off && luo_chain_next(&c) > 0; i++)
		if (i >= met - v->put_off)
			luo_seen_page(&v->seen, c.pa, 0, &other);
}

/* A block met before: in this list a loop, in another one a second owner. */
static bool block_met(struct luo_verify *v, const struct luo_list *list)
{
	u64 other;

	if (put_off(v, list) || !luo_seen_page(&v->seen, list->chain.pa, list->number, &other))
		return false;
	/* A loop that the table missed in the first walk was found there by the chain itself. */
	v->looped |= other == list->number;
	if (other == list->number)
		add(v, list, LOOP, list->chain.abi->loop, list->chain.pa);
	else
		luo_report_add(v->report, LUO_S13, LUO_SEV_PANIC, list->chain.pa, other,
			       &list->owner);
	return true;
}

/* Entries of a block whose count cannot be are not worth a finding each: none of them is read. */
static void check_count(struct luo_verify *v, struct luo_list *list)
{
	struct luo_chain *c = &list->chain;

	if (c->count > c->used) {
		add(v, list, OVERFULL, c->abi->overfull, c->count);
		c->used = 0;
		list->unsure = true;
	} else if (!c->count) {
		add(v, list, EMPTY, c->abi->empty, 0);
	}
}

/**
 * luo_list_next() - go to the next block of a list and check the block itself
 * @v:    the verification
 * @list: a place in a list; its chain was initialised
 *
 * Return: 1 on a block whose entries may be read; 0 at the end; negative when the rest of the
 * list cannot be followed, which was reported.
 */
int luo_list_next(struct luo_verify *v, struct luo_list *list)
{
	int err = luo_chain_next(&list->chain);

	if (!err)
		return 0;
	list->owner.index = list->chain.seen - (err > 0);
	if (err < 0) {
		add_broken(v, list, err);
		return err;
	}
	if (!block_placed(v, list))
		return LUO_E_FORMAT;
	if (block_met(v, list))
		return LUO_E_CYCLE;
	if (!v->budget) {
		luo_verify_add(v, LUO_X02, LUO_SEV_PANIC, list->chain.pa, 0, &list->owner);
		return LUO_E_LIMIT;
	}
	v->budget--;
	check_count(v, list);
	return 1;
}
