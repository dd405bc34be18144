/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A reader of states that shares no line with the core: from the KHO root tree to the last file.
 * It answers with a digest of everything that a user would get back, in order, so that two
 * readings are equal only when no session and no file was lost, doubled or moved. Empty blocks
 * are stepped over, as a kernel that accepts them would.
 */
#include <libfdt.h>
#include <string.h>

#include "check.h"

static void mix(struct reader *r, const u8 *p, u64 len)
{
	while (len--)
		r->digest = (r->digest ^ *p++) * 0x100000001b3ULL;
}

static u64 prop64(const u8 *fdt, const char *path, const char *name)
{
	int len, node = fdt_path_offset(fdt, path);
	const void *p;
	u64 v;

	assert_true(node >= 0);
	p = fdt_getprop(fdt, node, name, &len);
	assert_non_null(p);
	assert_int_equal(len, 8);
	memcpy(&v, p, 8);
	return v;
}

static u64 first_block(struct world *w)
{
	const u8 *kho = world_at(w, w->handover.fdt_pa, world_page(w));
	u64 luo = prop64(kho, "/LUO", w->kho.data_prop);

	if (!world_in_tree(w))
		return world_get(w, world_head_at(w));
	return prop64(world_at(w, luo, world_page(w)), "/luo-session", "luo-session-header");
}

static void read_file_block(struct reader *r, struct world *w, u64 pa, u64 header, u64 count)
{
	assert_true(count <= world_file_capacity(w));
	mix(r, world_at(w, pa + header, count * 64), count * 64);
	r->files += count;
	r->fblocks++;
}

static void read_files(struct reader *r, struct world *w, u64 record)
{
	u64 pa = world_get(w, record + 64), total = world_get(w, record + 72), before = r->files;

	mix(r, world_at(w, record + 72, 8), 8);
	if (!world_chained(w)) {
		if (pa && total) /* a kernel does not look at an array of no files */
			read_file_block(r, w, pa, 0, total);
		return;
	}
	for (; pa; pa = world_get(w, pa)) {
		assert_true(world_preserved(w, pa, world_files_list(w)->order));
		read_file_block(r, w, pa, 16, world_get(w, pa + 8));
	}
	assert_int_equal(r->files - before, total);
}

static void read_block(struct reader *r, struct world *w, u64 pa)
{
	const struct world_list *l = world_sessions_list(w);
	u64 count = world_get(w, pa + l->header - 8);

	assert_true(world_preserved(w, pa, l->order));
	assert_true(count <= world_capacity(w));
	for (u64 i = 0; i < count; i++) {
		u64 record = pa + l->header + i * l->entry;

		if (world_vacant(w, record))
			continue;
		mix(r, world_at(w, record, 64), 64);
		read_files(r, w, record);
		r->sessions++;
	}
	r->blocks++;
}

struct reader read_back(struct world *w)
{
	struct reader r = { .digest = 0xcbf29ce484222325ULL };
	u64 pa = first_block(w);

	for (; pa; pa = world_linked(w) ? world_get(w, pa) : 0)
		read_block(&r, w, pa);
	return r;
}
