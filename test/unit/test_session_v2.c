/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo-session-v2, Linux 6.19 to 7.1: one piece of 16 pages with a count and the sessions, one of
 * two pages for each session's files. The kernel checks no count. Nothing may ever be changed.
 */
#define _GNU_SOURCE /* memmem() */
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

/* FLBs are in a node of their own, which Linux 7.1 wants to see, and 6.19 does not have. */
static void no_flb_node(struct world *w)
{
	w->tree.flb = false;
	world_write_tree(w);
	world_write_kho(w);
}

static void flb_node_renamed(struct world *w)
{
	u8 *p = world_at(w, w->luo_pa, world_page(w));

	memcpy(memmem(p, world_page(w), "luo-flb-v1", 10), "luo-flb-v2", 10);
}

static void flb_pointer_renamed(struct world *w)
{
	u8 *p = world_at(w, w->luo_pa, world_page(w));

	memcpy(memmem(p, world_page(w), "luo-flb-header", 14), "luo-flb-handle", 14);
}

/* It begins in RAM, and what the KHO FDT says is its size does not end there. */
static void container_at_end(struct world *w)
{
	w->kho.data = LOW_BANK + LOW_SIZE - 512;
	w->kho.size = 1024;
	memcpy(world_at(w, w->kho.data, 512), world_at(w, w->luo_pa, 512), 512);
	world_write_kho(w);
}

static const struct damage damages[] = {
	{ "container at the end of RAM", container_at_end, LUO_C02, PANIC, .also = LUO_C04 },
	{ "no node of FLBs", no_flb_node, LUO_C02, PANIC },
	{ "node of FLBs of another version", flb_node_renamed, LUO_C02, PANIC },
	{ "node of FLBs without a pointer", flb_pointer_renamed, LUO_C02, PANIC },
	{ "head 0", head_zero, LUO_C05, PANIC },
	{ "array misaligned", session_misaligned, LUO_S01, PANIC },
	{ "array in a hole", session_hole, LUO_S02, PANIC },
	{ "array at the top", session_top, LUO_S02, PANIC },
	{ "array in scratch", session_scratch, LUO_S03, PANIC },
	{ "array partly RAM", session_partly, LUO_S02, PANIC, .also = LUO_M03 },
	{ "array in use", session_busy, LUO_S04, PANIC },
	{ "end of array in use", session_busy_end, LUO_S04, PANIC },
	{ "array not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "array of order 5", session_larger_order, LUO_S05, PANIC },
	{ "array as single pages", session_single_pages, LUO_S05, PANIC },
	{ "array empty", block_empty, FINE },
	{ "array overfull", block_overfull, LUO_S07, PANIC },
	{ "count all ones", block_huge, LUO_S07, PANIC },
	{ "name without end", name_unterminated, LUO_S10, LOSE },
	{ "name empty", name_empty, LUO_S11, NOTE },
	{ "name empty twice", name_empty_twice, LUO_S12, REFUSE, .also = LUO_S11 },
	{ "name twice, adjacent", name_adjacent, LUO_S12, REFUSE },
	{ "name twice, far apart", name_far, LUO_S12, REFUSE },
	{ "name twice, other rubbish behind", name_behind_nul, LUO_S12, REFUSE },
	{ "names alike but different", names_alike, FINE },
	{ "one list of two sessions", files_shared, LUO_S13, PANIC },
	{ "files missing", files_missing, LUO_S14, LOSE },
	{ "no files stated", total_zero, LUO_S14, LEAK },
	{ "fewer files stated", total_less, FINE },
	{ "file array misaligned", file_misaligned, LUO_F01, PANIC },
	{ "file array in a hole", file_hole, LUO_F02, PANIC },
	{ "file array at the top", file_top, LUO_F02, PANIC },
	{ "file array in scratch", file_scratch, LUO_F03, PANIC },
	{ "file array partly RAM", file_partly, LUO_F02, PANIC, .also = LUO_M03 },
	{ "file array in use", file_busy, LUO_F04, PANIC },
	{ "end of file array in use", file_busy_end, LUO_F04, PANIC },
	{ "file array not preserved", file_unpreserved, LUO_F05, PANIC },
	{ "file array of order 2", file_larger_order, LUO_F05, PANIC },
	{ "file array as single pages", file_single_pages, LUO_F05, PANIC },
	{ "file array overfull", array_overfull, LUO_F07, PANIC },
	{ "handler without end", handler_unterminated, LUO_F11, REFUSE },
	{ "token twice", token_twice, LUO_F12, LOSE },
	{ "token in two sessions", token_elsewhere, FINE },
	{ "handler unknown", handler_unknown, LUO_F13, NOTE },
	{ "record not preserved", record_unpreserved, LUO_F14, PANIC },
};

static void no_flb_node_in_6_19(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_kho_v1 = true;
	world_standard(&w, 12, WORLD_S2);
	no_flb_node(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_verdict(&a, LUO_VERDICT_OK);
	assert_int_equal(a.report.nr_findings, 0);
	run_close(&a);
	world_close(&w);
	world_kho_v1 = false;
}

static void valid(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		expect_all_valid(WORLD_S2, shift);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(valid),
					    cmocka_unit_test(no_flb_node_in_6_19) };
	int failed = cmocka_run_group_tests_name("luo-session-v2", tests, NULL, NULL);

	return failed +
	       run_damages("luo-session-v2 damages", WORLD_S2, damages, LUO_ARRAY_SIZE(damages));
}
