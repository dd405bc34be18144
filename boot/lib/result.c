/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The answer: verdict, counts, findings, sessions, and as the host tool prints it. */
#include <string.h>

#include "../../fdt/info.h"
#include "../../luo/walk.h"
#include "handle.h"

_Static_assert((int)LIBLUO_OK == (int)LUO_VERDICT_OK, "words");
_Static_assert((int)LIBLUO_REPAIRED == (int)LUO_VERDICT_REPAIRED, "words");
_Static_assert((int)LIBLUO_ERRORS == (int)LUO_VERDICT_ERRORS, "words");
_Static_assert((int)LIBLUO_REFUSED == (int)LUO_VERDICT_REFUSED, "words");
_Static_assert((int)LIBLUO_NONE == (int)LUO_VERDICT_NONE, "words");
_Static_assert((int)LIBLUO_NOTE == (int)LUO_SEV_NOTE, "severities");
_Static_assert((int)LIBLUO_LEAK == (int)LUO_SEV_LEAK, "severities");
_Static_assert((int)LIBLUO_LOSE == (int)LUO_SEV_LOSE, "severities");
_Static_assert((int)LIBLUO_REFUSE == (int)LUO_SEV_REFUSE, "severities");
_Static_assert((int)LIBLUO_PANIC == (int)LUO_SEV_PANIC, "severities");

/** struct bounded - text of at most @room bytes, always terminated. */
struct bounded {
	char *to;
	size_t room;
	size_t len;
};

static void put_bounded(void *ctx, const char *text, size_t len)
{
	struct bounded *b = ctx;

	if (len > b->room - 1 - b->len)
		len = b->room - 1 - b->len;
	memcpy(b->to + b->len, text, len);
	b->len += len;
	b->to[b->len] = '\0';
}

static int no_answer(struct libluo *l)
{
	return l ? lib_fail(l, LIBLUO_E_ARGUMENT, "there is no answer; call libluo_verify() first")
		 : LIBLUO_E_ARGUMENT;
}

static bool has_answer(const struct libluo *l)
{
	return l && l->done;
}

/* What an older caller does not know is left out, what a newer one expects is 0. */
static void give(void *to, size_t size, const void *from, size_t from_size)
{
	memset(to, 0, size);
	memcpy(to, from, size < from_size ? size : from_size);
}

int libluo_verdict(struct libluo *l)
{
	return has_answer(l) ? l->a.report.verdict : no_answer(l);
}

const char *libluo_verdict_word(int verdict)
{
	if (verdict < LIBLUO_OK || verdict > LIBLUO_NONE)
		return NULL;
	return luo_verdict_word(verdict);
}

const char *libluo_severity_word(uint32_t severity)
{
	return severity >= LUO_SEV_NOTE && severity <= LUO_SEV_PANIC
		       ? luo_severity_word((u8)severity)
		       : NULL;
}

int libluo_exit_status(int verdict)
{
	if (verdict < LIBLUO_OK || verdict > LIBLUO_NONE)
		return luo_exit_status(LUO_VERDICT_NONE);
	return luo_exit_status(verdict);
}

int libluo_totals(struct libluo *l, struct libluo_totals *t, size_t size)
{
	struct libluo_totals all;
	const struct luo_report *r;

	if (!has_answer(l) || !t)
		return no_answer(l);
	r = &l->a.report;
	all = (struct libluo_totals){
		.sessions = r->before.sessions,
		.files = r->before.files,
		.blocks = r->before.blocks,
		.empty_blocks = r->before.empty_blocks,
		.fblocks = r->before.fblocks,
		.empty_fblocks = r->before.empty_fblocks,
		.pages = r->before.pages,
		.number = r->number,
		.findings = r->nr_findings,
		.kept = r->nr_kept,
		.page_size = r->page_size,
	};
	give(t, size, &all, sizeof(all));
	return 0;
}

