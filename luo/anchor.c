/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Finding an anchor in memory and reading it. Memory is untrusted: what has the magic but not the
 * checksum is a damaged anchor, and nothing of it is believed.
 */
#include "anchor.h"

#include "error.h"
#include "str.h"

/* The head's own numbers add up to its size, so that what follows can be walked over. */
static bool adds_up(const struct luo_anchor_ser *h)
{
	u64 left = h->size - sizeof(*h);

	if (h->nr_scratch > left / sizeof(struct luo_range))
		return false;
	left -= h->nr_scratch * sizeof(struct luo_range);
	if (h->nr_slots > left / sizeof(struct luo_anchor_slot))
		return false;
	left -= h->nr_slots * sizeof(struct luo_anchor_slot);
	return h->run_bytes <= left && !(h->run_bytes & 7);
}

static bool is_magic(const u8 *p, const char *magic, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != (u8)magic[i])
			return false;
	return true;
}

/* It has to lie where the payload puts it: in one of the areas that it lists. */
static bool in_own_scratch(const struct luo_anchor_ser *h, const u8 *list)
{
	for (u64 i = 0; i < h->nr_scratch; i++, list += sizeof(struct luo_range)) {
		struct luo_range area = { luo_get64(list), luo_get64(list + 8) };

		if (luo_range_valid(&area) && luo_range_holds(&area, h->pa, h->size))
			return true;
	}
	return false;
}

/**
 * luo_anchor_open() - read the anchor at an address
 * @phys: the view
 * @pa:   any value
 * @a:    filled in on success; points into mapped memory
 *
 * Return: 0; LUO_E_ALIGN or LUO_E_RAM for the address; LUO_E_NONE when there is none, or a used
 * one; LUO_E_VERSION when it is of another version; LUO_E_FORMAT when it is damaged, or a copy of
 * one.
 */
int luo_anchor_open(const struct luo_phys *phys, u64 pa, struct luo_anchor *a)
{
	struct luo_anchor_ser *h = &a->head;
	const u8 *p;

	if (pa & (LUO_ANCHOR_ALIGN - 1))
		return LUO_E_ALIGN;
	p = luo_map(phys, pa, LUO_ANCHOR_ALIGN);
	if (!p)
		return LUO_E_RAM;
	if (!is_magic(p, LUO_ANCHOR_MAGIC, LUO_ANCHOR_FAMILY) ||
	    is_magic(p, LUO_ANCHOR_USED, sizeof(h->magic)))
		return LUO_E_NONE;
	if (!is_magic(p, LUO_ANCHOR_MAGIC, sizeof(h->magic)))
		return LUO_E_VERSION;
	__builtin_memcpy(h, p, sizeof(*h));
	if (h->pa != pa || h->size < sizeof(*h) || h->size & 31 || !adds_up(h))
		return LUO_E_FORMAT;
	p = luo_map(phys, pa, h->size);
	if (!p || luo_digest(p + 32, h->size - 32, pa) != h->checksum ||
	    !in_own_scratch(h, p + sizeof(*h)))
		return LUO_E_FORMAT;
	a->scratch_pa = pa + sizeof(*h);
	a->slot = (const void *)(p + sizeof(*h) + h->nr_scratch * sizeof(struct luo_range));
	a->run = (const u8 *)(a->slot + h->nr_slots);
	return 0;
}

/* Of two that are whole the higher number is the later one. */
static void take(struct luo_anchors *f, const struct luo_anchor *a)
{
	const struct luo_anchor_ser *best = &f->best.head;
	bool tie;

	if (!f->nr++) {
		f->best = *a;
		return;
	}
	if (a->head.number > best->number) {
		f->other = best->pa;
		f->tied = false;
		f->best = *a;
		return;
	}
	tie = a->head.number == best->number && a->head.kho_fdt != best->kho_fdt;
	if (tie || !f->tied)
		f->other = a->head.pa;
	f->tied |= tie;
}

/**
 * luo_anchor_find() - look for anchors in all memory
 * @phys:  the view; its RAM is gone over in steps of LUO_ANCHOR_ALIGN
 * @found: filled in
 */
