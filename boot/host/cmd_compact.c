/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo compact -n: what a compaction would write. The host tool itself never writes dumps. */
#include "../../luo/error.h"
#include "answer.h"
#include "commands.h"
#include "message.h"

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

static void print_plan(const struct luo_out *out, const struct luo_report *r,
		       const struct luo_plan *plan)
{
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
	print_reason(out, plan->kept, " empty blocks must stay");
	print_reason(out, plan->cut, " vacant entries are no longer counted");
	print_reason(out, plan->holes, " vacant entries must stay: sessions follow in their block");
	luo_put(out, "\n");
	for (u64 i = 0; i < plan->nr; i++)
		print_op(out, &plan->op[i]);
}

/* Errors that a compaction cannot mend block it: the verdict's status. */
static int plan_status(const struct answer *a)
{
	if (a->err && luo_report_repairable(&a->report)) {
		host_error("no plan could be made (error %d)%s", a->err,
			   a->err == LUO_E_ARENA ? ": out of working memory" : "");
		return HOST_FAILED;
	}
	return a->plan.nr ? 1 : luo_exit_status(a->report.verdict);
}

static void print_blocked(const struct answer *a, const struct luo_out *out)
{
	if (luo_report_repairable(&a->report))
		print_plan(out, &a->report, &a->plan);
	else
		luo_put(out, "plan: none; what is wrong cannot be mended by a compaction\n");
}

static int print_compact(const struct answer *a, const struct luo_out *out)
{
	int status = plan_status(a);

	switch (a->opt->format) {
	case HOST_FORMAT_JSON:
		luo_print_json(out, &a->report, &a->plan, HOST_TOOL, status);
		break;
	case HOST_FORMAT_KTAP:
		luo_print_ktap(out, &a->report);
		break;
	default:
		luo_print_text(out, &a->report);
		if (a->report.verdict != LUO_VERDICT_NONE)
			print_blocked(a, out);
		luo_print_line(out, &a->report, NULL);
	}
	return status;
}

/** cmd_compact() - plan a compaction of the state in dumps, and print its operations. */
int cmd_compact(const struct options *opt)
{
	if (!opt->dry_run) {
		host_error("compact: the host tool never writes dumps; give -n to see the plan, or "
			   "boot the payload with luo_payload.mode=compact to carry it out");
		return HOST_USAGE;
	}
	return answer_command(opt, LUO_MODE_PLAN, print_compact);
}
