/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A writer of the KHO root tree and of LUO's containers: the luo-v1 tree, and records with a
 * string. Numbers in these trees are native u64 with the alignment that their place happens to
 * have.
 */
#include <libfdt.h>
#include <string.h>

#include "world.h"

static void ok(int err)
{
	assert_int_equal(err, 0);
}

static void begin(void *fdt, u64 size)
{
	memset(fdt, 0, size);
	ok(fdt_create(fdt, size));
	ok(fdt_finish_reservemap(fdt));
	ok(fdt_begin_node(fdt, ""));
}

static void end(void *fdt)
{
	ok(fdt_end_node(fdt));
	ok(fdt_finish(fdt));
}

/* A property with the first @len bytes of a number; no property when there is no name. */
static void number(void *fdt, const char *name, u64 value, u32 len)
{
	u64 v[2] = { value, 0 };

	if (name)
		ok(fdt_property(fdt, name, v, len));
}

static void child(const struct world *w, void *fdt, const char *name, u64 data, u64 size)
{
	ok(fdt_begin_node(fdt, name));
	number(fdt, w->v1 ? "fdt" : "preserved-data", data, 8);
	number(fdt, w->v1 ? NULL : "blob-size", size, 8);
	ok(fdt_end_node(fdt));
}

/* The root tree as w->kho says; the tests change that and call again. */
void world_write_kho(struct world *w)
{
	const struct world_kho *k = &w->kho;
	void *fdt = world_at(w, k->fdt_pa, world_page(w));

	begin(fdt, world_page(w));
	if (k->compatible)
		ok(fdt_property_string(fdt, "compatible", k->compatible));
	number(fdt, k->map_prop, k->map_value, k->map_len);
	child(w, fdt, "memblock", w->memblock_pa, 4096);
	if (k->child) {
		ok(fdt_begin_node(fdt, k->child));
		number(fdt, k->data_prop, k->data, k->data_len);
		number(fdt, k->size_prop, k->size, k->size_len);
		ok(fdt_end_node(fdt));
	}
	child(w, fdt, "kexec-metadata", w->metadata_pa, w->metadata_size);
	if (k->other)
		child(w, fdt, k->other, k->other_data, 100);
	end(fdt);
	w->handover.fdt_pa = k->fdt_pa;
}

/* The luo-v1 tree as w->tree says. */
void world_write_tree(struct world *w)
{
	const struct world_tree *t = &w->tree;
	void *fdt = world_at(w, w->luo_pa, world_page(w));
	u8 pad[64] = { 0 };

	begin(fdt, world_page(w));
	if (t->compatible)
		ok(fdt_property_string(fdt, "compatible", t->compatible));
	number(fdt, t->number_prop, 7, 8);
	if (t->pad)
		ok(fdt_property(fdt, "pad", pad, t->pad));
	if (t->node) {
		ok(fdt_begin_node(fdt, t->node));
		if (t->session)
			ok(fdt_property_string(fdt, "compatible", t->session));
		number(fdt, t->head_prop, t->head, t->head_len);
		ok(fdt_end_node(fdt));
	}
	if (t->flb) {
		ok(fdt_begin_node(fdt, "luo-flb"));
		ok(fdt_property_string(fdt, "compatible", "luo-flb-v1"));
		number(fdt, "luo-flb-header", w->flb_pa, 8);
		ok(fdt_end_node(fdt));
	}
	end(fdt);
	w->kho.size = fdt_totalsize(fdt);
}

/* The containers that are no luo-v1 tree: their string, and where the three numbers start. */
struct record {
	const char *name;
	u64 numbers;
};

static const struct record *record_of(const struct world *w)
{
	static const struct record records[] = {
		[WORLD_V5] = { "luo-v5", 8 }, [WORLD_L2] = { NULL, 0 },
		[WORLD_L3] = { "luo-v3", 8 }, [WORLD_L3B] = { "luo-v3-kho-block-v1", 24 },
		[WORLD_L4] = { "luo-v4", 8 }, [WORLD_NEXT] = { "luo-v5;block-v1", 16 },
		[WORLD_BITS] = { NULL, 128 },
	};

	return &records[w->abi];
}

bool world_in_tree(const struct world *w)
{
	return w->abi >= WORLD_S2 && w->abi <= WORLD_S4;
}