void luo_anchor_find(const struct luo_phys *phys, struct luo_anchors *found)
{
	struct luo_anchor a;

	*found = (struct luo_anchors){ 0 };
	for (u32 i = 0; i < phys->nr_ram; i++) {
		const struct luo_range *r = &phys->ram[i];
		u64 at = -r->start & (LUO_ANCHOR_ALIGN - 1);

		for (; at < r->size && r->size - at >= LUO_ANCHOR_ALIGN; at += LUO_ANCHOR_ALIGN) {
			int err = luo_anchor_open(phys, r->start + at, &a);

			if (!err)
				take(found, &a);
			else if (err == LUO_E_VERSION)
				found->unknown = r->start + at;
			else if (err == LUO_E_FORMAT)
				found->damaged = r->start + at;
		}
	}
}

static const struct {
	const char *word;
	u8 owner;
} kinds[LUO_NR_ANCHOR_KINDS] = {
	[LUO_ANCHOR_KHO] = { "KHO FDT", LUO_OWNER_KHO },
	[LUO_ANCHOR_MAP] = { "node of the preserved-memory map", LUO_OWNER_MAP },
	[LUO_ANCHOR_CONTAINER] = { "LUO container", LUO_OWNER_CONTAINER },
	[LUO_ANCHOR_FLB] = { "FLB area", LUO_OWNER_CONTAINER },
	[LUO_ANCHOR_SUBTREE] = { "data of a sub-node", LUO_OWNER_KHO },
	[LUO_ANCHOR_BLOCK] = { "session block", LUO_OWNER_SESSION_BLOCK },
	[LUO_ANCHOR_SESSION] = { "session", LUO_OWNER_SESSION },
	[LUO_ANCHOR_FILES] = { "file block", LUO_OWNER_FILE_BLOCK },
	[LUO_ANCHOR_RECORD] = { "memfd record", LUO_OWNER_FILE },
	[LUO_ANCHOR_CHUNK] = { "vmalloc chunk", LUO_OWNER_FILE },
	[LUO_ANCHOR_ARRAY] = { "folio array", LUO_OWNER_FILE },
	[LUO_ANCHOR_FOLIOS] = { "folios", LUO_OWNER_FILE },
};

/** luo_anchor_word() - an enum luo_anchor_kind of any value in words. */
const char *luo_anchor_word(u32 kind)
{
	return kind < LUO_NR_ANCHOR_KINDS && kinds[kind].word ? kinds[kind].word : "metadata";
}

/**
 * luo_anchor_items() - go over the slots
 * @a:   an anchor
 * @fn:  told of each that has a digest
 * @ctx: handed to it
 *
 * The anchor itself has the sessions' names, so that an owner is known whatever was damaged.
 */
void luo_anchor_items(const struct luo_anchor *a, luo_anchor_item_fn *fn, void *ctx)
{
	const struct luo_anchor_slot *s = a->slot, *end = s + a->head.nr_slots;
	struct luo_anchor_item item = { 0 };
	char name[LUO_NAME_LEN] = "";

	for (; s < end; s++) {
		u8 kind = s->kind < LUO_NR_ANCHOR_KINDS ? kinds[s->kind].owner : LUO_OWNER_BOOT;

		if (s->kind == LUO_ANCHOR_SESSION) {
			if (end - s < 3)
				return;
			luo_strcopy(name, sizeof(name), (const char *)(s + 1), LUO_NAME_LEN);
			s += 2;
			continue;
		}
		item.slot = s;
		item.owner = (struct luo_owner){ .kind = kind, .index = s->index };
		if (kind == LUO_OWNER_FILE || kind == LUO_OWNER_FILE_BLOCK)
			luo_strcopy(item.owner.name, sizeof(name), name, sizeof(name));
		if (!fn(ctx, &item))
			return;
	}
}

/**
 * luo_anchor_pages() - go over the sums of pages
 * @a:    an anchor; without sums nothing happens
 * @page: bytes of a page, a->head.kho_size
 * @fn:   told of each
 * @ctx:  handed to it
 */
void luo_anchor_pages(const struct luo_anchor *a, u64 page, luo_anchor_page_fn *fn, void *ctx)
{
	const u8 *p = a->run;
	u64 left = a->head.run_bytes;

	while (left > sizeof(struct luo_anchor_run)) {
		u64 pa = luo_get64(p), nr = luo_get64(p + 8), bytes;

		p += sizeof(struct luo_anchor_run);
		left -= sizeof(struct luo_anchor_run);
		if (!nr || nr > left / sizeof(u32))
			return;
		for (u64 i = 0; i < nr; i++)
			if (!fn(ctx, pa + i * page, luo_get32(p + i * sizeof(u32))))
				return;
		bytes = (nr * sizeof(u32) + 7) & ~7ULL;
		p += bytes;
		left -= bytes < left ? bytes : left;
	}
}
