/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Writing an anchor. The state was verified before, but nothing here relies on it: every address is
 * asked for, and because each step takes room, the room that there is bounds all of them.
 */
#include "anchor.h"

#include "chain.h"
#include "map.h"

static LUO_NOINLINE void *take(struct luo_anchor_writer *w, u64 len)
{
	void *p = w->base + w->used;

	w->full |= len > w->room - w->used;
	if (w->full)
		return NULL;
	w->used += len;
	return p;
}

static void persist(const struct luo_phys *phys, u64 pa, u64 len)
{
	if (phys->ops->persist)
		phys->ops->persist(phys->ctx, pa, len);
}

/**
 * luo_anchor_begin() - room for the head, and the scratch areas
 * @w: phys, base, room and all are set, the rest is 0
 */
void luo_anchor_begin(struct luo_anchor_writer *w)
{
	u64 bytes = w->phys->nr_scratch * sizeof(struct luo_range);
	void *p = take(w, sizeof(struct luo_anchor_ser) + bytes);

	if (p)
		__builtin_memcpy((u8 *)p + sizeof(struct luo_anchor_ser), w->phys->scratch, bytes);
}

/**
 * luo_anchor_add() - a digest of whole pages, which are written back to memory as well
 * @w:       the anchor
 * @kind:    enum luo_anchor_kind
 * @index:   which of its kind
 * @pa, @len: bytes; what cannot be mapped is left out
 */
void luo_anchor_add(struct luo_anchor_writer *w, u32 kind, u64 index, u64 pa, u64 len)
{
	u64 page = luo_page_size(w->phys);
	u64 in = pa & (page - 1);
	struct luo_anchor_slot *slot;
	const void *p;

	pa -= in;
	len = (len + in + page - 1) & -page;
	p = luo_map(w->phys, pa, len);
	slot = p ? take(w, sizeof(*slot)) : NULL;
	if (!slot)
		return;
	*slot = (struct luo_anchor_slot){ pa, len, luo_digest(p, len, pa), kind, (u32)index };
	persist(w->phys, pa, len);
}

/**
 * struct folios - the folios of a memfd, as far as they lie behind each other
 * @file:  which file of its session
 * @left:  entries of the array still to be read
 * @start: address of the first of a row, 0 before it
 * @first: its index in the file, in pages
 */
struct folios {
	u64 file;
	u64 left;
	u64 start;
	u64 first;
};

/* A row of folios ends where the file goes on at page @index. */
static void end_row(struct luo_anchor_writer *w, const struct folios *f, u64 index)
{
	struct luo_anchor_slot *slot = f->start && index > f->first ? take(w, sizeof(*slot)) : NULL;

	if (slot)
		*slot = (struct luo_anchor_slot){ f->start,
						  (index - f->first) << w->phys->page_shift, 0,
						  LUO_ANCHOR_FOLIOS, (u32)f->file };
}

/* With sums of all pages the anchor knows whose they are, too: this array may be hit itself. */
static void add_folios(struct luo_anchor_writer *w, struct folios *f, u64 pa, u64 len)
{
	const u8 *p = luo_map(w->phys, pa, len);

	luo_anchor_add(w, LUO_ANCHOR_ARRAY, f->file, pa, len);
	for (; p && len && f->left && w->all; p += 16, len -= 16, f->left--) {
		u64 at = (luo_get64(p) & LUO_FOLIO_PFN) << w->phys->page_shift;
		u64 index = luo_get64(p + 8);

		if (f->start && at - f->start == (index - f->first) << w->phys->page_shift)
			continue;
		end_row(w, f, index);
		f->start = at;
		f->first = index;
	}
}

/* Source: struct luo_vmalloc_ser in abi.h; fully checked by vmalloc.c where there is room for it.
 */
static void add_array(struct luo_anchor_writer *w, const u8 *descriptor, struct folios *f)
{
	u64 page = luo_page_size(w->phys), chunk = luo_get64(descriptor);
	u32 order = luo_get32(descriptor + offsetof(struct luo_vmalloc_ser, flags)) >> 16;
	const u8 *p;

	while (chunk && order < 32 && !w->full && (p = luo_map(w->phys, chunk, page))) {
		luo_anchor_add(w, LUO_ANCHOR_CHUNK, f->file, chunk, page);
		for (u64 at = 8; at < page && luo_get64(p + at); at += 8)
			add_folios(w, f, luo_get64(p + at), page << order);
		chunk = luo_get64(p);
	}
}

static void add_file(struct luo_anchor_writer *w, const u8 *entry, u64 index)
{
	const struct luo_handler_abi *abi = luo_handler_find((const char *)entry);
	u64 page = luo_page_size(w->phys);
	u64 pa = luo_get64(entry + offsetof(struct luo_file_ser, data));
	const u8 *record = abi ? luo_map(w->phys, pa, page) : NULL;
	struct folios f = { .file = index };

	if (!record)
		return;
	luo_anchor_add(w, LUO_ANCHOR_RECORD, index, pa, page);
	f.left = luo_get64(record + abi->folios);
	if (!f.left)
		return;
	add_array(w, record + abi->folios + sizeof(u64), &f);
	end_row(w, &f,
		(luo_get64(record + offsetof(struct luo_memfd_v1_ser, size)) + page - 1) >>
			w->phys->page_shift);
}

