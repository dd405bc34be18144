/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What a device tree tells the next kernel: in a sound one nothing is found, and each damage has
 * its own code. Properties are those of Documentation/arch/arm64 and the devicetree specification;
 * cells are big-endian, the records of UEFI's memory map are not.
 */
#include <libfdt.h>
#include <string.h>

#include "../../fdt/next.h"
#include "next_tree.h"

static struct luo_next next;

static void check(struct answer *a, struct world *w, const struct next_tree *t)
{
	struct luo_phys phys = w->phys;
	struct luo_map map;

	next_tree_put(w, t);
	phys.page_shift = w->shift;
	run(a, w, LUO_MODE_VERIFY);
	luo_map_open(&map, &phys, a->state.kho->map, a->state.map_pa);
	fdt_next(&next, &phys, TREE, t->entry, &a->report);
	luo_next_check(&next, &phys, &map, &a->report);
	luo_report_close(&a->report);
}

/* Damages. */

static void as_it_is(struct world *w, struct next_tree *t)
{
	(void)w;
	(void)t;
}

static void image_outside(struct world *w, struct next_tree *t)
{
	t->entry = STRAY_AT;
	world_put(w, STRAY_AT + 16, KIB(64));
	world_put32(w, STRAY_AT + 56, 0x644d5241);
}

static void image_too_large(struct world *w, struct next_tree *t)
{
	(void)t;
	world_put(w, IMAGE + 16, MIB(1));
}

static void image_elsewhere(struct world *w, struct next_tree *t)
{
	(void)w;
	t->entry = STRAY_AT + 64;
}

static void initrd_outside(struct world *w, struct next_tree *t)
{
	(void)w;
	t->initrd = (struct next_pair){ STRAY_AT, STRAY_AT + 1 };
}

static void initrd_on_block(struct world *w, struct next_tree *t)
{
	t->initrd = (struct next_pair){ w->block[1].pa, w->block[1].pa + 1 };
	t->nr_memreserve = 0;
}

static void initrd_backwards(struct world *w, struct next_tree *t)
{
	t->initrd = (struct next_pair){ w->block[1].pa, w->block[1].pa - 1 };
}

static void reserved_block(struct world *w, struct next_tree *t)
{
	t->memreserve[0] = (struct next_pair){ w->block[0].pa, 1 };
}

static void firmware_on_block(struct world *w, struct next_tree *t)
{
	t->reserved[0] = (struct next_pair){ w->block[0].pa, 4096 };
	t->nr_reserved = 1;
}

/* Nodes below /reserved-memory are reservations, the root is none. */
static void root_on_block(struct world *w, struct next_tree *t)
{
	t->root = (struct next_pair){ w->block[0].pa, 4096 };
}

static void cma_on_block(struct world *w, struct next_tree *t)
{
	firmware_on_block(w, t);
	t->reserved_flag = "reusable";
}

static void memory_cut(struct world *w, struct next_tree *t)
{
	t->memory[1].size = w->block[0].pa - HIGH_BANK;
}

static void memory_hotplugged(struct world *w, struct next_tree *t)
{
	(void)w;
	t->nr_memory = 1;
}

static void memory_limited(struct world *w, struct next_tree *t)
{
	(void)w;
	t->usable[0] = t->memory[0];
	t->nr_usable = 1;
}

/* Then no memory is known. */
static void memory_disabled(struct world *w, struct next_tree *t)
{
	memory_limited(w, t);
	t->status = "disabled";
}

static void memory_okay(struct world *w, struct next_tree *t)
{
	memory_limited(w, t);
	t->status = "okay";
}

/* The older word for it. */
static void memory_ok(struct world *w, struct next_tree *t)
{
	memory_limited(w, t);
	t->status = "ok";
}

/* arm64 counts memory: 8M are all of the low bank. memmap= is nothing there. */
static void mem_too_little(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "kho=on liveupdate=on mem=8M";
}

static void mem_enough(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "kho=on liveupdate=on mem=7G";
}

