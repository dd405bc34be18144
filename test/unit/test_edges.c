/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The last value on one side of a bound and the first on the other, and arguments that no reader
 * passes on because it has refused them before: single functions of the core, asked directly.
 */
#include <string.h>

#include "../../luo/container.h"
#include "../../luo/next_kernel.h"
#include "../../luo/owners.h"
#include "follow.h"

static void printable(void **state)
{
	(void)state;
	assert_true(luo_printable(" ~", 3));
	assert_false(luo_printable("a\x1f", 3));
	assert_false(luo_printable("a\x7f", 3));
	assert_false(luo_printable("a\x80", 3));
	assert_false(luo_printable("", 1));
	assert_false(luo_printable("ab", 2)); /* not terminated */
	assert_true(luo_printable("ab", 3));
}

/* One run over a state whose container's string is another. */
static void expect_named(enum world_abi abi, const char *string, u64 size, const char *name)
{
	struct answer a;
	struct world w;

	world_standard(&w, 12, abi);
	memset(world_at(&w, w.luo_pa, 24), 0, 24);
	strcpy((char *)world_at(&w, w.luo_pa, 24), string);
	if (size)
		w.kho.size = size;
	world_write_kho(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_verdict(&a, LUO_VERDICT_REFUSED);
	expect(&a, LUO_C03, LUO_SEV_REFUSE);
	assert_string_equal(a.report.abi_name, name);
	run_close(&a);
	world_close(&w);
}

/* Strings of trees are none of records; a word of feature bits is no text, and text is none. */
static void container_strings(void **state)
{
	(void)state;
	expect_named(WORLD_V5, "luo-v2", 0, "luo-v2");
	expect_named(WORLD_V5, "luo-v1", 0, "luo-v1");
	expect_named(WORLD_BITS, " luo", 0, " luo");
	expect_named(WORLD_BITS, "\x1f", 151, "?");
	expect_named(WORLD_V5, "luo\x07", 0, "?");
	expect_named(WORLD_V5, "luo-v5\x7f", 0, "?");
	expect_named(WORLD_V5, "luo-v5", 6, "?"); /* it ends before its NUL */
}

/* A container of feature bits that ends with its numbers is whole. */
static void container_sizes(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	for (u64 size = 151; size <= 152; size++) {
		world_standard(&w, 12, WORLD_BITS);
		assert_int_equal(w.kho.size, 152);
		w.kho.size = size;
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(a.report.by_code[LUO_C06], size == 152);
		run_close(&a);
		world_close(&w);
	}
}

/* Keys that stand for nothing: none, an order that covers all addresses, one below a page. */
static void keys(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		struct luo_phys phys = { .page_shift = shift };
		struct luo_map map;
		u64 pa = 1;
		u32 order = 99;

		luo_map_init(&map, &phys, 0);
		assert_false(luo_map_decode(&map, 0, &pa, &order));
		assert_false(luo_map_decode(&map, 1, &pa, &order));
		assert_false(luo_map_decode(&map, 1ULL << (65 - shift), &pa, &order));
		assert_false(luo_map_decode(&map, ~0ULL, &pa, &order));
		assert_int_equal(order, 99);
		assert_true(luo_map_decode(&map, 2, &pa, &order));
		assert_int_equal(order, 63 - shift);
		assert_int_equal(pa, 0);
		assert_true(luo_map_decode(&map, 3ULL << (63 - shift), &pa, &order));
		assert_int_equal(order, 0);
		assert_true(pa == 1ULL << 63);
	}
}

