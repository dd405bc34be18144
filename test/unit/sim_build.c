/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Writing of a state into the machine, from the description of the ABI. See sim.h. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

const struct sim_kernel sim_kernels[] = {
	{ "luo-v5", .strict = true, .file_chains = true },
	{ "luo-session-v3", .zeros = true, .in_tree = true, .file_order = 1 },
	{ "luo-session-v4", .zeros = true, .in_tree = true, .file_chains = true, .order = 1 },
	{ "luo-v4", .strict = true, .file_order = 1 },
	{ "luo-v3-kho-block-v1", .strict = true, .file_order = 1 },
};

const u32 sim_nr_kernels = LUO_ARRAY_SIZE(sim_kernels);

u32 sim_room(const struct sim *s, bool files)
{
	const struct sim_kernel *k = s->kernel;
	u32 bytes = 1U << (s->shift + (files ? k->file_order : k->order));

	return files && !k->file_chains ? bytes / 64 : (bytes - 16) / (files ? 64 : 80);
}

static u64 take(u64 *at, u64 size)
{
	u64 pa = (*at + size - 1) & -size;

	*at = pa + size;
	return pa;
}

/* The word of the radix map with the bit of an entry; missing nodes are made when @make. */
static u64 map_word(struct sim *s, u64 pa, u32 order, u64 *mask, bool make)
{
	u32 shift = s->shift + order, leaf = s->shift + 3, table = s->shift - 3;
	u64 key = 1ULL << (64 - shift) | pa >> shift, node = s->root;
	u32 levels = (64 - s->shift + 1 - leaf + table - 1) / table + 1;

	for (u32 level = levels - 1; level; level--) {
		u64 index = key >> ((level - 1) * table + leaf) & ((1ULL << table) - 1);
		u64 next = sim_get(s, node + index * 8);

		if (!next && !make)
			return 0;
		if (!next)
			sim_put(s, node + index * 8, next = take(&s->take_low, 1ULL << s->shift));
		node = next;
	}
	key &= (1ULL << leaf) - 1;
	*mask = 1ULL << key % 64;
	return node + key / 64 * 8;
}

static void preserve(struct sim *s, u64 pa, u32 order)
{
	u64 mask, word = map_word(s, pa, order, &mask, true);

	assert_false(sim_get(s, word) & mask);
	sim_put(s, word, sim_get(s, word) | mask);
}

bool sim_preserved(const struct sim *s, u64 pa, u32 order)
{
	u64 mask, word = map_word((struct sim *)s, pa, order, &mask, false);

	return word && sim_get(s, word) & mask;
}

static u64 new_block(struct sim *s, u32 order, bool high)
{
	u64 pa = take(high ? &s->take_high : &s->take_low, 1ULL << (s->shift + order));

	preserve(s, pa, order);
	/* What lies beyond the count is nobody's business. */
	memset(sim_at(s, pa, 1ULL << (s->shift + order)), 0xa5, 1ULL << (s->shift + order));
	return pa;
}

static void write_file(struct sim *s, u64 pa, u64 number)
{
	char handler[48] = "simulated";

	memcpy(sim_at(s, pa, 48), handler, 48);
	sim_put(s, pa + 48, number * 0x1001);
	sim_put(s, pa + 56, number);
}

static u64 build_files(struct sim *s, u64 at, const struct sim_list *list)
{
	u64 header = s->kernel->file_chains ? 16 : 0, total = 0;

	if (!header && !list->count[0])
		return 0;

	for (u32 b = 0; b < list->nr; b++) {
		u64 pa = new_block(s, s->kernel->file_order, false);

		sim_put(s, at, pa);
		at = pa;
		if (header) {
			sim_put(s, pa, 0);
			sim_put(s, pa + 8, list->count[b]);
		}
		for (u32 i = 0; i < list->count[b]; i++)
			write_file(s, pa + header + i * 64, total++);
		if (!header)
			break;
	}
	return total;
}

static void build_session(struct sim *s, u64 pa, u64 number, const struct sim_spec *spec)
{
	char name[64] = { 0 };

	snprintf(name, sizeof(name), "session %llu", (unsigned long long)number);
	memcpy(sim_at(s, pa, 64), name, 64);
	sim_put(s, pa + 64, 0);
	sim_put(s, pa + 72, 0);
	if (spec->nr_files)
		sim_put(s, pa + 72, build_files(s, pa + 64, &spec->files[number % spec->nr_files]));
}

static void build_block(struct sim *s, u64 pa, u32 b, u64 *number, const struct sim_spec *spec)
{
	const struct sim_list *l = &spec->sessions;

	sim_put(s, pa, 0);
	sim_put(s, pa + 8, l->count[b] + l->zeros[b]);
	for (u32 i = 0; i < l->count[b]; i++)
		build_session(s, pa + 16 + i * 80, (*number)++, spec);
	memset(sim_at(s, pa + 16 + l->count[b] * 80, l->zeros[b] * 80), 0, l->zeros[b] * 80);
}

/* The core's row for this kernel: from its table, with blocks of the size that is wanted here. */
static void take_row(struct sim *s)
{
	const struct sim_kernel *k = s->kernel;
	const struct luo_abi *row = luo_abi_find(k->in_tree ? "luo-v1" : k->name, k->name);

	assert_non_null(row);
	s->abi = *row;
	s->abi.sessions.order = (u8)k->order;
	s->abi.files.order = (u8)k->file_order;
}

void sim_build(struct sim *s, const struct sim_spec *spec)
{
	u64 number = 0, at;

	s->take_low = SIM_LOW + (1ULL << s->shift);
	s->take_high = SIM_HIGH + (1ULL << s->shift);
	memset(s->cpu, 0, s->size);
	s->kernel = spec->kernel;
	take_row(s);
	s->head_at = take(&s->take_low, 1ULL << s->shift) + (s->kernel->in_tree ? 20 : 16);
	s->root = take(&s->take_low, 1ULL << s->shift);
	at = s->head_at;
	for (u32 b = 0; b < spec->sessions.nr; b++) {
		u64 pa = new_block(s, s->kernel->order, spec->apart && !b);

		sim_put(s, at, pa);
		at = pa;
		build_block(s, pa, b, &number, spec);
	}
	assert_true(s->take_low - SIM_LOW <= s->size / 2);
	memcpy(s->ram, s->cpu, s->size);
}
