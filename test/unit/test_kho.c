/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The KHO root tree and LUO's containers: versions that are read, versions that are refused by
 * name, and everything that can be missing or wrong in between.
 */
#include <libfdt.h>
#include <string.h>

#include "harm.h"

#define PANIC	  LUO_SEV_PANIC, LUO_VERDICT_ERRORS
#define LOSE	  LUO_SEV_LOSE, LUO_VERDICT_ERRORS
#define REFUSED	  LUO_SEV_LOSE, LUO_VERDICT_REFUSED
#define UNKNOWN	  LUO_SEV_REFUSE, LUO_VERDICT_REFUSED
#define READ_ONLY LUO_SEV_NOTE, LUO_VERDICT_REFUSED

#define KHO(name, change)                                                                          \
	static void name(struct world *w)                                                          \
	{                                                                                          \
		w->kho.change;                                                                     \
		world_write_kho(w);                                                                \
	}
#define TREE(name, change)                                                                         \
	static void name(struct world *w)                                                          \
	{                                                                                          \
		w->tree.change;                                                                    \
		world_write_tree(w);                                                               \
		world_write_kho(w);                                                                \
	}

KHO(kho_v1, compatible = "kho-v1")
KHO(kho_v9, compatible = "kho-v9")
KHO(kho_longer, compatible = "kho-v4;radix-v1")
KHO(kho_longer_still, compatible = "kho-v4;radix-v2")
KHO(kho_prefix, compatible = "kho-v")
KHO(kho_none, compatible = NULL)
KHO(map_missing, map_prop = NULL)
KHO(map_other_name, map_prop = "preserved-memory-maps")
KHO(map_short, map_len = 4)
KHO(map_long, map_len = 16)
KHO(map_zero, map_value = 0)
KHO(size_missing, size_prop = NULL)
KHO(size_short, size_len = 4)
KHO(size_zero, size = 0)
KHO(data_missing, data_prop = NULL)
KHO(data_old_name, data_prop = "fdt")
KHO(data_short, data_len = 4)
KHO(data_zero, data = 0)
KHO(data_hole, data = HOLE)
KHO(data_top, data = 0 - 8ULL)
KHO(record_short, size = 31)
KHO(record_string_only, size = 8)

static void bad_magic(struct world *w)
{
	world_at(w, w->kho.fdt_pa, 1)[0] ^= 1;
}

static void fdt_large(struct world *w)
{
	fdt_set_totalsize(world_at(w, w->kho.fdt_pa, 4096), world_page(w) + 8);
}

static void fdt_structure(struct world *w)
{
	u8 *fdt = world_at(w, w->kho.fdt_pa, world_page(w));

	memset(fdt + fdt_off_dt_struct(fdt) + fdt_size_dt_struct(fdt) - 4, 0, 4);
}

/* All blocks from the one at @from on lie @by bytes further on; nothing else is wrong. */
static void fdt_shift(struct world *w, u32 from, u32 by)
{
	u8 *fdt = world_at(w, w->kho.fdt_pa, world_page(w));

	memmove(fdt + from + by, fdt + from, fdt_totalsize(fdt) - from);
	if (from <= fdt_off_mem_rsvmap(fdt))
		fdt_set_off_mem_rsvmap(fdt, fdt_off_mem_rsvmap(fdt) + by);
	fdt_set_off_dt_struct(fdt, fdt_off_dt_struct(fdt) + by);
	fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + by);
	fdt_set_totalsize(fdt, fdt_totalsize(fdt) + by);
}

/* The next two were found by fuzzing: libfdt reads words wherever the header says. */
static void fdt_structure_misaligned(struct world *w)
{
	fdt_shift(w, fdt_off_dt_struct(world_at(w, w->kho.fdt_pa, 64)), 1);
}

static void fdt_reservations_misaligned(struct world *w)
{
	fdt_shift(w, fdt_off_mem_rsvmap(world_at(w, w->kho.fdt_pa, 64)), 4);
}

static void fdt_unpreserved(struct world *w)
{
	world_forget(w, w->kho.fdt_pa, 0);
}

static void fdt_hole(struct world *w)
{
	w->handover.fdt_pa = HOLE;
}

static void fdt_misaligned(struct world *w)
{
	w->handover.fdt_pa += 8;
}

static void luo_unpreserved(struct world *w)
{
	world_forget(w, w->luo_pa, 0);
}

static void luo_v6(struct world *w)
{
	memcpy(world_at(w, w->luo_pa, 8), "luo-v6\0", 8);
}

static void luo_v6_longer(struct world *w)
{
	w->kho.size = 40;
	world_write_kho(w);
	memcpy(world_at(w, w->luo_pa, 16), "luo-v6;block-v1", 16);
}

/* A header of feature bits instead of a string. */
static void luo_bits(struct world *w)
{
	w->kho.size = 152;
	world_write_kho(w);
	memset(world_at(w, w->luo_pa, 152), 0, 152);
	world_put(w, w->luo_pa, 7);
}

