/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Written by libfdt into the first scratch area. */
#include <libfdt.h>
#include <string.h>

#include "next_tree.h"

static void ok(int err)
{
	assert_int_equal(err, 0);
}

static void put_number(void *dtb, const char *name, u64 v, u32 words)
{
	fdt32_t be[2] = { cpu_to_fdt32((u32)(v >> 32)), cpu_to_fdt32((u32)v) };

	ok(fdt_property(dtb, name, be + 2 - words, 4 * words));
}

static void put_pairs(void *dtb, const struct next_tree *t, const char *name,
		      const struct next_pair *p, u32 nr)
{
	fdt32_t be[16];
	u32 n = 0;

	for (u32 i = 0; i < nr; i++) {
		if (t->ac == 2)
			be[n++] = cpu_to_fdt32((u32)(p[i].start >> 32));
		be[n++] = cpu_to_fdt32((u32)p[i].start);
		if (t->sc == 2)
			be[n++] = cpu_to_fdt32((u32)(p[i].size >> 32));
		be[n++] = cpu_to_fdt32((u32)p[i].size);
	}
	ok(fdt_property(dtb, name, be, (int)n * 4));
}

static void put_start(void *dtb, const struct next_tree *t)
{
	fdt32_t be[3] = { 0, cpu_to_fdt32((u32)(t->initrd.start >> 32)),
			  cpu_to_fdt32((u32)t->initrd.start) };

	ok(fdt_property(dtb, "linux,initrd-start", be + !t->initrd_odd, t->initrd_odd ? 12 : 8));
}

static void put_efi(void *dtb, const struct next_tree *t)
{
	put_number(dtb, "linux,uefi-mmap-start", EFI_MAP, 2);
	if (!t->no_efi_size)
		put_number(dtb, "linux,uefi-mmap-size", t->efi_size, 1);
	if (t->efi_step)
		put_number(dtb, "linux,uefi-mmap-desc-size", t->efi_step, 1);
}

static void put_chosen(void *dtb, const struct next_tree *t)
{
	ok(fdt_begin_node(dtb, "chosen"));
	if (t->bootargs && t->bootargs_len)
		ok(fdt_property(dtb, "bootargs", t->bootargs, (int)t->bootargs_len));
	else if (t->bootargs)
		ok(fdt_property_string(dtb, "bootargs", t->bootargs));
	if (t->initrd.size) {
		put_start(dtb, t);
		put_number(dtb, "linux,initrd-end", t->initrd.size, 2);
	}
	if (t->ima_short)
		put_number(dtb, "linux,ima-kexec-buffer", t->ima.start, 1);
	else if (t->ima.start)
		put_pairs(dtb, t, "linux,ima-kexec-buffer", &t->ima, 1);
	if (t->efi_size)
		put_efi(dtb, t);
	ok(fdt_end_node(dtb));
}

static void put_memory(void *dtb, const struct next_tree *t)
{
	ok(fdt_begin_node(dtb, "memory@40000000"));
	ok(fdt_property_string(dtb, "device_type", "memory"));
	if (t->status)
		ok(fdt_property_string(dtb, "status", t->status));
	put_pairs(dtb, t, "reg", t->memory, t->nr_memory);
	if (t->nr_usable)
		put_pairs(dtb, t, "linux,usable-memory", t->usable, t->nr_usable);
	ok(fdt_end_node(dtb));
}

static void put_reserved(void *dtb, const struct next_tree *t)
{
	if (!t->nr_reserved)
		return;
	ok(fdt_begin_node(dtb, "reserved-memory"));
	ok(fdt_begin_node(dtb, "firmware@0"));
	put_pairs(dtb, t, "reg", t->reserved, t->nr_reserved);
	if (t->reserved_flag)
		ok(fdt_property(dtb, t->reserved_flag, "", 0));
	ok(fdt_end_node(dtb));
	ok(fdt_end_node(dtb));
}

void next_tree_put(struct world *w, const struct next_tree *t)
{
	void *dtb = world_at(w, TREE, ROOM);

	memset(dtb, 0, ROOM);
	ok(fdt_create(dtb, ROOM));
	for (u32 i = 0; i < t->nr_memreserve; i++)
		ok(fdt_add_reservemap_entry(dtb, t->memreserve[i].start, t->memreserve[i].size));
	ok(fdt_finish_reservemap(dtb));
	ok(fdt_begin_node(dtb, ""));
	put_number(dtb, "#address-cells", t->ac, 1);
	put_number(dtb, "#size-cells", t->sc, 1);
	if (t->root.size)
		put_pairs(dtb, t, "reg", &t->root, 1);
	put_memory(dtb, t);
	put_reserved(dtb, t);
	if (!t->no_chosen)
		put_chosen(dtb, t);
	ok(fdt_end_node(dtb));
	ok(fdt_finish(dtb));
}

struct next_tree next_tree_sound(struct world *w)
{
	world_put(w, IMAGE + 16, KIB(256));
	world_put32(w, IMAGE + 56, 0x644d5241);
	return (struct next_tree){
		.ac = 2,
		.sc = 2,
		.bootargs = "kho=on liveupdate=on",
		.memory = { { LOW_BANK, LOW_SIZE }, { HIGH_BANK, w->bank[1].size } },
		.nr_memory = 2,
		.initrd = { INITRD, INITRD + 5000 },
		.ima = { IMA, 4096 },
		.memreserve = { { INITRD, 5000 }, { IMA, 4096 } },
		.nr_memreserve = 2,
		.entry = IMAGE,
	};
}
