/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo-v5, Linux 7.2 and 7.3: chains of one-page blocks for sessions and files. The session chain
 * is checked at boot, where every error is a panic; files only when /dev/liveupdate is opened.
 */
#include "harm.h"

#define PANIC  LUO_SEV_PANIC, LUO_VERDICT_ERRORS
#define REFUSE LUO_SEV_REFUSE, LUO_VERDICT_ERRORS
#define LOSE   LUO_SEV_LOSE, LUO_VERDICT_ERRORS
#define NOTE   LUO_SEV_NOTE, LUO_VERDICT_OK
#define FINE   0, LUO_SEV_NONE, LUO_VERDICT_OK

static void no_sessions_pa(struct world *w)
{
	set_head(w, 0);
}

static void head_misaligned(struct world *w)
{
	set_head(w, w->block[0].pa + 8);
}

static const struct damage damages[] = {
	{ "sessions_pa 0", no_sessions_pa, FINE },
	{ "head misaligned", head_misaligned, LUO_S01, PANIC },
	{ "session block misaligned", session_misaligned, LUO_S01, PANIC },
	{ "session block in a hole", session_hole, LUO_S02, PANIC },
	{ "session block at the top", session_top, LUO_S02, PANIC },
	{ "session block in scratch", session_scratch, LUO_S03, PANIC },
	{ "session block partly RAM", session_partly, LUO_S02, PANIC, .also = LUO_M03 },
	{ "session block in use", session_busy, LUO_S04, PANIC },
	{ "end of session block in use", session_busy_end, LUO_S04, PANIC },
	{ "session block not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "session block of order 1", session_larger_order, LUO_S05, PANIC },
	{ "session block empty", block_empty, LUO_S06, PANIC },
	{ "session block overfull", block_overfull, LUO_S07, PANIC },
	{ "session block count all ones", block_huge, LUO_S07, PANIC },
	{ "session chain: last to itself", loop_self, LUO_S08, PANIC },
	{ "session chain: last to first", loop_head, LUO_S08, PANIC },
	{ "session chain: last to middle", loop_middle, LUO_S08, PANIC },
	{ "name without end", name_unterminated, LUO_S10, LOSE },
	{ "name empty", name_empty, LUO_S11, LOSE },
	{ "name empty twice", name_empty_twice, LUO_S12, REFUSE, .also = LUO_S11 },
	{ "name twice, adjacent", name_adjacent, LUO_S12, REFUSE },
	{ "name twice, far apart", name_far, LUO_S12, REFUSE },
	{ "name twice, other rubbish behind", name_behind_nul, LUO_S12, REFUSE },
	{ "names alike in 63 bytes", name_cut_alike, LUO_S12, REFUSE, .also = LUO_S10 },
	{ "names alike but different", names_alike, FINE },
	{ "one list of two sessions", files_shared, LUO_S13, PANIC },
	{ "two lists that join", files_joined, LUO_S13, PANIC },
	{ "session block as file block", files_in_session_block, LUO_S13, PANIC, .also = LUO_F13 },
	{ "files missing", files_missing, LUO_S14, LOSE },
	{ "file block misaligned", file_misaligned, LUO_F01, PANIC },
	{ "file block in a hole", file_hole, LUO_F02, PANIC },
	{ "file block at the top", file_top, LUO_F02, PANIC },
	{ "file block in scratch", file_scratch, LUO_F03, PANIC },
	{ "file block partly RAM", file_partly, LUO_F02, PANIC, .also = LUO_M03 },
	{ "file block in use", file_busy, LUO_F04, PANIC },
	{ "end of file block in use", file_busy_end, LUO_F04, PANIC },
	{ "file block not preserved", file_unpreserved, LUO_F05, PANIC },
	{ "file block of order 1", file_larger_order, LUO_F05, PANIC },
	{ "file block empty", file_block_empty, LUO_F06, REFUSE },
	{ "file block overfull", file_block_overfull, LUO_F07, REFUSE },
	{ "file chain: last to itself", file_loop_self, LUO_F08, REFUSE },
	{ "file chain: last to first", file_loop_head, LUO_F08, REFUSE },
	{ "more files stated", total_more, LUO_F10, REFUSE },
	{ "fewer files stated", total_less, LUO_F10, REFUSE },
	{ "no files stated", total_zero, LUO_F10, REFUSE },
	{ "handler without end", handler_unterminated, LUO_F11, REFUSE },
	{ "token twice", token_twice, LUO_F12, LOSE },
	{ "token twice, far apart", token_far, LUO_F12, LOSE },
	{ "token in two sessions", token_elsewhere, FINE },
	{ "handler unknown", handler_unknown, LUO_F13, NOTE },
	{ "many handlers unknown", handlers_unknown, LUO_F13, NOTE },
	{ "record not preserved", record_unpreserved, LUO_F14, PANIC },
	{ "record in a hole", record_hole, LUO_F14, PANIC },
	{ "record misaligned", record_misaligned, LUO_F14, PANIC },
};

static void valid(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		expect_all_valid(WORLD_V5, shift);
}

static void many_files(struct world *w, u64 blocks)
{
	static const u64 one[10001] = { [0 ... 10000] = 1 };

	world_open(w, 12, WORLD_V5, 256);
	world_add_sessions(w, 1);
	world_add_files(w, world_session(w, 0), one, blocks);
	world_finish(w);
}

static void many_sessions(struct world *w, u64 blocks)
{
	world_open(w, 12, WORLD_V5, 64);
	for (u64 i = 0; i < blocks; i++)
		world_add_block(w, 1);
	world_finish(w);
}

/* 10,000 blocks are followed, 10,001 are not. */
static void limit(void **state)
{
	static void (*const build[])(struct world *, u64) = { many_sessions, many_files };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;

		run_open(&a, LUO_ARENA_MIN);
		build[i](&w, 10000);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_ok(&a, &w);
		world_close(&w);
		build[i](&w, 10001);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		if (i)
			expect_only(&a, LUO_F09, LUO_SEV_REFUSE);
		else
			expect_only(&a, LUO_S09, LUO_SEV_PANIC);
		assert_int_equal(w.nr_log, 0);
		world_close(&w);
		run_close(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(limit),
	};
	int failed = cmocka_run_group_tests_name("luo-v5", tests, NULL, NULL);

	return failed + run_damages("luo-v5 damages", WORLD_V5, damages, LUO_ARRAY_SIZE(damages));
}
