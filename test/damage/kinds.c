/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Ways to damage what lies in plain memory: pointers, counts, words, texts, entries of the map. */
#include <string.h>

#include "damage.h"

#define FRAME ((1ULL << 52) - 1)

static u64 get(const struct ground *g, const struct field *f)
{
	u64 v = 0;

	memcpy(&v, world_at(&g->w, f->pa, f->width), f->width);
	return v;
}

static void put(struct ground *g, const struct field *f, u64 v)
{
	memcpy(world_at(&g->w, f->pa, f->width), &v, f->width);
}

static u64 address(const struct ground *g, const struct field *f)
{
	return f->pfn ? (get(g, f) & FRAME) << g->w.shift : get(g, f);
}

static void point(struct ground *g, const struct field *f, u64 pa)
{
	put(g, f, f->pfn ? (get(g, f) & ~FRAME) | (pa >> g->w.shift & FRAME) : pa);
}

/* What the pointer led to, if anything, lies elsewhere now, unchanged. */
static void move(struct ground *g, const struct field *f, u64 pa)
{
	u64 old = address(g, f), page = world_page(&g->w) - 1;

	pa += old & page;
	if (old && f->span)
		memmove(world_at(&g->w, pa, f->span), world_at(&g->w, old, f->span), f->span);
	point(g, f, pa);
}

static void forget(struct ground *g, const struct field *f)
{
	u64 size = world_page(&g->w) << f->order;

	world_forget(&g->w, address(g, f) / size * size, f->order);
}

static void zero(struct ground *g, const struct field *f)
{
	put(g, f, f->pfn ? get(g, f) & ~FRAME : 0);
}

static void ones(struct ground *g, const struct field *f)
{
	put(g, f, f->pfn ? get(g, f) | FRAME : ~0ULL);
}

static void up(struct ground *g, const struct field *f)
{
	put(g, f, get(g, f) + 1);
}

static void down(struct ground *g, const struct field *f)
{
	put(g, f, get(g, f) - 1);
}

static void misaligned(struct ground *g, const struct field *f)
{
	u64 page = world_page(&g->w);

	point(g, f, address(g, f) + (f->pfn ? page : page / 2));
}

static void above_ram(struct ground *g, const struct field *f)
{
	point(g, f, HIGH_BANK + g->w.bank[1].size);
}

static void hole(struct ground *g, const struct field *f)
{
	point(g, f, HOLE);
}

static void top(struct ground *g, const struct field *f)
{
	point(g, f, 0 - (world_page(&g->w) << f->order));
}

static void scratch(struct ground *g, const struct field *f)
{
	move(g, f, g->w.scratch[1].start);
}

static void busy(struct ground *g, const struct field *f)
{
	forget(g, f);
	move(g, f, BUSY_AT);
	world_preserve(&g->w, BUSY_AT, f->order);
}

static void itself(struct ground *g, const struct field *f)
{
	point(g, f, f->self);
}

static void other(struct ground *g, const struct field *f)
{
	point(g, f, f->other);
}

/* RAM ends inside of what it leads to. */
static void cut_by_ram(struct ground *g, const struct field *f)
{
	u64 size = world_page(&g->w) << f->order, pa = LOW_BANK + LOW_SIZE - size;

	forget(g, f);
	world_preserve(&g->w, pa, f->order);
	move(g, f, pa);
	g->w.ram[0].size -= f->span < size ? size : world_page(&g->w) / 2;
}

static void not_preserved(struct ground *g, const struct field *f)
{
	move(g, f, world_stray(&g->w, f->order));
}

/* A half of what was preserved in one piece. */
static void half_of_larger(struct ground *g, const struct field *f)
{
	forget(g, f);
	move(g, f, world_alloc(&g->w, f->order + 1));
}

static void single_pages(struct ground *g, const struct field *f)
{
	u64 pa = address(g, f);

	forget(g, f);
	for (u64 i = 0; i >> f->order == 0; i++)
		world_preserve(&g->w, pa + i * world_page(&g->w), 0);
}

static const struct way pointer[] = {
	{ "zero", zero },
	{ "all ones", ones },
	{ "off by one", up },
	{ "misaligned", misaligned },
	{ "above RAM", above_ram },
	{ "in a hole of RAM", hole },
	{ "at the top of all addresses", top },
	{ "cut short by the end of RAM", cut_by_ram },
	{ "into scratch", scratch },
	{ "into memory in use", busy },
	{ "into itself", itself },
	{ "into another owner", other },
	{ "into memory not preserved", not_preserved },
	{ "to half of a larger order", half_of_larger },
	{ "order: single pages", single_pages },
	{ NULL },
};

/* Nodes of the map are not preserved. */
static void node_preserved(struct ground *g, const struct field *f)
{
	world_preserve(&g->w, address(g, f), 0);
}

static void node_cut_by_ram(struct ground *g, const struct field *f)
{
	u64 page = world_page(&g->w), size = (f->span + page - 1) / page * page;

	move(g, f, LOW_BANK + LOW_SIZE - (size ? size : page));
	g->w.ram[0].size -= world_page(&g->w) / 2;
}

