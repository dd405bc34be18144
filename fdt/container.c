/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * LUO's container while it was a flattened tree (luo-v1, Linux 6.19 to 7.1).
 * Source: luo_early_startup(), luo_session_setup_incoming(), Linux 7.1; property names
 * include/linux/kho/abi/luo.h.
 */
#include <libfdt.h>

#include "kho.h"
#include "tree.h"

#include "../luo/container.h"
#include "../luo/error.h"
#include "../luo/str.h"

static const struct luo_owner owner = { .kind = LUO_OWNER_CONTAINER };

static int malformed(struct luo_state *state, struct luo_report *report)
{
	luo_report_add(report, LUO_C02, LUO_SEV_PANIC, state->luo_pa, 0, &owner);
	return LUO_E_FORMAT;
}

/* The tree's bytes: at most what the KHO FDT says, and never more than it claims for itself. */
static const void *map_tree(const struct luo_phys *phys, const struct luo_state *state)
{
	u64 size = state->luo_size;
	const void *tree;

	if (size > luo_page_size(phys))
		size = luo_page_size(phys);
	tree = size < sizeof(struct fdt_header) ? NULL : luo_map(phys, state->luo_pa, size);
	return tree && fdt_tree_sound(tree, size) ? tree : NULL;
}

static int find_head(const void *tree, int node, struct luo_state *state, struct luo_report *report)
{
	int len;
	const u8 *head = fdt_getprop(tree, node, "luo-session-header", &len);
	const void *number;

	if (!head || len != sizeof(u64))
		return malformed(state, report);
	state->head_at = state->luo_pa + (u64)(head - (const u8 *)tree);
	state->sessions_pa = luo_get64(head);
	number = fdt_getprop(tree, 0, "liveupdate-number", &len);
	if (!number || len != sizeof(u64))
		return malformed(state, report);
	state->number = luo_get64(number);
	return 0;
}

/**
 * fdt_container_open() - read a luo-v1 container
 * @phys:   the view
 * @state:  luo_pa and luo_size are set; abi, head_at, sessions_pa and number are filled in
 * @report: gets the finding when it cannot be read
 *
 * Return: 0; LUO_E_FORMAT or LUO_E_VERSION.
 */
int fdt_container_open(const struct luo_phys *phys, struct luo_state *state,
		       struct luo_report *report)
{
	const void *tree = map_tree(phys, state);
	int node;

	if (!tree)
		return malformed(state, report);
	if (!luo_container_known(fdt_compatible(tree, 0)))
		return luo_container_unknown(state, report, fdt_compatible(tree, 0), 32);
	node = fdt_subnode_offset(tree, 0, "luo-session");
	if (node < 0)
		return malformed(state, report);
	state->abi = luo_abi_find(fdt_compatible(tree, 0), fdt_compatible(tree, node));
	if (!state->abi || state->abi->kind != LUO_CONTAINER_FDT)
		return luo_container_unknown(state, report, fdt_compatible(tree, node), 32);
	luo_strcopy(report->abi_name, sizeof(report->abi_name), state->abi->name, 32);
	return find_head(tree, node, state, report);
}