/* A record; the one of luo-v2 has no string, and a tree with its address stands in front. */
static void write_record(struct world *w)
{
	const struct record *r = record_of(w);
	u64 size = r->numbers + 24;
	u8 *p = world_at(w, w->record_pa, size);

	memset(p, 0, size);
	if (r->name)
		strcpy((char *)p, r->name);
	if (w->abi == WORLD_BITS) {
		world_put(w, w->record_pa, 7);
		world_put(w, w->record_pa + 16, 3);
	}
	world_put(w, w->record_pa + r->numbers, 7);
	world_put(w, w->record_pa + r->numbers + 8, w->nr_blocks ? w->block[0].pa : 0);
	world_put(w, w->record_pa + r->numbers + 16, w->flb_pa);
	w->kho.size = size;
}

static void write_root(struct world *w)
{
	void *fdt = world_at(w, w->luo_pa, world_page(w));

	begin(fdt, world_page(w));
	ok(fdt_property_string(fdt, "compatible", "luo-v2"));
	number(fdt, "luo-abi-header", w->record_pa, 8);
	end(fdt);
	w->kho.size = fdt_totalsize(fdt);
}

/* The tree of memblock, with one region of reserve_mem= when it has a size. */
void world_write_memblock(struct world *w, u64 start, u64 size)
{
	void *fdt = world_at(w, w->memblock_pa, 4096);

	begin(fdt, 4096);
	ok(fdt_property_string(fdt, "compatible", "memblock-v1"));
	if (size) {
		ok(fdt_begin_node(fdt, "trace"));
		ok(fdt_property_string(fdt, "compatible", "reserve-mem-v1"));
		number(fdt, "start", start, 8);
		number(fdt, "size", size, 8);
		ok(fdt_end_node(fdt));
	}
	end(fdt);
}

static void write_others(struct world *w)
{
	u32 one = 1;

	w->memblock_pa = world_alloc(w, 0);
	world_write_memblock(w, 0, 0);
	w->metadata_pa = world_alloc(w, 0);
	w->metadata_size = 73;
	memcpy(world_at(w, w->metadata_pa, 4), &one, 4);
	strcpy((char *)world_at(w, w->metadata_pa + 4, 65), "7.3.4");
	w->flb_pa = world_alloc(w, 0);
	world_put(w, w->flb_pa, 1);
}

/* Write containers and root tree for the sessions added so far. */
void world_finish(struct world *w)
{
	static const char *const session[] = {
		[WORLD_S2] = "luo-session-v2",
		[WORLD_S3] = "luo-session-v3",
		[WORLD_S4] = "luo-session-v4",
	};

	write_others(w);
	w->luo_pa = world_alloc(w, 0);
	w->record_pa = w->abi == WORLD_L2 ? world_alloc(w, 0) : w->luo_pa;
	w->tree = (struct world_tree){
		.compatible = "luo-v1",
		.node = "luo-session",
		.session = world_in_tree(w) ? session[w->abi] : NULL,
		.head_prop = "luo-session-header",
		.head = w->nr_blocks ? w->block[0].pa : 0,
		.head_len = 8,
		.number_prop = "liveupdate-number",
		.flb = true,
	};
	w->kho = (struct world_kho){
		.fdt_pa = world_alloc(w, 0),
		.compatible = world_in_tree(w) ? "kho-v3" : "kho-v4",
		.map_prop = "preserved-memory-map",
		.map_value = w->root,
		.map_len = 8,
		.child = "LUO",
		.data_prop = "preserved-data",
		.data = w->luo_pa,
		.data_len = 8,
		.size_prop = "blob-size",
		.size_len = 8,
	};
	if (w->v1) {
		w->kho.compatible = "kho-v1";
		w->kho.data_prop = "fdt";
		w->kho.size_prop = NULL;
		w->kho.map_value = w->root;
	}
	if (world_in_tree(w))
		world_write_tree(w);
	else
		write_record(w);
	if (w->abi == WORLD_L2)
		write_root(w);
	world_write_kho(w);
}

/* Where the pointer to the first session block lies. */
u64 world_head_at(struct world *w)
{
	const u8 *fdt, *p;
	int node;

	if (!world_in_tree(w))
		return w->record_pa + record_of(w)->numbers + 8;
	fdt = world_at(w, w->luo_pa, world_page(w));
	node = fdt_path_offset(fdt, "/luo-session");
	assert_true(node >= 0);
	p = fdt_getprop(fdt, node, "luo-session-header", NULL);
	assert_non_null(p);
	return w->luo_pa + (u64)(p - fdt);
}
