/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The versions that no release has: luo-session-v4, the containers of 7.2's development, and what
 * comes after 7.3, which is read and never written. (Dropping of blocks: the shapes of shape.c.)
 */
#include <string.h>

#include "harm.h"

#define PANIC  LUO_SEV_PANIC, LUO_VERDICT_ERRORS
#define REFUSE LUO_SEV_REFUSE, LUO_VERDICT_ERRORS
#define LOSE   LUO_SEV_LOSE, LUO_VERDICT_ERRORS
#define LEAK   LUO_SEV_LEAK, LUO_VERDICT_OK
#define NOTE   LUO_SEV_NOTE, LUO_VERDICT_OK
#define FINE   0, LUO_SEV_NONE, LUO_VERDICT_OK

static void head_zero(struct world *w)
{
	set_head(w, 0);
}

static void record_alone(struct world *w)
{
	world_forget(w, w->record_pa, 0);
}

static const struct damage v4_damages[] = {
	{ "head 0", head_zero, FINE },
	{ "block empty", block_empty, LUO_S06, NOTE },
	{ "block overfull", block_overfull, LUO_S07, REFUSE },
	{ "block of order 5", session_larger_order, LUO_S05, PANIC },
	{ "last to first", loop_head, LUO_S08, PANIC },
	{ "entry of zeros", name_empty, LUO_S15, NOTE },
	{ "two entries of zeros", entries_vacant, LUO_S15, REFUSE },
	{ "name empty, with files", name_lost, LUO_S11, LOSE },
	{ "two lists that join", files_joined, LUO_S13, PANIC },
	{ "file block misaligned", file_misaligned, LUO_F01, PANIC },
	{ "file block in a hole", file_hole, LUO_F02, PANIC },
	{ "file block in scratch", file_scratch, LUO_F03, PANIC },
	{ "file block not preserved", file_unpreserved, LUO_F05, PANIC },
	{ "file block of order 2", file_larger_order, LUO_F05, PANIC },
	{ "file block as single pages", file_single_pages, LUO_F05, PANIC },
	{ "file block overfull", file_block_overfull, LUO_F07, REFUSE },
	{ "file chain: last to itself", file_loop_self, LUO_F08, REFUSE },
	{ "more files stated", total_more, LUO_F10, LOSE },
	{ "token twice, far apart", token_far, LUO_F12, LOSE },
};

