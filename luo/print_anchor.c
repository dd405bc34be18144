/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What was trodden on, a line for each owner, and how much was looked at. */
#include "anchor.h"
#include "print.h"

static void put_number(const struct luo_out *out, const char *before, u64 value, const char *behind)
{
	luo_put(out, before);
	luo_put_dec(out, value);
	luo_put(out, behind);
}

static void put_trodden(const struct luo_out *out, const struct luo_trodden *t)
{
	luo_put(out, t->unread ? "luo: no longer memory: " : "luo: trodden on: ");
	luo_put(out, t->what);
	if (t->pa) {
		luo_put(out, ": ");
		luo_put_owner(out, &t->owner);
	}
	put_number(out, ": ", t->pages, t->pages == 1 ? " page" : " pages");
	if (t->pa) {
		luo_put(out, t->pages == 1 ? " at " : " from ");
		luo_put_hex(out, t->pa);
	}
	luo_put(out, "\n");
}

/**
 * luo_print_anchor() - the comparison with an anchor
 * @out: where to
 * @c:   after luo_anchor_report()
 */
void luo_print_anchor(const struct luo_out *out, const struct luo_anchor_check *c)
{
	const struct luo_anchor_ser *h = &c->anchor->head;

	for (u64 i = 0; i < c->nr && i < LUO_MAX_TRODDEN; i++)
		put_trodden(out, &c->list[i]);
	if (c->nr > LUO_MAX_TRODDEN)
		put_number(out, "luo: ... and of ", c->nr - LUO_MAX_TRODDEN, " more owners\n");
	luo_put(out, "luo: anchor at ");
	luo_put_hex(out, h->pa);
	put_number(out, ": live update ", h->number, "");
	put_number(out, ", pages=", h->pages, "");
	put_number(out, " trodden=", c->meta + c->content, "");
	put_number(out, " unchecked=", c->unchecked, "\n");
}
