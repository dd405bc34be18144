/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where U-Boot moves to, which it does before any command runs. Entered from setup_dest_addr()
 * (common/board_f.c, 2025.01), when RAM is known and the console works, on U-Boot's first stack.
 */
#include "firmware.h"

#include "uboot.h"

DECLARE_GLOBAL_DATA_PTR;

/* Written before U-Boot moves, and moved along; a U-Boot for kexec runs from memory until then. */
static u64 loaded_at __section(".data");

#define SLACK (32ULL << 20) /* frame buffer, stack, global data, device tree, page tables, UEFI */

/* Does U-Boot fit below an address without lying over the place that it runs from until then? */
static bool fits_below(u64 top)
{
	u64 need = gd->mon_len + TOTAL_MALLOC_LEN + SLACK;
	u64 loaded = (u64)(uintptr_t)_start;
	struct luo_range to = { top - need, need };

	return top > need && to.start >= gd->ram_base && !luo_range_hits(&to, loaded, gd->mon_len);
}

/**
 * uboot_loaded() - where U-Boot was put and ran from before it moved
 *
 * One that is position independent counts gd->reloc_off from its link address, not from there
 * (arch/arm/lib/crt0_64.S, 2025.01).
 */
u64 uboot_loaded(void)
{
	return IS_ENABLED(CONFIG_CMD_LUO_KEXEC) ? loaded_at : gd->relocaddr - gd->reloc_off;
}

/**
 * arch_setup_dest_addr() - lower the end of what U-Boot takes for itself
 *
 * Return: 0; not 0, which stops U-Boot with nothing written, when it was started between two
 * kernels and there is no room for it.
 */
int arch_setup_dest_addr(void)
{
	u64 cap = CONFIG_CMD_LUO_RAM_TOP, top = 0;

	if (IS_ENABLED(CONFIG_CMD_LUO_KEXEC))
		loaded_at = (u64)(uintptr_t)_start;
	if (IS_ENABLED(CONFIG_CMD_LUO_KEXEC) && !uboot_kexec_top(&top))
		return -1;
	if (!top && cap && cap < gd->ram_top) {
		if (fits_below(cap))
			top = cap;
		else
			puts("luo: U-Boot does not fit below CMD_LUO_RAM_TOP and moves to the end "
			     "of memory\n");
	}
	if (top) {
		gd->ram_top = top;
		gd->relocaddr = top;
	}
	return 0;
}