static bool add_name(struct luo_anchor_writer *w, const u8 *record, u64 index)
{
	struct luo_anchor_slot *slot = take(w, sizeof(*slot) + LUO_NAME_LEN);

	if (!slot)
		return false;
	*slot = (struct luo_anchor_slot){ .kind = LUO_ANCHOR_SESSION, .index = (u32)index };
	__builtin_memcpy(slot + 1, record, LUO_NAME_LEN);
	return true;
}

/* A list of sessions with the files of each, or of files. */
static void add_list(struct luo_anchor_writer *w, const struct luo_abi *abi, u32 kind, u64 first,
		     u64 count)
{
	struct luo_chain c;
	u64 index = 0;

	luo_chain_init(&c, w->phys, kind == LUO_ANCHOR_BLOCK ? &abi->sessions : &abi->files, first,
		       count);
	while (!w->full && luo_chain_next(&c) > 0) {
		luo_anchor_add(w, kind, c.index, c.pa, luo_block_bytes(c.abi, w->phys->page_shift));
		for (u64 i = 0; i < c.used; i++) {
			const u8 *e = luo_chain_entry(&c, i);

			if (kind == LUO_ANCHOR_FILES)
				add_file(w, e, index++);
			else if (!luo_chain_vacant(&c, i) && add_name(w, e, index++))
				add_list(w, abi, LUO_ANCHOR_FILES,
					 luo_get64(e + offsetof(struct luo_session_ser, files)),
					 luo_get64(e + offsetof(struct luo_session_ser, count)));
		}
	}
}

/** luo_anchor_lists() - all blocks of sessions and files, and what their files hold but folios. */
void luo_anchor_lists(struct luo_anchor_writer *w, const struct luo_state *state)
{
	add_list(w, state->abi, LUO_ANCHOR_BLOCK, state->sessions_pa, 0);
}

static bool on_node(void *ctx, u64 pa)
{
	struct luo_anchor_writer *w = ctx;

	luo_anchor_add(w, LUO_ANCHOR_MAP, w->nodes++, pa, luo_page_size(w->phys));
	return !w->full;
}

/* Room for one more sum at the end of the last run, or of a new one. */
static u32 *next_sum(struct luo_anchor_writer *w, u64 pa)
{
	struct luo_anchor_run *run = (struct luo_anchor_run *)(w->base + w->run);

	if (!w->run || run->pa + run->pages * luo_page_size(w->phys) != pa) {
		take(w, -w->used & 7);
		w->run = w->used;
		run = take(w, sizeof(*run));
		if (run)
			*run = (struct luo_anchor_run){ .pa = pa };
	}
	if (!w->full)
		run->pages++;
	return take(w, sizeof(u32));
}

static void on_entry(void *ctx, u64 pa, u32 order)
{
	struct luo_anchor_writer *w = ctx;
	u64 page = luo_page_size(w->phys), len = page << order;
	const u8 *p = luo_map(w->phys, pa, len);

	if (!p)
		return;
	w->pages += 1ULL << order;
	persist(w->phys, pa, len);
	for (u64 at = 0; w->all && at < len; at += page) {
		u32 *sum = next_sum(w, pa + at);

		if (!sum)
			return;
		*sum = (u32)luo_digest(p + at, page, pa + at);
	}
}

/**
 * luo_anchor_finish() - the map, all preserved pages, and the head
 * @w:     the anchor, with everything but the map in it
 * @state: the state that it is about
 * @pa:    where it lies, a multiple of LUO_ANCHOR_ALIGN
 *
 * Every preserved page, and the anchor, have reached memory when this returns.
 *
 * Return: its size in bytes, 0 when there was no room.
 */
u64 luo_anchor_finish(struct luo_anchor_writer *w, const struct luo_state *state, u64 pa)
{
	struct luo_anchor_ser *head = (struct luo_anchor_ser *)w->base;
	u64 slots = sizeof(*head) + w->phys->nr_scratch * sizeof(struct luo_range), runs;
	struct luo_map map;
	void *pad;

	luo_map_open(&map, w->phys, state->kho->map, state->map_pa);
	luo_map_each_node(&map, on_node, w);
	runs = w->used;
	luo_map_each(&map, on_entry, w);
	pad = take(w, -w->used & 31);
	if (!pad)
		return 0;
	__builtin_memset(pad, 0, (size_t)(w->base + w->used - (u8 *)pad));
	*head = (struct luo_anchor_ser){
		.magic = LUO_ANCHOR_MAGIC,
		.pa = pa,
		.size = w->used,
		.number = state->number,
		.kho_fdt = state->kho_fdt_pa,
		.kho_size = state->kho_fdt_size,
		.nr_scratch = w->phys->nr_scratch,
		.nr_slots = (runs - slots) / sizeof(struct luo_anchor_slot),
		.run_bytes = w->run ? w->used - runs : 0,
		.pages = w->pages,
	};
	head->checksum = luo_digest(&head->size, w->used - 32, pa);
	persist(w->phys, pa, w->used);
	return w->used;
}