/* Of questions about single entries every value is one, orders that cannot be included. */
static void questions(void **state)
{
	static u8 memory[MIB(1)] __attribute__((aligned(16)));
	struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
	static struct luo_owners o;
	struct luo_map map;
	struct answer a;
	struct world w;
	u64 pa;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	pa = w.block[0].pa;
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	luo_map_open(&map, &w.phys, a.state.kho->map, a.state.map_pa);
	assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1), 0);
	assert_true(luo_map_test(&map, pa, 0));
	assert_true(luo_owners_has(&o, pa, 0));
	assert_false(luo_owners_is_claimed(&o, pa, 0));
	for (u32 order = 1; order < 200; order++) {
		assert_false(luo_map_test(&map, pa, order));
		assert_false(luo_map_test(&map, 0, order));
		assert_false(luo_owners_has(&o, pa, order));
		assert_false(luo_owners_is_claimed(&o, 0, order));
	}
	assert_false(luo_map_test(&map, pa + 1, 0));
	assert_false(luo_owners_has(&o, pa + 2048, 0));
	run_close(&a);
	world_close(&w);
}

/* Lists that meet, and beside them pages with two owners of which one is a record. */
static void claim_all(struct luo_owners *o, const struct world *w)
{
	static const struct luo_owner owner = { .kind = LUO_OWNER_KHO };
	const u64 block = w->block[0].pa, first = w->block[1].pa, second = w->block[2].pa;

	luo_owners_claim(o, LUO_CLAIMS_SESSIONS, block, 0, &owner);
	luo_owners_claim(o, LUO_CLAIMS_SESSIONS, block, 0, &owner);
	luo_owners_claim(o, LUO_CLAIMS_METADATA, first, 0, &owner);
	luo_owners_claim(o, LUO_CLAIMS_RECORD, first, 0, &owner);
	luo_owners_claim(o, LUO_CLAIMS_RECORD, second, 0, &owner);
	luo_owners_claim(o, LUO_CLAIMS_METADATA, second, 0, &owner);
}

static void two_owners(void **state)
{
	static u8 memory[MIB(1)] __attribute__((aligned(16)));
	struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
	static struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1), 0);
	claim_all(&o, &w);
	assert_int_equal(o.nr_twice, 3);
	assert_int_equal(count_of(&a, LUO_M10), 0);
	luo_owners_again(&o);
	claim_all(&o, &w);
	assert_int_equal(o.nr_twice, 3);
	assert_int_equal(count_of(&a, LUO_M10), 4);
	assert_int_equal(a.report.nr_findings, 4);
	run_close(&a);
	world_close(&w);
}

/* Owners are not looked for in a map of which not all was looked at. */
static void unsure_map(void **state)
{
	static const u16 code[] = { LUO_M01, LUO_M02, LUO_M06, LUO_M08, LUO_M09, LUO_X01 };
	static u8 memory[MIB(1)] __attribute__((aligned(16)));
	static struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(code); i++) {
		struct luo_arena arena = { .base = memory, .size = sizeof(memory) };

		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1), 0);
		arena.used = 0;
		luo_report_part(&a.report, code[i], LUO_SEV_LOSE, 0, 0, LUO_OWNER_MAP);
		assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1),
				 LUO_E_FORMAT);
	}
	run_close(&a);
	world_close(&w);
}

/* A map to which somebody adds a leaf when its root is gone to for the from-th time. */
static struct growing {
	struct world *w;
	const struct luo_mem_ops *ops;
	u32 walks, from;
} growing;

static const void *map_and_grow(void *ctx, u64 pa, u64 len)
{
	struct growing *g = &growing;

	if (pa == g->w->root && ++g->walks == g->from)
		world_preserve(g->w, HIGH_BANK, 11);
	return g->ops->map(ctx, pa, len);
}

/*
 * The owners' second walk over the map meets more leaves than the first has counted: none gets
 * claims behind the room for those. A map that grows before both walks or after them is no matter.
 */
