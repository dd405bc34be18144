/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Boot data that a CPU is about to hand over, as a core shows it at the first instruction of a
 * kernel or payload: x86 boot parameters, or an arm64 device tree.
 *
 * Source: Linux Documentation/arch/x86/boot.rst (offsets 0x1fe, 0x202, 0x206, 0x250) and zero-page;
 * Documentation/arch/arm64/booting.rst (device tree: 8-byte boundary, at most 2 MiB);
 * early_init_dt_check_kho(), drivers/of/fdt.c, 6.18 to 7.3.
 */
#include <libfdt.h>
#include <string.h>

#include "../../fdt/chosen.h"
#include "../../fdt/tree.h"
#include "../../luo/error.h"
#include "find.h"

#define BP_SIZE	      4096
#define BP_BOOT_FLAG  0x1fe
#define BP_HEADER     0x202
#define BP_VERSION    0x206
#define BP_SETUP_DATA 0x250
#define VERSION_SETUP 0x0209 /* boot protocol that brought setup_data */

static u32 get16(const u8 *p)
{
	return p[0] | (u32)p[1] << 8;
}

/** bootdata_word() - what boot data of a kind are called. */
const char *bootdata_word(enum luo_boot_kind kind)
{
	return kind == LUO_BOOT_TREE ? "device tree" : "boot parameters";
}

static const u8 *boot_params(const struct luo_phys *phys, u64 pa)
{
	const u8 *p = luo_map(phys, pa, BP_SIZE);

	if (!p || get16(p + BP_BOOT_FLAG) != 0xaa55 || memcmp(p + BP_HEADER, "HdrS", 4) ||
	    get16(p + BP_VERSION) < VERSION_SETUP)
		return NULL;
	return p;
}

static int from_params(const struct luo_phys *phys, u64 pa, struct luo_found *found)
{
	struct luo_setup_node node = { 0 };
	const u8 *p = boot_params(phys, pa);
	int err;

	if (!p)
		return LUO_E_NONE;
	found->boot_pa = pa;
	err = luo_setup_find_kho(phys, luo_get64(p + BP_SETUP_DATA), &found->handover, &node);
	found->damage = "their setup_data list is broken, or its KHO node is";
	found->named_at = node.pa;
	return err;
}

/* Who starts a kernel makes /chosen (of_kexec_alloc_and_setup_fdt()); other trees do not count. */
static bool is_boot_tree(const u8 *p, int err)
{
	return !p || err != LUO_E_NONE || fdt_path_offset(p, "/chosen") >= 0;
}

static int from_tree(const struct luo_phys *phys, u64 pa, struct luo_found *found)
{
	u32 size;
	const u8 *p = fdt_tree_at(phys, pa, &size, &found->damage);
	int err = p ? fdt_chosen_handover(p, size, &found->handover) : LUO_E_RAM;

	if (!found->damage || !is_boot_tree(p, err))
		return LUO_E_NONE;
	found->boot_pa = pa;
	found->named_at = pa;
	if (!p || err == LUO_E_NONE)
		return err;
	if (!err) {
		found->damage = "it names address 0";
		return found->handover.fdt_pa && found->handover.scratch_pa ? 0 : LUO_E_FORMAT;
	}
	found->damage = fdt_check_full(p, size) ? "it is malformed"
						: "what names KHO is not one (address, size) pair";
	return err;
}

/**
 * bootdata_from_cpus() - follow the boot register of each CPU to boot data, and in them to KHO
 * @d:     the dumps
 * @phys:  the view
 * @found: handover, boot, boot_pa, named and named_at are filled in, damage after an error
 *
 * The first CPU that points to boot data decides.
 *
 * Return: 0; LUO_E_NONE when no CPU points to boot data, then boot_pa is 0, or when they name no
 * KHO, then it is not; another negative enum luo_error when they are damaged.
 */
int bootdata_from_cpus(const struct dump *d, const struct luo_phys *phys, struct luo_found *found)
{
	int err = LUO_E_NONE;

	for (u32 i = 0; i < d->nr_cpus && !found->boot_pa; i++) {
		const struct dump_cpu *cpu = &d->cpu[i];

		if (!cpu->reg)
			continue;
		found->boot = found->named = cpu->kind;
		err = cpu->kind == LUO_BOOT_TREE ? from_tree(phys, cpu->reg, found)
						 : from_params(phys, cpu->reg, found);
	}
	if (err)
		found->named_at = 0;
	return err;
}
