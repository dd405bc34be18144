/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Soundness of a flattened tree, before libfdt is let at it. */
#include "tree.h"

#include "walk.h"

/**
 * fdt_tree_sound() - may this tree be used?
 * @tree: the tree
 * @size: bytes that may be read there
 *
 * Asks for all that libfdt's fdt_check_full() does, and for the alignment of the blocks that libfdt
 * reads words from without looking (Devicetree 0.4, 5.6); test/unit/test_tree_walk.c holds one
 * against the other.
 *
 * Return: true when header, blocks, structure and strings are all in order within @size.
 */
bool fdt_tree_sound(const void *tree, u64 size)
{
	struct fdt_root root;

	return fdt_root_open(&root, tree, size);
}