static void map_grows(void **state)
{
	static u8 memory[MIB(1)] __attribute__((aligned(16)));
	static const struct luo_mem_ops ops = { .map = map_and_grow };
	static struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	for (u32 from = 1; from <= 3; from++) {
		struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
		u64 behind = 0;

		world_standard(&w, 12, WORLD_V5);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		growing = (struct growing){ &w, w.phys.ops, 0, from };
		w.phys.ops = &ops;
		memset(memory, 0x5a, sizeof(memory));
		assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1),
				 from == 2 ? LUO_E_ARENA : 0);
		assert_int_equal(growing.walks, 2);
		for (u64 i = 0; i <= o.mask; i++) {
			const u8 *end = (const u8 *)o.slot[i].claimed + 4096;

			behind += o.slot[i].bits && end > memory + arena.used;
		}
		assert_int_equal(behind, 0);
		w.phys.ops = growing.ops;
		run_close(&a);
		world_close(&w);
	}
}

/* So many findings are kept, and so many of each code; all are counted. */
static void many_findings(void **state)
{
	static struct luo_report r;
	u32 n = 0;

	(void)state;
	luo_report_init(&r);
	for (u16 code = LUO_S01; n < 100; code++)
		for (u32 i = 0; i < 20; i++, n++)
			luo_report_part(&r, code, LUO_SEV_NOTE, n, 0, LUO_OWNER_KHO);
	assert_int_equal(r.nr_findings, 100);
	assert_int_equal(r.nr_kept, 64);
	assert_int_equal(r.findings[15].pa, 15);
	assert_int_equal(r.findings[16].pa, 20);
	assert_int_equal(r.findings[63].pa, 75);
	assert_int_equal(r.by_code[LUO_S01], 20);
}

/* A compaction needs a state, of a version that may be written, whose errors can all be mended. */
static void repairable(void **state)
{
	struct luo_report r;

	(void)state;
	luo_report_init(&r);
	assert_false(luo_report_repairable(&r));
	r.abi = luo_abi_find("luo-v5", NULL);
	assert_non_null(r.abi);
	assert_true(luo_report_repairable(&r));
	r.none = true;
	assert_false(luo_report_repairable(&r));
	r.none = false;
	r.refused = true;
	assert_false(luo_report_repairable(&r));
	r.refused = false;
	luo_report_part(&r, LUO_S12, LUO_SEV_REFUSE, 0, 0, LUO_OWNER_KHO);
	assert_false(luo_report_repairable(&r));
}

static bool has_kho(void *ctx, const char *string)
{
	(void)ctx;
	return !strcmp(string, "kho-v4") || !strcmp(string, "luo-v4");
}

/* A kernel against a state of which little is known: what is not known cannot differ. */
static void kernel_and_unknown(void **state)
{
	struct luo_kernel k = { .has = has_kho, .page_size = 4096 };
	struct luo_state s = { 0 };
	struct luo_report r;

	(void)state;
	luo_report_init(&r);
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.nr_findings, 0);
	r.page_size = 4096;
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.nr_findings, 0);
	r.abi = luo_abi_find("luo-feature-bits", NULL); /* more than a string decides */
	assert_non_null(r.abi);
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.nr_findings, 0);
	r.abi = luo_abi_find("luo-v5", NULL);
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.by_code[LUO_C10], 1);
	r.page_size = 16384;
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.by_code[LUO_B16], 1);
}

