/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Anchors of the tests' own, and where they lie. */
#ifndef TEST_ANCHOR_OWN_H
#define TEST_ANCHOR_OWN_H

#include "../../fdt/anchor.h"
#include "follow.h"

#define HEAD 128
#define SLOT 32
#define AT   (LOW_BANK + KIB(128)) /* in the first scratch area */
#define AT2  (LOW_BANK + KIB(640))
#define ROOM KIB(896)

/* An anchor of the test's own, in the making: words are put behind each other. */
struct anchor_own {
	struct world *w;
	u64 pa;
	u64 len;
};

/* What a front end keeps for looking. */
struct anchor_looking {
	struct fdt_candidate c[8];
	struct luo_phys phys;
	struct luo_job job;
	struct fdt_locate l;
	struct luo_found found;
	struct fdt_anchored a;
	struct luo_report report;
	u8 tree[FDT_SCAN_TREE] __attribute__((aligned(8)));
	u8 arena[LUO_ARENA_MIN] __attribute__((aligned(16)));
};

u64 anchor_sum(const u8 *p, u64 len, u64 seed);
void anchor_seal(struct anchor_own *o);
struct anchor_own anchor_own_write(struct world *w, u64 pa, u64 number, bool pages);
int anchor_locate(struct anchor_looking *look, struct world *w, u64 given);
u64 anchor_number(struct world *w);

#endif
