/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What x86's boot parameters tell the next kernel: in sound ones nothing is found, and each damage
 * has its own code. Offsets are those of Documentation/arch/x86/boot.rst and zero-page.rst.
 */
#include <stdlib.h>
#include <string.h>

#include "../../luo/next.h"
#include "next_params.h"

static void check(struct answer *a, struct world *w, struct luo_next *next)
{
	struct luo_phys phys = w->phys;
	struct luo_map map;

	phys.page_shift = w->shift;
	run(a, w, LUO_MODE_VERIFY);
	luo_map_open(&map, &phys, a->state.kho->map, a->state.map_pa);
	luo_next_params(next, &phys, ZERO_PAGE, next_entry_at, &a->report);
	luo_next_part(next, w->handover.scratch_pa, w->handover.scratch_size,
		      "list of scratch areas", true);
	luo_next_check(next, &phys, &map, &a->report);
	luo_report_close(&a->report);
}

/* Damages. A preserved page to run into: the first session block, and its successor's. */

static void image_outside(struct world *w)
{
	next_entry_at = w->ram[0].start + MIB(4) + 0x200;
}

static void image_too_large(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x260, MIB(1));
}

static void image_elsewhere(struct world *w)
{
	(void)w;
	next_entry_at = IMAGE + 0x1234;
}

static void initrd_outside(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x218, (u32)STRAY_AT);
}

static void set_initrd(struct world *w, u64 pa, u64 size)
{
	world_put32(w, ZERO_PAGE + 0x218, (u32)pa);
	world_put32(w, ZERO_PAGE + 0xc0, (u32)(pa >> 32));
	world_put32(w, ZERO_PAGE + 0x21c, (u32)size);
}

static void initrd_on_block(struct world *w)
{
	set_initrd(w, w->block[0].pa + 16, 1);
}

static void initrd_before_block(struct world *w)
{
	set_initrd(w, w->scratch[1].start, 1);
}

static void cmdline_outside(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x228, (u32)STRAY_AT);
	strcpy((char *)world_at(w, STRAY_AT, 32), "kho=on liveupdate=on");
}

static void cmdline_absent(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x228, 0);
}

/* More than any kernel takes is not believed, and the text there is not looked at. */
static void cmdline_longest(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x238, 65536);
	next_put_cmdline(w, "kho=off liveupdate=on");
}

static void cmdline_too_long(struct world *w)
{
	world_put32(w, ZERO_PAGE + 0x238, 65537);
	next_put_cmdline(w, "kho=off liveupdate=on");
}

static void list_outside(struct world *w)
{
	u64 pa = world_stray(w, 0);

	memcpy(world_at(w, pa, 32), world_at(w, SCRATCH_PA, 32), 32);
	w->handover.scratch_pa = pa;
}

static void map_cut(struct world *w)
{
	next_put_e820(w, 2, HIGH_BANK, w->block[0].pa - HIGH_BANK, 1);
}

static void map_in_ext(struct world *w)
{
	map_cut(w);
	next_put_node(w, 2, 0, 1, 20);
	world_put(w, NODE(2) + 16, w->block[0].pa);
	world_put(w, NODE(2) + 24, w->bank[1].size - (w->block[0].pa - HIGH_BANK));
	world_put32(w, NODE(2) + 32, 1);
}

static void map_in_ext_not_ram(struct world *w)
{
	map_in_ext(w);
	world_put32(w, NODE(2) + 32, 2);
}

static void ext_odd(struct world *w)
{
	map_in_ext(w);
	next_put_node(w, 2, 0, 1, 39);
}

static void map_full(struct world *w)
{
	for (u32 i = 3; i < 128; i++)
		next_put_e820(w, i, MIB(i), 4096, 2);
}

static void map_not_full(struct world *w)
{
	for (u32 i = 3; i < 127; i++)
		next_put_e820(w, i, MIB(i), 4096, 2);
}

