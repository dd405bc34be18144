/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * x86_64: the kernel's EFI entry zeroes boot_params, and with them the list that names KHO
 * (libstub/x86-stub.c, Linux 7.3). So everything is put where we choose and the kernel is entered
 * at its 64-bit entry, with EFI's tables and memory map handed over as its stub would.
 */
#include "x86_64_boot.h"

#define PAGE	   4096ULL
#define LOADER	   0xff /* type_of_loader: no number of its own */
#define SETUP_NONE 0	/* asm/setup_data.h */

/* A node of the list behind boot_params; its data follow it. Return: where those begin. */
static u8 *add_node(struct efi_x86 *x, u64 at, u32 type, u64 len)
{
	u8 *node = (u8 *)(size_t)at;

	put64(node, luo_get64(x->bp + HDR_SETUP_DATA));
	put32(node + 8, type);
	put32(node + 12, len);
	put64(x->bp + HDR_SETUP_DATA, at);
	return node + LUO_SETUP_HEADER;
}

/*
 * setup_data node that names KHO: struct kho_data, see luo/boot.c. With KHO the decompressor's
 * KASLR goes into scratch areas alone, where it keeps clear of nodes of this list, but neither of
 * the list of areas nor of EFI's map (process_kho_entries() and mem_avoid_overlap(), kaslr.c, 7.3).
 * So the one lies behind the 32 bytes that the kernel reads of KHO's node, the other in a node that
 * nobody reads; together they would be more than it maps at that time (256 KiB).
 */
static void add_kho(const struct efi_boot *b, struct efi_x86 *x, u64 at)
{
	const struct luo_handover *h = &b->work->found.handover;
	u8 *kho = add_node(x, at, LUO_SETUP_KEXEC_KHO,
			   sizeof(struct luo_kho_setup) + h->scratch_size);
	u8 *list = kho + sizeof(struct luo_kho_setup);

	put64(kho, h->fdt_pa);
	put64(kho + offsetof(struct luo_kho_setup, fdt_size), h->fdt_size);
	put64(kho + offsetof(struct luo_kho_setup, scratch_addr), (u64)(size_t)list);
	put64(kho + offsetof(struct luo_kho_setup, scratch_size), h->scratch_size);
	__builtin_memcpy(list, (const void *)(size_t)h->scratch_pa, h->scratch_size);
	x->map = (u64)(size_t)add_node(x, x->map, SETUP_NONE, sizeof(struct efi_map));
}

/* Read the header, then all of the file to where its protected-mode part is aligned. */
static EFI_STATUS load_kernel(struct efi_boot *b, struct efi_x86 *x, struct luo_bzimage *k,
			      const u8 *head)
{
	u64 size = b->kernel.size;
	const char *why;
	EFI_STATUS status;

	if (!luo_bzimage_is(head, size))
		return efi_refuse(b->kernel.name, "is no kernel of x86 (bzImage)", EFI_UNSUPPORTED);
	why = luo_bzimage_read(head, size, k);
	if (why)
		return efi_refuse(b->kernel.name, why, EFI_UNSUPPORTED);
	status = efi_pool_open(b, (u64)k->init_size + 2ULL * k->align + k->setup +
					  (b->has_initrd ? b->initrd.size : 0) + (32ULL << 20));
	x->kernel = status ? 0 : efi_pool_take(k->init_size, k->align, k->setup);
	if (!x->kernel)
		return efi_refuse(b->kernel.name, "there is no room for this kernel",
				  EFI_OUT_OF_RESOURCES);
	status = efi_file_read(&b->kernel, (void *)(size_t)(x->kernel - k->setup));
	if (!status && b->secure)
		status = efi_accept((void *)(size_t)(x->kernel - k->setup), size, b->kernel.name);
	return status;
}

static EFI_STATUS load_initrd(struct efi_boot *b, struct efi_x86 *x)
{
	u64 at = efi_pool_take(b->initrd.size ? b->initrd.size : 1, PAGE, 0);
	EFI_STATUS status;

	if (!at)
		return efi_refuse(b->initrd.name, "there is no room for this initrd",
				  EFI_OUT_OF_RESOURCES);
	status = efi_file_read(&b->initrd, (void *)(size_t)at);
	put32(x->bp + HDR_RAMDISK_IMAGE, at);
	put32(x->bp + BP_EXT_RAMDISK_IMAGE, at >> 32);
	put32(x->bp + HDR_RAMDISK_SIZE, b->initrd.size);
	put32(x->bp + BP_EXT_RAMDISK_SIZE, b->initrd.size >> 32);
	return status;
}

