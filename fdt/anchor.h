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
 * @check: room for the comparison, of the front end
 */
struct fdt_anchored {
	bool looked;
	struct luo_anchors all;
	bool taken;
	bool stale;
	struct luo_anchor_check *check;
};

/* anchor_write.c */
u64 fdt_anchor_write(struct luo_anchor_writer *w, const struct luo_state *state, u64 pa);

/* anchor.c */
int fdt_anchor_locate(struct fdt_locate *l, u64 given, struct fdt_anchored *a,
		      struct luo_found *found);
void fdt_anchor_report(const struct fdt_anchored *a, struct luo_report *report);

/* anchor_use.c */
struct luo_out;
u64 fdt_anchor_check(struct fdt_anchored *a, const struct luo_phys *phys);
void fdt_anchor_owner(struct fdt_anchored *a, u8 kind, u64 pa, u64 size,
		      const struct luo_owner *owner);
void fdt_anchor_say(struct fdt_anchored *a, struct luo_report *report, const struct luo_out *out);
bool fdt_anchor_map_clean(const struct fdt_anchored *a, const struct luo_report *report);
void fdt_anchor_renew(struct fdt_anchored *a, const struct luo_phys *phys,
		      const struct luo_state *state, void *base);
void fdt_anchor_mark(const struct fdt_anchored *a, void *base, bool used);
void fdt_anchor_say_tie(const struct fdt_anchored *a, const char *name, const struct luo_out *out);
const char *fdt_anchor_word(const struct fdt_anchored *a, int err);

#endif
