/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The walk. Memory is untrusted: a list ends where it is damaged, and all lists together may not
 * have more blocks than memory has pages.
 */
#include "walk.h"

#include "chain.h"
#include "error.h"
#include "str.h"

struct walk {
	const struct luo_answer *a;
	const struct luo_walk_view *view;
	u64 budget;
	u64 sessions;
};

static const char *reason(int err)
{
	switch (err) {
	case LUO_E_ALIGN:
		return "a block is misaligned";
	case LUO_E_RAM:
		return "a block is not in memory";
	case LUO_E_CYCLE:
		return "the list comes back to this block";
	case LUO_E_LIMIT:
		return "the list is longer than 10000 blocks";
	default:
		return "the list cannot be followed";
	}
}

/* Goes on by one block: 1, 0 at the end, or -1 with the reason. */
static int next_block(struct walk *w, struct luo_chain *c, const char **why)
{
	int more = luo_chain_next(c);

	if (more > 0 && c->count != c->used)
		*why = "a block claims more entries than it holds";
	else if (more > 0 && !w->budget)
		*why = "lists share blocks";
	else if (more < 0)
		*why = reason(more);
	else
		return w->budget -= (u64)more, more;
	return -1;
}

static void read_size(const struct walk *w, struct luo_walk_file *f)
{
	const struct luo_handler_abi *abi = luo_handler_find(f->handler);
	const u8 *record = abi ? luo_map(w->a->phys, f->data, abi->record) : NULL;

	f->has_size = record;
	if (record)
		f->size = luo_get64(record + offsetof(struct luo_memfd_v1_ser, size));
}

static void show_file(const struct walk *w, const u8 *e, u64 index)
{
	struct luo_walk_file f = { .index = index };

	luo_strcopy(f.handler, sizeof(f.handler), (const char *)e, LUO_COMPAT_LEN);
	f.data = luo_get64(e + offsetof(struct luo_file_ser, data));
	f.token = luo_get64(e + offsetof(struct luo_file_ser, token));
	read_size(w, &f);
	w->view->file(w->view->out, &f);
}

static void walk_files(struct walk *w, u64 first, u64 count)
{
	const char *why = NULL;
	struct luo_chain c;
	u64 index = 0;

	luo_chain_init(&c, w->a->phys, &w->a->report->abi->files, first, count);
	while (next_block(w, &c, &why) > 0)
		for (u64 i = 0; i < c.used; i++)
			show_file(w, luo_chain_entry(&c, i), index++);
	if (!why && index != count)
		why = "the session states another number of files than its list holds";
	w->view->end(w->view->out, why, c.pa);
}

static void walk_session(struct walk *w, const u8 *e)
{
	struct luo_walk_session s = { .index = w->sessions++ };

	luo_strcopy(s.name, sizeof(s.name), (const char *)e, LUO_NAME_LEN);
	s.files = luo_get64(e + offsetof(struct luo_session_ser, count));
	w->view->session(w->view->out, &s);
	walk_files(w, luo_get64(e + offsetof(struct luo_session_ser, files)), s.files);
}

/**
 * luo_list_walk() - go over all sessions and their files
 * @a:    an answer
 * @view: told of each
 * @pa:   where it stopped
 *
 * Return: NULL at the end of the list, else why it was not reached.
 */
const char *luo_list_walk(const struct luo_answer *a, const struct luo_walk_view *view, u64 *pa)
{
	struct walk w = { .a = a, .view = view };
	const char *why = NULL;
	struct luo_chain c;

	*pa = a->state->luo_pa;
	if (a->report->none)
		return NULL;
	if (a->report->refused && !a->report->abi)
		return "this KHO or LUO version is not one that this program reads";
	if (!a->report->abi)
		return "LUO's container cannot be read";
	for (u32 i = 0; i < a->phys->nr_ram; i++)
		w.budget += a->phys->ram[i].size >> a->phys->page_shift;
	luo_chain_init(&c, a->phys, &a->report->abi->sessions, a->state->sessions_pa, 0);
	while (next_block(&w, &c, &why) > 0)
		for (u64 i = 0; i < c.used; i++)
			if (!luo_chain_vacant(&c, i))
				walk_session(&w, luo_chain_entry(&c, i));
	*pa = c.pa;
	return why;
}