int libluo_finding(struct libluo *l, uint32_t nr, struct libluo_finding *f, size_t size)
{
	struct libluo_finding one = { 0 };
	struct bounded owner = { one.owner, sizeof(one.owner), 0 };
	struct bounded what = { one.what, sizeof(one.what), 0 };
	const struct luo_out to_owner = { put_bounded, &owner };
	const struct luo_out to_what = { put_bounded, &what };
	const struct luo_finding *from;

	if (!has_answer(l) || !f)
		return no_answer(l);
	if (nr >= l->a.report.nr_kept)
		return lib_fail(l, LIBLUO_E_ARGUMENT,
				"there are %u findings, the first is number 0",
				l->a.report.nr_kept);
	from = &l->a.report.findings[nr];
	one.code = luo_code_text(from->code);
	one.effect = luo_effect(from->code, from->severity);
	one.remedy = luo_remedy(from->code);
	one.pa = from->pa;
	one.severity = from->severity;
	luo_put_owner(&to_owner, &from->owner);
	luo_put_what(&to_what, from);
	give(f, size, &one, sizeof(one));
	return 0;
}

/** struct visit - a walk over sessions; @out is what the walk hands on. */
struct visit {
	struct luo_out out;
	const struct libluo_visitor *v;
	void *ctx;
};

static const struct visit *visit_of(const struct luo_out *out)
{
	return (const struct visit *)((const char *)out - offsetof(struct visit, out));
}

static void visit_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	const struct visit *to = visit_of(out);
	struct libluo_session one = { .index = s->index, .files = s->files };

	_Static_assert(sizeof(one.name) == sizeof(s->name), "names fit");
	memcpy(one.name, s->name, sizeof(one.name));
	if (to->v->session)
		to->v->session(to->ctx, &one);
}

static void visit_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	const struct visit *to = visit_of(out);
	struct libluo_file one = { .index = f->index, .token = f->token };

	_Static_assert(sizeof(one.handler) == sizeof(f->handler), "handlers fit");
	one.size = f->has_size ? f->size : LIBLUO_SIZE_UNKNOWN;
	memcpy(one.handler, f->handler, sizeof(one.handler));
	if (to->v->file)
		to->v->file(to->ctx, &one);
}

static void visit_end(const struct luo_out *out, const char *why, u64 pa)
{
	const struct visit *to = visit_of(out);

	(void)pa;
	if (why && to->v->broken)
		to->v->broken(to->ctx, why);
}

int libluo_sessions(struct libluo *l, const struct libluo_visitor *v, void *ctx)
{
	struct visit to = { .v = v, .ctx = ctx };
	const struct luo_walk_view walk = { visit_session, visit_file, visit_end, &to.out };
	struct luo_answer view;
	const char *why;
	u64 pa;

	if (!has_answer(l) || !v)
		return no_answer(l);
	view = answer_view(&l->a);
	why = luo_list_walk(&view, &walk, &pa);
	if (why && v->broken)
		v->broken(ctx, why);
	return 0;
}

int libluo_print(struct libluo *l, int form, libluo_write_fn fn, void *ctx)
{
	const struct luo_out out = { fn, ctx };
	struct luo_answer view;
	int status;

	if (!has_answer(l) || !fn)
		return no_answer(l);
	view = answer_view(&l->a);
	status = luo_exit_status(l->a.report.verdict);
	switch (form) {
	case LIBLUO_TEXT:
		luo_print_text(&out, &l->a.report);
		/* fall through */
	case LIBLUO_LINE:
		luo_print_line(&out, &l->a.report, NULL);
		return 0;
	case LIBLUO_JSON:
		luo_print_json(&out, &l->a.report, NULL, HOST_TOOL, status);
		return 0;
	case LIBLUO_KTAP:
		luo_print_ktap(&out, &l->a.report);
		return 0;
	case LIBLUO_INFO:
		fdt_info_text(&view, &out);
		return 0;
	case LIBLUO_INFO_JSON:
		fdt_info_json(&view, &out, status);
		return 0;
	case LIBLUO_LIST:
		luo_list_text(&view, &out);
		return 0;
	case LIBLUO_LIST_JSON:
		luo_list_json(&view, &out, status);
		return 0;
	default:
		return lib_fail(l, LIBLUO_E_ARGUMENT, "there is no form %d", form);
	}
}
