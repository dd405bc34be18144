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
#include <string.h>

#include "../../fdt/chosen.h"
#include "find.h"
#include "message.h"

#define NODE_SIZE (LUO_SETUP_HEADER + sizeof(struct luo_kho_setup))
#define NODE_TAG  ((u64)sizeof(struct luo_kho_setup) << 32 | LUO_SETUP_KEXEC_KHO)
#define MAX_TREES 1024 /* looked into; each may take a while */

struct search {
	const struct luo_phys *phys;
	u64 fdt_pa;
	u32 page_shift;
	struct luo_handover best;
	enum boot_kind kind;
	u64 at;
	bool ambiguous;
	u32 trees;
	struct luo_range area[2][LUO_MAX_SCRATCH];
	u32 nr;
};

/* A list counts only when its areas can be read; two that differ cancel each other. */
static void take(struct search *s, const struct luo_handover *h, enum boot_kind kind, u64 at)
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
	if (nr != s->nr || h->fdt_size != s->best.fdt_size ||
	    memcmp(s->area[0], s->area[1], nr * sizeof(s->area[0][0])))
		s->ambiguous = true;
}

static void try_node(struct search *s, u64 pa)
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
	take(s, &h, BOOT_PARAMS, pa);
}

static void try_tree(struct search *s, u64 pa)
{
	const char *damage;
	struct luo_handover h;
	const u8 *p;
	u32 size;

	if (s->trees == MAX_TREES)
		return;
	p = bootdata_tree(s->phys, pa, &size, &damage);
	s->trees++;
	if (p && !fdt_chosen_handover(p, size, &h))
		take(s, &h, BOOT_TREE, pa);
}

static int search_extent(void *ctx, u64 pa, const u8 *p, u64 len)
{
	struct search *s = ctx;

	for (u64 i = -pa & 7; i < len && len - i >= 16; i += 8) {
		if (luo_get64(p + i + 8) == NODE_TAG)
			try_node(s, pa + i);
		else if (!((pa + i) & 4095) && fdt32_ld((const fdt32_t *)(p + i)) == FDT_MAGIC)
			try_tree(s, pa + i);
	}
	return 0;
}

/**
 * bootdata_search() - look in all memory for what names a KHO FDT
 * @d:     the dumps
 * @phys:  the view
 * @found: handover.fdt_pa and page_shift (0: any) say what is looked for; handover, page_shift,
 * named and named_at are filled in
 *
 * Return: true when exactly one list of scratch areas belongs to that FDT.
 */
bool bootdata_search(const struct dump *d, const struct luo_phys *phys, struct found *found)
{
	static struct search s;

	s = (struct search){ .phys = phys,
			     .fdt_pa = found->handover.fdt_pa,
			     .page_shift = found->page_shift };
	dump_extents(d, search_extent, &s);
	if (s.ambiguous)
		host_note("several boot data name the KHO FDT at 0x%llx with different scratch "
			  "areas; none of them is believed",
			  (unsigned long long)s.fdt_pa);
	if (!s.at || s.ambiguous)
		return false;
	found->handover = s.best;
	found->page_shift = luo_page_shift_of(s.best.fdt_size);
	found->named = s.kind;
	found->named_at = s.at;
	return true;
}
