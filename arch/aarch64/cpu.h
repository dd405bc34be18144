/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the files of this folder know of each other, and instructions that C has no words for. */
#ifndef LUO_AARCH64_CPU_H
#define LUO_AARCH64_CPU_H

#include "../../fdt/walk.h"
#include "../arch.h"
#include "../mem.h"
#include "../ram.h"
#include "image.h"

extern u8 luo_image[]; /* the load address */
extern u8 luo_mem_end[];
extern u8 luo_early_end[];
extern const struct luo_wrap_info luo_info;
extern u64 luo_in_boot; /* the incoming device tree */
extern u64 luo_hand_on; /* the one for the next kernel */
extern u64 luo_jump_to; /* the next kernel's entry, 0 until it can be entered */
_Noreturn void luo_bail_out(void);
_Noreturn void luo_exit(void);

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		u64 value;                                                                         \
		__asm__ volatile("mrs %0, " #name : "=r"(value));                                  \
		value;                                                                             \
	})

/** luo_base() - the load address. */
static inline u64 luo_base(void)
{
	return (u64)luo_image;
}

/** luo_el2() - at EL2? */
static inline bool luo_el2(void)
{
	return read_sysreg(CurrentEL) == 2 << 2;
}

/** luo_one_range() - at EL2 without VHE, where stage 1 knows one range and one privilege? */
static inline bool luo_one_range(void)
{
	return luo_el2() && !(read_sysreg(hcr_el2) >> 34 & 1); /* HCR_EL2.E2H */
}

void luo_clock_start(void);
void luo_cache_flush(u64 pa, u64 len);

#define LUO_DTB_DEPTH 16

/** struct luo_dtb_path - a node and all that it is in: the root node first, @depth in all. */
struct luo_dtb_path {
	struct fdt_walk node[LUO_DTB_DEPTH];
	u32 depth;
};

/* bootdata.c: the two trees. */
void luo_bootdata_open(void);
const struct fdt_root *luo_dtb(void);
void *luo_dtb_copy(void);
struct luo_range luo_dtb_copy_room(void);
const u8 *luo_dtb_chosen(const char *name, u32 *len);
bool luo_dtb_number(const char *name, u64 *value);
u32 luo_dtb_cell(const struct fdt_walk *node, const char *name, u32 otherwise);
bool luo_dtb_find(const char *text, u32 len, struct luo_dtb_path *path);
bool luo_dtb_address(const struct luo_dtb_path *path, u64 *addr);

/* uefi.c, acpi.c: firmware's map and tables, on machines that have them. */
int luo_uefi_each(bool (*take)(u32 type, u64 start, u64 size, u64 attr));
bool luo_uefi_present(void);
const u8 *luo_uefi_read(u64 pa, u64 len);
u64 luo_uefi_physical(u64 address);
void luo_uefi_busy(void);
const u8 *luo_acpi_table(const char *signature, u32 len);

u64 luo_mmu_start(u64 next);
void luo_mmu_pool(u64 pool, u64 pool_end);
u64 luo_mmu_pool_used(void);
void luo_mmu_leave(void);
u64 luo_mmu_pages_for(const struct luo_range *ram, u32 nr);
bool luo_mmu_full(void);
bool luo_mmu_map_device(u64 pa);
u64 luo_view_top_page(void);
void luo_view_leave(void);
extern const struct luo_mem_ops luo_arm64_mem_ops;

#endif
