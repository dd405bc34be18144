/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The one pass over a whole tree that tells whether it is sound and where things are. */
#include "../luo/str.h"
#include "cells.h"
#include "layout.h"
#include "walk.h"

/* A node below the root node; the first of a name is the one that counts. */
static void note_node(struct fdt_root *root, const struct fdt_walk *w)
{
	static const struct {
		char name[16];
		u8 len;
	} known[] = { { "chosen", 6 }, { "aliases", 7 }, { "reserved-memory", 15 } };

	for (u32 i = 0; i < LUO_ARRAY_SIZE(known); i++)
		if (w->name[0] == known[i].name[0] && !root->at[i] &&
		    fdt_walk_name_is(w->name, known[i].name, known[i].len))
			root->at[i] = w->at;
}

/* device_type of the node inside of which @node is. */
static void note_type(struct fdt_root *root, const struct fdt_walk *w, u32 node)
{
	if (w->len != sizeof("memory") || !luo_streq(w->name, "device_type") ||
	    __builtin_memcmp(w->value, "memory", sizeof("memory")))
		return;
	if (!root->at[FDT_MEMORY])
		root->at[FDT_MEMORY] = node;
	root->at[FDT_MEMORY_LAST] = node;
}

static void note_cells(struct fdt_root *root, const struct fdt_walk *w)
{
	if (w->name[0] != '#' || w->len != 4)
		return;
	if (luo_streq(w->name, "#address-cells"))
		root->cells[0] = (u32)fdt_cells(w->value, 1);
	if (luo_streq(w->name, "#size-cells"))
		root->cells[1] = (u32)fdt_cells(w->value, 1);
}

/** fdt_root_child() - a noted child of the root node; false when there is none. */
bool fdt_root_child(const struct fdt_root *root, enum fdt_place place, struct fdt_walk *node)
{
	*node = root->start;
	node->at = root->at[place];
	node->depth = 2;
	return node->at;
}

/**
 * fdt_root_reserved() - an entry of the tree's list of reserved memory
 * @root: of fdt_root_open(), which has seen that the list ends
 * @i:    which, from 0; all before it are there
 * @start, @size: filled in
 *
 * Return: false at the list's end.
 */
bool fdt_root_reserved(const struct fdt_root *root, u32 i, u64 *start, u64 *size)
{
	const u8 *entry = root->tree + fdt_cells(root->tree + FDT_OFF_RESERVED, 1) + i * 16;

	*start = fdt_cells(entry, 2);
	*size = fdt_cells(entry + 8, 2);
	return *size;
}

/**
 * fdt_root_open() - go through a tree once
 * @root: filled in
 * @tree: aligned to 8 bytes
 * @size: bytes that may be read there
 *
 * Return: false when it is not sound to its end, the root node has a name, or nodes lie more than
 * FDT_WALK_DEPTH deep in each other.
 */
bool fdt_root_open(struct fdt_root *root, const void *tree, u64 size)
{
	struct fdt_walk w;
	enum fdt_walk_tag tag;
	u32 node = 0;

	*root = (struct fdt_root){ .tree = tree, .cells = { 2, 1 } };
	if (!fdt_walk_open(&w, tree, size))
		return false;
	root->size = fdt_walk_size(tree);
	if (fdt_walk_next(&w) != FDT_WALK_NODE || w.name[0])
		return false;
	root->start = w;
	while (w.depth) {
		/* Of properties on both levels that are looked at only those with a wanted length
		 * count. */
		fdt_walk_pass(&w, w.depth < 2 ? 4 : w.depth == 2 ? sizeof("memory") : FDT_WALK_ALL);
		tag = fdt_walk_next(&w);
		if (tag == FDT_WALK_DAMAGED)
			return false;
		if (tag == FDT_WALK_PROP && w.depth == 1)
			note_cells(root, &w);
		else if (tag == FDT_WALK_PROP && w.depth == 2)
			note_type(root, &w, node);
		else if (tag == FDT_WALK_NODE && w.depth == 2) {
			node = w.at;
			note_node(root, &w);
		}
	}
	return fdt_walk_next(&w) == FDT_WALK_DONE;
}
