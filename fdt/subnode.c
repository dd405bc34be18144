/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Walking over sub-nodes; numbers in their properties are native-endian. */
#include <libfdt.h>

#include "subnode.h"

static bool read_u64(const void *tree, int node, const char *name, u64 *value)
{
	int len;
	const void *p = fdt_getprop(tree, node, name, &len);

	if (!p || len != sizeof(*value))
		return false;
	*value = luo_get64(p);
	return true;
}

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
	int node;
	u32 i = 0;

	if (!tree || fdt_check_full(tree, h->fdt_size))
		return false;
	fdt_for_each_subnode(node, tree, 0)
	{
		struct fdt_subnode s = { .name = fdt_get_name(tree, node, NULL) };

		if (!s.name)
			return false;
		s.has_pa = kho && read_u64(tree, node, kho->blob_prop, &s.pa);
		s.has_size = kho && kho->has_size && read_u64(tree, node, "blob-size", &s.size);
		fn(ctx, i++, &s);
	}
	return true;
}
