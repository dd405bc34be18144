/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The report as one JSON object, schema 1. Addresses are hex strings: they may exceed 2^53. */
#include "print.h"

static void text(const struct luo_out *out, const char *key, const char *value)
{
	luo_put(out, "\"");
	luo_put(out, key);
	luo_put(out, "\":\"");
	luo_put_escaped(out, value);
	luo_put(out, "\",");
}

static void number(const struct luo_out *out, const char *key, u64 value, const char *end)
{
	luo_put(out, "\"");
	luo_put(out, key);
	luo_put(out, "\":");
	luo_put_dec(out, value);
	luo_put(out, end);
}

static void address(const struct luo_out *out, const char *key, u64 pa)
{
	luo_put(out, "\"");
	luo_put(out, key);
	luo_put(out, "\":\"");
	luo_put_hex(out, pa);
	luo_put(out, "\",");
}

static void totals(const struct luo_out *out, const struct luo_report *r)
{
	luo_put(out, "\"totals\":{");
	number(out, "sessions", r->after.sessions, ",");
	number(out, "files", r->after.files, ",");
	number(out, "blocks_before", r->before.blocks, ",");
	number(out, "blocks_after", r->after.blocks, ",");
	number(out, "fblocks_before", r->before.fblocks, ",");
	number(out, "fblocks_after", r->after.fblocks, ",");
	number(out, "pages", r->before.pages, ",");
	number(out, "pages_after", r->after.pages, ",");
	number(out, "map_nodes", r->before.map_nodes, ",");
	number(out, "map_entries", r->before.map_entries, ",");
	number(out, "findings", r->nr_findings, ",");
	number(out, "us", luo_report_us(r), "},");
}

static void finding(const struct luo_out *out, const struct luo_finding *f)
{
	luo_put(out, "{");
	text(out, "code", luo_code_text(f->code));
	text(out, "severity", luo_severity_word(f->severity));
	address(out, "pa", f->pa);
	luo_put(out, "\"owner\":\"");
	luo_put_owner(out, &f->owner);
	luo_put(out, "\",\"what\":\"");
	luo_put_what(out, f);
	luo_put(out, "\",");
	text(out, "effect", luo_effect(f->code, f->severity));
	luo_put(out, "\"remedy\":\"");
	luo_put_escaped(out, luo_remedy(f->code));
	luo_put(out, "\"}");
}

/* The bytes of a value as they lie in memory, two digits each, lowest address first. */
static void bytes(const struct luo_out *out, const char *key, const u64 value[2], u32 len)
{
	const u8 *p = (const u8 *)value;

	luo_put(out, "\"");
	luo_put(out, key);
	luo_put(out, "\":\"");
	for (u32 i = 0; i < len; i++) {
		char digits[2] = { "0123456789abcdef"[p[i] >> 4], "0123456789abcdef"[p[i] & 15] };

		out->write(out->ctx, digits, 2);
	}
	luo_put(out, "\"");
}

/*
 * One operation. pa, len and kind always; the rest by kind:
 *   header, head, key  one store of len bytes that cannot tear: old is there before, new after
 *   build              likewise, but whatever was there before: no list leads to this header yet
 *   copy               len bytes from address src, as they are when the operation is reached
 *   scrub              len bytes of zeros
 * Carried out in their order on RAM they give exactly the RAM that the compaction leaves.
 */
static void operation(const struct luo_out *out, const struct luo_op *op)
{
	static const char *const kind[] = {
		[LUO_OP_RELINK] = "header", [LUO_OP_HEAD] = "head", [LUO_OP_CLEAR] = "key",
		[LUO_OP_BUILD] = "build",   [LUO_OP_COPY] = "copy", [LUO_OP_SCRUB] = "scrub",
	};

	luo_put(out, "{");
	address(out, "pa", op->pa);
	number(out, "len", op->len, ",\"kind\":\"");
	luo_put(out, kind[op->why]);
	luo_put(out, "\"");
	if (op->why < LUO_OP_COPY) {
		luo_put(out, ",");
		if (op->why != LUO_OP_BUILD) {
			bytes(out, "old", op->old, op->len);
			luo_put(out, ",");
		}
		bytes(out, "new", op->new, op->len);
	} else if (op->why == LUO_OP_COPY) {
		luo_put(out, ",\"src\":\"");
		luo_put_hex(out, op->src);
		luo_put(out, "\"");
	}
	luo_put(out, "}");
}

/* What the plan comes to; blocks above the fewest possible stay for one of three reasons. */
static void compaction(const struct luo_out *out, const struct luo_report *r,
		       const struct luo_plan *p)
{
	luo_put(out, "\"compaction\":{");
	number(out, "blocks_before", r->before.blocks, ",");
	number(out, "blocks_after", r->before.blocks - p->blocks, ",");
	number(out, "blocks_fewest", r->before.fewest_blocks, ",");
	number(out, "fblocks_before", r->before.fblocks, ",");
	number(out, "fblocks_after", r->before.fblocks - p->fblocks, ",");
	number(out, "fblocks_fewest", r->before.fewest_fblocks, ",");
	number(out, "pages_freed", p->pages, ",");
	number(out, "entries_moved", p->moved, ",");
	number(out, "bytes_written", p->bytes, ",");
	number(out, "blocks_without_spare", p->stuck, ",");
	number(out, "blocks_held", p->held, ",");
	number(out, "empty_blocks_kept", p->kept, ",");
	number(out, "vacant_cut", p->cut, ",");
	number(out, "vacant_kept", p->holes, "},");
}

/**
 * luo_print_json() - the report, and a plan, as one object
 * @out:         where to
 * @report:      a closed report
 * @plan:        a plan, or NULL for an empty list
 * @tool:        name and version of the program
 * @exit_status: what the program will exit with
 */
void luo_print_json(const struct luo_out *out, const struct luo_report *report,
		    const struct luo_plan *plan, const char *tool, int exit_status)
{
	luo_put(out, "{");
	text(out, "tool", tool);
	number(out, "schema", 1, ",");
	text(out, "verdict", luo_verdict_word(report->verdict));
	number(out, "exit", (u64)exit_status, ",");
	text(out, "abi", report->abi_name);
	text(out, "kho", report->kho_name);
	number(out, "page_size", report->page_size, ",");
	number(out, "liveupdate_number", report->number, ",");
	totals(out, report);
	luo_put(out, "\"findings\":[");
	for (u32 i = 0; i < report->nr_kept; i++) {
		luo_put(out, i ? "," : "");
		finding(out, &report->findings[i]);
	}
	luo_put(out, "],");
	if (plan)
		compaction(out, report, plan);
	luo_put(out, "\"plan\":[");
	for (u64 i = 0; plan && plan->op && i < plan->nr; i++) {
		luo_put(out, i ? "," : "");
		operation(out, &plan->op[i]);
	}
	luo_put(out, "]}\n");
}
