/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The states that mutations start from. */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../fdt/chosen.h"
#include "../../luo/boot.h"
#include "../unit/world.h"

#define MAGIC	   0x45544154534f554cULL /* LUOSTATE, see test/states/unpack */
#define PAGE	   4096
#define SETUP_DATA 0x250 /* in the zero page */
#define AARCH64	   1
#define DTB_MAX	   (2 << 20)

/** machine_at() - @len bytes at @pa, NULL when they are not in one bank. */
u8 *machine_at(const struct judge_machine *m, u64 pa, u64 len)
{
	for (u32 i = 0; i < m->nr_banks; i++) {
		const struct judge_bank *b = &m->bank[i];

		if (pa >= b->start && pa - b->start < b->size && len <= b->size - (pa - b->start))
			return b->mem + (pa - b->start);
	}
	return NULL;
}

static bool add_bank(struct judge_machine *m, u64 start, u64 size)
{
	u8 *mem = m->nr_banks < JUDGE_BANKS ? judge_carve(size) : NULL;

	if (mem)
		m->bank[m->nr_banks++] = (struct judge_bank){ start, size, mem };
	return mem;
}

static void find_pages(struct base *b)
{
	static const u8 zero[PAGE];
	u64 max = 0;

	for (u32 i = 0; i < b->machine.nr_banks; i++) {
		const struct judge_bank *k = &b->machine.bank[i];

		for (u64 at = 0; at < k->size; at += PAGE) {
			if (!memcmp(k->mem + at, zero, PAGE))
				continue;
			if (b->nr_pages == max) {
				max = max ? 2 * max : 256;
				b->page = realloc(b->page, max * sizeof(u64));
			}
			b->page[b->nr_pages++] = k->start + at;
		}
	}
}

/* captured states */

static const void *map(void *ctx, u64 pa, u64 len)
{
	return machine_at(ctx, pa, len);
}

static bool find_handover(struct judge_machine *m, u64 arch, u64 params)
{
	static const struct luo_mem_ops ops = { .map = map };
	struct luo_range ram[JUDGE_BANKS];
	struct luo_phys phys = { .ops = &ops, .ctx = m, .ram = ram, .nr_ram = m->nr_banks };
	struct luo_handover h = { 0 };
	int err;

	for (u32 i = 0; i < m->nr_banks; i++)
		ram[i] = (struct luo_range){ m->bank[i].start, m->bank[i].size };
	if (arch == AARCH64) {
		const u8 *dtb = machine_at(m, params, 8);
		u64 size = dtb ? (u64)dtb[4] << 24 | dtb[5] << 16 | dtb[6] << 8 | dtb[7] : 0;

		err = size && size < DTB_MAX ? fdt_chosen_handover(dtb, size, &h) : -1;
	} else {
		const u8 *p = machine_at(m, params, PAGE);

		err = p ? luo_setup_find_kho(&phys, luo_get64(p + SETUP_DATA), &h, NULL) : -1;
	}
	m->fdt = h.fdt_pa;
	m->fdt_size = h.fdt_size;
	m->scratch = h.scratch_pa;
	m->scratch_size = h.scratch_size;
	return !err;
}

static bool load(struct base *b, FILE *f)
{
	u64 head[5], range[2], *pa;
	bool ok = fread(head, 8, 5, f) == 5 && head[0] == MAGIC && head[3] < JUDGE_BANKS;

	for (u64 i = 0; ok && i < head[3]; i++)
		ok = fread(range, 8, 2, f) == 2 && add_bank(&b->machine, range[0], range[1]);
	pa = calloc(head[4], 8);
	ok = ok && pa && fread(pa, 8, head[4], f) == head[4];
	for (u64 i = 0; ok && i < head[4]; i++) {
		u8 *p = machine_at(&b->machine, pa[i], PAGE);

		ok = p && fread(p, PAGE, 1, f) == 1;
	}
	free(pa);
	return ok && find_handover(&b->machine, head[1], head[2]);
}

/** base_load() - a captured state from a file that test/states/unpack wrote. */
bool base_load(struct base *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	FILE *f = fopen(path, "rb");
	bool ok;

	*b = (struct base){ 0 };
	snprintf(b->name, sizeof(b->name), "%s", slash ? slash + 1 : path);
	ok = f && load(b, f);
	if (f)
		fclose(f);
	if (ok)
		find_pages(b);
	return ok;
}

/* made-up states */

