/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Following a vmalloc area: a chain of one-page chunks, each with the address of the next one and
 * then addresses of runs of 2^order pages up to a 0. A writer that fills a chunk to its last slot
 * adds one more, so that the last may be empty.
 * Source: kho_preserve_vmalloc() and kho_restore_vmalloc(), kernel/liveupdate/kexec_handover.c,
 * Linux 7.1 to 7.3. Whatever the reader refuses costs the file; but a chunk is read before
 * anybody asks whether it was preserved.
 */
#include "vmalloc.h"

#define MAX_SHIFT 30 /* the reader's alignment is an int */

/**
 * luo_vmalloc_init() - read a descriptor
 * @v:          filled in, but for @page and @ctx
 * @o:          the walk
 * @descriptor: a mapped struct luo_vmalloc_ser
 * @owner:      whose it is
 */
void luo_vmalloc_init(struct luo_vmalloc *v, struct luo_owners *o, const u8 *descriptor,
		      const struct luo_owner *owner)
{
	u32 tail = luo_get32(descriptor + offsetof(struct luo_vmalloc_ser, flags));

	*v = (struct luo_vmalloc){
		.o = o,
		.owner = owner,
		.first = luo_get64(descriptor),
		.total = luo_get32(descriptor + offsetof(struct luo_vmalloc_ser, total_pages)),
		.flags = (u16)tail,
		.order = (u16)(tail >> 16),
	};
}

static bool bad(struct luo_vmalloc *v, enum luo_code code, u8 severity, u64 pa, u64 value)
{
	v->o->partial = true;
	luo_owners_add(v->o, code, severity, pa, value, v->owner);
	return false;
}

/* Is @pa one of the first @nr chunks? Asked once at most, because the walk ends there. */
static bool is_own_chunk(const struct luo_vmalloc *v, u64 pa, u64 nr)
{
	u64 at = v->first;

	for (u64 i = 0; i < nr && at; i++) {
		const u8 *chunk = luo_map_node(&v->o->map, at);

		if (at == pa)
			return true;
		at = chunk ? luo_get64(chunk) : 0;
	}
	return false;
}

/* Chunk number @nr of the chain, claimed; NULL when it cannot be had. */
static const u8 *take_chunk(struct luo_vmalloc *v, u64 pa, u64 nr)
{
	const u8 *chunk = luo_map_node(&v->o->map, pa);
	enum luo_claim claim = LUO_CLAIM_MISSING;

	if (chunk && luo_owners_is_claimed(v->o, pa, 0) && is_own_chunk(v, pa, nr)) {
		bad(v, LUO_F23, LUO_SEV_LOSE, pa, 0);
		return NULL;
	}
	if (chunk)
		claim = luo_owners_claim(v->o, LUO_CLAIMS_CHUNK, pa, 0, v->owner);
	if (claim == LUO_CLAIM_MISSING)
		bad(v, LUO_F18, LUO_SEV_PANIC, pa, pa);
	return claim == LUO_CLAIM_DONE ? chunk : NULL;
}

static void read_run(struct luo_vmalloc *v, u64 pa)
{
	u64 size = luo_page_size(v->o->phys);

	for (u64 i = 0; i >> v->order == 0; i++) {
		const u8 *p = luo_map_node(&v->o->map, pa + i * size);

		if (p)
			v->page(v->ctx, p, pa + i * size);
		v->o->partial |= !p;
	}
}

/* False ends the walk: no reader goes on behind more pages than were stated. */
static bool take_run(struct luo_vmalloc *v, u64 pa)
{
	u64 pages = 1ULL << v->order, stop = pa;
	enum luo_claim claim;

	if (pages > v->total - v->pages)
		return bad(v, LUO_F20, LUO_SEV_LOSE, pa, v->total);
	v->pages += pages;
	claim = luo_owners_run(v->o, LUO_CLAIMS_ARRAY, pa, pages, true, v->owner, &stop);
	if (claim == LUO_CLAIM_MISSING)
		return bad(v, LUO_F19, LUO_SEV_LOSE, stop, stop);
	if (claim == LUO_CLAIM_DONE)
		read_run(v, pa);
	return claim == LUO_CLAIM_DONE;
}

static bool take_runs(struct luo_vmalloc *v, const u8 *chunk)
{
	u64 size = luo_page_size(v->o->phys);

	for (u64 at = 8; at < size && luo_get64(chunk + at); at += 8)
		if (!take_run(v, luo_get64(chunk + at)))
			return false;
	return true;
}

/**
 * luo_vmalloc_follow() - claim all chunks and pages of an area, and read it
 * @v:  the area, with @page and @ctx set
 * @pa: where its descriptor is, for messages
 *
 * It ends where a reader would. No chunk is read twice, so that the work is bounded by the number
 * of preserved pages.
 *
 * Return: true when all was as it should be; else it was reported.
 */
bool luo_vmalloc_follow(struct luo_vmalloc *v, u64 pa)
{
	u64 at = v->first, nr = 0;

	if (v->flags & ~LUO_VMALLOC_FLAGS)
		luo_owners_add(v->o, LUO_F22, LUO_SEV_NOTE, pa, v->flags, v->owner);
	if (v->order > MAX_SHIFT - v->o->phys->page_shift)
		return bad(v, LUO_F21, LUO_SEV_LOSE, pa, v->order);
	while (at) {
		const u8 *chunk = take_chunk(v, at, nr++);

		if (!chunk || !take_runs(v, chunk))
			return false;
		at = luo_get64(chunk);
	}
	if (v->pages != v->total)
		return bad(v, LUO_F20, LUO_SEV_LOSE, pa, v->total);
	return true;
}
