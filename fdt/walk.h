/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A device tree, read once from front to end.
 *
 * libfdt looks for each node and property from the beginning and asks for each letter of a node's
 * name whether it may be read: what arm64's payload wants of a machine's tree took most of all its
 * instructions that way. Here a pass takes a few instructions for each token, and a tree that is
 * not sound is found out on the way. What is changed in a tree of ours is in edit.h.
 */
#ifndef FDT_WALK_H
#define FDT_WALK_H

#include "../luo/types.h"

/** enum fdt_walk_tag - what fdt_walk_next() has come to; values of tokens (Devicetree 0.4, 5.4.1)
 */
enum fdt_walk_tag {
	FDT_WALK_DAMAGED = 0,
	FDT_WALK_NODE = 1,
	FDT_WALK_LEAVE = 2,
	FDT_WALK_PROP = 3,
	FDT_WALK_DONE = 9,
};

#define FDT_WALK_DEPTH	32  /* of nodes in nodes; more are damage */
#define FDT_WALK_ALL	~0U /* no property is as long */
#define FDT_WALK_HEADER 40  /* bytes in front of the blocks; a tree has them at least */

/**
 * struct fdt_walk - a place in a tree; a copy of one is a place to go on from
 * @tree:    the tree
 * @at:      next token: bytes from @tree, a multiple of 4
 * @end:     end of the structure block, likewise; never less than @at
 * @strings: the strings block, up to the last NUL in it
 * @nr_strings: its bytes
 * @depth:   of the node that @at is in: 1 in the root node, 0 in none
 * @name:    of the node or property come to last, terminated
 * @value:   of the property, @len bytes
 * @len:     its bytes
 */
struct fdt_walk {
	const u8 *tree;
	u32 at;
	u32 end;
	const char *strings;
	u32 nr_strings;
	u32 depth;
	const char *name;
	const u8 *value;
	u32 len;
};

/** enum fdt_place - what fdt_root_open() notes; of memory nodes the first and the last one. */
enum fdt_place { FDT_CHOSEN, FDT_ALIASES, FDT_RESERVED, FDT_MEMORY, FDT_MEMORY_LAST, FDT_PLACES };

/**
 * struct fdt_root - what is looked for in every tree, found in one pass
 * @tree, @size: the tree
 * @start:    inside of the root node
 * @at:       of enum fdt_place: inside of that child of the root node, 0 when there is none
 * @cells:    numbers of cells of an address and of a size in the root node's children; 2 and 1
 *            when the tree does not say (Devicetree 0.4, 2.3.5)
 */
struct fdt_root {
	const u8 *tree;
	u32 size;
	struct fdt_walk start;
	u32 at[FDT_PLACES];
	u32 cells[2];
};

/** fdt_walk_magic() - do these 4 bytes begin a flattened tree? */
static inline bool fdt_walk_magic(const void *tree)
{
	return luo_get32(tree) == __builtin_bswap32(0xd00dfeed);
}

u32 fdt_walk_size(const void *tree);
bool fdt_walk_open(struct fdt_walk *w, const void *tree, u64 size);
enum fdt_walk_tag fdt_walk_next(struct fdt_walk *w);
void fdt_walk_pass(struct fdt_walk *w, u32 but);
bool fdt_walk_child(struct fdt_walk *w, u32 depth);
bool fdt_walk_into(struct fdt_walk *w, const char *name, u32 len);
const u8 *fdt_walk_prop(const struct fdt_walk *node, const char *name, u32 *len);
bool fdt_walk_text(const struct fdt_walk *node, const char *name, const char *word);
bool fdt_walk_name_is(const char *name, const char *wanted, u32 len);
LUO_NOINLINE bool fdt_root_child(const struct fdt_root *root, enum fdt_place place,
				 struct fdt_walk *node);
bool fdt_root_reserved(const struct fdt_root *root, u32 i, u64 *start, u64 *size);
bool fdt_root_open(struct fdt_root *root, const void *tree, u64 size);

#endif
