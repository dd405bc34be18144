/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo cat: what a preserved memfd holds.
 *
 * Its folios claim their pages in the order of the file, and cover it from the first page to the
 * last (mm/memfd_luo.c, Linux 7.1 to 7.3: holes are filled first). Where that is not so, verify has
 * a finding about the file, and nothing is written here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../luo/walk.h"
#include "answer.h"
#include "commands.h"
#include "message.h"
#include "output.h"

/** struct folio - a folio of some file of the session; @file: the file's position in it. */
struct folio {
	u64 file;
	u64 pa;
	u32 order;
};

/**
 * struct wanted - the file that is looked for
 * @out:     what the walk over sessions hands on
 * @session: its name
 * @token:   of the file
 * @in:      the walk is in that session
 * @seen:    so many sessions of that name
 * @found:   so many files of that token
 * @file:    the first of them
 * @folio, @nr, @max: of all files of the session
 * @failed:  memory ran out
 */
struct wanted {
	struct luo_out out;
	const char *session;
	u64 token;
	bool in;
	u64 seen;
	u64 found;
	struct luo_walk_file file;
	struct folio *folio;
	u64 nr, max;
	bool failed;
};

static bool owned(const struct wanted *w, const struct luo_owner *owner)
{
	return owner->kind == LUO_OWNER_FILE &&
	       !strncmp(owner->name, w->session, sizeof(owner->name));
}

/* A struct luo_owner_watch's function. */
static void take_folio(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct wanted *w = ctx;

	if (kind != LUO_CLAIMS_FOLIO || w->failed || !owned(w, owner))
		return;
	if (w->nr == w->max) {
		u64 max = w->max ? w->max * 2 : 256;
		struct folio *more = reallocarray(w->folio, max, sizeof(*more));

		w->failed = !more;
		if (!more)
			return;
		w->folio = more;
		w->max = max;
	}
	w->folio[w->nr++] = (struct folio){ owner->index, pa, order };
}

static void take_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	struct wanted *w = (struct wanted *)out;

	w->in = !strcmp(s->name, w->session);
	w->seen += w->in;
}

static void take_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	struct wanted *w = (struct wanted *)out;

	if (w->in && f->token == w->token && !w->found++)
		w->file = *f;
}

static void take_end(const struct luo_out *out, const char *why, u64 pa)
{
	(void)out;
	(void)why;
	(void)pa;
}

/* Is there anything wrong with the file? Findings that were not kept may be about any. */
static bool is_sound(const struct answer *a, const struct wanted *w)
{
	const struct luo_report *r = &a->report;

	for (u32 i = 0; i < r->nr_kept; i++)
		if (r->findings[i].severity > LUO_SEV_NOTE && owned(w, &r->findings[i].owner) &&
		    r->findings[i].owner.index == w->file.index)
			return false;
	return r->nr_kept == r->nr_findings;
}

static u64 covered(const struct answer *a, const struct wanted *w)
{
	u64 size = 0;

	for (u64 i = 0; i < w->nr; i++)
		if (w->folio[i].file == w->file.index)
			size += luo_page_size(&a->phys) << w->folio[i].order;
	return size;
}

static int refuse(const struct wanted *w, const char *why)
{
	host_error("session '%s', token 0x%llx: %s", w->session, (unsigned long long)w->token, why);
	return HOST_FAILED;
}

/* Has exactly one file that can be read to its end been found? */
static int check(const struct answer *a, const struct wanted *w)
{
	if (w->failed) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	if (!a->followed)
		return refuse(w, "the dump has no state whose files can be followed; see 'luo "
				 "verify'");
	if (!w->seen)
		return refuse(w, "there is no such session; see 'luo list'");
	if (!w->found)
		return refuse(w, "the session has no such file; see 'luo list'");
	if (w->seen > 1 || w->found > 1)
		return refuse(w, "there is more than one; see 'luo verify'");
	if (!w->file.has_size)
		return refuse(w, "this is no memfd, and nothing else can be shown");
	if (!is_sound(a, w) || covered(a, w) < w->file.size)
		return refuse(w, "the file cannot be followed to its last page; see 'luo verify'");
	return 0;
}

/* One folio, page by page, or only looked at without @to; false: a page of it is not in the dump.
 */
static bool put_folio(const struct answer *a, const struct folio *f, u64 *left, FILE *to)
{
	u64 page = luo_page_size(&a->phys);

	for (u64 i = 0; i < 1ULL << f->order && *left; i++) {
		u64 size = *left < page ? *left : page;
		const u8 *p = luo_map(&a->phys, f->pa + i * page, size);

		if (!p)
			return false;
		if (to)
			fwrite(p, 1, size, to);
		*left -= size;
	}
	return true;
}

static bool put_file(const struct answer *a, const struct wanted *w, FILE *to)
{
	u64 left = w->file.size;
	bool whole = true;

	for (u64 i = 0; i < w->nr && whole; i++)
		if (w->folio[i].file == w->file.index)
			whole = put_folio(a, &w->folio[i], &left, to);
	return whole;
}

static int put(const struct answer *a, const struct wanted *w)
{
	struct output output;
	int status;

	if (!put_file(a, w, NULL))
		return refuse(w, "a page of it is not in the dump");
	status = output_open(&output, a->opt, &a->dump);
	if (status)
		return status;
	output.colour.on = false;
	put_file(a, w, output.file);
	return output_close(&output, 0);
}

/**
 * cmd_cat() - write the content of a preserved memfd
 *
 * Return: 0; HOST_FAILED or HOST_USAGE after a message, with nothing written.
 */
int cmd_cat(const struct options *opt)
{
	static struct answer a;
	struct wanted w = { .session = opt->session, .token = opt->token };
	struct luo_owner_watch watch = { take_folio, &w };
	struct luo_walk_view walk = { take_session, take_file, take_end, &w.out };
	int status;
	u64 pa;

	if (!opt->session || !opt->has_token) {
		host_error("cat: give --session NAME and --token NUMBER, as 'luo list' shows them");
		return HOST_USAGE;
	}
	a.watch = &watch;
	status = answer_open(&a, opt, opt->dump, opt->nr_dumps, LUO_MODE_VERIFY);
	if (!status) {
		const struct luo_answer view = answer_view(&a);

		if (a.followed)
			luo_list_walk(&view, &walk, &pa);
		status = check(&a, &w);
	}
	if (!status)
		status = put(&a, &w);
	free(w.folio);
	answer_close(&a);
	return status;
}
