/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * LUO's container while it was a flattened tree (luo-v1, Linux 6.19 to 7.1; luo-v2).
 * Source: luo_early_startup(), luo_session_setup_incoming(), Linux 7.1; property names
 * include/linux/kho/abi/luo.h.
 */
#include "kho.h"

#include "../luo/container.h"
#include "../luo/error.h"
#include "../luo/str.h"

static int malformed(struct luo_state *state, struct luo_report *report)
{
	luo_report_part(report, LUO_C02, LUO_SEV_PANIC, state->luo_pa, 0, LUO_OWNER_CONTAINER);
	return LUO_E_FORMAT;
}

/* The tree's bytes: at most what the KHO FDT says, and never more than it claims for itself. */
static bool open_tree(const struct luo_phys *phys, const struct luo_state *state,
		      struct fdt_root *root)
{
	u64 size = state->luo_size;
	const void *tree;

	if (size > luo_page_size(phys))
		size = luo_page_size(phys);
	tree = size < FDT_WALK_HEADER ? NULL : luo_map(phys, state->luo_pa, size);
	return tree && fdt_root_open(root, tree, size);
}

/* Source: luo_flb_setup_incoming(), Linux 7.1: what is wrong here ends like a wrong session node.
 */
static bool has_flbs(const struct fdt_root *root)
{
	struct fdt_walk node = root->start;
	u64 pa;

	return fdt_walk_into(&node, "luo-flb", 7) &&
	       luo_streq(fdt_compatible(&node), "luo-flb-v1") &&
	       fdt_native_u64(&node, "luo-flb-header", &pa);
}

/* luo-v1: the number in the root, the pointer to the sessions in their own node. */
static int find_head(const struct fdt_root *root, const struct fdt_walk *node,
		     struct luo_state *state, struct luo_report *report)
{
	u32 len;
	const u8 *head = fdt_walk_prop(node, "luo-session-header", &len);

	if (!fdt_native_u64(node, "luo-session-header", &state->sessions_pa) ||
	    !fdt_native_u64(&root->start, "liveupdate-number", &state->number) ||
	    (state->kho->flb_node && !has_flbs(root)))
		return malformed(state, report);
	state->head_at = state->luo_pa + (u64)(head - root->tree);
	return 0;
}

/* luo-v2: the root leads to the record that luo-v3 has instead of a tree. */
static int find_record(const struct luo_phys *phys, const struct fdt_root *root,
		       struct luo_state *state, struct luo_report *report)
{
	u64 pa;

	if (!fdt_native_u64(&root->start, "luo-abi-header", &pa))
		return malformed(state, report);
	return luo_container_numbers(phys, state, report, pa);
}

/**
 * fdt_container_open() - read a luo-v1 or luo-v2 container
 * @phys:   the view
 * @state:  luo_pa and luo_size are set; abi, head_at, sessions_pa and number are filled in
 * @report: gets the finding when it cannot be read
 *
 * Return: 0; LUO_E_FORMAT, LUO_E_RAM or LUO_E_VERSION.
 */
int fdt_container_open(const struct luo_phys *phys, struct luo_state *state,
		       struct luo_report *report)
{
	const char *name, *session;
	struct fdt_root root;
	struct fdt_walk node;

	if (!open_tree(phys, state, &root))
		return malformed(state, report);
	name = fdt_compatible(&root.start);
	node = root.start;
	session = fdt_walk_into(&node, "luo-session", 11) ? fdt_compatible(&node) : NULL;
	state->abi = luo_abi_find(name, session);
	if (!state->abi && luo_container_known(name)) {
		if (!session)
			return malformed(state, report);
		name = session;
	}
	if (!state->abi || state->abi->kind > LUO_CONTAINER_FDT_STRUCT)
		return luo_container_unknown(state, report, name, 32);
	luo_strcopy(report->abi_name, sizeof(report->abi_name), state->abi->name, 32);
	if (state->abi->kind == LUO_CONTAINER_FDT_STRUCT)
		return find_record(phys, &root, state, report);
	return find_head(&root, &node, state, report);
}

/**
 * fdt_flb_area() - where the FLB area is
 * @phys:  the view
 * @state: its container was read
 *
 * Return: its address, any value; 0 without one. In a tree it has a node of its own, else it is the
 * number behind the pointer to the sessions.
 */
u64 fdt_flb_area(const struct luo_phys *phys, const struct luo_state *state)
{
	struct fdt_root root;
	const void *p;
	u64 pa = 0;

	if (state->abi->kind != LUO_CONTAINER_FDT) {
		p = luo_map(phys, state->head_at + 8, 8);
		return p ? luo_get64(p) : 0;
	}
	if (open_tree(phys, state, &root) && fdt_walk_into(&root.start, "luo-flb", 7))
		fdt_native_u64(&root.start, "luo-flb-header", &pa);
	return pa;
}