static void map_full_with_ext(struct world *w)
{
	map_full(w);
	next_put_node(w, 2, 0, 1, 20);
	world_put(w, NODE(2) + 16, GIB(64));
	world_put(w, NODE(2) + 24, 4096);
	world_put32(w, NODE(2) + 32, 1);
}

static void list_loops(struct world *w)
{
	next_put_node(w, 2, NODE(0), 10, 32);
}

static void list_leaves_ram(struct world *w)
{
	next_put_node(w, 2, HOLE, 10, 32);
}

static void list_too_long_node(struct world *w)
{
	next_put_node(w, 2, 0, 10, UINT32_MAX);
}

static void ima_hole(struct world *w)
{
	world_put(w, NODE(1) + 16, HOLE);
}

static void ima_wraps(struct world *w)
{
	world_put(w, NODE(1) + 24, ~0ULL);
}

static void ima_short(struct world *w)
{
	next_put_node(w, 1, NODE(2), 8, 15);
}

static void ima_empty(struct world *w)
{
	world_put(w, NODE(1) + 24, 0);
}

static void ima_on_block(struct world *w)
{
	world_put(w, NODE(1) + 16, w->block[1].pa);
}

static void ima_outside(struct world *w)
{
	world_put(w, NODE(1) + 16, STRAY_AT);
}

/* Type @16, length @24 and address @32 of data that lie elsewhere. */
static void put_indirect(struct world *w, u64 pa, u32 len)
{
	next_put_node(w, 2, 0, 1U << 31, len);
	world_put(w, NODE(2) + 24, 100);
	world_put(w, NODE(2) + 32, pa);
}

static void indirect(struct world *w)
{
	put_indirect(w, INITRD - 4096, 24);
}

static void indirect_on_block(struct world *w)
{
	put_indirect(w, w->block[1].pa, 24);
}

static void indirect_short(struct world *w)
{
	put_indirect(w, w->block[1].pa, 23);
}

static void sound_params(struct world *w)
{
	(void)w;
}

/* @count: how often the code is met, 0: any number of times */
struct harm {
	const char *name;
	void (*harm)(struct world *w);
	u16 code;
	u8 severity;
	u8 verdict;
	u64 count;
	u16 also;
};

static const struct harm harms[] = {
	{ "sound", sound_params, FINE },
	{ "image_outside", image_outside, LUO_B05, NOTE, 1 },
	{ "image_too_large", image_too_large, LUO_B05, NOTE, 1 },
	{ "image_elsewhere", image_elsewhere, FINE },
	{ "initrd_outside", initrd_outside, LUO_B05, NOTE, 1 },
	{ "initrd_on_block", initrd_on_block, LUO_B06, LOSE, 1, LUO_B05 },
	{ "initrd_before_block", initrd_before_block, FINE },
	{ "cmdline_outside", cmdline_outside, LUO_B05, NOTE, 1 },
	{ "cmdline_absent", cmdline_absent, FINE },
	{ "cmdline_longest", cmdline_longest, LUO_B08, LOSE, 1 },
	{ "cmdline_too_long", cmdline_too_long, FINE },
	{ "list_outside", list_outside, LUO_B05, NOTE, 1 },
	{ "map_cut", map_cut, LUO_B07, PANIC, 0 },
	{ "map_in_ext", map_in_ext, FINE },
	{ "map_in_ext_not_ram", map_in_ext_not_ram, LUO_B07, PANIC, 0 },
	{ "ext_odd", ext_odd, LUO_B13, NOTE, 1 },
	{ "map_full", map_full, LUO_B15, NOTE, 1 },
	{ "map_not_full", map_not_full, FINE },
	{ "map_full_with_ext", map_full_with_ext, FINE },
	{ "list_loops", list_loops, LUO_B12, PANIC, 1 },
	{ "list_leaves_ram", list_leaves_ram, LUO_B12, PANIC, 1 },
	{ "list_too_long_node", list_too_long_node, LUO_B12, PANIC, 1 },
	{ "ima_hole", ima_hole, LUO_B14, NOTE, 1 },
	{ "ima_wraps", ima_wraps, LUO_B14, NOTE, 1 },
	{ "ima_short", ima_short, LUO_B14, NOTE, 1 },
	{ "ima_empty", ima_empty, FINE },
	{ "ima_on_block", ima_on_block, LUO_B06, LOSE, 1, LUO_B05 },
	{ "ima_outside", ima_outside, LUO_B05, NOTE, 1 },
	{ "indirect", indirect, FINE },
	{ "indirect_on_block", indirect_on_block, LUO_B06, LOSE, 1, LUO_B05 },
	{ "indirect_short", indirect_short, FINE },
};

