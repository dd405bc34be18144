/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Chains with empty blocks, and what a compaction of them must store: worked out here from the
 * chains themselves, without the core.
 */
#ifndef TEST_UNIT_SHAPE_H
#define TEST_UNIT_SHAPE_H

#include "check.h"

#define FULL (~0U)

/* Entries of each block; FULL for as many as fit. files is what every third session gets. */
struct shape {
	const char *name;
	enum world_abi abi;
	u32 nr_blocks;
	u32 blocks[10];
	u32 nr_files;
	u32 files[8];
	u32 kept; /* empty blocks that stay: a list of luo-session-v3 keeps one */
};

struct expected_op {
	u64 pa;
	u32 len;
	u64 old[2];
	u64 new[2];
};

struct expected_drop {
	u64 pa;
	u32 order;
};

/* What has been counted at the end of a pass over lists whose blocks are of one size. */
struct expected_pass {
	u32 links;
	u32 dropped;
	u32 clears;
};

/*
 * links: headers and heads, in the order of the chains; clears: one for each word of the map.
 * Lists of files come first; in a pass of their own when their blocks are of another size.
 */
struct expected {
	struct expected_op link[64];
	u32 nr_links;
	struct expected_op clear[64];
	u32 nr_clears;
	u64 blocks, fblocks, pages;
	struct expected_drop dropped[128];
	u32 nr_dropped;
	struct expected_pass pass[2];
	u32 nr_passes;
};

extern const struct shape shapes[];
extern const u32 nr_shapes;

void shape_build(struct world *w, const struct shape *s, u32 shift, u32 pad);
void shape_expect(struct world *w, struct expected *e, u32 kept);

#endif