/* Nodes of the map for the first addresses behind all RAM, and for the last in it. */
static void behind_ram(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	for (u32 v1 = 0; v1 < 2; v1++) {
		world_kho_v1 = v1;
		world_open(&w, 12, v1 ? WORLD_S2 : WORLD_V5, 128); /* a leaf covers 128 MiB */
		world_add_sessions(&w, 1);
		world_finish(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(a.report.nr_findings, 0);
		if (v1)
			world_bitmap(&w, HIGH_BANK + MIB(128), 0);
		else
			world_node(&w, HIGH_BANK + MIB(128), 0, 0);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(expect(&a, LUO_M03, LUO_SEV_PANIC)->pa, HIGH_BANK + MIB(128));
		assert_int_equal(a.report.nr_findings, 1);
		run_close(&a);
		world_close(&w);
	}
	world_kho_v1 = false;
}

/* With kho-v1 a container without a node for FLBs is whole, with kho-v2 and kho-v3 it is not. */
static void no_flb_node(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	for (u32 v1 = 0; v1 < 2; v1++) {
		world_kho_v1 = v1;
		world_standard(&w, 12, WORLD_S2);
		w.tree.flb = false;
		world_write_tree(&w);
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(a.report.by_code[LUO_C02], !v1);
		run_close(&a);
		world_close(&w);
	}
	world_kho_v1 = false;
}

/* A leaf all of whose span is RAM, with scratch in it. */
static void scratch_in_leaf(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_open(&w, 12, WORLD_V5, 128);
	world_add_sessions(&w, 1);
	world_finish(&w);
	world_preserve(&w, w.scratch[1].start, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(expect(&a, LUO_M04, LUO_SEV_PANIC)->pa, w.scratch[1].start);
	run_close(&a);
	world_close(&w);
}

static u64 at_zero[4][512];

static const void *map_at_zero(void *ctx, u64 pa, u64 len)
{
	(void)ctx;
	(void)len;
	return (const u8 *)at_zero + pa;
}

/* Where RAM begins at 0 a pointer of 0 still leads nowhere: here it would to page 3, for ever. */
static void ram_at_zero(void **state)
{
	static const struct luo_mem_ops ops = { .map = map_at_zero };
	static const struct luo_range ram = { 0, sizeof(at_zero) };
	const struct luo_phys phys = { .ops = &ops, .ram = &ram, .nr_ram = 1, .page_shift = 12 };
	struct luo_map map;

	(void)state;
	for (u32 i = 0; i < 512; i++)
		at_zero[0][i] = at_zero[3][i] = 0x3000;
	luo_map_init(&map, &phys, 0x1000);
	assert_false(luo_map_test(&map, 12 << 12, 0));
	luo_map_init(&map, &phys, 0x3000);
	assert_true(luo_map_test(&map, 12 << 12, 0));
}

/* A chunk of kho-v1 that is full to its last entry, and one whose bitmap covers all addresses. */
static void full_chunk(void **state)
{
	struct answer a;
	struct world w;
	u64 chunk;

	(void)state;
	world_kho_v1 = true;
	world_standard(&w, 12, WORLD_S2);
	run_open(&a, LUO_ARENA_MIN);
	chunk = world_new_chunk(&w, 1);
	for (u64 i = 0; i < 255; i++)
		world_list_bitmap(&w, chunk, (i + 1) << 28, world_new_node(&w));
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(count_of(&a, LUO_M08), 0);
	assert_int_equal(count_of(&a, LUO_M03) > 0, true); /* most of it is no RAM */
	world_put32(&w, chunk + 12, 256);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_only(&a, LUO_M08, LUO_SEV_PANIC);
	world_put32(&w, chunk + 12, 1);
	world_put32(&w, chunk + 8, 37);
	world_put(&w, chunk + 16, 0);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.nr_findings, 0);
	world_put32(&w, chunk + 8, 38);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_only(&a, LUO_M08, LUO_SEV_PANIC);
	world_kho_v1 = false;
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable),	   cmocka_unit_test(container_strings),
		cmocka_unit_test(container_sizes), cmocka_unit_test(keys),
		cmocka_unit_test(questions),	   cmocka_unit_test(unsure_map),
		cmocka_unit_test(two_owners),	   cmocka_unit_test(many_findings),
		cmocka_unit_test(repairable),	   cmocka_unit_test(kernel_and_unknown),
		cmocka_unit_test(behind_ram),	   cmocka_unit_test(full_chunk),
		cmocka_unit_test(scratch_in_leaf), cmocka_unit_test(no_flb_node),
		cmocka_unit_test(ram_at_zero),	   cmocka_unit_test(map_grows),
	};

	return cmocka_run_group_tests_name("edges", tests, NULL, NULL);
}
