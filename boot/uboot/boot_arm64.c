/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Starting an arm64 Image: to a multiple of 2 MiB with room for image_size, a device tree of its
 * own that names the state, and U-Boot's own way out (caches off, the exception level that
 * bootm uses). Source: Documentation/arch/arm64/booting.rst, 7.3.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/chosen.h"
#include "../../fdt/hide.h"
#include "../../fdt/next.h"

DECLARE_GLOBAL_DATA_PTR;

#define ALIGN_2M   (2ULL << 20)
#define IMAGE_SIZE 16 /* u64: what the kernel needs from its start on, .bss included */
#define MAGIC	   56 /* "ARM\x64" */
#define TREE_ROOM  8192
#define TREE_MAX   (2U << 20) /* of a device tree, the same document */

/* Bytes that the kernel needs, 0 after a line when it is none. */
static u64 kernel_bytes(struct uboot_run *run, struct luo_range *kernel)
{
	const u8 *p = luo_map(&run->phys, kernel->start, 64);
	u64 need = p && luo_get32(p + MAGIC) == 0x644d5241 ? luo_get64(p + IMAGE_SIZE) : 0;

	if (!need) {
		printf("luo: no arm64 Image at %llx (a compressed one has to be unpacked)\n",
		       (unsigned long long)kernel->start);
		return 0;
	}
	if (!kernel->size || kernel->size > need)
		kernel->size = need;
	if (luo_in_ram(&run->phys, kernel->start, kernel->size))
		return need;
	printf("luo: the kernel at %llx does not end in RAM\n", (unsigned long long)kernel->start);
	return 0;
}

/* Another initrd than the one that came in: property pair and memory reservation. */
static int set_initrd(void *tree, int node, const struct luo_range *initrd)
{
	u64 old, size;
	const fdt64_t *p;
	int len, err = 0;

	p = fdt_getprop(tree, node, "linux,initrd-start", &len);
	old = !p ? 0 : len == 8 ? fdt64_to_cpu(*p) : fdt32_to_cpu(*(const fdt32_t *)p);
	for (int i = 0; p && i < fdt_num_mem_rsv(tree); i++) {
		u64 start;

		if (!fdt_get_mem_rsv(tree, i, &start, &size) && start == old)
			err = fdt_del_mem_rsv(tree, i--);
	}
	err = err ? err : fdt_add_mem_rsv(tree, initrd->start, initrd->size);
	err = err ? err : fdt_setprop_u64(tree, node, "linux,initrd-start", initrd->start);
	return err ? err
		   : fdt_setprop_u64(tree, node, "linux,initrd-end", initrd->start + initrd->size);
}

static int edit_tree(const struct uboot_run *run, const struct uboot_load *load, void *tree)
{
	const char *args = env_get("bootargs");
	int node = fdt_path_offset(tree, "/chosen"), err = 0;

	if (node < 0)
		node = fdt_add_subnode(tree, 0, "chosen");
	if (node < 0)
		return node;
	if (args && *args)
		err = fdt_setprop_string(tree, node, "bootargs", args);
	if (!err && fdt_chosen_set_handover(tree, &run->found.handover))
		err = -FDT_ERR_NOSPACE;
	node = fdt_path_offset(tree, "/chosen");
	if (!err && load->initrd.size)
		err = set_initrd(tree, node, &load->initrd);
	return err;
}

/* A copy with room to edit, and with no more: a tree that was edited by hand may have much. */
static int copy_tree(const void *from, void *tree, u64 size)
{
	int err = fdt_open_into(from, tree, (int)size);

	err = err ? err : fdt_pack(tree);
	if (!err && fdt_totalsize(tree) > TREE_MAX - TREE_ROOM)
		return -FDT_ERR_NOSPACE;
	return err ? err : fdt_open_into(tree, tree, (int)fdt_totalsize(tree) + TREE_ROOM);
}

/* A copy in scratch; the incoming one is only read. Return: NULL after a line. */
static void *make_tree(struct uboot_run *run, const struct uboot_load *load)
{
	const void *from = load->fdt ? load->fdt : run->tree ? run->tree : gd->fdt_blob;
	u64 size = fdt_totalsize(from) + TREE_ROOM, pa;
	void *tree;
	int err;

	pa = uboot_place(run, size, 4096, "device tree");
	if (!pa) {
		printf("luo: no room in scratch for the device tree\n");
		return NULL;
	}
	tree = map_sysmem(pa, size);
	err = copy_tree(from, tree, size);
	if (!err)
		err = edit_tree(run, load, tree);
	if (!err)
		return tree;
	printf("luo: the device tree cannot be edited: %s\n", fdt_strerror(err));
	return NULL;
}

/* See uboot.h. */
bool uboot_prepare(struct uboot_run *run, struct uboot_load *load)
{
	u64 need = kernel_bytes(run, &load->kernel);
	struct luo_image image = { 0 };
	void *tree;

	if (!need)
		return false;
	uboot_busy(run, load->kernel.start, load->kernel.size, "kernel as loaded");
	load->at = uboot_place(run, need, ALIGN_2M, "kernel");
	if (!load->at) {
		printf("luo: no room in scratch for a kernel of %llx bytes\n",
		       (unsigned long long)need);
		return false;
	}
	tree = make_tree(run, load);
	if (!tree)
		return false;
	load->given = map_to_sysmem(tree);
	memcpy(map_sysmem(load->at, need), map_sysmem(load->kernel.start, load->kernel.size),
	       load->kernel.size);
	luo_image_arm64(&image, map_sysmem(load->at, need), load->kernel.size);
	fdt_next(run->next, &run->phys, load->given, load->at, &run->report);
	uboot_next_kernel(run, load, &image);
	return true;
}

/* See uboot.h. */
void uboot_drop(struct uboot_load *load)
{
	fdt_hide_kho(map_sysmem(load->given, 0));
}

/* See uboot.h. The copy is reserved for good, as a page that is preserved would be. */
bool uboot_drop_luo(struct uboot_run *run, struct uboot_load *load)
{
	struct luo_handover h = run->found.handover;
	const void *old = luo_map(&run->phys, h.fdt_pa, h.fdt_size);
	u64 pa = old ? uboot_place(run, h.fdt_size, h.fdt_size, "KHO FDT") : 0;
	void *tree = map_sysmem(load->given, 0), *copy;

	if (!pa)
		return false;
	copy = map_sysmem(pa, h.fdt_size);
	memcpy(copy, old, h.fdt_size);
	h.fdt_pa = pa;
	return !fdt_hide_luo(copy, h.fdt_size) && !fdt_add_mem_rsv(tree, pa, h.fdt_size) &&
	       !fdt_chosen_set_handover(tree, &h);
}

/* See uboot.h. */
void uboot_start(const struct uboot_load *load)
{
	void *tree = map_sysmem(load->given, 0);
	struct bootm_headers go = { 0 };
	struct bootm_info bmi = { 0 };

	printf("luo: kernel at %llx, device tree at %llx\n", (unsigned long long)load->at,
	       (unsigned long long)load->given);
	go.ep = load->at;
	go.ft_addr = tree;
	go.ft_len = fdt_totalsize(tree);
	go.os.arch = IH_ARCH_ARM64;
	bmi.images = &go;
	do_bootm_linux(BOOTM_STATE_OS_GO, &bmi);
}