/* A command line, and what it leads to: B08 kho off, B09 absent, B10 liveupdate, B11 mem, B07. */
struct line {
	const char *text;
	u16 code[3];
};

static const struct line lines[] = {
	{ "kho=on liveupdate=on", { 0 } },
	{ "kho=1 liveupdate=y", { 0 } },
	{ "kho=enable liveupdate=True", { 0 } },
	{ "kho=off kho=on liveupdate=0 liveupdate=on", { 0 } },
	{ "kho=on kho=what liveupdate=on", { 0 } },
	{ "kho=on kho=o kho=ox liveupdate=on", { 0 } },
	{ "kho=on liveupdate=of", { LUO_B10 } },
	{ "kho=on kho=xf kho=xn liveupdate=on", { 0 } },
	{ "kho=f liveupdate=on", { LUO_B08 } },
	{ "kho=on liveupdate=on memmap=@5G memmap=$5G memmap=#1G", { LUO_B11 } },
	{ "kho=off liveupdate=on", { LUO_B08 } },
	{ "kho=on liveupdate=on kho=0", { LUO_B08 } },
	{ "kho=N liveupdate=on", { LUO_B08 } },
	{ "kho=disable liveupdate=on", { LUO_B08 } },
	{ "liveupdate=on", { LUO_B09 } },
	{ "kho liveupdate=on", { LUO_B09 } },
	{ "xkho=on kho_scratch=1M liveupdate=on", { LUO_B09 } },
	{ "liveupdate=on -- kho=on", { LUO_B09 } },
	{ "kho=on", { LUO_B10 } },
	{ "kho=on liveupdate=off", { LUO_B10 } },
	{ "kho=on liveupdate=", { LUO_B10 } },
	{ "", { LUO_B09, LUO_B10 } },
	{ "kho=off liveupdate=f", { LUO_B08, LUO_B10 } },
	{ "kho=on liveupdate=on mem=64G", { LUO_B11 } },
	{ "kho=on liveupdate=on mem=0x140000000", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on mem=4g", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on mem=nopentium", { 0 } },
	{ "kho=on liveupdate=on mem=0", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=5120M", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=64K$512K", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=1M$5G", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=1M!0x140000000", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=1M#5G", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=1M%5G-1+2", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=1M%5G-2+1", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=1M%5G-2+3", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=exactmap", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=exactmap,8M@1G", { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=exactmap,8M@1G,1P@5G", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=exactmap memmap=8M@1G memmap=010000M@05000000000000",
	  { LUO_B11, LUO_B07 } },
	{ "kho=on liveupdate=on memmap=16T$6T", { LUO_B11 } },
	{ "kho=on liveupdate=on memmap=what memmap=", { LUO_B11 } },
};

static void expect_harm(const struct answer *a, const struct harm *h)
{
	expect_verdict(a, h->verdict);
	if (h->severity == LUO_SEV_NONE) {
		assert_int_equal(a->report.nr_findings, 0);
		return;
	}
	expect(a, h->code, h->severity);
	if (h->count)
		assert_int_equal(count_of(a, h->code), h->count);
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		u16 code = a->report.findings[i].code;

		if (code != h->code && (!h->also || code != h->also))
			fail_msg("%s comes with %s", h->name, luo_code_text(code));
	}
}