static const struct damage l2_damages[] = {
	{ "head 0", head_zero, LUO_C05, PANIC },
	{ "record's page not preserved", record_alone, LUO_C04, PANIC },
	{ "array not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "array overfull", block_overfull, LUO_S07, PANIC },
	{ "array empty", block_empty, FINE },
	{ "name empty", name_empty, LUO_S11, LOSE },
	{ "file array overfull", array_overfull, LUO_F07, PANIC },
};

static const struct damage l3_damages[] = {
	{ "head 0", head_zero, FINE },
	{ "array not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "array as single pages", session_single_pages, LUO_S05, PANIC },
	{ "array empty", block_empty, FINE },
	{ "no files stated", total_zero, LUO_S14, LEAK },
};

static const struct damage l4_damages[] = {
	{ "head 0", head_zero, FINE },
	{ "block empty", block_empty, LUO_S06, PANIC },
	{ "block of order 1", session_larger_order, LUO_S05, PANIC },
	{ "last to middle", loop_middle, LUO_S08, PANIC },
	{ "file array as single pages", file_single_pages, LUO_F05, PANIC },
	{ "file array overfull", array_overfull, LUO_F07, PANIC },
};

static void valid(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		for (u32 abi = WORLD_S4; abi <= WORLD_L4; abi++)
			expect_all_valid(abi, shift);
}

static void names(void **state)
{
	static const char *const name[] = {
		[WORLD_S4] = "luo-session-v4",
		[WORLD_L2] = "luo-v2",
		[WORLD_L3] = "luo-v3",
		[WORLD_L3B] = "luo-v3-kho-block-v1",
		[WORLD_L4] = "luo-v4",
		[WORLD_NEXT] = "luo-v5;block-v1",
		[WORLD_BITS] = "luo-feature-bits",
	};

	(void)state;
	for (u32 abi = WORLD_S4; abi <= WORLD_BITS; abi++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, abi);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_string_equal(a.report.abi_name, name[abi]);
		assert_string_equal(a.report.abi->name, name[abi]);
		assert_int_equal(a.report.number, 7);
		expect_totals(&a, &w);
		run_close(&a);
		world_close(&w);
	}
}

/* The record of luo-v2 where no memory is, or lying across the end of the bank. */
static void record_places(void **state)
{
	const u64 places[] = { HOLE, ~0ULL, 0, LOW_BANK + LOW_SIZE - 16 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(places); i++) {
		struct world w;
		struct answer a;
		u64 was;

		world_standard(&w, 12, WORLD_L2);
		was = w.record_pa;
		for (u64 at = w.luo_pa; at < w.luo_pa + 4096; at += 4)
			if (!memcmp(world_at(&w, at, 8), &was, 8))
				world_put(&w, at, places[i]);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_only(&a, LUO_C01, LUO_SEV_PANIC);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* What comes next is read to the last file, its errors are told, and it is never written. */
static void read_only(u32 abi, const char *kho, u16 code)
{
	for (u32 shift = 12; shift <= 16; shift += 2) {
		struct world w;
		struct answer a;

		world_standard(&w, shift, abi);
		w.kho.compatible = kho;
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		for (u32 mode = LUO_MODE_VERIFY; mode <= LUO_MODE_COMPACT; mode++) {
			run(&a, &w, mode);
			expect_only(&a, code, LUO_SEV_NOTE);
			expect_verdict(&a, LUO_VERDICT_REFUSED);
			expect_totals(&a, &w);
			assert_int_equal(a.plan.nr, 0);
		}
		block_empty(&w);
		run(&a, &w, LUO_MODE_COMPACT);
		expect(&a, LUO_S06, LUO_SEV_PANIC);
		expect_verdict(&a, LUO_VERDICT_REFUSED);
		assert_int_equal(a.plan.nr, 0);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

static void next_to_come(void **state)
{
	(void)state;
	read_only(WORLD_NEXT, "kho-v4", LUO_C06);
	read_only(WORLD_BITS, "kho-v4", LUO_C06);
	read_only(WORLD_V5, "kho-v4;radix-v1", LUO_K07);
}

/* A size that has room for the string but not for the numbers behind it. */
static void short_records(void **state)
{
	static const struct {
		enum world_abi abi;
		u32 size;
	} records[] = {
		{ WORLD_L3, 31 },
		{ WORLD_L3B, 47 },
		{ WORLD_L4, 31 },
		{ WORLD_NEXT, 39 },
	};

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(records); i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, records[i].abi);
		assert_int_equal(w.kho.size, records[i].size + 1);
		w.kho.size = records[i].size;
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_only(&a, LUO_C02, LUO_SEV_PANIC);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),	 cmocka_unit_test(names),
		cmocka_unit_test(record_places), cmocka_unit_test(next_to_come),
		cmocka_unit_test(short_records),
	};
	int failed = cmocka_run_group_tests_name("the ladder", tests, NULL, NULL);

	failed += run_damages("luo-session-v4", WORLD_S4, v4_damages, LUO_ARRAY_SIZE(v4_damages));
	failed += run_damages("luo-v2", WORLD_L2, l2_damages, LUO_ARRAY_SIZE(l2_damages));
	failed += run_damages("luo-v3", WORLD_L3, l3_damages, LUO_ARRAY_SIZE(l3_damages));
	failed += run_damages("luo-v3-kho-block-v1", WORLD_L3B, l4_damages,
			      LUO_ARRAY_SIZE(l4_damages));
	return failed + run_damages("luo-v4", WORLD_L4, l4_damages, LUO_ARRAY_SIZE(l4_damages));
}
