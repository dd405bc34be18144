/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A sound state of each version, with boot data in front of it: a setup_data list
 * {next u64, type u32, len u32, payload} whose second node is KHO's, and a device tree.
 */
#include <libfdt.h>
#include <string.h>

#include "damage.h"

const struct variant variants[] = {
	{ "luo-v5", WORLD_V5 },
	{ "luo-session-v2", WORLD_S2 },
	{ "luo-session-v3", WORLD_S3 },
	{ "luo-session-v4", WORLD_S4 },
	{ "luo-v2", WORLD_L2 },
	{ "luo-v3", WORLD_L3 },
	{ "luo-v3-kho-block-v1", WORLD_L3B },
	{ "luo-v4", WORLD_L4 },
	{ "luo-v5;block-v1", WORLD_NEXT },
	{ "feature bits", WORLD_BITS },
	{ "kho-v1", WORLD_S2, .v1 = true },
	{ "kho-v2", WORLD_S2, .kho = "kho-v2" },
	{ "kho-v4;radix-v1", WORLD_V5, .kho = "kho-v4;radix-v1" },
	{ "luo-v5 and others", WORLD_V5, .more = true },
};
const u32 nr_variants = LUO_ARRAY_SIZE(variants);

#define DTB_SIZE 1024

static void setup_node(struct world *w, u64 pa, u64 next, u32 type, u32 len)
{
	world_put(w, pa, next);
	world_put32(w, pa + 8, type);
	world_put32(w, pa + 12, len);
}

static void write_setup(struct ground *g)
{
	struct world *w = &g->w;
	u64 second;

	g->setup = world_stray(w, 0);
	second = g->setup + 64;
	setup_node(w, g->setup, second, 9, 32);
	setup_node(w, second, 0, 10, 32);
	world_put(w, second + 16, w->handover.fdt_pa);
	world_put(w, second + 24, w->handover.fdt_size);
	world_put(w, second + 32, w->handover.scratch_pa);
	world_put(w, second + 40, w->handover.scratch_size);
}

static void pair(void *dtb, const char *name, u64 pa, u64 size)
{
	fdt64_t cells[2] = { cpu_to_fdt64(pa), cpu_to_fdt64(size) };

	assert_int_equal(fdt_property(dtb, name, cells, sizeof(cells)), 0);
}

static void write_chosen(struct ground *g)
{
	const struct luo_handover *h = &g->w.handover;
	void *dtb;

	g->chosen = world_stray(&g->w, 0);
	dtb = world_at(&g->w, g->chosen, DTB_SIZE);
	assert_int_equal(fdt_create(dtb, DTB_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, ""), 0);
	assert_int_equal(fdt_property_u32(dtb, "#address-cells", 2), 0);
	assert_int_equal(fdt_property_u32(dtb, "#size-cells", 2), 0);
	assert_int_equal(fdt_begin_node(dtb, "chosen"), 0);
	pair(dtb, "linux,kho-fdt", h->fdt_pa, h->fdt_size);
	pair(dtb, "linux,kho-scratch", h->scratch_pa, h->scratch_size);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
}

/* A region of reserve_mem= that begins at an odd page. */
static void write_region(struct world *w)
{
	u64 page = world_page(w), pa = world_stray(w, 2);

	world_preserve(w, pa + page, 0);
	world_preserve(w, pa + 2 * page, 1);
	world_write_memblock(w, pa + page, 3 * page);
}

/* As world_standard(), in a machine that is quicker to compare. */
static void write_state(struct world *w, const struct variant *v)
{
	u64 many[2] = { 20, 5 }, few = 3;

	if (world_linked(w)) {
		world_add_block(w, world_capacity(w));
		world_add_block(w, world_capacity(w));
	}
	world_add_block(w, 7);
	if (world_chained(w))
		many[0] = world_file_capacity(w);
	world_add_files(w, world_session(w, 0), many, world_chained(w) ? 2 : 1);
	world_add_files(w, world_session(w, 1), &few, 1);
	world_finish(w);
	if (v->kho) {
		w->kho.compatible = v->kho;
		w->kho.size_prop = strcmp(v->kho, "kho-v2") ? "blob-size" : NULL;
	}
	if (v->more) {
		world_put(w, w->flb_pa + 8, 2);
		strcpy((char *)world_at(w, w->flb_pa + 16, 48), "pci-v1");
		strcpy((char *)world_at(w, w->flb_pa + 80, 48), "iommu-v1");
		w->kho.other = "kho-test";
		w->kho.other_data = world_alloc(w, 0) + 16;
	}
	world_write_kho(w);
	write_region(w);
}

static u64 high_mib(u32 shift, enum world_abi abi)
{
	if (shift == 12)
		return 3;
	if (shift == 14)
		return abi == WORLD_S4 ? 16 : 12;
	return abi == WORLD_S4 ? 224 : 128;
}

void ground_open(struct ground *g, const struct variant *v, u32 shift)
{
	memset(g, 0, sizeof(*g));
	world_kho_v1 = v->v1;
	world_open(&g->w, shift, v->abi, high_mib(shift, v->abi));
	world_kho_v1 = false;
	write_state(&g->w, v);
	write_setup(g);
	write_chosen(g);
	g->sound = g->w;
	g->memory = snap_take(&g->w);
}

/* The lists of blocks and of stores stay: cases change what is in memory, not these. */
void ground_restore(struct ground *g)
{
	struct world_log *log = g->w.log;
	u32 max = g->w.max_log;

	snap_restore(g->memory, &g->w);
	g->w = g->sound;
	g->w.log = log;
	g->w.max_log = max;
	g->w.nr_log = 0;
	g->use_chosen = false;
}

static bool view_changed(const struct world *a, const struct world *b)
{
	return memcmp(a->ram, b->ram, sizeof(a->ram)) || memcmp(a->busy, b->busy, sizeof(a->busy));
}

bool ground_changed(const struct ground *g)
{
	return view_changed(&g->w, &g->sound) || !snap_same(g->memory, &g->w);
}

void ground_close(struct ground *g)
{
	snap_free(g->memory);
	world_close(&g->w);
}
