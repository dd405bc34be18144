/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The other way round: whatever in memory names a KHO FDT that is already known. setup_data nodes
 * lie at multiples of 8 bytes; kexec puts the device tree at a multiple of 2 MiB
 * (load_other_segments(), arch/arm64/kernel/machine_kexec_file.c, 7.3), others at a page.
 *
 * Source: struct setup_data and struct kho_data, arch/x86/include/uapi/asm/setup_data.h, 6.16 to
 * 7.3; for device trees see bootdata.c.
 */
#include <libfdt.h>

#include "chosen.h"
#include "find.h"
#include "tree.h"

#define NODE_SIZE (LUO_SETUP_HEADER + sizeof(struct luo_kho_setup))
#define NODE_TAG  ((u64)sizeof(struct luo_kho_setup) << 32 | LUO_SETUP_KEXEC_KHO)
#define MAX_TREES 1024 /* looked into; each may take a while */

static bool differ(const struct luo_range *a, const struct luo_range *b, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		if (a[i].start != b[i].start || a[i].size != b[i].size)
			return true;
	return false;
}

/* A list counts only when its areas can be read; two that differ cancel each other. */
static void take(struct fdt_search *s, const struct luo_handover *h, enum luo_boot_kind kind,
		 u64 at)
{
	u32 shift = luo_page_shift_of(h->fdt_size), nr;

	if (h->fdt_pa != s->fdt_pa || !shift || (s->page_shift && shift != s->page_shift))
		return;
	if (luo_scratch_load(s->phys, h, s->area[!!s->at], LUO_MAX_SCRATCH, &nr))
		return;
	if (!s->at) {
		s->best = *h;
		s->kind = kind;
		s->at = at;
		s->nr = nr;
		return;
	}
	if (nr != s->nr || h->fdt_size != s->best.fdt_size || differ(s->area[0], s->area[1], nr))
		s->ambiguous = true;
}

static void try_node(struct fdt_search *s, u64 pa)
{
	const u8 *p = luo_map(s->phys, pa, NODE_SIZE);
	struct luo_handover h;

	if (!p)
		return;
	p += LUO_SETUP_HEADER;
	h.fdt_pa = luo_get64(p + offsetof(struct luo_kho_setup, fdt_addr));
	h.fdt_size = luo_get64(p + offsetof(struct luo_kho_setup, fdt_size));
	h.scratch_pa = luo_get64(p + offsetof(struct luo_kho_setup, scratch_addr));
	h.scratch_size = luo_get64(p + offsetof(struct luo_kho_setup, scratch_size));
	take(s, &h, LUO_BOOT_PARAMS, pa);
}

static void try_tree(struct fdt_search *s, u64 pa)
{
	const char *damage;
	struct luo_handover h;
	const u8 *p;
	u32 size;

	if (s->trees == MAX_TREES)
		return;
	p = fdt_tree_at(s->phys, pa, &size, &damage);
	s->trees++;
	if (p && !fdt_chosen_handover(p, size, &h))
		take(s, &h, LUO_BOOT_TREE, pa);
}

/* The first of the words from @i to @end that a node may begin with: by its type and length. */
static u64 next_node(const u8 *p, u64 i, u64 end)
{
	const u8 *tag = p + 8;

	for (; end - i >= 32; i += 32)
		if (luo_get64(tag + i) == NODE_TAG || luo_get64(tag + i + 8) == NODE_TAG ||
		    luo_get64(tag + i + 16) == NODE_TAG || luo_get64(tag + i + 24) == NODE_TAG)
			break;
	while (i < end && luo_get64(tag + i) != NODE_TAG)
		i += 8;
	return i;
}

/**
 * fdt_search_piece() - look for what names the FDT in one piece of memory
 * @s:   the search
 * @pa:  physical address of the piece
 * @p:   its @len bytes; RAM of the view of @s
 *
 * Nodes and trees that begin in the piece are found, wherever they end.
 */
void fdt_search_piece(struct fdt_search *s, u64 pa, const u8 *p, u64 len)
{
	for (u64 i = -pa & 7, end; i < len && len - i >= 16; i = end) {
		end = i + 4096 - ((pa + i) & 4095);
		if (end > len - 8)
			end = i + ((len - 8 - i) & ~7ULL);
		if (!((pa + i) & 4095) && fdt32_ld((const fdt32_t *)(p + i)) == FDT_MAGIC)
			try_tree(s, pa + i);
		for (i = next_node(p, i, end); i < end; i = next_node(p, i + 8, end))
			try_node(s, pa + i);
	}
}

/**
 * fdt_search_begin() - begin to look for what names a KHO FDT
 * @s:     filled in; large, so best not on a stack
 * @phys:  the view
 * @found: handover.fdt_pa and page_shift (0: any) say what is looked for
 */
void fdt_search_begin(struct fdt_search *s, const struct luo_phys *phys,
		      const struct luo_found *found)
{
	s->phys = phys;
	s->fdt_pa = found->handover.fdt_pa;
	s->page_shift = found->page_shift;
	s->at = 0;
	s->ambiguous = false;
	s->trees = 0;
}

/**
 * fdt_search_end() - take what was found, when it is clear
 * @s:     the search, shown all memory
 * @found: handover, page_shift, named and named_at are filled in
 *
 * Return: true when exactly one list of scratch areas belongs to the FDT; false when there was
 * none, or, as @s->ambiguous says, several that differ.
 */
bool fdt_search_end(const struct fdt_search *s, struct luo_found *found)
{
	if (!s->at || s->ambiguous)
		return false;
	found->handover = s->best;
	found->page_shift = luo_page_shift_of(s->best.fdt_size);
	found->named = s->kind;
	found->named_at = s->at;
	return true;
}
