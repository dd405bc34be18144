/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Own page tables: an identity map of RAM, filled in as memory is asked for (arch/pt.h).
 *
 * The incoming tables would do for reading, but they lie in RAM that belongs to nobody after the
 * jump, and kexec rounds them out to 2 MiB and 1 GiB, over whatever is not RAM. There is no
 * page-fault handler: luo_mmu_map() is asked before a pointer is handed out.
 */
#include "cpu.h"

#include "../../luo/error.h"
#include "../pt.h"

/* Intel SDM vol. 3, 4.5: 4-level and 5-level paging. */
#define PTE_P	   0x001ULL
#define PTE_RW	   0x002ULL
#define PTE_PWT	   0x008ULL
#define PTE_PCD	   0x010ULL
#define PTE_A	   0x020ULL
#define PTE_D	   0x040ULL
#define PTE_PS	   0x080ULL
#define PTE_ADDR   0x000ffffffffff000ULL
#define PTE_TABLE  (PTE_P | PTE_RW | PTE_A)
#define PTE_RAM	   (PTE_P | PTE_RW | PTE_A | PTE_D)
#define PTE_DEVICE (PTE_RAM | PTE_PWT | PTE_PCD)
#define CR4_LA57   (1ULL << 12)

static struct luo_pt pt;
static bool on;

static void choose_format(struct luo_pt_format *f)
{
	bool la57 = read_cr4() & CR4_LA57;

	*f = (struct luo_pt_format){
		.table = PTE_TABLE,
		.page = PTE_RAM,
		.block = PTE_RAM | PTE_PS,
		.device = PTE_DEVICE,
		.addr = PTE_ADDR,
		.block_mask = PTE_PS,
		.block_is = PTE_PS,
		.limit = 1ULL << (la57 ? 56 : 47),
		.levels = la57 ? 5 : 4,
		.max_block = luo_cpu.gb_pages ? 3 : 2,
	};
}

/**
 * luo_mmu_map() - make physical memory accessible at its own address
 * @pa:  start, inside RAM or the image; the caller has checked that
 * @len: bytes, at least 1
 *
 * Return: the pointer, or NULL when there are no pages left for tables (luo_mmu_full()) or the
 * address is beyond what an identity map can reach.
 */
const void *luo_mmu_map(u64 pa, u64 len)
{
	return !on || luo_pt_map(&pt, pa, len) ? (const void *)pa : NULL;
}

/**
 * luo_mmu_map_device() - map the 4 KiB around a device's registers, uncached
 *
 * Return: false when that touches RAM or there is no room.
 */
bool luo_mmu_map_device(u64 pa)
{
	return on && luo_pt_map_device(&pt, pa);
}

/** luo_mmu_pages_for() - tables that mapping all of RAM can take at most. */
u64 luo_mmu_pages_for(const struct luo_range *ram, u32 nr)
{
	struct luo_pt_format f;

	choose_format(&f);
	return luo_pt_pages_for(&f, ram, nr);
}

/**
 * luo_mmu_init() - switch to own page tables
 * @pool:     pages for them: start, page aligned, inside the image
 * @pool_end: and end
 *
 * The image itself is mapped first: code, stack, working memory and these tables. The number of
 * levels is the incoming one; it cannot be changed in long mode.
 *
 * Return: 0, or LUO_E_LIMIT when the pool does not do even for that; then nothing has changed.
 */
int luo_mmu_init(u64 pool, u64 pool_end)
{
	choose_format(&pt.format);
	if (!luo_pt_init(&pt, pool, pool_end) || !luo_pt_map(&pt, luo_base(), luo_info.init_size))
		return LUO_E_LIMIT;
	on = true;
	__asm__ volatile("movq %0, %%cr3" : : "r"(pt.root) : "memory");
	return 0;
}

/** luo_mmu_full() - has a mapping failed because there was no page for a table? */
bool luo_mmu_full(void)
{
	return pt.full;
}