static const struct way node[] = {
	{ "zero", zero },
	{ "all ones", ones },
	{ "off by one", up },
	{ "misaligned", misaligned },
	{ "above RAM", above_ram },
	{ "in a hole of RAM", hole },
	{ "at the top of all addresses", top },
	{ "cut short by the end of RAM", node_cut_by_ram },
	{ "into scratch", scratch },
	{ "into itself", itself },
	{ "into another owner", other },
	{ "preserved", node_preserved },
	{ NULL },
};

static const struct way loose[] = {
	{ "zero", zero },
	{ "all ones", ones },
	{ "off by one", up },
	{ "misaligned", misaligned },
	{ "above RAM", above_ram },
	{ "in a hole of RAM", hole },
	{ "at the top of all addresses", top },
	{ "cut short by the end of RAM", node_cut_by_ram },
	{ "into itself", itself },
	{ "into another owner", other },
	{ NULL },
};

static void beyond(struct ground *g, const struct field *f)
{
	put(g, f, f->span + 1);
}

static void highest_bit(struct ground *g, const struct field *f)
{
	put(g, f, get(g, f) ^ 1ULL << (8 * f->width - 1));
}

/* What a reader would not see that keeps it in an int. */
static void bit_32(struct ground *g, const struct field *f)
{
	put(g, f, get(g, f) + (1ULL << 32));
}

static const struct way count[] = {
	{ "zero", zero },
	{ "all ones", ones },
	{ "one more", up },
	{ "one less", down },
	{ "one more than fit", beyond },
	{ "highest bit", highest_bit },
	{ "bit 32", bit_32 },
	{ NULL },
};

static const struct way word[] = {
	{ "zero", zero }, { "all ones", ones }, { "one more", up }, { "highest bit", highest_bit },
	{ NULL },
};

static u8 *text_of(struct ground *g, const struct field *f)
{
	return world_at(&g->w, f->pa, f->width);
}

static void all_zeros(struct ground *g, const struct field *f)
{
	memset(text_of(g, f), 0, f->width);
}

static void all_ones(struct ground *g, const struct field *f)
{
	memset(text_of(g, f), 0xff, f->width);
}

static void no_end(struct ground *g, const struct field *f)
{
	char *s = (char *)text_of(g, f);

	memset(s + strlen(s), 'x', f->width - strlen(s));
}

static void first_lost(struct ground *g, const struct field *f)
{
	text_of(g, f)[0] = 0;
}

static void last_lost(struct ground *g, const struct field *f)
{
	char *s = (char *)text_of(g, f);

	s[strlen(s) - 1] = 0;
}

static void letter_off(struct ground *g, const struct field *f)
{
	char *s = (char *)text_of(g, f);

	s[strlen(s) - 1]++;
}

static void as_sibling(struct ground *g, const struct field *f)
{
	memcpy(text_of(g, f), world_at(&g->w, f->other ? f->other : f->pa, f->width), f->width);
}

static void rubbish_behind(struct ground *g, const struct field *f)
{
	char *s = (char *)text_of(g, f);
	size_t len = strlen(s) + 1;

	memset(s + len, 0xa5, len < f->width ? f->width - len : 0);
}

static const struct way text[] = {
	{ "zero", all_zeros },
	{ "all ones", all_ones },
	{ "without end", no_end },
	{ "first letter lost", first_lost },
	{ "cut short", last_lost },
	{ "off by one", letter_off },
	{ "duplicated", as_sibling },
	{ "rubbish behind its end", rubbish_behind },
	{ NULL },
};

static void entry_cleared(struct ground *g, const struct field *f)
{
	world_forget(&g->w, f->pa, f->order);
}

/* The entry of twice the size that covers it. */
static void entry_larger(struct ground *g, const struct field *f)
{
	u64 size = world_page(&g->w) << (f->order + 1);

	world_forget(&g->w, f->pa, f->order);
	world_preserve(&g->w, f->pa / size * size, f->order + 1);
}

static void entry_smaller(struct ground *g, const struct field *f)
{
	if (!f->order)
		return;
	world_forget(&g->w, f->pa, f->order);
	world_preserve(&g->w, f->pa, f->order - 1);
}

static void entry_doubled(struct ground *g, const struct field *f)
{
	if (f->order)
		world_preserve(&g->w, f->pa + world_page(&g->w), 0);
	else
		world_preserve(&g->w, f->pa / world_page(&g->w) / 4 * 4 * world_page(&g->w), 2);
}

static void entry_off(struct ground *g, const struct field *f)
{
	world_forget(&g->w, f->pa, f->order);
	world_alloc(&g->w, f->order);
}

static const struct way entry[] = {
	{ "zero", entry_cleared },
	{ "off by one", entry_off },
	{ "order one higher", entry_larger },
	{ "order one lower", entry_smaller },
	{ "duplicated in another order", entry_doubled },
	{ NULL },
};

const struct way *const ways[NR_KINDS] = {
	[POINTER] = pointer,	[NODE] = node,	       [LOOSE] = loose,
	[COUNT] = count,	[WORD] = word,	       [TEXT] = text,
	[HEADER] = ways_header, [PROP] = ways_prop,    [SUBNODE] = ways_subnode,
	[ENTRY] = entry,	[WHOLE] = ways_record,
};
