/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What a front end on firmware's side does with the anchor that it took: hold memory against it,
 * say what came of that, write it anew behind a compaction, and use it up. Why one was not taken is
 * said here, too.
 */
#include "anchor.h"

#include "../luo/error.h"
#include "../luo/owners.h"
#include "../luo/print.h"

/**
 * fdt_anchor_check() - compare memory with the anchor, before anything is written
 * @a:    of fdt_anchor_locate(); when one was taken @a->check has room for the comparison
 * @phys: the view, with the state's page size; stays in use as long as @a
 *
 * Return: pages that are not what they were, 0 without an anchor.
 */
u64 fdt_anchor_check(struct fdt_anchored *a, const struct luo_phys *phys)
{
	if (!a->taken)
		return 0;
	luo_anchor_check(a->check, phys, &a->all.best);
	return a->check->meta + a->check->content;
}

/** fdt_anchor_owner() - told of every claim of luo_follow(), behind fdt_anchor_check(). */
void fdt_anchor_owner(struct fdt_anchored *a, u8 kind, u64 pa, u64 size,
		      const struct luo_owner *owner)
{
	if (a->taken)
		luo_anchor_owner(a->check, luo_claimant_word(kind), pa, size, owner);
}

/**
 * fdt_anchor_say() - findings and lines about anchors and what was trodden on
 * @a:      behind fdt_anchor_check() and all calls of fdt_anchor_owner()
 * @report: of the state; its verdict is drawn again
 * @out:    for the lines
 */
void fdt_anchor_say(struct fdt_anchored *a, struct luo_report *report, const struct luo_out *out)
{
	fdt_anchor_report(a, report);
	if (!a->taken)
		return;
	luo_anchor_report(a->check, report);
	luo_print_anchor(out, a->check);
}

/**
 * fdt_anchor_map_clean() - is there nothing wrong with KHO itself, whatever LUO looks like?
 * @a:      behind fdt_anchor_check(), when one was taken
 * @report: of the state
 *
 * A map can be well-formed and yet not be what it was.
 */
bool fdt_anchor_map_clean(const struct fdt_anchored *a, const struct luo_report *report)
{
	return luo_report_map_clean(report) && !(a->taken && a->check->kho);
}

/**
 * fdt_anchor_renew() - after a compaction the anchor has to be about what there is now
 * @a:     one was taken, and its memory is the caller's to write
 * @phys:  the view, with scratch areas
 * @state: as luo_run() has filled it in
 * @base:  where the anchor is mapped
 *
 * The old one has lost its magic before the first byte of the new one is written. Without room for
 * it there is none any more.
 */
void fdt_anchor_renew(struct fdt_anchored *a, const struct luo_phys *phys,
		      const struct luo_state *state, void *base)
{
	struct luo_anchor *best = &a->all.best;
	struct luo_anchor_writer writer = {
		.phys = phys,
		.base = base,
		.room = best->head.size,
		.all = best->head.run_bytes,
	};

	fdt_anchor_mark(a, base, true);
	fdt_anchor_write(&writer, state, best->head.pa);
	a->taken = !luo_anchor_open(phys, best->head.pa, best);
}

/**
 * fdt_anchor_mark() - take the anchor's magic away, or give it back
 * @a:    one was taken, and its memory is the caller's to write
 * @base: where it is mapped
 * @used: the next kernel is about to be started with the state, or without it
 */
void fdt_anchor_mark(const struct fdt_anchored *a, void *base, bool used)
{
	static const char mark[sizeof(a->all.best.head.magic)] = LUO_ANCHOR_USED;

	__builtin_memcpy(base, used ? (const void *)mark : a->all.best.head.magic, sizeof(mark));
}

static void put_place(const struct luo_out *out, u64 pa)
{
	luo_put(out, "luo:   ");
	luo_put_hex(out, pa);
	luo_put(out, "\n");
}

/**
 * fdt_anchor_say_tie() - two anchors of one number, after LUO_E_TIE
 * @a:    with both
 * @name: how to name one, in the front end's words
 * @out:  for the lines
 */
void fdt_anchor_say_tie(const struct fdt_anchored *a, const char *name, const struct luo_out *out)
{
	luo_put(out, "luo: two anchors of one live update name different KHO FDTs; name one with ");
	luo_put(out, name);
	luo_put(out, ":\n");
	put_place(out, a->all.best.head.pa);
	put_place(out, a->all.other);
}

/**
 * fdt_anchor_word() - why the anchor at an address that was given was not taken
 * @a:   of fdt_anchor_locate()
 * @err: what that returned
 */
const char *fdt_anchor_word(const struct fdt_anchored *a, int err)
{
	if (err == LUO_E_VERSION)
		return "is of another version";
	if (err == LUO_E_FORMAT)
		return "is damaged";
	return a->stale ? "is of an earlier state" : "is not there";
}
