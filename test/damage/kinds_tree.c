/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Ways to damage a flattened tree: words of its header, properties and nodes as a whole. */
#include <libfdt.h>
#include <string.h>

#include "damage.h"

#define ROOM 4096

static void put(struct ground *g, const struct field *f, u32 v)
{
	fdt32_st(world_at(&g->w, f->pa, 4), v);
}

static u32 get(struct ground *g, const struct field *f)
{
	return fdt32_ld((const fdt32_t *)world_at(&g->w, f->pa, 4));
}

static void zero(struct ground *g, const struct field *f)
{
	put(g, f, 0);
}

static void ones(struct ground *g, const struct field *f)
{
	put(g, f, ~0U);
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
	put(g, f, get(g, f) + 2);
}

static void beyond(struct ground *g, const struct field *f)
{
	put(g, f, (u32)world_page(&g->w) + 8);
}

static void swapped(struct ground *g, const struct field *f)
{
	put(g, f, __builtin_bswap32(get(g, f)));
}

const struct way ways_header[] = {
	{ "zero", zero },
	{ "all ones", ones },
	{ "one more", up },
	{ "one less", down },
	{ "misaligned", misaligned },
	{ "beyond its page", beyond },
	{ "bytes in the wrong order", swapped },
	{ NULL },
};

/* A tree that grew takes more of its page, and blob-size must say so. */
static void *open_tree(struct ground *g, const struct field *f, int *node)
{
	void *fdt = world_at(&g->w, f->tree, ROOM);

	assert_int_equal(fdt_open_into(fdt, fdt, ROOM), 0);
	*node = fdt_path_offset(fdt, f->node);
	assert_true(*node >= 0);
	return fdt;
}

static void close_tree(struct ground *g, const struct field *f, void *fdt)
{
	u64 size;

	assert_int_equal(fdt_pack(fdt), 0);
	size = fdt_totalsize(fdt);
	if (f->tree != g->w.luo_pa || size <= g->w.kho.size || !g->w.kho.size_prop)
		return;
	world_put(&g->w, root_prop(g, "/LUO", "blob-size"), size);
}

static void prop_absent(struct ground *g, const struct field *f)
{
	int node;
	void *fdt = open_tree(g, f, &node);

	assert_int_equal(fdt_delprop(fdt, node, f->prop), 0);
	close_tree(g, f, fdt);
}

/* The same bytes, and some zeros behind them, as a property of this name and length. */
static void rewrite(struct ground *g, const struct field *f, const char *name, int change)
{
	char bytes[128] = { 0 };
	int node, len;
	void *fdt = open_tree(g, f, &node);
	const void *p = fdt_getprop(fdt, node, f->prop, &len);

	assert_non_null(p);
	memcpy(bytes, p, (size_t)len);
	assert_int_equal(fdt_delprop(fdt, node, f->prop), 0);
	assert_int_equal(fdt_setprop(fdt, node, name, bytes, len + change), 0);
	close_tree(g, f, fdt);
}

static void prop_cut(struct ground *g, const struct field *f)
{
	rewrite(g, f, f->prop, -4);
}

static void prop_long(struct ground *g, const struct field *f)
{
	rewrite(g, f, f->prop, 4);
}

static void prop_renamed(struct ground *g, const struct field *f)
{
	char name[64];

	strcpy(name, f->prop);
	name[strlen(name) - 1]++;
	rewrite(g, f, name, 0);
}

static void prop_empty(struct ground *g, const struct field *f)
{
	int node;
	void *fdt = open_tree(g, f, &node);

	assert_int_equal(fdt_setprop(fdt, node, f->prop, NULL, 0), 0);
	close_tree(g, f, fdt);
}

const struct way ways_prop[] = {
	{ "property absent", prop_absent },   { "property without a value", prop_empty },
	{ "property cut short", prop_cut },   { "property too long", prop_long },
	{ "property renamed", prop_renamed }, { NULL },
};

static void node_absent(struct ground *g, const struct field *f)
{
	int node;
	void *fdt = open_tree(g, f, &node);

	assert_int_equal(fdt_del_node(fdt, node), 0);
	close_tree(g, f, fdt);
}

static void node_renamed(struct ground *g, const struct field *f)
{
	char name[64];
	int node;
	void *fdt = open_tree(g, f, &node);

	strcpy(name, f->node + 1);
	name[strlen(name) - 1]++;
	assert_int_equal(fdt_set_name(fdt, node, name), 0);
	close_tree(g, f, fdt);
}

/* A second node of the name: libfdt puts it in front of the first. It has no properties. */
static void node_twice(struct ground *g, const struct field *f)
{
	char name[64];
	int node;
	void *fdt = open_tree(g, f, &node);

	strcpy(name, f->node + 1);
	name[0]++;
	node = fdt_add_subnode(fdt, 0, name);
	assert_true(node > 0);
	((char *)(uintptr_t)fdt_get_name(fdt, node, NULL))[0]--;
	close_tree(g, f, fdt);
}

const struct way ways_subnode[] = {
	{ "node absent", node_absent },
	{ "node renamed", node_renamed },
	{ "node duplicated, empty one first", node_twice },
	{ NULL },
};
