/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Boot data in a dump: x86 boot parameters that a CPU is about to hand over, and, the other way
 * round, whatever names a KHO FDT that is already known (setup_data node, device tree).
 *
 * Source: Linux Documentation/arch/x86/boot.rst (offsets 0x1fe, 0x202, 0x206, 0x250) and zero-page;
 * struct setup_data and struct kho_data, arch/x86/include/uapi/asm/setup_data.h, 6.16 to 7.3.
 */
#include <string.h>

#include "../../fdt/chosen.h"
#include "../../luo/error.h"
#include "find.h"
#include "message.h"

#define BP_SIZE	      4096
#define BP_BOOT_FLAG  0x1fe
#define BP_HEADER     0x202
#define BP_VERSION    0x206
#define BP_SETUP_DATA 0x250
#define VERSION_SETUP 0x0209 /* boot protocol that brought setup_data */

#define NODE_SIZE (LUO_SETUP_HEADER + sizeof(struct luo_kho_setup))
#define NODE_TAG  ((u64)sizeof(struct luo_kho_setup) << 32 | LUO_SETUP_KEXEC_KHO)
#define DTB_MAX	  (2U << 20) /* arm64 takes no larger one */
#define MAX_TREES 1024	     /* looked into; each may take a while */

static u32 get16(const u8 *p)
{
	return p[0] | (u32)p[1] << 8;
}

static const u8 *boot_params(const struct luo_phys *phys, u64 pa)
{
	const u8 *p = luo_map(phys, pa, BP_SIZE);

	if (!p || get16(p + BP_BOOT_FLAG) != 0xaa55 || memcmp(p + BP_HEADER, "HdrS", 4) ||
	    get16(p + BP_VERSION) < VERSION_SETUP)
		return NULL;
	return p;
}

/**
 * bootdata_from_cpus() - follow the RSI of each CPU to boot parameters and their setup_data
 * @d:     the dumps
 * @phys:  the view
 * @found: handover, named_at and boot_pa are filled in
 *
 * Return: 0; LUO_E_NONE when no CPU points to boot parameters, then boot_pa is 0, or when they
 * name no KHO, then it is not; another negative enum luo_error when the list is damaged.
 */
int bootdata_from_cpus(const struct dump *d, const struct luo_phys *phys, struct found *found)
{
	struct luo_setup_node node = { 0 };

	for (u32 i = 0; i < d->nr_cpus; i++) {
		const u8 *p = boot_params(phys, d->rsi[i]);
		int err;

		if (!p)
			continue;
		found->boot_pa = d->rsi[i];
		err = luo_setup_find_kho(phys, luo_get64(p + BP_SETUP_DATA), &found->handover,
					 &node);
		found->named_at = err ? 0 : node.pa;
		return err;
	}
	return LUO_E_NONE;
}

struct search {
	const struct luo_phys *phys;
	u64 fdt_pa;
	u32 page_shift;
	struct luo_handover best;
	u64 at;
	bool ambiguous;
	u32 trees;
	struct luo_range area[2][LUO_MAX_SCRATCH];
	u32 nr;
};

/* A list counts only when its areas can be read; two that differ cancel each other. */
static void take(struct search *s, const struct luo_handover *h, u64 at)
{
	u32 shift = luo_page_shift_of(h->fdt_size), nr;

	if (h->fdt_pa != s->fdt_pa || !shift || (s->page_shift && shift != s->page_shift))
		return;
	if (luo_scratch_load(s->phys, h, s->area[!!s->at], LUO_MAX_SCRATCH, &nr))
		return;
	if (!s->at) {
		s->best = *h;
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
	take(s, &h, pa);
}

/* kexec puts device trees at the start of a page. */
static void try_tree(struct search *s, u64 pa)
{
	const u8 *p = luo_map(s->phys, pa, 8);
	struct luo_handover h;
	u32 size;

	if (!p || s->trees == MAX_TREES)
		return;
	s->trees++;
	size = __builtin_bswap32(luo_get32(p + 4));
	p = size < 8 || size > DTB_MAX ? NULL : luo_map(s->phys, pa, size);
	if (p && !fdt_chosen_handover(p, size, &h))
		take(s, &h, pa);
}

static int search_extent(void *ctx, u64 pa, const u8 *p, u64 len)
{
	static const u8 magic[4] = { 0xd0, 0x0d, 0xfe, 0xed };
	struct search *s = ctx;

	for (u64 i = -pa & 7; i < len && len - i >= 16; i += 8) {
		if (luo_get64(p + i + 8) == NODE_TAG)
			try_node(s, pa + i);
		else if (!((pa + i) & 4095) && !memcmp(p + i, magic, sizeof(magic)))
			try_tree(s, pa + i);
	}
	return 0;
}

/**
 * bootdata_search() - look in all memory for what names a KHO FDT
 * @d:     the dumps
 * @phys:  the view
 * @found: handover.fdt_pa and page_shift (0: any) say what is looked for; handover, page_shift and
 *         named_at are filled in
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
	found->named_at = s.at;
	return true;
}
