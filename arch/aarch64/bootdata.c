/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The device tree that came in, which is only read, and the copy of it for the next kernel, which
 * lies directly behind the payload and has room to be edited.
 */
#include <libfdt.h>

#include "cpu.h"

#include "../../fdt/tree.h"

#define MAX_TREE (2U << 20) /* Documentation/arch/arm64/booting.rst */
#define EDITS	 8192	    /* bytes that edits of ours can add: a command line and a range */

static const void *dtb;
static void *copy;
static u64 copy_end;

static const void *open_tree(u64 pa)
{
	const u8 *p = pa && !(pa & 7) ? luo_mmu_map(pa, sizeof(struct fdt_header)) : NULL;
	u32 size;

	if (!p || fdt32_ld((const fdt32_t *)p) != FDT_MAGIC)
		return NULL;
	size = fdt32_ld((const fdt32_t *)(p + 4));
	if (size < sizeof(struct fdt_header) || size > MAX_TREE || !luo_mmu_map(pa, size))
		return NULL;
	return fdt_tree_sound(p, size) ? p : NULL;
}

/* Behind payload_mem, as long as that leaves half of the room in front of the next kernel. */
static void *copy_tree(void)
{
	u64 start = luo_base() + luo_info.payload_mem;
	u64 room = luo_info.next - luo_info.payload_mem;
	u64 size = fdt_totalsize(dtb) + EDITS;

	copy_end = start;
	if (luo_info.next <= luo_info.payload_mem || size > room / 2 ||
	    fdt_open_into(dtb, (void *)start, (int)size))
		return NULL;
	copy_end = (start + size + 4095) & ~4095ULL;
	return (void *)start;
}

/**
 * luo_bootdata_open() - check the incoming tree and copy it
 *
 * Return: false when there is no tree to be used or no room for a copy; the next kernel then gets
 * what came in.
 */
bool luo_bootdata_open(void)
{
	copy = NULL;
	copy_end = luo_base() + luo_info.payload_mem;
	dtb = open_tree(luo_in_boot);
	if (dtb)
		copy = copy_tree();
	return copy;
}

/** luo_dtb() - the incoming tree, NULL when it cannot be read. */
const void *luo_dtb(void)
{
	return dtb;
}

/** luo_dtb_copy() - the outgoing tree, NULL when there is no copy. */
void *luo_dtb_copy(void)
{
	return copy;
}

/** luo_dtb_copy_end() - first page behind the copy. */
u64 luo_dtb_copy_end(void)
{
	return copy_end;
}

/** luo_dtb_cells() - a big-endian number of 1 or 2 cells; of more the last two count. */
u64 luo_dtb_cells(const void *at, int cells)
{
	const fdt32_t *cell = at;
	u64 v = 0;

	while (cells-- > 0)
		v = v << 32 | fdt32_ld(cell++);
	return v;
}

/**
 * luo_dtb_chosen() - a property of /chosen
 *
 * Return: its length in bytes, or a negative number when it is not there.
 */
int luo_dtb_chosen(const char *name, const u8 **value)
{
	int len = -1, node = dtb ? fdt_path_offset(dtb, "/chosen") : -1;

	*value = node < 0 ? NULL : fdt_getprop(dtb, node, name, &len);
	return *value ? len : -1;
}

/** luo_dtb_number() - a property of /chosen that is a number of one or two cells. */
bool luo_dtb_number(const char *name, u64 *value)
{
	const u8 *p;
	int len = luo_dtb_chosen(name, &p);

	if (len != 4 && len != 8)
		return false;
	*value = luo_dtb_cells(p, len / 4);
	return true;
}

/** luo_dtb_text_is() - does a property hold this text, as one of its strings? */
bool luo_dtb_text_is(int node, const char *name, const char *word)
{
	int len;
	const char *s = fdt_getprop(dtb, node, name, &len);

	return s && fdt_stringlist_contains(s, len, word);
}

/* One step up: an address on @bus becomes one on the bus above (Devicetree Spec., 2.3.8). */
static bool through_ranges(int bus, int parent, u64 *addr)
{
	int ac = fdt_address_cells(dtb, bus), sc = fdt_size_cells(dtb, bus), len;
	int up = fdt_address_cells(dtb, parent), row = ac + up + sc;
	const fdt32_t *r = fdt_getprop(dtb, bus, "ranges", &len);

	if (!r || ac < 1 || up < 1 || sc < 0)
		return false;
	if (!len)
		return true;
	for (; len >= row * 4; len -= row * 4, r += row) {
		u64 from = luo_dtb_cells(r, ac), size = luo_dtb_cells(r + ac + up, sc);

		if (*addr < from || *addr - from >= size)
			continue;
		*addr = *addr - from + luo_dtb_cells(r + ac, up);
		return true;
	}
	return false;
}

/** luo_dtb_address() - where the CPU sees the first register of a device. */
bool luo_dtb_address(int node, u64 *addr)
{
	int bus = fdt_parent_offset(dtb, node), len;
	const fdt32_t *reg = fdt_getprop(dtb, node, "reg", &len);
	int ac = bus < 0 ? -1 : fdt_address_cells(dtb, bus);

	if (!reg || ac < 1 || len < ac * 4)
		return false;
	*addr = luo_dtb_cells(reg, ac);
	for (u32 i = 0; bus > 0 && i < 16; i++) {
		int up = fdt_parent_offset(dtb, bus);

		if (up < 0 || !through_ranges(bus, up, addr))
			return false;
		bus = up;
	}
	return !bus;
}