static void memfds(struct world *w, enum world_abi abi)
{
	u64 two = 2, session;

	world_open(w, JUDGE_PAGE_SHIFT, abi, JUDGE_PAGE_SHIFT == 16 ? 96 : 24);
	world_add_sessions(w, 4);
	session = world_session(w, 1);
	world_add_files(w, session, &two, 1);
	session = world_get(w, session + 64) + world_files_list(w)->header;
	world_put(w, session + 48, world_large_memfd(w, 9, 1, 2, 0, 1));
	world_put(w, session + 64 + 48, world_large_memfd(w, 5, 0, 2, 1, 8));
	world_finish(w);
}

static void put_flb(struct world *w, u32 nr, const char *name)
{
	u64 at = w->flb_pa + 16 + 64 * nr;

	world_put(w, w->flb_pa + 8, nr + 1);
	strcpy((char *)world_at(w, at, 48), name);
	world_put(w, at + 48, 0x1000 * (nr + 1));
	world_put(w, at + 56, 1);
}

static void flbs(struct world *w, enum world_abi abi)
{
	memfds(w, abi);
	put_flb(w, 0, "pci-v1");
	put_flb(w, 1, "iommu-v1");
}

/* The second driver gets what is the first's. */
static void flbs_alike(struct world *w, enum world_abi abi)
{
	flbs(w, abi);
	put_flb(w, 1, "pci-v1");
}

static void flb_nameless_end(struct world *w, enum world_abi abi)
{
	flbs(w, abi);
	memset(world_at(w, w->flb_pa + 16 + 64, 48), 'f', 48);
}

/* The list stays, but not all of its page. */
static void node_in_list(struct world *w, enum world_abi abi)
{
	u64 node;

	memfds(w, abi);
	node = world_node(w, LOW_BANK, 0, 1);
	world_put(w, node + 8 * world_index(w->shift, world_key(w->shift, LOW_BANK, 0), 1),
		  SCRATCH_PA);
}

/* Nothing that the list needs is there. */
static void record_behind_list(struct world *w, enum world_abi abi)
{
	memfds(w, abi);
	world_put(w, record_at(w), SCRATCH_PA + 512);
}

/* The array has two pages; what follows them is nobody's. */
static void array_without_room(struct world *w, enum world_abi abi)
{
	memfds(w, abi);
	world_put(w, world_get(w, record_at(w)) + world_folios_at(w), 2 * world_page(w) / 16 + 1);
}

static const struct {
	const char *name;
	void (*build)(struct world *w, enum world_abi abi);
	bool few;
} made_up[] = {
	{ "memfds", memfds },
	{ "standard", NULL },
	{ "FLBs", flbs, true },
	{ "FLBs of one name", flbs_alike, true },
	{ "FLB's name without an end", flb_nameless_end, true },
	{ "map node in the list of scratch areas", node_in_list, true },
	{ "record behind the list of scratch areas", record_behind_list, true },
	{ "folio array without room", array_without_room, true },
};

u32 base_nr_made_up(void)
{
	u32 nr = LUO_ARRAY_SIZE(made_up);

	for (const struct in_use *part = parts_in_use; part->name; part++)
		nr++;
	return nr;
}

/** base_make_up() - a state of the unit tests' writer, in the form that a version has. */
bool base_make_up(struct base *b, u32 number, int version)
{
	const struct in_use *part = NULL;
	struct world w;

	*b = (struct base){ 0 };
	if (number >= LUO_ARRAY_SIZE(made_up)) {
		part = &parts_in_use[number - LUO_ARRAY_SIZE(made_up)];
		memfds(&w, version);
		part->take(&w);
		b->few = true;
	} else if (made_up[number].build) {
		made_up[number].build(&w, version);
		b->few = made_up[number].few;
	} else {
		world_standard(&w, JUDGE_PAGE_SHIFT, version);
	}
	snprintf(b->name, sizeof(b->name), "%s", part ? part->name : made_up[number].name);
	for (u32 i = 0; i < 2; i++) {
		if (!add_bank(&b->machine, w.bank[i].start, w.bank[i].size))
			return false;
		memcpy(b->machine.bank[i].mem, w.bank[i].mem, w.bank[i].size);
	}
	b->machine.fdt = w.handover.fdt_pa;
	b->machine.fdt_size = w.handover.fdt_size;
	b->machine.scratch = w.handover.scratch_pa;
	b->machine.scratch_size = w.handover.scratch_size;
	b->machine.busy = w.busy[0].range.start;
	b->machine.busy_size = w.busy[0].range.size;
	world_close(&w);
	find_pages(b);
	return true;
}

void base_free(struct base *b)
{
	free(b->page);
}
