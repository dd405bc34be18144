/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A planned compaction for people. */
#include "print.h"

static const char *const why[] = {
	[LUO_OP_RELINK] = "block header",
	[LUO_OP_HEAD] = "pointer to the first block",
	[LUO_OP_CLEAR] = "keys of dropped blocks",
	[LUO_OP_BUILD] = "header of a rebuilt block",
	[LUO_OP_COPY] = "entries",
	[LUO_OP_SCRUB] = "content of a dropped block",
};

static void put_words(const struct luo_out *out, const u64 word[2], u32 len)
{
	luo_put_hex(out, word[0]);
	if (len <= 8)
		return;
	luo_put(out, ",");
	luo_put_hex(out, word[1]);
}

static void print_op(const struct luo_out *out, const struct luo_op *op)
{
	luo_put(out, "  ");
	luo_put_hex(out, op->pa);
	luo_put(out, " ");
	luo_put_dec(out, op->len);
	luo_put(out, " bytes: ");
	if (op->why == LUO_OP_COPY) {
		luo_put(out, "copied from ");
		luo_put_hex(out, op->src);
	} else if (op->why == LUO_OP_SCRUB) {
		luo_put(out, "zeroed");
	} else {
		if (op->why != LUO_OP_BUILD)
			put_words(out, op->old, op->len);
		luo_put(out, " -> ");
		put_words(out, op->new, op->len);
	}
	luo_put(out, "  (");
	luo_put(out, op->why < LUO_ARRAY_SIZE(why) ? why[op->why] : "?");
	luo_put(out, ")\n");
}

static void print_count(const struct luo_out *out, u64 count, const char *what)
{
	luo_put_dec(out, count);
	luo_put(out, what);
}

static void print_blocks(const struct luo_out *out, const char *what, u64 before, u64 dropped)
{
	luo_put(out, what);
	luo_put_dec(out, before);
	luo_put(out, "->");
	luo_put_dec(out, before - dropped);
}

static void print_reason(const struct luo_out *out, u64 count, const char *what)
{
	if (!count)
		return;
	luo_put(out, "; ");
	print_count(out, count, what);
}

/**
 * luo_print_plan() - what a compaction would write, a line for each operation
 * @out:  where to
 * @r:    a closed report; it is said when its errors block a compaction
 * @plan: with its operations
 */
void luo_print_plan(const struct luo_out *out, const struct luo_report *r,
		    const struct luo_plan *plan)
{
	if (!luo_report_repairable(r)) {
		luo_put(out, "plan: none; what is wrong cannot be mended by a compaction\n");
		return;
	}
	luo_put(out, "plan: ");
	if (plan->nr) {
		print_count(out, plan->nr, " operations,");
		print_blocks(out, " blocks=", r->before.blocks, plan->blocks);
		print_blocks(out, " fblocks=", r->before.fblocks, plan->fblocks);
		luo_put(out, ", ");
		print_count(out, plan->pages, " pages freed, ");
		print_count(out, plan->moved, " entries moved, ");
		print_count(out, plan->bytes, " bytes written");
	} else {
		luo_put(out, "nothing to do");
	}
	if (r->abi && !r->abi->sessions.linked)
		luo_put(out, ": " LUO_NO_CHAIN);
	print_reason(out, plan->stuck,
		     " blocks above the fewest stay: none is free to rebuild others in");
	print_reason(out, plan->held,
		     " dropped blocks stay preserved: a file or the FLB area points there");
	print_reason(out, plan->kept, " empty blocks must stay");
	print_reason(out, plan->cut, " vacant entries are no longer counted");
	print_reason(out, plan->holes, " vacant entries must stay: sessions follow in their block");
	luo_put(out, "\n");
	for (u64 i = 0; i < plan->nr; i++)
		print_op(out, &plan->op[i]);
}
