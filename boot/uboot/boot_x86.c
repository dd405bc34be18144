/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Starting a bzImage: its protected-mode part to scratch, and in at the 64-bit entry, with
 * boot_params of our own that U-Boot fills in as for zboot, and KHO's node in front of their
 * setup_data. Source: Documentation/arch/x86/boot.rst and arch/x86/kernel/kexec-bzimage64.c, 7.3.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/hide.h"
#include "../../luo/bootparams.h"
#include "../../luo/bzimage.h"

/* asm/zimage.h has this too, with names of the setup header that luo/ has as well. */
struct boot_params;
int setup_zimage(struct boot_params *setup_base, char *cmd_line, int auto_boot, ulong initrd_addr,
		 ulong initrd_size, ulong cmdline_force);

/*
 * One stretch of scratch: boot_params, command line, KHO's node, which ends at a page boundary, and
 * a page for a KHO FDT without LUO inside the node's len (see arch/x86_64/handover.c).
 */
#define PAGE	    0x1000
#define CMDLINE_AT  PAGE
#define CMDLINE_MAX 0xe000
#define TREE_AT	    0x10000
#define NODE_AT	    (TREE_AT - (u32)sizeof(struct luo_kho_setup) - LUO_SETUP_HEADER)
#define PARAMS_ROOM (TREE_AT + PAGE)
#define KHO_FDT	    16 /* in the node */

/* The file, its size filled in; NULL after a line. */
static const u8 *open_kernel(struct uboot_run *run, struct luo_range *kernel, struct luo_bzimage *k)
{
	const u8 *file = luo_map(&run->phys, kernel->start, 4096);
	const char *why = "it is not mapped";

	if (file && !kernel->size)
		kernel->size = (u64)(file[HDR_SETUP_SECTS] + 1) * 512 +
			       (u64)luo_get32(file + HDR_SYSSIZE) * 16;
	if (file && !luo_map(&run->phys, kernel->start, kernel->size))
		why = "it does not end in mapped RAM";
	else if (file)
		why = luo_bzimage_is(file, kernel->size) ? luo_bzimage_read(file, kernel->size, k)
							 : "no bzImage";
	if (!why)
		return file;
	printf("luo: no kernel to start at %llx: %s\n", (unsigned long long)kernel->start, why);
	return NULL;
}

