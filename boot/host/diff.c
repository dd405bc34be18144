/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Two sorted states side by side. Sessions are the same by name, files by token, entries by place.
 */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct pairs - which of the first state is which of the second
 * @to: by position in the first, position in the second + 1; 0: not there. NULL: memory ran out
 * @nr: positions in the first
 */
struct pairs {
	u64 *to;
	u64 nr;
};

static struct pairs pairs_open(u64 nr)
{
	return (struct pairs){ calloc(nr + 1, sizeof(u64)), nr };
}

/* Do those that both have follow each other differently? */
static bool pairs_close(struct pairs *p)
{
	bool moved = false;
	u64 last = 0;

	for (u64 i = 0; p->to && i < p->nr; i++) {
		moved |= p->to[i] && p->to[i] < last;
		last = p->to[i] ? p->to[i] : last;
	}
	free(p->to);
	return moved;
}

static void pair(struct pairs *p, u64 x, u64 y)
{
	if (p->to && x < p->nr)
		p->to[x] = y + 1;
}

static const struct collected_file *files_of(const struct diff_state *s,
					     const struct collected_session *session)
{
	return s->c.file + session->first;
}

static bool file_differs(const struct collected_file *x, const struct collected_file *y)
{
	return strcmp(x->handler, y->handler) || x->has_size != y->has_size || x->size != y->size;
}

static void one_file(const struct diff_view *view, struct diff_counts *n, enum diff_sign sign,
		     const struct collected_file *x, const struct collected_file *y)
{
	n->files[sign]++;
	if (view)
		view->file(view->ctx, sign, x, y);
}

/* The files of a session that both have. */
static void files(const struct diff_state s[2], const struct collected_session *a,
		  const struct collected_session *b, const struct diff_view *view,
		  struct diff_counts *n)
{
	const struct collected_file *x = files_of(&s[0], a), *y = files_of(&s[1], b);
	struct pairs pairs = pairs_open(a->nr);
	u64 i = 0, j = 0;

	while (i < a->nr || j < b->nr) {
		if (j == b->nr || (i < a->nr && x[i].token < y[j].token)) {
			one_file(view, n, DIFF_VANISHED, &x[i++], NULL);
		} else if (i == a->nr || y[j].token < x[i].token) {
			one_file(view, n, DIFF_APPEARED, NULL, &y[j++]);
		} else {
			if (file_differs(&x[i], &y[j]))
				one_file(view, n, DIFF_CHANGED, &x[i], &y[j]);
			pair(&pairs, x[i++].order, y[j++].order);
		}
	}
	n->reordered |= pairs_close(&pairs);
}

/* One that only one of them has: all its files with it. */
static void lone_session(const struct diff_view *view, struct diff_counts *n, enum diff_sign sign,
			 const struct collected_session *x, const struct collected_session *y)
{
	n->sessions[sign]++;
	n->files[sign] += x ? x->nr : y->nr;
	view->session(view->ctx, sign, x, y);
}

static void both(const struct diff_state s[2], const struct collected_session *a,
		 const struct collected_session *b, const struct diff_view *view,
		 struct diff_counts *n)
{
	struct diff_counts here = { 0 };

	files(s, a, b, NULL, &here);
	n->reordered |= here.reordered;
	if (!here.files[DIFF_VANISHED] && !here.files[DIFF_APPEARED] && !here.files[DIFF_CHANGED])
		return;
	n->sessions[DIFF_CHANGED]++;
	view->session(view->ctx, DIFF_CHANGED, a, b);
	files(s, a, b, view, n);
	view->end(view->ctx);
}

/** diff_sessions() - show and count what differs in sessions and files. */
void diff_sessions(const struct diff_state s[2], const struct diff_view *view,
		   struct diff_counts *n)
{
	const struct collected_session *x = s[0].c.session, *y = s[1].c.session;
	u64 i = 0, j = 0, nx = s[0].c.nr_sessions, ny = s[1].c.nr_sessions;
	struct pairs pairs = pairs_open(nx);

	while (i < nx || j < ny) {
		int order = i == nx ? 1 : j == ny ? -1 : strcmp(x[i].name, y[j].name);

		if (order < 0) {
			lone_session(view, n, DIFF_VANISHED, &x[i++], NULL);
		} else if (order > 0) {
			lone_session(view, n, DIFF_APPEARED, NULL, &y[j++]);
		} else {
			both(s, &x[i], &y[j], view, n);
			pair(&pairs, x[i++].order, y[j++].order);
		}
	}
	n->reordered |= pairs_close(&pairs);
}

static void one_entry(const struct diff_view *view, struct diff_counts *n, enum diff_sign sign,
		      const struct collected_entry *x, const struct collected_entry *y)
{
	const struct collected_entry *e = y ? y : x;
	struct luo_tally *t = &n->owner[e->kind][sign];

	n->entries[sign]++;
	n->pages[sign] += 1ULL << e->order;
	t->entries++;
	t->pages += 1ULL << e->order;
	view->entry(view->ctx, sign, x, y);
}

static int place(const struct collected_entry *x, const struct collected_entry *y)
{
	if (x->pa != y->pa)
		return x->pa < y->pa ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/** diff_entries() - show and count what differs in preserved pages and their owners. */
void diff_entries(const struct diff_state s[2], const struct diff_view *view, struct diff_counts *n)
{
	const struct collected_entry *x = s[0].c.entry, *y = s[1].c.entry;
	u64 i = 0, j = 0, nx = s[0].c.nr_entries, ny = s[1].c.nr_entries;

	while (i < nx || j < ny) {
		int order = i == nx ? 1 : j == ny ? -1 : place(&x[i], &y[j]);

		if (order < 0) {
			one_entry(view, n, DIFF_VANISHED, &x[i++], NULL);
		} else if (order > 0) {
			one_entry(view, n, DIFF_APPEARED, NULL, &y[j++]);
		} else {
			if (x[i].kind != y[j].kind)
				one_entry(view, n, DIFF_CHANGED, &x[i], &y[j]);
			i++;
			j++;
		}
	}
}

/** diff_same() - was nothing found that differs? */
bool diff_same(const struct diff_counts *n)
{
	u64 all = n->reordered + n->versions;

	for (u32 i = 0; i < DIFF_NR_SIGNS; i++)
		all += n->sessions[i] + n->files[i] + n->entries[i];
	return !all;
}

/** diff_owner_word() - a kind of owner, LUO_NR_CLAIMANTS included, in words. */
const char *diff_owner_word(u8 kind)
{
	return kind < LUO_NR_CLAIMANTS ? luo_claimant_word(kind) : "nobody known";
}