static void memmap_of_x86(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "kho=on liveupdate=on memmap=exactmap";
}

static void kho_off(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "kho=off liveupdate=on";
}

static void bootargs_absent(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = NULL;
}

static void bootargs_unterminated(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "kho=off liveupdate=off";
	t->bootargs_len = 22;
}

static void bootargs_empty(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "";
}

static void bootargs_shortest(struct world *w, struct next_tree *t)
{
	(void)w;
	t->bootargs = "x";
}

static char long_args[LUO_CMDLINE_MAX + 2];

static void bootargs_long(struct next_tree *t, u32 len)
{
	memset(long_args, 'x', len - 1);
	memcpy(long_args, "liveupdate=on ", 14);
	t->bootargs = long_args;
	t->bootargs_len = len;
	long_args[len - 1] = '\0';
}

/* The most that is believed, and a byte more. */
static void bootargs_longest(struct world *w, struct next_tree *t)
{
	(void)w;
	bootargs_long(t, 65536);
}

static void bootargs_too_long(struct world *w, struct next_tree *t)
{
	(void)w;
	bootargs_long(t, 65537);
}

static void initrd_start_odd(struct world *w, struct next_tree *t)
{
	initrd_on_block(w, t);
	t->initrd_odd = true;
}

static void ima_absent(struct world *w, struct next_tree *t)
{
	(void)w;
	t->ima.start = 0;
	t->nr_memreserve = 1;
}

static void ima_short(struct world *w, struct next_tree *t)
{
	(void)w;
	t->ima_short = true;
}

static void ima_hole(struct world *w, struct next_tree *t)
{
	(void)w;
	t->ima.start = HOLE;
	t->nr_memreserve = 1;
}

static void ima_empty(struct world *w, struct next_tree *t)
{
	ima_hole(w, t);
	t->ima.size = 0;
}

static void ima_on_block(struct world *w, struct next_tree *t)
{
	t->ima.start = w->block[0].pa;
	t->nr_memreserve = 1;
}

/* One descriptor of UEFI's: type @0, start @8, pages of 4 KiB @24, attributes @32. */
static void put_desc(struct world *w, u32 i, u32 type, u64 start, u64 size, u64 attr)
{
	u64 pa = EFI_MAP + 48 * i;

	world_put32(w, pa, type);
	world_put(w, pa + 8, start);
	world_put(w, pa + 24, size / 4096);
	world_put(w, pa + 32, attr);
}

static void efi(struct world *w, struct next_tree *t)
{
	t->nr_memory = 1; /* does not count */
	put_desc(w, 0, 7, LOW_BANK, LOW_SIZE, 8);
	put_desc(w, 1, 2, HIGH_BANK, w->bank[1].size / 2, 8);
	put_desc(w, 2, 4, HIGH_BANK + w->bank[1].size / 2, w->bank[1].size / 2, 15);
	t->efi_size = 3 * 48;
	t->efi_step = 48;
}

static void efi_runtime(struct world *w, struct next_tree *t)
{
	efi(w, t);
	put_desc(w, 1, 6, HIGH_BANK, w->bank[1].size / 2, 8);
}

static void efi_uncached(struct world *w, struct next_tree *t)
{
	efi(w, t);
	put_desc(w, 1, 7, HIGH_BANK, w->bank[1].size / 2, 1);
}

static void efi_wraps(struct world *w, struct next_tree *t)
{
	efi(w, t);
	put_desc(w, 1, 7, HIGH_BANK, ~0ULL, 8);
	world_put(w, EFI_MAP + 48 + 24, ~0ULL);
}

static void efi_cut(struct world *w, struct next_tree *t)
{
	efi(w, t);
	put_desc(w, 1, 2, HIGH_BANK, w->bank[1].size, 8);
	t->efi_size = 2 * 48 + 47;
}

static void efi_malformed(struct world *w, struct next_tree *t)
{
	efi(w, t);
	t->efi_step = 39;
}

/* One descriptor of the least size, which is all of the map: the high bank is no memory in it. */
static void efi_smallest(struct world *w, struct next_tree *t)
{
	efi(w, t);
	t->efi_size = t->efi_step = 40;
}

