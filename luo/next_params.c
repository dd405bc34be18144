/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What x86's boot parameters tell of the next kernel: struct boot_params and its setup_data. */
#include "boot.h"
#include "bootparams.h"
#include "next.h"

#define ENTRY64 0x200 /* of a bzImage, from its load address: Documentation/arch/x86/boot.rst */

static void add_e820(struct luo_next *next, const u8 *entry, u64 nr)
{
	for (; nr; nr--, entry += E820_ENTRY)
		if (luo_get32(entry + 16) == E820_RAM)
			luo_next_ram(next, luo_get64(entry), luo_get64(entry + 8));
}

/* The kernel counts whole entries: e820__memory_setup_extended(), arch/x86/kernel/e820.c (7.3). */
static void take_e820_ext(struct luo_next *next, const struct luo_phys *phys,
			  const struct luo_setup_node *node, struct luo_report *report)
{
	const u8 *p = luo_map(phys, node->pa + LUO_SETUP_HEADER, node->len);

	if (node->len % E820_ENTRY)
		luo_next_say(report, LUO_B13, LUO_SEV_NOTE, node->pa, node->len, "memory map");
	if (p)
		add_e820(next, p, node->len / E820_ENTRY);
}

/* ima_get_kexec_buffer(), arch/x86/kernel/setup.c (7.3), leaves one alone that is no memory. */
static void take_ima(struct luo_next *next, const struct luo_phys *phys,
		     const struct luo_setup_node *node, struct luo_report *report)
{
	const u8 *p = luo_map(phys, node->pa + LUO_SETUP_HEADER, 16);
	u64 start = p && node->len >= 16 ? luo_get64(p) : 0;
	u64 size = start ? luo_get64(p + 8) : 0;

	if (node->len < 16 || (size && !luo_in_ram(phys, start, size)))
		luo_next_say(report, LUO_B14, LUO_SEV_NOTE, node->pa, start, "IMA buffer");
	else
		luo_next_part(next, start, size, "IMA buffer", true);
}

/* Data that lie elsewhere: struct setup_indirect. */
static void take_indirect(struct luo_next *next, const struct luo_phys *phys,
			  const struct luo_setup_node *node)
{
	const u8 *p = luo_map(phys, node->pa + LUO_SETUP_HEADER, 24);

	if (p && node->len >= 24)
		luo_next_part(next, luo_get64(p + 16), luo_get64(p + 8), "setup_data", true);
}

/*
 * The kernel follows the list to its end and asks nothing: parse_setup_data(),
 * arch/x86/kernel/setup.c (7.3).
 */
static void walk_setup_data(struct luo_next *next, const struct luo_phys *phys, u64 first,
			    struct luo_report *report)
{
	struct luo_setup_node node;
	u64 pa = first;

	for (u32 i = 0; pa; i++, pa = node.next) {
		if (i == LUO_MAX_SETUP_NODES || luo_setup_next(phys, pa, &node)) {
			luo_next_say(report, LUO_B12, LUO_SEV_PANIC, pa, pa, "setup_data");
			return;
		}
		luo_next_part(next, pa, LUO_SETUP_HEADER + (u64)node.len, "setup_data", true);
		if (node.type == SETUP_E820_EXT)
			take_e820_ext(next, phys, &node, report);
		if (node.type == SETUP_IMA)
			take_ima(next, phys, &node, report);
		if (node.type == SETUP_INDIRECT)
			take_indirect(next, phys, &node);
	}
}

static void take_cmdline(struct luo_next *next, const struct luo_phys *phys, const u8 *zp)
{
	u64 pa = bp_get(zp, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
	u64 max = luo_get32(zp + HDR_CMDLINE_SIZE), len = 0;
	const char *s;

	if (!pa || max > LUO_CMDLINE_MAX)
		return;
	while (len <= max && (s = luo_map(phys, pa + len, 1)) && *s)
		len++;
	next->cmdline.s = luo_map(phys, pa, len + 1);
	next->cmdline.len = next->cmdline.s ? len : 0;
	luo_next_part(next, pa, len + 1, "command line", true);
}

/* At its first instruction; anywhere else a CPU does not tell where the image is. */
static void take_image(struct luo_next *next, const u8 *zp, u64 entry)
{
	u64 align = luo_get32(zp + HDR_KERNEL_ALIGNMENT);

	if (entry >= ENTRY64 && align >= 4096 && !((entry - ENTRY64) % align))
		luo_next_part(next, entry - ENTRY64, luo_get32(zp + HDR_INIT_SIZE), LUO_PART_IMAGE,
			      true);
}

/**
 * luo_next_params() - read boot_params
 * @next:   filled in, but for what is not known
 * @phys:   the view
 * @pa:     the zero page; what is not RAM leaves @next empty
 * @entry:  where the CPU that is given them is, 0 when that is not known
 * @report: findings LUO_B12 to LUO_B15 are added
 */
void luo_next_params(struct luo_next *next, const struct luo_phys *phys, u64 pa, u64 entry,
		     struct luo_report *report)
{
	const u8 *zp = luo_map(phys, pa, BP_SIZE);
	u32 entries;

	*next = (struct luo_next){ .x86 = true };
	if (!zp)
		return;
	entries = zp[BP_E820_ENTRIES] > E820_MAX ? E820_MAX : zp[BP_E820_ENTRIES];
	add_e820(next, zp + BP_E820_TABLE, entries);
	luo_next_part(next, pa, BP_SIZE, "boot parameters", true);
	luo_next_part(next, bp_get(zp, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE),
		      bp_get(zp, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE), "initrd", true);
	luo_next_part(next, bp_get(zp, BP_EFI_MEMMAP, BP_EFI_MEMMAP_HI),
		      luo_get32(zp + BP_EFI_MEMMAP_SIZE), "EFI memory map", true);
	take_image(next, zp, entry);
	take_cmdline(next, phys, zp);
	entries = next->nr_ram;
	walk_setup_data(next, phys, luo_get64(zp + HDR_SETUP_DATA), report);
	/* kexec cuts firmware's list there: setup_e820_entries(), kexec-bzimage64.c (7.3) */
	if (zp[BP_E820_ENTRIES] >= E820_MAX && entries == next->nr_ram)
		luo_next_say(report, LUO_B15, LUO_SEV_NOTE, pa, E820_MAX, "memory map");
}