static EFI_STATUS put_cmdline(struct efi_boot *b, struct efi_x86 *x, u32 max)
{
	const char *text = b->opt->cmdline ? b->opt->cmdline : "";
	size_t len = 0;
	u64 at;

	while (text[len])
		len++;
	if (len > max)
		return efi_refuse(b->kernel.name,
				  "the command line is longer than this kernel takes",
				  EFI_INVALID_PARAMETER);
	at = efi_pool_take(len + 1, 16, 0);
	if (!at)
		return efi_refuse(b->kernel.name, "there is no room for the command line",
				  EFI_OUT_OF_RESOURCES);
	__builtin_memcpy((void *)(size_t)at, text, len + 1);
	put32(x->bp + HDR_CMD_LINE_PTR, at);
	put32(x->bp + BP_EXT_CMD_LINE_PTR, at >> 32);
	return EFI_SUCCESS;
}

/* boot_params: zeros, the kernel's own setup header, and the fields that are a loader's. */
static bool begin_params(struct efi_x86 *x, const u8 *file)
{
	u64 end = HDR_JUMP + 2 + file[HDR_JUMP + 1];
	u64 at = efi_pool_take(BP_SIZE, PAGE, 0);

	x->bp = (u8 *)(size_t)at;
	if (!at)
		return false;
	if (end > HDR_END)
		end = HDR_END;
	__builtin_memset(x->bp, 0, BP_SIZE);
	__builtin_memcpy(x->bp + HDR_START, file + HDR_START, end - HDR_START);
	x->bp[HDR_TYPE_OF_LOADER] = LOADER;
	put64(x->bp + HDR_SETUP_DATA, 0);
	put32(x->bp + HDR_RAMDISK_IMAGE, 0);
	put32(x->bp + HDR_RAMDISK_SIZE, 0);
	return true;
}

static EFI_STATUS take_room(struct efi_boot *b, struct efi_x86 *x, u64 *tables_size)
{
	const struct efi_map *map;
	EFI_STATUS status = efi_map_now(&map);
	u64 node = efi_pool_take(LUO_SETUP_HEADER + sizeof(struct luo_kho_setup) +
					 b->work->found.handover.scratch_size,
				 16, 0);

	if (status)
		return efi_refuse("memory map", "cannot be read", status);
	*tables_size = efi_x86_tables_size(map);
	x->map = efi_pool_take(LUO_SETUP_HEADER + sizeof(struct efi_map), PAGE, 0);
	x->e820 = efi_pool_take(E820_BYTES, 16, 0);
	x->tables = efi_pool_take(*tables_size, PAGE, 0);
	if (!node || !x->map || !x->e820 || !x->tables)
		return efi_refuse(b->kernel.name, "there is no room for what it is to be told",
				  EFI_OUT_OF_RESOURCES);
	if (b->kho)
		add_kho(b, x, node);
	return EFI_SUCCESS;
}

/*
 * Take the map, and leave. The first try may change the map, so there is a second one; after it
 * nothing but that may be done with firmware (UEFI 2.10, 7.4.6).
 */
static EFI_STATUS leave(struct efi_map *map)
{
	EFI_STATUS status = EFI_ABORTED;

	for (int i = 0; status && i < 2; i++) {
		status = efi_map_get(map);
		if (!status)
			status = app.bs->ExitBootServices(app.image, map->key);
	}
	return status;
}

static EFI_STATUS go(struct efi_boot *b, struct efi_x86 *x, u64 tables_size)
{
	struct efi_map *map = (struct efi_map *)(size_t)x->map;
	EFI_STATUS status;

	efi_say("starting the next kernel");
	status = leave(map);
	if (status) {
		efi_say_status(b->kernel.name, "firmware cannot be left", status);
		return status;
	}
	x->map = (u64)(size_t)map->bytes;
	if (!efi_x86_memory(x, map) || !efi_x86_identity(x->tables, tables_size, map))
		app.rt->ResetSystem(EfiResetWarm, EFI_OUT_OF_RESOURCES, 0, NULL);
	efi_x86_jump(x->tables, x->kernel + LUO_BZIMAGE_ENTRY, x->bp);
}

/** efi_arch_boot() - start the next kernel; see boot.h. */
EFI_STATUS efi_arch_boot(struct efi_boot *b)
{
	static u8 head[1024];
	static struct efi_x86 x;
	struct luo_bzimage k;
	u64 tables_size = 0;
	EFI_STATUS status = efi_file_peek(&b->kernel, head, sizeof(head));

	x = (struct efi_x86){ 0 };
	if (!status)
		status = load_kernel(b, &x, &k, head);
	if (status)
		return status;
	if (!begin_params(&x, (u8 *)(size_t)(x.kernel - k.setup)))
		return efi_refuse(b->kernel.name, "there is no room for its boot data",
				  EFI_OUT_OF_RESOURCES);
	efi_x86_tables(b, &x);
	efi_x86_screen(&x);
	status = put_cmdline(b, &x, k.cmdline);
	if (!status && b->has_initrd)
		status = load_initrd(b, &x);
	if (!status)
		status = take_room(b, &x, &tables_size);
	return status ? status : go(b, &x, tables_size);
}
