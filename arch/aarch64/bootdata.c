/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The device tree that came in, which is only read, and the copy of it for a next kernel that is to
 * get something else, which lies directly behind the payload and has room to be edited.
 */
#include "cpu.h"

#include "../../fdt/cells.h"
#include "../../fdt/edit.h"
#include "../../luo/str.h"

#define MAX_TREE (2U << 20) /* Documentation/arch/arm64/booting.rst */
#define EDITS	 8192	    /* bytes that edits of ours can add: a command line and a range */

static struct fdt_root root;
static bool have_tree;
static void *copy;

/**
 * luo_bootdata_open() - go through the incoming tree once
 *
 * When there is none that can be used, luo_dtb() says so; the next kernel then gets what came in.
 */
void luo_bootdata_open(void)
{
	u64 pa = luo_in_boot;
	const u8 *p = pa && !(pa & 7) ? luo_mmu_map(pa, FDT_WALK_HEADER) : NULL;
	u32 size = p ? fdt_walk_size(p) : 0;

	copy = NULL;
	have_tree =
		size && size <= MAX_TREE && luo_mmu_map(pa, size) && fdt_root_open(&root, p, size);
}

/** luo_dtb() - the incoming tree, NULL when it cannot be read. */
const struct fdt_root *luo_dtb(void)
{
	return have_tree ? &root : NULL;
}

/* As long as that leaves half of the room in front of the next kernel. */
static u64 copy_size(void)
{
	u64 size = (u64)root.size + EDITS;

	if (!have_tree || luo_info.next <= luo_info.payload_mem ||
	    size > (luo_info.next - luo_info.payload_mem) / 2)
		return 0;
	return (size + 4095) & ~4095ULL;
}

static u64 copy_start(void)
{
	return luo_base() + luo_info.payload_mem;
}

/**
 * luo_dtb_copy() - the tree that the next kernel gets, to be edited (fdt/edit.h)
 *
 * Made when it is first asked for: most often nothing is edited, and what came in is handed on.
 *
 * Return: NULL when there is no tree, or no room for a copy behind payload_mem.
 */
void *luo_dtb_copy(void)
{
	void *at = (void *)copy_start();

	if (!copy && copy_size() && fdt_edit_copy(&root, at, (u32)copy_size())) {
		copy = at;
		luo_hand_on = (u64)at;
	}
	return copy;
}

/** luo_dtb_copy_room() - where a copy lies or would lie; of size 0 when there can be none. */
struct luo_range luo_dtb_copy_room(void)
{
	return (struct luo_range){ copy_start(), copy_size() };
}

/**
 * luo_dtb_chosen() - a property of /chosen
 *
 * Return: its value, NULL when it is not there.
 */
const u8 *luo_dtb_chosen(const char *name, u32 *len)
{
	struct fdt_walk chosen;

	*len = 0;
	if (!have_tree || !fdt_root_child(&root, FDT_CHOSEN, &chosen))
		return NULL;
	return fdt_walk_prop(&chosen, name, len);
}

/** luo_dtb_number() - a property of /chosen that is a number of one or two cells. */
bool luo_dtb_number(const char *name, u64 *value)
{
	u32 len;
	const u8 *p = luo_dtb_chosen(name, &len);

	if (!p || (len != 4 && len != 8))
		return false;
	*value = fdt_cells(p, len / 4);
	return true;
}

/** luo_dtb_cell() - a property that is one cell, or what it is without that property. */
u32 luo_dtb_cell(const struct fdt_walk *node, const char *name, u32 otherwise)
{
	u32 len;
	const u8 *p = fdt_walk_prop(node, name, &len);

	return p && len == 4 ? (u32)fdt_cells(p, 1) : otherwise;
}

static bool descend(struct luo_dtb_path *path, const char *name, u32 len)
{
	struct fdt_walk w = path->node[path->depth - 1];

	if (path->depth == LUO_DTB_DEPTH || !fdt_walk_into(&w, name, len))
		return false;
	path->node[path->depth++] = w;
	return true;
}

/**
 * luo_dtb_find() - the node that a path or an alias names
 * @text: begins with a slash, or is an alias's name; @len bytes
 */
bool luo_dtb_find(const char *text, u32 len, struct luo_dtb_path *path)
{
	struct fdt_walk aliases;
	char alias[32];
	u32 n;

	if (len && len < sizeof(alias) && *text != '/' &&
	    fdt_root_child(&root, FDT_ALIASES, &aliases)) {
		luo_strcopy(alias, sizeof(alias), text, len);
		text = (const char *)fdt_walk_prop(&aliases, alias, &len);
		len = text ? (u32)luo_strnlen(text, len) : 0;
	}
	if (!len || *text != '/')
		return false;
	path->node[0] = root.start;
	path->depth = 1;
	for (; len; text += n, len -= n) {
		for (n = 0; n < len && text[n] != '/';)
			n++;
		if (n && !descend(path, text, n))
			return false;
		n += n < len;
	}
	return true;
}

static u32 address_cells(const struct fdt_walk *bus)
{
	u32 n = luo_dtb_cell(bus, "#address-cells", 2);

	return n <= 4 ? n : 0;
}

/* One step up: an address on @bus becomes one on the bus above (Devicetree Spec., 2.3.8). */
static bool through_ranges(const struct fdt_walk *bus, const struct fdt_walk *parent, u64 *addr)
{
	u32 ac = address_cells(bus), up = address_cells(parent), len;
	u32 sc = luo_dtb_cell(bus, "#size-cells", 1), row = ac + up + sc;
	const u8 *r = fdt_walk_prop(bus, "ranges", &len);

	if (!r || !ac || !up || sc > 4)
		return false;
	if (!len)
		return true;
	for (; len >= row * 4; len -= row * 4, r += row * 4) {
		u64 from = fdt_cells(r, ac), size = fdt_cells(r + (ac + up) * 4, sc);

		if (*addr < from || *addr - from >= size)
			continue;
		*addr = *addr - from + fdt_cells(r + ac * 4, up);
		return true;
	}
	return false;
}

/** luo_dtb_address() - where the CPU sees the first register of a device. */
bool luo_dtb_address(const struct luo_dtb_path *path, u64 *addr)
{
	const struct fdt_walk *node = &path->node[path->depth - 1];
	u32 len, ac = path->depth > 1 ? address_cells(node - 1) : 0;
	const u8 *reg = fdt_walk_prop(node, "reg", &len);

	if (!reg || !ac || len < ac * 4)
		return false;
	*addr = fdt_cells(reg, ac);
	for (node--; node > path->node; node--)
		if (!through_ranges(node, node - 1, addr))
			return false;
	return true;
}
