/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The test's own writer of anchors, from what docs/reset.md says of them. */
#include <string.h>

#include "anchor_own.h"

#define AWORD "luo-anchor-1\0\0\0"

/* docs/reset.md, "The anchor": written again from there. */
u64 anchor_sum(const u8 *p, u64 len, u64 seed)
{
	u64 lane[4], word;

	for (u64 i = 0; i < 4; i++)
		lane[i] = seed + i;
	for (u64 i = 0; i < len / 8; i++) {
		memcpy(&word, p + 8 * i, 8);
		lane[i % 4] = (lane[i % 4] ^ word) * 0x9fb21c651e98df25;
		lane[i % 4] = lane[i % 4] << 29 | lane[i % 4] >> 35;
	}
	for (u64 i = 1; i < 4; i++) {
		lane[0] = (lane[0] ^ lane[i]) * 0x9fb21c651e98df25;
		lane[0] = lane[0] << 29 | lane[0] >> 35;
	}
	return lane[0] ^ lane[0] >> 32;
}

static void put(struct anchor_own *o, u64 word)
{
	world_put(o->w, o->pa + o->len, word);
	o->len += 8;
}

static void put_slot(struct anchor_own *o, u64 pa, u64 len, u32 kind, u32 index)
{
	put(o, pa);
	put(o, len);
	put(o, len ? anchor_sum(world_at(o->w, pa, len), len, pa) : 0);
	put(o, (u64)index << 32 | kind);
}

void anchor_seal(struct anchor_own *o)
{
	u8 *p = world_at(o->w, o->pa, o->len);

	world_put(o->w, o->pa + 16, anchor_sum(p + 32, o->len - 32, o->pa));
}

/* KHO FDT, container, a session with the memfd that has folios; pages: sums of two folios. */
struct anchor_own anchor_own_write(struct world *w, u64 pa, u64 number, bool pages)
{
	struct anchor_own o = { w, pa, HEAD };
	u64 page = world_page(w), words[12], at = pa + 32;
	u64 pair = folio_of(w, 0);

	memset(world_at(w, pa, KIB(4)), 0, KIB(4));
	for (u32 i = 0; i < 2; i++) {
		put(&o, w->scratch[i].start);
		put(&o, w->scratch[i].size);
	}
	put_slot(&o, w->kho.fdt_pa, page, 1, 0);
	put_slot(&o, w->luo_pa, page, 3, 0);
	put_slot(&o, 0, 0, 7, 0);
	for (u32 i = 0; i < 8; i++)
		put(&o, world_get(w, world_session(w, 0) + 8 * i));
	put_slot(&o, record_of(w), page, 9, 4);
	put_slot(&o, array_of(w), page, 11, 4);
	if (pages) {
		put(&o, pair);
		put(&o, 1);
		put(&o, (u32)anchor_sum(world_at(w, pair, page), page, pair));
		put(&o, 0);
	}
	o.len = (o.len + 31) & ~31ULL;
	memcpy(world_at(w, pa, 16), AWORD, 16);
	words[0] = o.len;
	words[1] = number;
	words[2] = w->kho.fdt_pa;
	words[3] = page;
	words[4] = 2;
	words[5] = 7;
	words[6] = pages ? 32 : 0;
	words[7] = w->pages;
	world_put(w, pa + 24, pa);
	for (u32 i = 0; i < 8; i++)
		world_put(w, at + 8 * i, words[i]);
	anchor_seal(&o);
	return o;
}

/* As a front end looks. */
int anchor_locate(struct anchor_looking *look, struct world *w, u64 given)
{
	int err;

	look->phys = w->phys;
	look->phys.nr_scratch = 0;
	look->job = (struct luo_job){ .arena = look->arena, .arena_size = sizeof(look->arena) };
	look->found = (struct luo_found){ 0 };
	look->l = (struct fdt_locate){ .phys = &look->phys,
				       .job = &look->job,
				       .each = fdt_each_phys,
				       .each_ctx = &look->phys,
				       .scan = { look->c, 8, 0, look->tree } };
	err = fdt_anchor_locate(&look->l, given, &look->a, &look->found);
	luo_report_init(&look->report);
	fdt_anchor_report(&look->a, &look->report);
	return err;
}

/* Of the live update, as the state has it. */
u64 anchor_number(struct world *w)
{
	struct answer a;
	u64 number;

	run_open(&a, LUO_ARENA_MIN);
	run(&a, w, LUO_MODE_VERIFY);
	number = a.state.number;
	run_close(&a);
	return number;
}
