/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Starting a bzImage: its protected-mode part to scratch, and in at the 64-bit entry, with
 * boot_params of our own that U-Boot fills in as for zboot, and KHO's node in front of their
 * setup_data. Source: Documentation/arch/x86/boot.rst and arch/x86/kernel/kexec-bzimage64.c, 7.3.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../luo/bootparams.h"
#include "../../luo/bzimage.h"

/* asm/zimage.h has this too, with names of the setup header that luo/ has as well. */
struct boot_params;
int setup_zimage(struct boot_params *setup_base, char *cmd_line, int auto_boot, ulong initrd_addr,
		 ulong initrd_size, ulong cmdline_force);

#define PARAMS_ROOM 0x10000 /* boot_params, command line, KHO's node */
#define CMDLINE_AT  0x1000
#define NODE_AT	    0xf000
#define CMDLINE_MAX (NODE_AT - CMDLINE_AT)

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
	put64(node + 16, run->found.handover.fdt_pa);
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
	if (!load->hide)
		link_kho(run, params);
	return 0;
}

/** uboot_start() - start the kernel; comes back only after a line that says why not. */
int uboot_start(struct uboot_run *run, struct uboot_load *load)
{
	struct luo_bzimage k;
	const u8 *file = open_kernel(run, &load->kernel, &k);
	const char *args = file ? command_line(&k) : NULL;
	u64 at, params;

	if (!args)
		return -1;
	uboot_busy(run, load->kernel.start, load->kernel.size, "kernel as loaded");
	run->phys.nr_busy = run->nr_busy;
	at = uboot_place(run, k.init_size, k.align, "kernel");
	params = uboot_place(run, PARAMS_ROOM, 4096, "boot_params");
	if (!at || !params) {
		printf("luo: no room in scratch below 4 GiB for a kernel of %x bytes\n",
		       k.init_size);
		return -1;
	}
	memcpy((void *)at, file + k.setup, load->kernel.size - k.setup);
	if (fill_params(run, load, file, args, (u8 *)params))
		return -1;
	printf("luo: kernel at %llx, boot_params at %llx\n", (unsigned long long)at,
	       (unsigned long long)params);
	boot_linux_kernel(params, at + LUO_BZIMAGE_ENTRY, true);
	return -1;
}
