/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The scan: every page of memory that looks like a KHO root FDT. RAM holds stale ones of earlier
 * kernels, so each is verified afterwards (candidate.c).
 */
#include <libfdt.h>

#include "../luo/error.h"
#include "find.h"

#define PIECE (2ULL << 20)

static bool is_kho(const void *tree)
{
	const char *s = fdt_stringlist_get(tree, 0, "compatible", 0, NULL);

	return s && luo_kho_abi_like(s);
}

/* A damaged tree is a candidate as long as its header and its compatible can be read. */
static bool looks_like_kho(const struct fdt_scan *scan, const u8 *p, u64 avail)
{
	struct fdt_header head;
	u32 size;

	if (avail < sizeof(head))
		return false;
	__builtin_memcpy(&head, p, sizeof(head));
	size = fdt32_to_cpu(head.totalsize);
	if (size < sizeof(head) || size > FDT_SCAN_TREE || size > avail)
		return false;
	__builtin_memcpy(scan->tree, p, size);
	return !fdt_check_header(scan->tree) && is_kho(scan->tree);
}

static int add_candidate(struct fdt_scan *scan, u64 pa)
{
	if (scan->nr && scan->c[scan->nr - 1].pa == pa)
		return 0;
	if (scan->nr == scan->max)
		return LUO_E_LIMIT;
	scan->c[scan->nr++] = (struct fdt_candidate){ .pa = pa };
	return 0;
}

/**
 * fdt_scan_piece() - list the pages of one piece of memory that look like a KHO root FDT
 * @scan: the scan
 * @pa:   physical address of the piece; pieces are shown in ascending order
 * @p:    its @len bytes; a tree that goes beyond them is not found
 *
 * Return: 0, or LUO_E_LIMIT when there are more than there is room for.
 */
int fdt_scan_piece(struct fdt_scan *scan, u64 pa, const u8 *p, u64 len)
{
	for (u64 i = -pa & 4095; i < len && len - i >= sizeof(fdt32_t); i += 4096) {
		int err;

		if (fdt32_ld((const fdt32_t *)(p + i)) != FDT_MAGIC)
			continue;
		if (!looks_like_kho(scan, p + i, len - i))
			continue;
		err = add_candidate(scan, pa + i);
		if (err)
			return err;
	}
	return 0;
}

static u64 piece_size(const struct luo_range *r, u64 pa)
{
	u64 left = r->size - (pa - r->start), piece = PIECE - pa % PIECE;

	return left < piece ? left : piece;
}

/**
 * fdt_each_phys() - show all RAM, in pieces that begin at a multiple of 2 MiB or with a range
 * @view: struct luo_phys that can map all of its RAM; what it cannot is left out
 * @fn:   is shown each piece
 * @ctx:  handed to @fn
 *
 * Return: 0, or what @fn has answered to stop.
 */
int fdt_each_phys(const void *view, fdt_piece_fn *fn, void *ctx)
{
	const struct luo_phys *phys = view;

	for (u32 i = 0; i < phys->nr_ram; i++) {
		const struct luo_range *r = &phys->ram[i];
		u64 len;

		for (u64 pa = r->start; pa - r->start < r->size; pa += len) {
			const u8 *p;
			int stop;

			len = piece_size(r, pa);
			p = luo_map(phys, pa, len);
			stop = p ? fn(ctx, pa, p, len) : 0;
			if (stop)
				return stop;
		}
	}
	return 0;
}
