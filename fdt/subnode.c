/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Walking over sub-nodes; numbers in their properties are native-endian. */
#include "subnode.h"

#include "kho.h"

/**
 * fdt_subnodes_each() - go over the sub-nodes of the state's KHO FDT
 * @a:   an answer
 * @fn:  called for each
 * @ctx: handed to @fn
 *
 * Return: false when there is no tree that can be walked.
 */
bool fdt_subnodes_each(const struct luo_answer *a, fdt_subnode_fn fn, void *ctx)
{
	const struct luo_handover *h = &a->found->handover;
	const struct luo_kho_abi *kho = a->report->kho;
	const void *tree = a->found->page_shift ? luo_map(a->phys, h->fdt_pa, h->fdt_size) : NULL;
	struct fdt_root root;
	u32 i = 0;

	if (!tree || !fdt_root_open(&root, tree, h->fdt_size))
		return false;
	while (fdt_walk_child(&root.start, 1)) {
		const struct fdt_walk *node = &root.start;
		struct fdt_subnode s = { .name = node->name };

		s.has_pa = kho && fdt_native_u64(node, kho->blob_prop, &s.pa);
		s.has_size = kho && kho->has_size && fdt_native_u64(node, "blob-size", &s.size);
		fn(ctx, i++, &s);
	}
	return true;
}
