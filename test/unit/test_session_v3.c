/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo-session-v3, as posted in April 2026: a chain of 16-page blocks for sessions, in which empty
 * ones are legal, and two pages for each session's files.
 */
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

static const struct damage damages[] = {
	{ "head 0", head_zero, FINE },
	{ "block misaligned", session_misaligned, LUO_S01, PANIC },
	{ "block in a hole", session_hole, LUO_S02, PANIC },
	{ "block at the top", session_top, LUO_S02, PANIC },
	{ "block in scratch", session_scratch, LUO_S03, PANIC },
	{ "block partly RAM", session_partly, LUO_S02, PANIC, .also = LUO_M03 },
	{ "block in use", session_busy, LUO_S04, PANIC },
	{ "end of block in use", session_busy_end, LUO_S04, PANIC },
	{ "block not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "block of order 5", session_larger_order, LUO_S05, PANIC },
	{ "block as single pages", session_single_pages, LUO_S05, PANIC },
	{ "block empty", block_empty, LUO_S06, NOTE },
	{ "block overfull", block_overfull, LUO_S07, REFUSE },
	{ "count all ones", block_huge, LUO_S07, REFUSE },
	{ "last to itself", loop_self, LUO_S08, PANIC },
	{ "last to first", loop_head, LUO_S08, PANIC },
	{ "last to middle", loop_middle, LUO_S08, PANIC },
	{ "name without end", name_unterminated, LUO_S10, LOSE },
	{ "entry of zeros", name_empty, LUO_S15, NOTE },
	{ "two entries of zeros", entries_vacant, LUO_S15, REFUSE },
	{ "name empty, with files", name_lost, LUO_S11, LOSE },
	{ "name twice, adjacent", name_adjacent, LUO_S12, REFUSE },
	{ "name twice, far apart", name_far, LUO_S12, REFUSE },
	{ "name twice, other rubbish behind", name_behind_nul, LUO_S12, REFUSE },
	{ "names alike in 63 bytes", name_cut_alike, LUO_S12, REFUSE, .also = LUO_S10 },
	{ "names alike but different", names_alike, FINE },
	{ "one list of two sessions", files_shared, LUO_S13, PANIC },
	{ "files missing", files_missing, LUO_S14, LOSE },
	{ "no files stated", total_zero, LUO_S14, LEAK },
	{ "file array misaligned", file_misaligned, LUO_F01, PANIC },
	{ "file array in a hole", file_hole, LUO_F02, PANIC },
	{ "file array in scratch", file_scratch, LUO_F03, PANIC },
	{ "file array partly RAM", file_partly, LUO_F02, PANIC, .also = LUO_M03 },
	{ "file array in use", file_busy, LUO_F04, PANIC },
	{ "end of file array in use", file_busy_end, LUO_F04, PANIC },
	{ "file array not preserved", file_unpreserved, LUO_F05, PANIC },
	{ "file array as single pages", file_single_pages, LUO_F05, PANIC },
	{ "file array overfull", array_overfull, LUO_F07, PANIC },
	{ "handler without end", handler_unterminated, LUO_F11, REFUSE },
	{ "token twice", token_twice, LUO_F12, LOSE },
	{ "token in two sessions", token_elsewhere, FINE },
	{ "handler unknown", handler_unknown, LUO_F13, NOTE },
	{ "record not preserved", record_unpreserved, LUO_F14, PANIC },
};

static void valid(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		expect_all_valid(WORLD_S3, shift);
}

/* 10,000 blocks are followed, 10,001 are not. */
static void limit(void **state)
{
	(void)state;
	for (u32 nr = 10000; nr <= 10001; nr++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_S3, 640);
		for (u32 i = 0; i < nr; i++)
			world_add_block(&w, 1);
		world_finish(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		if (nr == 10000)
			expect_ok(&a, &w);
		else
			expect_only(&a, LUO_S09, LUO_SEV_PANIC);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(limit),
	};
	int failed = cmocka_run_group_tests_name("luo-session-v3", tests, NULL, NULL);

	return failed +
	       run_damages("luo-session-v3 damages", WORLD_S3, damages, LUO_ARRAY_SIZE(damages));
}
