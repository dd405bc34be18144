/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Soundness of a flattened tree: everything that libfdt can check, and its version. */
#include "tree.h"

#include <libfdt.h>

#define VERSION                                                                                    \
	17 /* since 2007; what every kernel writes. Freestanding builds read no older one          \
	    */

/**
 * fdt_tree_sound() - may this tree be used?
 * @tree: the tree
 * @size: bytes that may be read there
 *
 * libfdt reads words where the header says that its blocks start, aligned or not; the specification
 * (Devicetree 0.4, 5.6) wants 4 bytes for the structure and 8 for the reservations.
 *
 * Return: true when header, blocks, structure and strings are all in order within @size.
 */
bool fdt_tree_sound(const void *tree, u64 size)
{
	return size >= sizeof(struct fdt_header) && fdt_version(tree) >= VERSION &&
	       !(fdt_off_dt_struct(tree) & 3) && !(fdt_off_mem_rsvmap(tree) & 7) &&
	       !fdt_check_full(tree, size);
}