/* Nothing of this is written, whatever it looks like. */
static void harm_test(void **state)
{
	static struct luo_next next;
	const struct harm *h = *state;
	struct answer a;
	struct world w;
	struct snap *s;

	for (u32 shift = 12; shift <= 16; shift += 2) {
		world_standard(&w, shift, WORLD_V5);
		next_put_params(&w);
		h->harm(&w);
		s = snap_take(&w);
		run_open(&a, KIB(1024));
		check(&a, &w, &next);
		expect_harm(&a, h);
		snap_expect(s, &w, NULL, 0);
		snap_free(s);
		run_close(&a);
		world_close(&w);
	}
}

static void one_line(struct world *w, struct answer *a, const struct line *l)
{
	static struct luo_next next;
	u32 nr = 0;

	next_put_cmdline(w, l->text);
	check(a, w, &next);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(l->code) && l->code[i]; i++) {
		if (!count_of(a, l->code[i]))
			print_error("'%s': no %s\n", l->text, luo_code_text(l->code[i]));
		assert_true(count_of(a, l->code[i]) > 0);
		nr++;
	}
	for (u32 i = 0; i < LUO_NR_CODES; i++) {
		if (count_of(a, i) && nr-- == 0)
			fail_msg("'%s': %s", l->text, luo_code_text(i));
	}
	assert_int_equal(a->report.by_severity[LUO_SEV_NOTE], count_of(a, LUO_B11));
}

static void command_lines(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	next_put_params(&w);
	run_open(&a, KIB(1024));
	for (u32 i = 0; i < LUO_ARRAY_SIZE(lines); i++)
		one_line(&w, &a, &lines[i]);
	run_close(&a);
	world_close(&w);
}

/* What follows a command line in memory is none of it. */
static void cut_short(void **state)
{
	static const struct {
		struct luo_text line;
		u16 code;
	} cut[] = {
		{ { "liveupdate=on kho=0", 18 }, LUO_B09 },
		{ { "liveupdate=on kho=1", 18 }, LUO_B09 },
		{ { "kho=on liveupdate=1", 18 }, LUO_B10 },
		{ { "kho=on liveupdate=on memmap=exactmap", 35 }, LUO_B11 },
	};
	static struct luo_next next;
	struct luo_report r;

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(cut); i++) {
		luo_report_init(&r);
		next = (struct luo_next){ .x86 = true, .cmdline = cut[i].line };
		luo_next_ram(&next, 0, 4096);
		luo_next_cmdline(&next, &r);
		assert_int_equal(r.nr_findings, 1);
		assert_int_equal(r.by_code[cut[i].code], 1);
		assert_int_equal(next.nr_ram, 1);
	}
}

/* mem=0 is no limit. */
static void no_limit(void **state)
{
	static struct luo_next next;
	struct luo_report r;

	(void)state;
	for (u32 x86 = 0; x86 < 2; x86++) {
		luo_report_init(&r);
		next = (struct luo_next){ .x86 = x86, .cmdline = { "mem=0 memmap=0", 14 } };
		luo_next_ram(&next, 4096, 8192);
		luo_next_cmdline(&next, &r);
		assert_int_equal(luo_ranges_normalize(next.ram, next.nr_ram), 1);
		assert_int_equal(next.ram[0].size, 8192);
	}
}

/* A kernel that has KHO on by itself: its absence is nothing, its being off still is. */
static void kho_by_default(void **state)
{
	static const struct luo_text line[] = { { "liveupdate=on", 13 },
						{ "kho=off liveupdate=on", 21 } };
	struct luo_next next = { .kho_default = true };
	struct luo_report r;

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		luo_report_init(&r);
		next.cmdline = line[i];
		luo_next_cmdline(&next, &r);
		assert_int_equal(r.nr_findings, i);
		assert_int_equal(r.by_code[LUO_B08], i);
	}
}

