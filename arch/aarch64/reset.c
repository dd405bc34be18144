/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The two ways not to go on. Reset is PSCI's SYSTEM_RESET (Arm DEN 0022, 5.1.9), through the
 * conduit that the device tree or, on an ACPI machine, the FADT names.
 */
#include "cpu.h"

#define SYSTEM_RESET  0x84000009
#define FADT_ARM_BOOT 129 /* u16, ACPI Specification, "Fixed ACPI Description Table" */
#define FADT_PSCI     1
#define FADT_USE_HVC  2

enum conduit { NONE, SMC, HVC };

static enum conduit from_tree(void)
{
	struct fdt_walk w = luo_dtb()->start;
	enum fdt_walk_tag tag;

	do {
		tag = fdt_walk_next(&w);
		/* PSCI 0.1, "arm,psci", has no reset. */
		if (tag != FDT_WALK_NODE || (!fdt_walk_text(&w, "compatible", "arm,psci-0.2") &&
					     !fdt_walk_text(&w, "compatible", "arm,psci-1.0")))
			continue;
		if (fdt_walk_text(&w, "method", "hvc"))
			return HVC;
		if (fdt_walk_text(&w, "method", "smc"))
			return SMC;
	} while (tag != FDT_WALK_DONE && tag != FDT_WALK_DAMAGED);
	return NONE;
}

static enum conduit from_fadt(void)
{
	const u8 *fadt = luo_acpi_table("FACP", FADT_ARM_BOOT + 2);

	if (!fadt || !(fadt[FADT_ARM_BOOT] & FADT_PSCI))
		return NONE;
	return fadt[FADT_ARM_BOOT] & FADT_USE_HVC ? HVC : SMC;
}

static enum conduit find_conduit(void)
{
	enum conduit c = luo_dtb() ? from_tree() : NONE;

	return c == NONE && luo_dtb() ? from_fadt() : c;
}

/** luo_arch_can_reset() - is a way to reset the machine known? */
bool luo_arch_can_reset(void)
{
	return find_conduit() != NONE;
}

/** luo_arch_halt() - stop here for good. */
_Noreturn void luo_arch_halt(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

/** luo_arch_reset() - reset the machine, or halt when no way is known. */
_Noreturn void luo_arch_reset(void)
{
	/* Found first: any call in between would have x0 for its own. */
	enum conduit c = find_conduit();
	register u64 x0 __asm__("x0") = SYSTEM_RESET;

	if (c == HVC)
		__asm__ volatile("hvc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
	else if (c == SMC)
		__asm__ volatile("smc #0" : "+r"(x0) : : "x1", "x2", "x3", "memory");
	luo_arch_halt();
}
