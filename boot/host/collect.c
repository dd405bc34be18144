/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

/* Room for one more; NULL when there is none, which is remembered. */
static void *grow(struct collected *c, void **list, u64 nr, u64 *max, size_t size)
{
	if (nr == *max) {
		u64 more = *max ? *max * 2 : 256;
		void *p = reallocarray(*list, more, size);

		if (!p) {
			c->failed = true;
			return NULL;
		}
		*list = p;
		*max = more;
	}
	return (u8 *)*list + nr * size;
}

/** collect_entry() - a struct luo_owner_watch's function; @ctx is a struct collected. */
void collect_entry(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct collected *c = ctx;
	struct collected_entry *e =
		grow(c, (void **)&c->entry, c->nr_entries, &c->max_entries, sizeof(*c->entry));

	(void)owner;
	if (!e)
		return;
	*e = (struct collected_entry){ pa, order, kind };
	c->nr_entries++;
}

static void unclaimed(void *ctx, u64 pa, u32 order)
{
	collect_entry(ctx, LUO_NR_CLAIMANTS, pa, order, NULL);
}

/** struct collector - the walk over sessions; @out is what the walk hands on. */
struct collector {
	struct luo_out out;
	struct collected *c;
};

static void take_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	struct collected *c = ((const struct collector *)out)->c;
	struct collected_session *to = grow(c, (void **)&c->session, c->nr_sessions,
					    &c->max_sessions, sizeof(*c->session));

	if (!to)
		return;
	*to = (struct collected_session){ .order = s->index, .first = c->nr_files };
	memcpy(to->name, s->name, sizeof(to->name));
	c->nr_sessions++;
}

static void take_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	struct collected *c = ((const struct collector *)out)->c;
	struct collected_file *to =
		grow(c, (void **)&c->file, c->nr_files, &c->max_files, sizeof(*c->file));

	if (!to || c->failed)
		return;
	*to = (struct collected_file){ f->index, f->token, "", f->size, f->has_size };
	memcpy(to->handler, f->handler, sizeof(to->handler));
	c->nr_files++;
	c->session[c->nr_sessions - 1].nr++;
}

static void take_end(const struct luo_out *out, const char *why, u64 pa)
{
	struct collected *c = ((const struct collector *)out)->c;

	(void)pa;
	if (why && !c->stopped)
		c->stopped = why;
}

static int by_number(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_name(const void *a, const void *b)
{
	const struct collected_session *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : by_number(x->order, y->order);
}

static int by_token(const void *a, const void *b)
{
	const struct collected_file *x = a, *y = b;
	int order = by_number(x->token, y->token);

	return order ? order : by_number(x->order, y->order);
}

static int by_address(const void *a, const void *b)
{
	const struct collected_entry *x = a, *y = b;
	int order = by_number(x->pa, y->pa);

	return order ? order : by_number(x->order, y->order);
}

static void sort(struct collected *c)
{
	for (u64 i = 0; i < c->nr_sessions; i++)
		if (c->session[i].nr)
			qsort(c->file + c->session[i].first, c->session[i].nr, sizeof(*c->file),
			      by_token);
	if (c->nr_sessions)
		qsort(c->session, c->nr_sessions, sizeof(*c->session), by_name);
	if (c->nr_entries)
		qsort(c->entry, c->nr_entries, sizeof(*c->entry), by_address);
}

/**
 * collect_state() - collect what is left to be collected, and sort
 * @c: collect_entry() was called for every claim; collect_free() gives back what it holds
 * @a: the state
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int collect_state(struct collected *c, const struct answer *a)
{
	const struct luo_answer view = answer_view(a);
	struct collector to = { .c = c };
	struct luo_walk_view walk = { take_session, take_file, take_end, &to.out };
	const char *why;
	u64 pa;

	if (a->followed)
		luo_owners_unclaimed(&a->owners, unclaimed, c);
	why = luo_list_walk(&view, &walk, &pa);
	if (why)
		c->stopped = why;
	if (c->failed) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	sort(c);
	return 0;
}

/** collect_free() - give back what was collected. */
void collect_free(struct collected *c)
{
	free(c->session);
	free(c->file);
	free(c->entry);
	*c = (struct collected){ 0 };
}