/* The owner names the part, and the place is where the two meet. */
static void names_the_part(void **state)
{
	static struct luo_next next;
	const struct luo_finding *f;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	next_put_params(&w);
	initrd_on_block(&w);
	run_open(&a, KIB(1024));
	check(&a, &w, &next);
	f = expect(&a, LUO_B06, LUO_SEV_LOSE);
	assert_int_equal(f->pa, w.block[0].pa);
	assert_int_equal(f->value, w.block[0].pa + 16);
	assert_int_equal(f->owner.kind, LUO_OWNER_NEXT);
	assert_string_equal(f->owner.name, "initrd");
	assert_true(a.report.boot);
	run_close(&a);
	world_close(&w);
}

/* More ranges than there is room for: the map is not known, and nothing is made up. */
static void too_many_ranges(void **state)
{
	static struct luo_next next;
	struct luo_report r;
	struct luo_phys phys = { .page_shift = 12 };

	(void)state;
	luo_report_init(&r);
	for (u64 i = 0; i <= LUO_NEXT_RAM; i++)
		luo_next_ram(&next, i * 8192, 4096);
	assert_true(next.full);
	luo_next_check(&next, &phys, NULL, &r);
	assert_int_equal(next.nr_ram, 0);
	next = (struct luo_next){ 0 };
	for (u64 i = 0; i <= LUO_NEXT_RAM; i++)
		luo_next_ram(&next, i * 4096, 4096);
	luo_next_ram(&next, ~0ULL - 4095, 4096); /* would wrap */
	assert_false(next.full);
	assert_int_equal(next.nr_ram, 1);
	assert_int_equal(next.ram[0].size, (LUO_NEXT_RAM + 1) * 4096ULL);
	for (u64 i = 0; i < 2 * LUO_NEXT_PARTS; i++)
		luo_next_part(&next, i * 8192, 4096, "part", true);
	assert_int_equal(next.nr_parts, LUO_NEXT_PARTS);
	assert_int_equal(r.nr_findings, 0);
}

/* Ranges that are empty or wrap are none; one that ends with the address space is. */
static void no_range(void **state)
{
	static struct luo_next next;

	(void)state;
	luo_next_ram(&next, 4096, 0);
	luo_next_ram(&next, 4096, ~0ULL - 4095);
	luo_next_part(&next, 4096, 0, "part", true);
	luo_next_part(&next, 4096, ~0ULL - 4095, "part", true);
	assert_int_equal(next.nr_ram + next.nr_parts, 0);
	luo_next_ram(&next, 4096, ~0ULL - 4096);
	luo_next_part(&next, 4096, ~0ULL - 4096, "part", true);
	assert_int_equal(next.nr_ram, 1);
	assert_int_equal(next.nr_parts, 1);
}

/* No zero page there: nothing is known, and nothing is said. */
static void no_params(void **state)
{
	static struct luo_next next;
	struct luo_report r;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	luo_report_init(&r);
	luo_next_params(&next, &w.phys, HOLE, 0, &r);
	luo_next_params(&next, &w.phys, LOW_BANK + LOW_SIZE - 4095, 0, &r);
	luo_next_check(&next, &w.phys, NULL, &r);
	assert_int_equal(r.nr_findings, 0);
	assert_false(r.boot);
	world_close(&w);
}

static int run_harms(void)
{
	struct CMUnitTest test[LUO_ARRAY_SIZE(harms)] = { 0 };

	for (u32 i = 0; i < LUO_ARRAY_SIZE(harms); i++) {
		test[i].name = harms[i].name;
		test[i].test_func = harm_test;
		test[i].initial_state = (void *)&harms[i];
	}
	return _cmocka_run_group_tests("boot data", test, LUO_ARRAY_SIZE(harms), NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),  cmocka_unit_test(kho_by_default),
		cmocka_unit_test(names_the_part), cmocka_unit_test(too_many_ranges),
		cmocka_unit_test(no_range),	  cmocka_unit_test(cut_short),
		cmocka_unit_test(no_limit),	  cmocka_unit_test(no_params),
	};
	int failed = run_harms();

	return failed + cmocka_run_group_tests_name("next", tests, NULL, NULL);
}