static void efi_tiny(struct world *w, struct next_tree *t)
{
	efi_smallest(w, t);
	t->efi_size = 39;
}

/* The largest map that is believed, and one that is not. */
static void efi_largest(struct world *w, struct next_tree *t)
{
	efi_runtime(w, t);
	t->efi_size = MIB(1);
}

static void efi_too_large(struct world *w, struct next_tree *t)
{
	efi_runtime(w, t);
	t->efi_size = MIB(1) + 48;
}

static void efi_sizeless(struct world *w, struct next_tree *t)
{
	efi_runtime(w, t);
	t->no_efi_size = true;
}

/* What is not known to be a map is not one that something could lie on. */
static void efi_stepless(struct world *w, struct next_tree *t)
{
	efi_runtime(w, t);
	world_preserve(w, EFI_MAP, 0);
	t->efi_step = 0;
}

static void efi_map_on_block(struct world *w, struct next_tree *t)
{
	efi(w, t);
	world_preserve(w, EFI_MAP, 0);
}

static void no_chosen(struct world *w, struct next_tree *t)
{
	memory_hotplugged(w, t);
	t->no_chosen = true;
}

struct harm {
	const char *name;
	void (*harm)(struct world *w, struct next_tree *t);
	u16 code;
	u8 severity;
	u8 verdict;
	u16 also;
};

static const struct harm harms[] = {
	{ "as_it_is", as_it_is, FINE },
	{ "image_outside", image_outside, LUO_B05, NOTE },
	{ "image_too_large", image_too_large, LUO_B05, NOTE },
	{ "image_elsewhere", image_elsewhere, FINE },
	{ "initrd_outside", initrd_outside, LUO_B05, NOTE },
	{ "initrd_on_block", initrd_on_block, LUO_B06, LOSE, LUO_B05 },
	{ "initrd_backwards", initrd_backwards, FINE },
	{ "reserved_block", reserved_block, LUO_B06, LOSE },
	{ "firmware_on_block", firmware_on_block, LUO_B06, LOSE },
	{ "root_on_block", root_on_block, FINE },
	{ "cma_on_block", cma_on_block, FINE },
	{ "memory_cut", memory_cut, LUO_B07, PANIC },
	{ "memory_hotplugged", memory_hotplugged, LUO_B07, PANIC },
	{ "memory_disabled", memory_disabled, FINE },
	{ "memory_okay", memory_okay, LUO_B07, PANIC },
	{ "memory_limited", memory_limited, LUO_B07, PANIC },
	{ "memory_ok", memory_ok, LUO_B07, PANIC },
	{ "mem_too_little", mem_too_little, LUO_B07, PANIC, LUO_B11 },
	{ "mem_enough", mem_enough, LUO_B11, NOTE },
	{ "memmap_of_x86", memmap_of_x86, FINE },
	{ "kho_off", kho_off, LUO_B08, LOSE },
	{ "bootargs_absent", bootargs_absent, FINE },
	{ "bootargs_unterminated", bootargs_unterminated, FINE },
	{ "bootargs_empty", bootargs_empty, FINE },
	{ "bootargs_shortest", bootargs_shortest, LUO_B09, LOSE, LUO_B10 },
	{ "bootargs_longest", bootargs_longest, LUO_B09, LOSE },
	{ "bootargs_too_long", bootargs_too_long, FINE },
	{ "initrd_start_odd", initrd_start_odd, FINE },
	{ "ima_absent", ima_absent, FINE },
	{ "ima_short", ima_short, LUO_B14, NOTE },
	{ "ima_empty", ima_empty, FINE },
	{ "ima_hole", ima_hole, LUO_B14, NOTE },
	{ "ima_on_block", ima_on_block, LUO_B06, LOSE, LUO_B05 },
	{ "efi", efi, FINE },
	{ "efi_runtime", efi_runtime, LUO_B07, PANIC },
	{ "efi_uncached", efi_uncached, LUO_B07, PANIC },
	{ "efi_wraps", efi_wraps, LUO_B07, PANIC },
	{ "efi_cut", efi_cut, FINE },
	{ "efi_malformed", efi_malformed, FINE },
	{ "efi_smallest", efi_smallest, LUO_B07, PANIC },
	{ "efi_tiny", efi_tiny, FINE },
	{ "efi_largest", efi_largest, LUO_B07, PANIC },
	{ "efi_too_large", efi_too_large, FINE },
	{ "efi_sizeless", efi_sizeless, FINE },
	{ "efi_stepless", efi_stepless, FINE },
	{ "efi_map_on_block", efi_map_on_block, LUO_B06, LOSE },
	{ "no_chosen", no_chosen, FINE },
};

