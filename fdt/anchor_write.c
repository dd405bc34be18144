/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Writing the anchor of a verified state: what hangs on flattened trees, then luo/anchor_write.c.
 */
#include "anchor.h"

#include "kho.h"

/* The KHO FDT and the data of its sub-nodes, LUO's container among them. */
static void add_trees(struct luo_anchor_writer *w, const struct luo_state *s)
{
	const void *tree = luo_map(w->phys, s->kho_fdt_pa, s->kho_fdt_size);
	struct fdt_root root;
	u64 pa, size;

	luo_anchor_add(w, LUO_ANCHOR_KHO, 0, s->kho_fdt_pa, s->kho_fdt_size);
	if (!tree || !fdt_root_open(&root, tree, s->kho_fdt_size))
		return;
	while (fdt_walk_child(&root.start, 1)) {
		size = luo_page_size(w->phys);
		if (s->kho->has_size)
			fdt_native_u64(&root.start, "blob-size", &size);
		if (fdt_native_u64(&root.start, s->kho->blob_prop, &pa) && pa != s->luo_pa)
			luo_anchor_add(w, LUO_ANCHOR_SUBTREE, 0, pa, size);
	}
}

/**
 * fdt_anchor_write() - write an anchor
 * @w:     phys, base, room and all are set, the rest is 0
 * @state: as luo_run() has filled it in; its version is known and its map was found sound
 * @pa:    where @w->base lies, a multiple of LUO_ANCHOR_ALIGN in a scratch area
 *
 * When it returns the anchor and every preserved page have been written back from the caches.
 *
 * Return: bytes of the anchor; 0 when @w->room is too small, and then nothing there is one.
 */
u64 fdt_anchor_write(struct luo_anchor_writer *w, const struct luo_state *state, u64 pa)
{
	u64 page = luo_page_size(w->phys), flbs = fdt_flb_area(w->phys, state);

	luo_anchor_begin(w);
	add_trees(w, state);
	luo_anchor_add(w, LUO_ANCHOR_CONTAINER, 0, state->luo_pa, state->luo_size);
	if ((state->head_at ^ state->luo_pa) & -page)
		luo_anchor_add(w, LUO_ANCHOR_CONTAINER, 0, state->head_at, 8);
	if (flbs)
		luo_anchor_add(w, LUO_ANCHOR_FLB, 0, flbs, page);
	luo_anchor_lists(w, state);
	return luo_anchor_finish(w, state, pa);
}
