/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What was trodden on since the anchor was written. Whose metadata and folios are, the anchor
 * itself knows; whose the other pages are, only a walk over the state tells, so that comes
 * afterwards (luo_anchor_owner()), as far as the state can still be walked over.
 */
#include "anchor.h"

#include "str.h"

static bool same_owner(const struct luo_owner *a, const struct luo_owner *b)
{
	return a->kind == b->kind && a->index == b->index && luo_streq(a->name, b->name);
}

static bool same(const struct luo_trodden *a, const struct luo_trodden *b)
{
	return a->what == b->what && a->meta == b->meta && a->unread == b->unread &&
	       same_owner(&a->owner, &b->owner);
}

/* One entry for each owner and kind; the last one first, because neighbours come in a row. */
static void add(struct luo_anchor_check *c, const struct luo_trodden *t)
{
	for (u64 i = c->nr < LUO_MAX_TRODDEN ? c->nr : LUO_MAX_TRODDEN; i; i--) {
		struct luo_trodden *old = &c->list[i - 1];

		if (!same(old, t))
			continue;
		old->pages += t->pages;
		old->pa = t->pa < old->pa ? t->pa : old->pa;
		return;
	}
	if (c->nr < LUO_MAX_TRODDEN)
		c->list[c->nr] = *t;
	c->nr++;
}

static bool check_item(void *ctx, const struct luo_anchor_item *item)
{
	struct luo_anchor_check *c = ctx;
	const struct luo_anchor_slot *s = item->slot;
	const void *p = luo_map(c->phys, s->pa, s->len);
	u64 pages = s->len >> c->phys->page_shift;
	struct luo_trodden t = { luo_anchor_word(s->kind), s->pa, pages, !p, true, item->owner };

	if (s->kind == LUO_ANCHOR_FOLIOS)
		return true;
	c->preserved += s->kind == LUO_ANCHOR_MAP ? 0 : pages;
	if (p && luo_digest(p, s->len, s->pa) == s->digest)
		return true;
	if (item->owner.kind == LUO_OWNER_MAP)
		t.owner.index = 0; /* what a node is the number of tells nobody anything */
	if (s->kind == LUO_ANCHOR_KHO || s->kind == LUO_ANCHOR_MAP)
		c->kho = true;
	c->meta += pages;
	add(c, &t);
	return true;
}

/** struct within - the slot that an address is in, NULL when it is in none. */
struct within {
	u64 pa;
	const struct luo_anchor_slot *slot;
	struct luo_owner owner;
};

static bool look_within(void *ctx, const struct luo_anchor_item *item)
{
	struct within *w = ctx;
	struct luo_range r = { item->slot->pa, item->slot->len };

	if (!luo_range_valid(&r) || !luo_range_holds(&r, w->pa, 1))
		return true;
	w->slot = item->slot;
	w->owner = item->owner;
	return false;
}

static void keep_damage(struct luo_anchor_check *c, u64 pa, u64 page)
{
	struct luo_range *last = c->nr_damage ? &c->damage[c->nr_damage - 1] : NULL;

	c->content++;
	if (last && last->start + last->size == pa)
		last->size += page;
	else if (c->nr_damage < LUO_MAX_DAMAGE)
		c->damage[c->nr_damage++] = (struct luo_range){ pa, page };
}

static bool check_page(void *ctx, u64 pa, u32 sum)
{
	struct luo_anchor_check *c = ctx;
	u64 page = luo_page_size(c->phys);
	const void *p = luo_map(c->phys, pa, page);
	struct within within = { .pa = pa };

	c->summed++;
	if (p && (u32)luo_digest(p, page, pa) == sum)
		return true;
	luo_anchor_items(c->anchor, look_within, &within);
	if (!within.slot) {
		keep_damage(c, pa, page);
	} else if (within.slot->kind == LUO_ANCHOR_FOLIOS) {
		struct luo_trodden t = {
			luo_anchor_word(LUO_ANCHOR_FOLIOS), pa, 1, !p, false, within.owner
		};

		c->content++;
		c->owned++;
		add(c, &t);
	}
	return true;
}

/* By address; the runs come by order and then by address. */
static void sort_damage(struct luo_anchor_check *c)
{
	for (u32 i = 1; i < c->nr_damage; i++) {
		struct luo_range r = c->damage[i];
		u32 k = i;

		for (; k && c->damage[k - 1].start > r.start; k--)
			c->damage[k] = c->damage[k - 1];
		c->damage[k] = r;
	}
}

/**
 * luo_anchor_check() - compare memory with an anchor
 * @c:      filled in
 * @phys:   the view, with the state's page size
 * @anchor: of luo_anchor_open(); stays in use as long as @c
 */
void luo_anchor_check(struct luo_anchor_check *c, const struct luo_phys *phys,
		      const struct luo_anchor *anchor)
{
	__builtin_memset(c, 0, sizeof(*c));
	c->phys = phys;
	c->anchor = anchor;
	luo_anchor_items(anchor, check_item, c);
	luo_anchor_pages(anchor, luo_page_size(phys), check_page, c);
	sort_damage(c);
}

/* The first damaged range that ends behind an address. */
static u32 first_behind(const struct luo_anchor_check *c, u64 pa)
{
	u32 lo = 0, hi = c->nr_damage;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (c->damage[mid].start + c->damage[mid].size <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/**
 * luo_anchor_owner() - somebody owns these preserved pages: are damaged ones among them?
 * @c:     after luo_anchor_check()
 * @what:  kind of memory, in words; the same pointer for the same kind
 * @pa, @len: the pages, in bytes
 * @owner: whose they are
 */
void luo_anchor_owner(struct luo_anchor_check *c, const char *what, u64 pa, u64 len,
		      const struct luo_owner *owner)
{
	u64 end = pa + len;

	for (u32 i = first_behind(c, pa); i < c->nr_damage && c->damage[i].start < end; i++) {
		const struct luo_range *r = &c->damage[i];
		u64 from = r->start > pa ? r->start : pa;
		u64 to = r->start + r->size < end ? r->start + r->size : end;
		u64 pages = (to - from) >> c->phys->page_shift;
		struct luo_trodden t = { what, from, pages, false, false, *owner };

		t.unread = !luo_map(c->phys, from, to - from);
		c->owned += pages;
		add(c, &t);
	}
}

/**
 * luo_anchor_report() - findings for what was trodden on and what could not be checked
 * @c:      after luo_anchor_check() and all calls of luo_anchor_owner()
 * @report: of the state; its verdict is drawn again
 */
void luo_anchor_report(struct luo_anchor_check *c, struct luo_report *report)
{
	static const char nobody[] = "nobody known";
	struct luo_trodden rest = { nobody, 0, c->content - c->owned, false, false, { 0 } };

	rest.owner.kind = LUO_OWNER_MAP;
	if (rest.pages)
		add(c, &rest);
	for (u64 i = 0; i < c->nr; i++) {
		const struct luo_trodden *t =
			&c->list[i < LUO_MAX_TRODDEN ? i : LUO_MAX_TRODDEN - 1];
		enum luo_code code = t->unread ? LUO_A07 : t->meta ? LUO_A05 : LUO_A06;

		luo_report_add(report, code, LUO_SEV_LOSE, t->pa, t->pages, &t->owner);
	}
	c->unchecked = c->summed ? 0 : c->anchor->head.pages - c->preserved;
	if (c->unchecked)
		luo_report_part(report, LUO_A08, LUO_SEV_NOTE, 0, c->unchecked, LUO_OWNER_MAP);
	report->anchored = true;
	luo_report_close(report);
}
