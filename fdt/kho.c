/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The KHO root FDT. Numbers in its properties are native-endian u64 at 4-byte alignment, unlike
 * everything else in a flattened tree.
 * Source: kernel/liveupdate/kexec_handover.c, kho_populate() and kho_retrieve_subtree(), 7.1 to
 * 7.3; property names include/linux/kho/abi/kexec_handover.h.
 */
#include "kho.h"

#include "../luo/container.h"
#include "../luo/error.h"
#include "../luo/str.h"

static int bad(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, int err)
{
	luo_report_part(report, code, severity, pa, pa, LUO_OWNER_KHO);
	return err;
}

/** fdt_compatible() - first string of a node's compatible property, "" without a sane one. */
const char *fdt_compatible(const struct fdt_walk *node)
{
	u32 len;
	const char *s = (const char *)fdt_walk_prop(node, "compatible", &len);

	return luo_strnlen(s, len) < len ? s : "";
}

/** fdt_is_tree() - does RAM at @pa start with the magic number of a flattened tree? */
bool fdt_is_tree(const struct luo_phys *phys, u64 pa)
{
	const void *p = luo_map(phys, pa, FDT_WALK_HEADER);

	return p && fdt_walk_magic(p);
}

/** fdt_native_u64() - a property of one native u64; false, and 0, when it is not there or not that.
 */
bool fdt_native_u64(const struct fdt_walk *node, const char *name, u64 *value)
{
	u32 len;
	const u8 *p = fdt_walk_prop(node, name, &len);

	*value = len == sizeof(u64) ? luo_get64(p) : 0;
	return len == sizeof(u64);
}

static int find_version(const struct fdt_root *root, struct luo_state *state,
			struct luo_report *report)
{
	const char *name = fdt_compatible(&root->start);

	luo_strcopy(report->kho_name, sizeof(report->kho_name),
		    luo_printable(name, 32) ? name : "?", 32);
	state->kho = luo_kho_abi_find(name);
	report->kho = state->kho;
	if (state->kho && !state->kho->read_only)
		return 0;
	report->refused = true;
	if (state->kho)
		return bad(report, LUO_K07, LUO_SEV_NOTE, state->kho_fdt_pa, 0);
	return bad(report, LUO_K03, LUO_SEV_LOSE, state->kho_fdt_pa, LUO_E_VERSION);
}

/* The LUO child: where its container lies. Without one the next kernel starts afresh. */
static int find_luo(const struct luo_phys *phys, const struct fdt_root *root,
		    struct luo_state *state, struct luo_report *report)
{
	struct fdt_walk node = root->start;

	if (!fdt_walk_into(&node, "LUO", 3)) {
		report->none = true;
		state->has_map &= !state->kho->with_luo;
		return LUO_E_NONE;
	}
	fdt_native_u64(&node, state->kho->blob_prop, &state->luo_pa);
	state->luo_size = luo_page_size(phys);
	if (state->kho->has_size)
		fdt_native_u64(&node, "blob-size", &state->luo_size);
	if (!state->luo_pa || !state->luo_size)
		return bad(report, LUO_K05, LUO_SEV_PANIC, state->kho_fdt_pa, LUO_E_FORMAT);
	return 0;
}

/**
 * fdt_kho_open() - read the KHO root FDT
 * @phys:   the view
 * @state:  kho_fdt_pa and kho_fdt_size are set; kho, has_map, map_pa, luo_pa and luo_size are
 *          filled in
 * @report: gets the finding when something is wrong, and @none without a LUO child
 *
 * Return: 0; LUO_E_RAM, LUO_E_FORMAT or LUO_E_VERSION when the state cannot be followed at all;
 * LUO_E_NONE when there is no LUO child.
 */
int fdt_kho_open(const struct luo_phys *phys, struct luo_state *state, struct luo_report *report)
{
	const void *tree = luo_map(phys, state->kho_fdt_pa, state->kho_fdt_size);
	struct fdt_root root;
	int err;

	if (!tree || state->kho_fdt_pa & (luo_page_size(phys) - 1))
		return bad(report, LUO_K01, LUO_SEV_LOSE, state->kho_fdt_pa, LUO_E_RAM);
	if (!fdt_root_open(&root, tree, state->kho_fdt_size))
		return bad(report, LUO_K02, LUO_SEV_LOSE, state->kho_fdt_pa, LUO_E_FORMAT);
	err = find_version(&root, state, report);
	if (err)
		return err;
	state->has_map = fdt_native_u64(&root.start, "preserved-memory-map", &state->map_pa);
	state->has_map &= state->map_pa || state->kho->empty;
	if (!state->has_map)
		return bad(report, LUO_K04, LUO_SEV_LOSE, state->kho_fdt_pa, LUO_E_FORMAT);
	err = find_luo(phys, &root, state, report);
	/* An empty list is legal up to 6.18, which has no LUO: kho_populate() of 6.19 and 7.0. */
	if (err || state->map_pa)
		return err;
	state->has_map = false;
	return bad(report, LUO_K04, LUO_SEV_LOSE, state->kho_fdt_pa, LUO_E_FORMAT);
}
