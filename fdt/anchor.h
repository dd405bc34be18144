/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The anchor of a whole state: written by the payload, believed or not by firmware's side. */
#ifndef FDT_ANCHOR_H
#define FDT_ANCHOR_H

#include "../luo/anchor.h"
#include "find.h"

/**
 * struct fdt_anchored - what came of looking for an anchor
 * @looked: it was looked for
 * @all:   what is in memory
 * @taken: @all.best names the state
 * @stale: it does not: it is of an earlier state
 */
struct fdt_anchored {
	bool looked;
	struct luo_anchors all;
	bool taken;
	bool stale;
};

/* anchor_write.c */
u64 fdt_anchor_write(struct luo_anchor_writer *w, const struct luo_state *state, u64 pa);

/* anchor.c */
int fdt_anchor_locate(struct fdt_locate *l, u64 given, struct fdt_anchored *a,
		      struct luo_found *found);
void fdt_anchor_report(const struct fdt_anchored *a, struct luo_report *report);

#endif
