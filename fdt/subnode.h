/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The sub-nodes of a KHO root FDT: what else the old kernel preserved. */
#ifndef FDT_SUBNODE_H
#define FDT_SUBNODE_H

#include "../luo/found.h"

/**
 * struct fdt_subnode - one of them
 * @name: as in the tree
 * @pa:   physical address of its data, when @has_pa
 * @size: bytes there, when @has_size (kho-v3 on)
 */
struct fdt_subnode {
	const char *name;
	u64 pa;
	u64 size;
	bool has_pa;
	bool has_size;
};

/** typedef fdt_subnode_fn - told of sub-node number @i, from 0. */
typedef void (*fdt_subnode_fn)(void *ctx, u32 i, const struct fdt_subnode *node);

bool fdt_subnodes_each(const struct luo_answer *a, fdt_subnode_fn fn, void *ctx);

#endif