static void luo_more_bits(struct world *w)
{
	luo_bits(w);
	world_put(w, w->luo_pa + 8, 8);
}

static void luo_bits_short(struct world *w)
{
	luo_bits(w);
	w->kho.size = 151;
	world_write_kho(w);
}

static const struct damage kho_damages[] = {
	{ "kho-v9", kho_v9, LUO_K03, REFUSED },
	{ "kho-v4;radix-v1", kho_longer, LUO_K07, READ_ONLY },
	{ "kho-v4;radix-v2", kho_longer_still, LUO_K03, REFUSED },
	{ "kho-v", kho_prefix, LUO_K03, REFUSED },
	{ "no compatible", kho_none, LUO_K03, REFUSED },
	{ "map missing", map_missing, LUO_K04, LOSE },
	{ "map of another name", map_other_name, LUO_K04, LOSE },
	{ "map of 4 bytes", map_short, LUO_K04, LOSE },
	{ "map of 16 bytes", map_long, LUO_K04, LOSE },
	{ "map 0", map_zero, LUO_K04, LOSE },
	{ "blob-size missing", size_missing, LUO_K05, PANIC },
	{ "blob-size of 4 bytes", size_short, LUO_K05, PANIC },
	{ "blob-size 0", size_zero, LUO_K05, PANIC },
	{ "preserved-data missing", data_missing, LUO_K05, PANIC },
	{ "preserved-data by kho-v1's name", data_old_name, LUO_K05, PANIC },
	{ "preserved-data of 4 bytes", data_short, LUO_K05, PANIC },
	{ "preserved-data 0", data_zero, LUO_K05, PANIC },
	{ "container in a hole", data_hole, LUO_C01, PANIC, .also = LUO_C04 },
	{ "container at the top", data_top, LUO_C01, PANIC, .also = LUO_C04 },
	{ "record too short", record_short, LUO_C02, PANIC },
	{ "record with a string only", record_string_only, LUO_C02, PANIC },
	{ "tree's magic", bad_magic, LUO_K02, LOSE },
	{ "tree larger than its page", fdt_large, LUO_K02, LOSE },
	{ "tree without an end", fdt_structure, LUO_K02, LOSE },
	{ "tree's structure misaligned", fdt_structure_misaligned, LUO_K02, LOSE },
	{ "tree's reservations misaligned", fdt_reservations_misaligned, LUO_K02, LOSE },
	{ "tree's page not preserved", fdt_unpreserved, LUO_K06, PANIC },
	{ "tree in a hole", fdt_hole, LUO_K01, LOSE },
	{ "tree misaligned", fdt_misaligned, LUO_K01, LOSE },
	{ "container not preserved", luo_unpreserved, LUO_C04, PANIC },
	{ "luo-v6", luo_v6, LUO_C03, UNKNOWN },
	{ "luo-v6;block-v1", luo_v6_longer, LUO_C03, UNKNOWN },
	{ "feature bits", luo_bits, LUO_C06, READ_ONLY },
	{ "feature bits, one unknown", luo_more_bits, LUO_C03, UNKNOWN },
	{ "feature bits, too short", luo_bits_short, LUO_C03, UNKNOWN },
};

TREE(tree_v9, compatible = "luo-v9")
TREE(tree_v2, compatible = "luo-v2")
TREE(tree_v5, compatible = "luo-v5")
TREE(tree_none, compatible = NULL)
TREE(session_v1, session = "luo-session-v1")
TREE(session_v9, session = "luo-session-v9")
TREE(session_none, session = NULL)
TREE(node_missing, node = NULL)
TREE(head_missing, head_prop = NULL)
TREE(head_old_name, head_prop = "luo-session-head")
TREE(head_short, head_len = 4)
TREE(head_long, head_len = 16)

static void tree_cut(struct world *w)
{
	w->kho.size -= 4;
	world_write_kho(w);
}

static void tree_structure(struct world *w)
{
	u8 *fdt = world_at(w, w->luo_pa, world_page(w));

	memset(fdt + fdt_off_dt_struct(fdt) + fdt_size_dt_struct(fdt) - 4, 0, 4);
}

static const struct damage tree_damages[] = {
	{ "luo-v9", tree_v9, LUO_C03, UNKNOWN },
	{ "luo-v2 without its header", tree_v2, LUO_C02, PANIC },
	{ "luo-v5 as a tree", tree_v5, LUO_C03, UNKNOWN },
	{ "no compatible", tree_none, LUO_C03, UNKNOWN },
	{ "luo-session-v1", session_v1, LUO_C03, UNKNOWN },
	{ "luo-session-v9", session_v9, LUO_C03, UNKNOWN },
	{ "no session string", session_none, LUO_C03, UNKNOWN },
	{ "no session node", node_missing, LUO_C02, PANIC },
	{ "no header property", head_missing, LUO_C02, PANIC },
	{ "header of another name", head_old_name, LUO_C02, PANIC },
	{ "header of 4 bytes", head_short, LUO_C02, PANIC },
	{ "header of 16 bytes", head_long, LUO_C02, PANIC },
	{ "tree longer than blob-size", tree_cut, LUO_C02, PANIC },
	{ "tree without an end", tree_structure, LUO_C02, PANIC },
	{ "container not preserved", luo_unpreserved, LUO_C04, PANIC },
};

