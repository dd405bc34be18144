/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Handles, and what they are told before they are asked. */
#include <stdlib.h>
#include <string.h>

#include "handle.h"

uint32_t libluo_api(void)
{
	return LIBLUO_API;
}

const char *libluo_version(void)
{
	return LUO_VERSION;
}

int libluo_new(struct libluo **l)
{
	if (!l)
		return LIBLUO_E_ARGUMENT;
	*l = calloc(1, sizeof(**l));
	return *l ? 0 : LIBLUO_E_MEMORY;
}

void libluo_free(struct libluo *l)
{
	if (!l)
		return;
	if (l->open)
		answer_close(&l->a);
	for (u32 i = 0; i < l->nr_files; i++)
		free((char *)l->file[i].path);
	free(l->file);
	free(l->ram);
	free(l->next_kernel);
	free(l->message);
	free(l);
}

const char *libluo_message(const struct libluo *l)
{
	return l && l->message ? l->message : "";
}

void libluo_set_note(struct libluo *l, libluo_note_fn fn, void *ctx)
{
	l->note = fn;
	l->note_ctx = ctx;
}

static int no_memory(struct libluo *l)
{
	return lib_fail(l, LIBLUO_E_MEMORY, "out of memory");
}

static int mixed(struct libluo *l)
{
	return lib_fail(l, LIBLUO_E_ARGUMENT,
			"dumps, the running machine and memory of the program exclude each other; "
			"take another handle");
}

static int add_file(struct libluo *l, const char *path, u64 base, bool has_base)
{
	char *copy;
	void *more;

	if (!l || !path)
		return LIBLUO_E_ARGUMENT;
	if (l->opt.live || l->nr_ram)
		return mixed(l);
	copy = strdup(path);
	more = reallocarray(l->file, l->nr_files + 1U, sizeof(*l->file));
	if (more)
		l->file = more;
	if (!copy || !more) {
		free(copy);
		return no_memory(l);
	}
	l->file[l->nr_files++] = (struct dump_arg){ copy, base, has_base, 0, false };
	return 0;
}

int libluo_add_dump(struct libluo *l, const char *path)
{
	return add_file(l, path, 0, false);
}

int libluo_add_raw(struct libluo *l, const char *path, uint64_t base)
{
	return add_file(l, path, base, true);
}

int libluo_use_running(struct libluo *l)
{
	if (!l)
		return LIBLUO_E_ARGUMENT;
	if (l->nr_files || l->nr_ram)
		return mixed(l);
	l->opt.live = true;
	return 0;
}

static int add_ram(struct libluo *l, const struct lib_ram *ram)
{
	const struct luo_range range = { ram->pa, ram->size };
	void *more;

	if (l->opt.live || l->nr_files)
		return mixed(l);
	if (!ram->size || (ram->pa | ram->size) % PAGED_PAGE || !luo_range_valid(&range))
		return lib_fail(l, LIBLUO_E_ARGUMENT,
				"memory at 0x%llx (0x%llx bytes) is not one of whole pages of 4096",
				(unsigned long long)ram->pa, (unsigned long long)ram->size);
	for (u32 i = 0; i < l->nr_ram; i++) {
		const struct luo_range old = { l->ram[i].pa, l->ram[i].size };

		if (luo_range_hits(&old, ram->pa, ram->size))
			return lib_fail(l, LIBLUO_E_ARGUMENT,
					"memory at 0x%llx (0x%llx bytes) is partly known already",
					(unsigned long long)ram->pa, (unsigned long long)ram->size);
	}
	more = reallocarray(l->ram, l->nr_ram + 1U, sizeof(*l->ram));
	if (!more)
		return no_memory(l);
	l->ram = more;
	l->ram[l->nr_ram++] = *ram;
	return 0;
}

int libluo_add_memory(struct libluo *l, uint64_t pa, uint64_t size, const void *mem)
{
	const struct lib_ram ram = { .pa = pa, .size = size, .mem = mem };

	return l && mem ? add_ram(l, &ram) : LIBLUO_E_ARGUMENT;
}

int libluo_add_reader(struct libluo *l, uint64_t pa, uint64_t size, libluo_read_fn fn, void *ctx)
{
	const struct lib_ram ram = { .pa = pa, .size = size, .fn = fn, .ctx = ctx };

	return l && fn ? add_ram(l, &ram) : LIBLUO_E_ARGUMENT;
}

int libluo_set_kho_fdt(struct libluo *l, uint64_t pa)
{
	if (!l)
		return LIBLUO_E_ARGUMENT;
	l->opt.kho_fdt = pa;
	l->opt.has_kho_fdt = true;
	return 0;
}

int libluo_set_boot_data(struct libluo *l, int kind, uint64_t pa, uint64_t pc)
{
	if (!l)
		return LIBLUO_E_ARGUMENT;
	if ((kind != LIBLUO_BOOT_PARAMS && kind != LIBLUO_BOOT_TREE) || !pa)
		return lib_fail(l, LIBLUO_E_ARGUMENT, "boot data are of no known kind, or at 0");
	l->boot = (struct dump_cpu){ pa, pc,
				     kind == LIBLUO_BOOT_TREE ? LUO_BOOT_TREE : LUO_BOOT_PARAMS };
	l->has_boot = true;
	return 0;
}

int libluo_set_next_kernel(struct libluo *l, const char *path)
{
	char *copy = path ? strdup(path) : NULL;

	if (!l || (path && !copy)) {
		free(copy);
		return l ? no_memory(l) : LIBLUO_E_ARGUMENT;
	}
	free(l->next_kernel);
	l->next_kernel = copy;
	return 0;
}
