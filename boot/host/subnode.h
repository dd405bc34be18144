/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The sub-nodes of a KHO root FDT: what else the old kernel preserved. */
#ifndef HOST_SUBNODE_H
#define HOST_SUBNODE_H

#include "answer.h"

/**
 * struct subnode - one of them
 * @name: as in the tree
 * @pa:   physical address of its data, when @has_pa
 * @size: bytes there, when @has_size (kho-v3 on)
 */
struct subnode {
	const char *name;
	u64 pa;
	u64 size;
	bool has_pa;
	bool has_size;
};

/** typedef subnode_fn - told of sub-node number @i, from 0. */
typedef void (*subnode_fn)(void *ctx, u32 i, const struct subnode *node);

bool subnodes_each(const struct answer *a, subnode_fn fn, void *ctx);

#endif
