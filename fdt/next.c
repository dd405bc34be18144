/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Reads of the next kernel's device tree what is loaded for it, its memory map and its command
 * line. With UEFI the map is firmware's, which /chosen names.
 *
 * Source: drivers/of/fdt.c (early_init_dt_scan_memory(), _chosen()), drivers/of/kexec.c,
 * drivers/firmware/efi/fdtparams.c, Linux 7.3.
 */
#include <libfdt.h>

#include "cells.h"
#include "next.h"

#include "../luo/imageheader.h"
#include "../luo/next_image.h"
#include "tree.h"

#define TREE_MAX     (2U << 20)
#define MAX_RESERVED 64
#define IMAGE_ALIGN  4096 /* an Image that may lie anywhere is put at a page at least */
#define EFI_MAX	     (1U << 20)

/** struct reader - what the steps share; @ac, @sc: cells of the root. */
struct reader {
	struct luo_next *next;
	const struct luo_phys *phys;
	struct luo_report *report;
	const void *dtb;
	int chosen;
	int ac;
	int sc;
};

/* A property of /chosen that is one number of 4 or 8 bytes. */
static bool number(const struct reader *r, const char *name, u64 *value)
{
	int len;
	const fdt32_t *p = fdt_getprop(r->dtb, r->chosen, name, &len);

	if (!p || (len != 4 && len != 8))
		return false;
	*value = fdt_cells(p, (u32)len / 4);
	return true;
}

/* Take one (address, size) pair of the root's cells off a property; len: negative without one. */
static bool take_pair(const struct reader *r, const fdt32_t **p, int *len, u64 *start, u64 *size)
{
	return fdt_take_pair(p, len, r->ac + r->sc, r->ac, start, size);
}

static bool text_is(const struct reader *r, int node, const char *name, const char *text)
{
	return fdt_stringlist_search(r->dtb, node, name, text) == 0;
}

static bool disabled(const struct reader *r, int node)
{
	return fdt_getprop(r->dtb, node, "status", NULL) && !text_is(r, node, "status", "okay") &&
	       !text_is(r, node, "status", "ok");
}

static void memory_nodes(const struct reader *r)
{
	int node, len;
	u64 start, size;

	fdt_for_each_subnode(node, r->dtb, 0)
	{
		const fdt32_t *p;

		if (!text_is(r, node, "device_type", "memory") || disabled(r, node))
			continue;
		p = fdt_getprop(r->dtb, node, "linux,usable-memory", &len);
		if (!p)
			p = fdt_getprop(r->dtb, node, "reg", &len);
		while (take_pair(r, &p, &len, &start, &size))
			luo_next_ram(r->next, start, size);
	}
}

/* A map that cannot be read leaves the memory map unknown. */
static void efi_map(const struct reader *r, u64 start)
{
	u64 size, step;
	const u8 *p;

	if (!number(r, "linux,uefi-mmap-size", &size) ||
	    !number(r, "linux,uefi-mmap-desc-size", &step) || size > EFI_MAX)
		return;
	luo_next_part(r->next, start, size, "EFI memory map", false);
	p = luo_map(r->phys, start, size);
	if (p)
		luo_next_efi_map(r->next, p, size, step);
}

/* What is not even mapped is no memory to the kernel; the rest of it is somebody's. */
static void reserved_nodes(const struct reader *r)
{
	int parent = fdt_path_offset(r->dtb, "/reserved-memory"), node, len;
	u64 start, size;

	if (parent < 0)
		return;
	fdt_for_each_subnode(node, r->dtb, parent)
	{
		const fdt32_t *p = fdt_getprop(r->dtb, node, "reg", &len);

		if (disabled(r, node) || fdt_getprop(r->dtb, node, "reusable", NULL))
			continue;
		while (take_pair(r, &p, &len, &start, &size))
			luo_next_part(r->next, start, size, "reserved memory", false);
	}
}

static bool is_part(const struct luo_next *next, u64 start, u64 size)
{
	for (u32 i = 0; i < next->nr_parts; i++)
		if (luo_range_holds(&next->part[i].range, start, size))
			return true;
	return false;
}

/* kexec reserves the initrd and the IMA buffer once more; those were counted. */
static void reservations(const struct reader *r)
{
	u64 start, size;

	for (int i = 0; i < MAX_RESERVED && !fdt_get_mem_rsv(r->dtb, i, &start, &size) && size; i++)
		if (!is_part(r->next, start, size))
			luo_next_part(r->next, start, size, "memory reservation", false);
}

static void loaded(const struct reader *r)
{
	u64 start = 0, end, size = 0;
	const fdt32_t *p;
	int len;

	if (number(r, "linux,initrd-start", &start) && number(r, "linux,initrd-end", &end) &&
	    end > start)
		luo_next_part(r->next, start, end - start, "initrd", true);
	p = fdt_getprop(r->dtb, r->chosen, "linux,ima-kexec-buffer", &len);
	if (!p)
		return;
	if (!take_pair(r, &p, &len, &start, &size) || (size && !luo_in_ram(r->phys, start, size)))
		luo_next_say(r->report, LUO_B14, LUO_SEV_NOTE, start, start, "IMA buffer");
	else
		luo_next_part(r->next, start, size, "IMA buffer", true);
}

static void command_line(const struct reader *r)
{
	int len;
	const char *s = fdt_getprop(r->dtb, r->chosen, "bootargs", &len);

	if (!s || len < 2 || len > LUO_CMDLINE_MAX || s[len - 1])
		return;
	r->next->cmdline.s = s;
	while (s[r->next->cmdline.len])
		r->next->cmdline.len++;
}

/* At its first instruction; anywhere else a CPU does not tell where the image is. */
static void image(const struct reader *r, u64 entry)
{
	const u8 *p = luo_map(r->phys, entry, IMG_HEADER);

	if (p && !(entry & (IMAGE_ALIGN - 1)) && luo_image_is_arm64(p, IMG_HEADER))
		luo_next_part(r->next, entry, luo_get64(p + IMG_SIZE), LUO_PART_IMAGE, true);
}

/**
 * fdt_next() - read a device tree
 * @next:   filled in, but for what is not known; its command line points into the tree
 * @phys:   the view
 * @pa:     the tree; one that is not sound leaves @next empty
 * @entry:  where the CPU that is given it is, 0 when that is not known
 * @report: finding LUO_B14 may be added
 */
void fdt_next(struct luo_next *next, const struct luo_phys *phys, u64 pa, u64 entry,
	      struct luo_report *report)
{
	struct reader r = { .next = next, .phys = phys, .report = report };
	const void *head = luo_map(phys, pa, sizeof(struct fdt_header));
	u32 size = head ? fdt32_ld((const fdt32_t *)head + 1) : 0;
	u64 start;

	*next = (struct luo_next){ 0 };
	r.dtb = size <= TREE_MAX ? luo_map(phys, pa, size) : NULL;
	if (!r.dtb || pa & 7 || !fdt_tree_sound(r.dtb, size))
		return;
	r.chosen = fdt_path_offset(r.dtb, "/chosen");
	r.ac = fdt_address_cells(r.dtb, 0);
	r.sc = fdt_size_cells(r.dtb, 0);
	if (r.chosen < 0 || r.ac < 1 || r.ac > 2 || r.sc < 1 || r.sc > 2)
		return;
	luo_next_part(next, pa, size, "device tree", true);
	loaded(&r);
	image(&r, entry);
	if (number(&r, "linux,uefi-mmap-start", &start))
		efi_map(&r, start);
	else
		memory_nodes(&r);
	reserved_nodes(&r);
	reservations(&r);
	command_line(&r);
}