static void expect_harm(const struct answer *a, const struct harm *h)
{
	expect_verdict(a, h->verdict);
	if (h->severity == LUO_SEV_NONE) {
		assert_int_equal(a->report.nr_findings, 0);
		return;
	}
	expect(a, h->code, h->severity);
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		u16 code = a->report.findings[i].code;

		if (code != h->code && (!h->also || code != h->also))
			fail_msg("%s comes with %s", h->name, luo_code_text(code));
	}
}

static void harm_test(void **state)
{
	const struct harm *h = *state;
	struct answer a;
	struct world w;
	struct next_tree t;

	for (u32 shift = 12; shift <= 16; shift += 2) {
		world_standard(&w, shift, WORLD_V5);
		t = next_tree_sound(&w);
		h->harm(&w, &t);
		run_open(&a, KIB(1024));
		check(&a, &w, &t);
		expect_harm(&a, h);
		run_close(&a);
		world_close(&w);
	}
}

/* With one cell for each number, as small machines have it. */
static void one_cell(void **state)
{
	static const u32 bad[][2] = { { 3, 2 }, { 2, 3 }, { 0, 2 }, { 2, 0 } };
	struct answer a;
	struct world w;
	struct next_tree t;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	t = next_tree_sound(&w);
	t.ac = t.sc = 1;
	t.memory[1] = t.memory[0];
	run_open(&a, KIB(1024));
	check(&a, &w, &t);
	assert_true(count_of(&a, LUO_B07) > 0); /* nothing above 4 GiB can be told */
	assert_int_equal(count_of(&a, LUO_B14), 0);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(bad); i++) {
		t.ac = bad[i][0];
		t.sc = bad[i][1];
		check(&a, &w, &t);
		assert_int_equal(a.report.nr_findings, 0);
		assert_int_equal(next.nr_parts, 0);
	}
	run_close(&a);
	world_close(&w);
}

/* Trees that are none, not whole, or misplaced. */
static void no_tree(void **state)
{
	const u64 place[] = { HOLE, LOW_BANK + LOW_SIZE - 8, TREE + 4, TREE + KIB(64) };
	struct luo_report r;
	struct world w;
	struct next_tree t;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	t = next_tree_sound(&w);
	next_tree_put(&w, &t);
	memmove(world_at(&w, TREE + 4, ROOM), world_at(&w, TREE, ROOM), ROOM);
	luo_report_init(&r);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(place); i++)
		fdt_next(&next, &w.phys, place[i], 0, &r);
	next_tree_put(&w, &t);
	fdt_set_totalsize(world_at(&w, TREE, ROOM), MIB(3));
	fdt_next(&next, &w.phys, TREE, 0, &r);
	next_tree_put(&w, &t);
	fdt_set_off_mem_rsvmap(world_at(&w, TREE, ROOM), ROOM);
	fdt_next(&next, &w.phys, TREE, 0, &r);
	assert_int_equal(next.nr_parts, 0);
	assert_int_equal(r.nr_findings, 0);
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
	return _cmocka_run_group_tests("device tree", test, LUO_ARRAY_SIZE(harms), NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cell),
		cmocka_unit_test(no_tree),
	};
	int failed = run_harms();

	return failed + cmocka_run_group_tests_name("next tree", tests, NULL, NULL);
}
