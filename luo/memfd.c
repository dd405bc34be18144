/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Following a memfd: its record, and the array of its folios, which is memory from vmalloc().
 * Source: mm/memfd_luo.c, Linux 7.1 to 7.3 (the same file), memfd_luo_retrieve(). The writer fills
 * holes first, so the folios cover the file from the first page to the last.
 */
#include "vmalloc.h"

/**
 * struct memfd - a file that is being followed
 * @pages:   base pages of its size
 * @left:    folios still to be read
 * @end:     page index behind the last folio
 * @covered: pages below @pages that have a folio
 * @unsure:  something was missing that says more than the pages without a folio
 * @odd:     flags of a folio that are not known
 */
struct memfd {
	struct luo_owners *o;
	const struct luo_owner *owner;
	u64 pages;
	u64 left;
	u64 end;
	u64 covered;
	bool unsure;
	u64 odd;
};

static void bad(struct memfd *m, enum luo_code code, u8 severity, u64 pa, u64 value)
{
	luo_owners_add(m->o, code, severity, pa, value, m->owner);
	m->unsure = true;
}

/* A folio must not begin before the end of the last one, nor off its own bounds, nor too late. */
static void place(struct memfd *m, u64 pa, u64 index, u32 order)
{
	u64 nr = 1ULL << order;

	if (index >= m->pages || index < m->end || index & (nr - 1)) {
		bad(m, LUO_F25, LUO_SEV_LOSE, pa, index);
		return;
	}
	m->end = index + nr;
	m->covered += nr < m->pages - index ? nr : m->pages - index;
}

static void take_folio(struct memfd *m, u64 pfn, u64 index)
{
	u32 shift = m->o->phys->page_shift;
	u64 pa = pfn << shift;
	int order = pa >> shift == pfn ? luo_owners_order(m->o, pa) : -1;

	if (order < 0) {
		m->o->partial = true;
		bad(m, LUO_F24, LUO_SEV_LOSE, pa, pa);
		return;
	}
	luo_owners_claim(m->o, LUO_CLAIMS_FOLIO, pa, (u32)order, m->owner);
	place(m, pa, index, (u32)order);
}

/* Entries do not lie across pages: their size divides that of a page. Without a frame: a hole. */
static void read_entries(void *ctx, const u8 *p, u64 pa)
{
	struct memfd *m = ctx;
	u64 size = luo_page_size(m->o->phys);

	(void)pa;
	for (u64 at = 0; at < size && m->left; at += sizeof(struct luo_folio_ser)) {
		u64 word = luo_get64(p + at);

		m->left--;
		if (!(word & LUO_FOLIO_PFN))
			continue;
		m->odd |= word >> 52 & ~(u64)LUO_FOLIO_FLAGS;
		take_folio(m, word & LUO_FOLIO_PFN,
			   luo_get64(p + at + offsetof(struct luo_folio_ser, index)));
	}
}

static void check_words(struct memfd *m, const struct luo_handler_abi *abi, const u8 *record,
			u64 pa)
{
	u32 seals, flags;

	if (!abi->seals)
		return;
	seals = luo_get32(record + abi->seals);
	flags = luo_get32(record + abi->seals + sizeof(seals));
	if (flags)
		luo_owners_add(m->o, LUO_F15, LUO_SEV_NOTE, pa, flags, m->owner);
	if (seals & ~LUO_MEMFD_SEALS)
		luo_owners_add(m->o, LUO_F16, LUO_SEV_LOSE, pa, seals, m->owner);
}

/* The array of folios; without folios its descriptor means nothing. */
static void follow_array(struct memfd *m, const u8 *descriptor, u64 pa)
{
	u64 nr = m->left;
	struct luo_vmalloc v;

	luo_vmalloc_init(&v, m->o, descriptor, m->owner);
	v.page = read_entries;
	v.ctx = m;
	if (nr > m->pages)
		bad(m, LUO_F17, LUO_SEV_LOSE, pa, nr);
	if (!luo_vmalloc_follow(&v, pa))
		m->unsure = true;
	else if (m->left)
		bad(m, LUO_F28, LUO_SEV_PANIC, pa, nr);
}

/**
 * luo_owners_memfd() - claim everything that a memfd holds, and check it on the way
 * @o:     the walk
 * @abi:   row of its handler
 * @pa:    its record, any value; when it is not preserved that was reported as LUO_F14
 * @owner: the file
 */
void luo_owners_memfd(struct luo_owners *o, const struct luo_handler_abi *abi, u64 pa,
		      const struct luo_owner *owner)
{
	struct memfd m = { .o = o, .owner = owner };
	const u8 *record = luo_map(o->phys, pa, luo_page_size(o->phys));
	u64 size;

	o->partial |= !record;
	if (luo_owners_claim(o, LUO_CLAIMS_RECORD, pa, 0, owner) != LUO_CLAIM_DONE || !record)
		return;
	size = luo_get64(record + offsetof(struct luo_memfd_v1_ser, size));
	m.pages = (size >> o->phys->page_shift) + !!(size & (luo_page_size(o->phys) - 1));
	m.left = luo_get64(record + abi->folios);
	check_words(&m, abi, record, pa);
	if (m.left)
		follow_array(&m, record + abi->folios + sizeof(u64), pa);
	if (m.odd)
		luo_owners_add(o, LUO_F27, LUO_SEV_NOTE, pa, m.odd, owner);
	if (!m.unsure && m.covered < m.pages)
		luo_owners_add(o, LUO_F26, LUO_SEV_LOSE, pa, m.pages - m.covered, owner);
}