static void put64(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

/* KHO's node, in front of whatever U-Boot has put into the list. */
static void link_kho(const struct uboot_run *run, u8 *params)
{
	u8 *node = params + NODE_AT;
	u32 head[2] = { LUO_SETUP_KEXEC_KHO, sizeof(struct luo_kho_setup) };

	put64(node, luo_get64(params + HDR_SETUP_DATA));
	memcpy(node + 8, head, sizeof(head));
	put64(node + KHO_FDT, run->found.handover.fdt_pa);
	put64(node + 24, run->found.handover.fdt_size);
	put64(node + 32, run->found.handover.scratch_pa);
	put64(node + 40, run->found.handover.scratch_size);
	put64(params + HDR_SETUP_DATA, (u64)(uintptr_t)node);
}

/* The command line, if the kernel takes it; NULL after a line. */
static const char *command_line(const struct luo_bzimage *k)
{
	const char *args = env_get("bootargs");

	if (args && strlen(args) < CMDLINE_MAX && strlen(args) <= k->cmdline)
		return args;
	printf("luo: bootargs is not set, or longer than the kernel takes\n");
	return NULL;
}

/*
 * U-Boot's memory map keeps all above its own end of memory for itself, also what
 * CONFIG_CMD_LUO_RAM_TOP has kept it off (arch/x86/cpu/qemu/e820.c, 2025.01). That is the next
 * kernel's.
 */
static void give_back(const struct uboot_run *run, u8 *params)
{
	u64 top = uboot_ram_top();
	u32 nr = params[BP_E820_ENTRIES];
	u8 *table = params + BP_E820_TABLE;
	u32 ram = E820_RAM;

	for (u32 i = 0; i < nr && nr < E820_MAX; i++) {
		u8 *e = table + i * E820_ENTRY;
		u64 start = luo_get64(e), size = luo_get64(e + 8);

		if (luo_get32(e + 16) != E820_RESERVED || start >= top || size <= top - start ||
		    !luo_in_ram(&run->phys, top, size - (top - start)))
			continue;
		put64(e + 8, top - start);
		put64(table + nr * E820_ENTRY, top);
		put64(table + nr * E820_ENTRY + 8, size - (top - start));
		memcpy(table + nr * E820_ENTRY + 16, &ram, sizeof(ram));
		params[BP_E820_ENTRIES] = nr + 1;
		return;
	}
}

/* boot_params from the kernel's header and U-Boot's knowledge. Return: 0, or not after a line. */
static int fill_params(const struct uboot_run *run, const struct uboot_load *load, const u8 *file,
		       const char *args, u8 *params)
{
	u32 header_end = 0x202 + file[HDR_JUMP + 1];

	memset(params, 0, PARAMS_ROOM);
	if (header_end > HDR_END)
		header_end = HDR_END;
	memcpy(params + HDR_START, file + HDR_START, header_end - HDR_START);
	if (setup_zimage((struct boot_params *)params, (char *)params + CMDLINE_AT, 0,
			 load->initrd.start, load->initrd.size, (ulong)args)) {
		printf("luo: U-Boot cannot fill in the boot parameters\n");
		return -1;
	}
	give_back(run, params);
	link_kho(run, params);
	return 0;
}

/* See uboot.h. */
bool uboot_prepare(struct uboot_run *run, struct uboot_load *load)
{
	struct luo_image image = { 0 };
	struct luo_bzimage k;
	const u8 *file = open_kernel(run, &load->kernel, &k);
	const char *args = file ? command_line(&k) : NULL;

	if (!args)
		return false;
	uboot_busy(run, load->kernel.start, load->kernel.size, "kernel as loaded");
	run->phys.nr_busy = run->nr_busy;
	load->at = uboot_place(run, k.init_size, k.align, "kernel");
	load->given = uboot_place(run, PARAMS_ROOM, PAGE, "boot_params");
	if (!load->at || !load->given) {
		printf("luo: no room in scratch below 4 GiB for a kernel of %x bytes\n",
		       k.init_size);
		return false;
	}
	memcpy((void *)load->at, file + k.setup, load->kernel.size - k.setup);
	if (fill_params(run, load, file, args, (u8 *)load->given))
		return false;
	luo_image_bzimage(&image, file, load->kernel.size);
	luo_next_params(run->next, &run->phys, load->given, load->at + LUO_BZIMAGE_ENTRY,
			&run->report);
	uboot_next_kernel(run, load, &image);
	return true;
}

/* See uboot.h. KHO's node is the first. */
void uboot_drop(struct uboot_load *load)
{
	u8 *params = (u8 *)load->given;

	put64(params + HDR_SETUP_DATA, luo_get64(params + NODE_AT));
}

/* See uboot.h. The copy lies in the node, which the kernel keeps as long as it runs. */
bool uboot_drop_luo(struct uboot_run *run, struct uboot_load *load)
{
	const struct luo_handover *h = &run->found.handover;
	u8 *params = (u8 *)load->given, *tree = params + TREE_AT;
	const void *old = h->fdt_size <= PAGE ? luo_map(&run->phys, h->fdt_pa, h->fdt_size) : NULL;
	u32 len = sizeof(struct luo_kho_setup) + PAGE;

	if (!old)
		return false;
	memcpy(tree, old, h->fdt_size);
	if (fdt_hide_luo(tree, h->fdt_size))
		return false;
	put64(params + NODE_AT + KHO_FDT, (u64)(uintptr_t)tree);
	memcpy(params + NODE_AT + 12, &len, sizeof(len));
	return true;
}

/* See uboot.h. */
void uboot_start(const struct uboot_load *load)
{
	printf("luo: kernel at %llx, boot_params at %llx\n", (unsigned long long)load->at,
	       (unsigned long long)load->given);
	boot_linux_kernel(load->given, load->at + LUO_BZIMAGE_ENTRY, true);
}