/* kho-v2 has no blob-size; v3 and v4 are alike. */
static void versions(void **state)
{
	static const char *const version[] = { "kho-v2", "kho-v3", "kho-v4" };

	(void)state;
	for (u32 i = 0; i < 27; i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12 + i / 9 * 2, i / 3 % 3);
		w.kho.compatible = version[i % 3];
		w.kho.size_prop = i % 3 ? "blob-size" : NULL;
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_ok(&a, &w);
		assert_string_equal(a.report.kho_name, version[i % 3]);
		assert_string_equal(a.report.kho->name, version[i % 3]);
		run_close(&a);
		world_close(&w);
	}
}

struct naming {
	enum world_abi abi;
	void (*harm)(struct world *w);
	const char *kho;
	const char *abi_name;
};

static const struct naming namings[] = {
	{ WORLD_V5, kho_v1, "kho-v1", "-" },
	{ WORLD_V5, kho_v9, "kho-v9", "-" },
	{ WORLD_V5, kho_longer, "kho-v4;radix-v1", "luo-v5" },
	{ WORLD_V5, kho_longer_still, "kho-v4;radix-v2", "-" },
	{ WORLD_V5, luo_v6, "kho-v4", "luo-v6" },
	{ WORLD_V5, luo_v6_longer, "kho-v4", "luo-v6;block-v1" },
	{ WORLD_V5, luo_bits, "kho-v4", "luo-feature-bits" },
	{ WORLD_V5, luo_more_bits, "kho-v4", "luo-feature-bits" },
	{ WORLD_S2, session_v9, "kho-v3", "luo-session-v9" },
	{ WORLD_S2, tree_v9, "kho-v3", "luo-v9" },
	{ WORLD_V5, token_elsewhere, "kho-v4", "luo-v5" },
	{ WORLD_S2, token_elsewhere, "kho-v3", "luo-session-v2" },
	{ WORLD_S3, token_elsewhere, "kho-v3", "luo-session-v3" },
};

/* What is refused is called by its name, and so is what is read. */
static void names(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(namings); i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, namings[i].abi);
		namings[i].harm(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		assert_string_equal(a.report.kho_name, namings[i].kho);
		assert_string_equal(a.report.abi_name, namings[i].abi_name);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* No LUO child: nothing to verify but the map, which is still counted. */
static void no_luo(void **state)
{
	(void)state;
	for (u32 i = 0; i < 6; i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12 + i / 2 * 2, WORLD_V5);
		w.kho.child = i % 2 ? "LUO2" : NULL;
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_NONE);
		assert_int_equal(a.report.nr_findings, 0);
		assert_int_equal(a.report.before.pages, w.pages);
		assert_int_equal(a.report.before.sessions, 0);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* KHO without its map is the end of all that is preserved, whoever it belongs to. */
static void no_luo_no_map(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	w.kho.child = NULL;
	w.kho.map_value = 0;
	world_write_kho(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_only(&a, LUO_K04, LUO_SEV_LOSE);
	run_close(&a);
	world_close(&w);
}

/* The page of the container is not preserved: said once, though the list's head is in it too. */
static void said_once(void **state)
{
	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, i ? WORLD_S3 : WORLD_V5);
		world_forget(&w, w.luo_pa, 0);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_only(&a, LUO_C04, LUO_SEV_PANIC);
		run_close(&a);
		world_close(&w);
	}
}

/* A size that is no page size is reported; nothing is followed. */
static void page_sizes(void **state)
{
	static const u64 size[] = { 0, 2048, 8192, 4097, ~0ULL };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(size); i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, WORLD_V5);
		w.handover.fdt_size = size[i];
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_only(&a, LUO_B03, LUO_SEV_LOSE);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(a.report.findings[0].value, size[i]);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),	 cmocka_unit_test(names),
		cmocka_unit_test(no_luo),	 cmocka_unit_test(said_once),
		cmocka_unit_test(no_luo_no_map), cmocka_unit_test(page_sizes),
	};
	int failed = cmocka_run_group_tests_name("kho", tests, NULL, NULL);

	failed += run_damages("kho damages", WORLD_V5, kho_damages, LUO_ARRAY_SIZE(kho_damages));
	return failed +
	       run_damages("luo-v1 damages", WORLD_S3, tree_damages, LUO_ARRAY_SIZE(tree_damages));
}
