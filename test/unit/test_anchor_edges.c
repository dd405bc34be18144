/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Anchors at their edges: numbers that just fit or just do not, losses that differ in one thing
 * only, and which of two states is the later one.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "anchor_own.h"

static struct luo_anchor opened;
static struct luo_anchor_check checked;
static struct anchor_looking look;

/* Another value in the head, with a checksum over as many bytes as it says. */
static int open_with(struct world *w, u32 at, u64 value, u64 sealed)
{
	struct anchor_own o = anchor_own_write(w, AT, 7, true);

	world_put(w, AT + at, value);
	o.len = sealed ? sealed : o.len;
	anchor_seal(&o);
	return luo_anchor_open(&w->phys, AT, &opened);
}

static void sizes(void **state)
{
	struct world w;
	u64 len;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	len = anchor_own_write(&w, AT, 7, true).len;
	assert_int_equal(open_with(&w, 32, len, 0), 0);
	/* shorter than its head; no multiple of 32, of which the digest takes what is one */
	assert_int_equal(open_with(&w, 32, 96, 96), LUO_E_FORMAT);
	assert_int_equal(open_with(&w, 32, len + 8, len), LUO_E_FORMAT);
	/* runs are of whole words */
	assert_int_equal(open_with(&w, 80, 24, 0), 0);
	assert_int_equal(open_with(&w, 80, 28, 0), LUO_E_FORMAT);
	world_close(&w);
}

/* Nothing behind the areas, not even a slot. */
static void areas_only(void **state)
{
	struct anchor_own o;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = anchor_own_write(&w, AT, 7, false);
	o.len = HEAD + 32;
	world_put(&w, AT + 32, o.len);
	world_put(&w, AT + 72, 0);
	anchor_seal(&o);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	assert_int_equal(opened.head.nr_slots + opened.head.run_bytes, 0);
	world_close(&w);
}

/* Live updates are counted from 1, but a number is a number. */
static void number_zero(void **state)
{
	struct luo_anchors found;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 0, false);
	luo_anchor_find(&w.phys, &found);
	assert_int_equal(found.nr, 1);
	assert_int_equal(found.best.head.pa, AT);
	assert_int_equal(found.other, 0);
	world_close(&w);
}

/* What the walks over an anchor tell; after so many they are to stop. */
struct told {
	u64 nr;
	u64 most;
	u64 last;
};

static bool tell_item(void *ctx, const struct luo_anchor_item *item)
{
	struct told *t = ctx;

	t->last = item->slot->pa;
	return ++t->nr < t->most;
}

static bool tell_page(void *ctx, u64 pa, u32 sum)
{
	struct told *t = ctx;

	(void)sum;
	t->last = pa;
	return ++t->nr < t->most;
}

/* A session's name that ends with the memory that may be read, or would go on behind it. */
static void cut_name(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	u8 *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + page, page, PROT_NONE), 0);
	for (u32 slots = 1; slots <= 3; slots++) {
		struct told t = { .most = 9 };
		struct luo_anchor a = { .head.nr_slots = slots };
		u64 kind = 7;

		memcpy(p + page - slots * SLOT + 24, &kind, 8);
		a.slot = (const void *)(p + page - slots * SLOT);
		luo_anchor_items(&a, tell_item, &t);
		assert_int_equal(t.nr, 0);
	}
	munmap(p, 2 * page);
}

static void walks_end(void **state)
{
	static const u64 slots[] = { 4096, 4096, 0, 1, 8192, 4096, 0, 1 };
	static const u64 runs[] = { 4096, 2, 0, 65536, 2, 0 };
	static const u64 empty[] = { 4096, 0, 65536, 2, 0 };
	struct luo_anchor a = { .head.nr_slots = 2,
				.head.run_bytes = sizeof(runs),
				.slot = (const void *)slots,
				.run = (const u8 *)runs };
	struct told none = { .most = 9 };

	(void)state;
	for (u64 most = 1; most <= 5; most++) {
		struct told item = { .most = most }, sum = { .most = most };

		luo_anchor_items(&a, tell_item, &item);
		assert_int_equal(item.nr, most < 2 ? most : 2);
		assert_int_equal(item.last, 4096 * item.nr);
		luo_anchor_pages(&a, 4096, tell_page, &sum);
		assert_int_equal(sum.nr, most < 4 ? most : 4);
		assert_int_equal(sum.last,
				 sum.nr > 2 ? 65536 + 4096 * (sum.nr - 3) : 4096 * sum.nr);
	}
	/* behind a run of no pages nothing is believed */
	a.run = (const u8 *)empty;
	a.head.run_bytes = sizeof(empty);
	luo_anchor_pages(&a, 4096, tell_page, &none);
	assert_int_equal(none.nr, 0);
}

/* A page was hit, and somebody says whose it is. */
static void owned_by(struct world *w, u64 pa, const char *what, u8 kind, u64 index,
		     const char *name)
{
	struct luo_owner owner = { .kind = kind, .index = index };

	strcpy(owner.name, name);
	checked.damage[0] = (struct luo_range){ pa, world_page(w) };
	checked.nr_damage = 1;
	luo_anchor_owner(&checked, what, pa, world_page(w), &owner);
}

/* One line for each owner and kind of memory: what differs in one thing is another line. */
static void one_line_each(void **state)
{
	static const char what[] = "folios", other[] = "folio array";
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	memset(&checked, 0, sizeof(checked));
	checked.phys = &w.phys;
	for (u64 i = 1; i <= 2; i++) {
		const struct luo_trodden *t = checked.list;
		u64 pa = folio_of(&w, 0);

		owned_by(&w, pa, what, LUO_OWNER_FILE, 1, "a");
		owned_by(&w, pa, other, LUO_OWNER_FILE, 1, "a");
		owned_by(&w, pa, what, LUO_OWNER_FILE_BLOCK, 1, "a");
		owned_by(&w, pa, what, LUO_OWNER_FILE, 2, "a");
		owned_by(&w, pa, what, LUO_OWNER_FILE, 1, "b");
		owned_by(&w, HOLE, what, LUO_OWNER_FILE, 1, "a");
		assert_int_equal(checked.nr, 6);
		for (u32 k = 0; k < 6; k++)
			assert_int_equal(t[k].pages, i);
		assert_true(t[5].unread && !t[0].unread);
	}
	world_close(&w);
}

/* Metadata and what is none, of one owner and under one word. */
static void meta_apart(void **state)
{
	struct luo_owner owner;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 7, false);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	*world_at(&w, record_of(&w), 1) ^= 1;
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.nr, 1);
	owner = checked.list[0].owner;
	owned_by(&w, folio_of(&w, 0), checked.list[0].what, owner.kind, owner.index, owner.name);
	assert_int_equal(checked.nr, 2);
	assert_true(checked.list[0].meta && !checked.list[1].meta);
	world_close(&w);
}

/* An anchor about a KHO FDT that is there no more. */
static void orphan(struct world *w, u64 number)
{
	struct anchor_own o = anchor_own_write(w, AT, number, false);

	world_put(w, AT + 48, STRAY_AT);
	anchor_seal(&o);
}

/* Only a state that is sound and has a higher number shows that an anchor is older. */
static void later_or_not(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	number = anchor_number(&w);
	orphan(&w, number - 1);
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	orphan(&w, number);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	orphan(&w, number + 1);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	/* its KHO FDT is not preserved: whose number that is, who knows */
	orphan(&w, number - 1);
	world_forget(&w, w.kho.fdt_pa, 0);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	/* gone, while the candidates that were found last are still in the list */
	world_preserve(&w, w.kho.fdt_pa, 0);
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	memset(world_at(&w, w.kho.fdt_pa, 4096), 0xaf, 4096);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	world_close(&w);
}

/* The state that the anchor names is sound and has no number; another one lies beside it. */
static void no_number(void **state)
{
	u64 fdt, head, luo;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	fdt = w.kho.fdt_pa;
	luo = w.luo_pa;
	head = world_head_at(&w) - luo;
	anchor_own_write(&w, AT, 0, false);
	w.kho.fdt_pa = world_alloc(&w, 0);
	w.kho.data = world_alloc(&w, 0);
	memcpy(world_at(&w, w.kho.data, 4096), world_at(&w, luo, 4096), 4096);
	world_write_kho(&w);
	world_put(&w, luo + head - 8, 0);
	assert_int_equal(world_get(&w, AT + 48), fdt);
	assert_int_equal(world_get(&w, w.kho.data + head - 8), 7);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	assert_int_equal(look.found.handover.fdt_pa, fdt);
	world_close(&w);
}

static void another_version(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 7, false);
	*world_at(&w, AT + 11, 1) = '2';
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	assert_int_equal(look.report.nr_findings, 1);
	assert_int_equal(look.report.findings[0].code, LUO_A02);
	assert_int_equal(look.report.findings[0].severity, LUO_SEV_NOTE);
	assert_int_equal(look.report.findings[0].pa, AT);
	world_close(&w);
}

/* What the core writes of what it cannot follow. */

static u64 slots_of(struct world *w, u32 kind)
{
	u64 at = AT + HEAD + 16 * world_get(w, AT + 64), nr = world_get(w, AT + 72), found = 0;

	for (u64 i = 0; i < nr; i++) {
		u32 is = (u32)world_get(w, at + i * SLOT + 24);

		found += is == kind;
		i += is == 7 ? 2 : 0;
	}
	return found;
}

static void write_without(struct world *w, const struct luo_range *hole)
{
	struct luo_anchor_writer writer = { .room = ROOM, .all = true };
	struct luo_phys phys = w->phys;
	struct luo_range ram[4];
	struct answer a;
	u32 nr = 2;

	run_open(&a, LUO_ARENA_MIN);
	run(&a, w, LUO_MODE_VERIFY);
	expect_verdict(&a, LUO_VERDICT_OK);
	memcpy(ram, w->ram, sizeof(w->ram));
	assert_true(luo_ranges_remove(ram, &nr, 4, hole));
	phys.ram = ram;
	phys.nr_ram = luo_ranges_normalize(ram, nr);
	writer.phys = &phys;
	writer.base = world_at(w, AT, ROOM);
	assert_int_not_equal(fdt_anchor_write(&writer, &a.state, AT), 0);
	assert_int_equal(luo_anchor_open(&w->phys, AT, &opened), 0);
	run_close(&a);
}

/* Memory that is none any more when the anchor is written: a folio, then the KHO FDT. */
static void written_without(void **state)
{
	struct luo_range hole = { 0, 4096 };
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	hole.start = folio_of(&w, 1);
	write_without(&w, &hole);
	assert_int_equal(opened.head.pages, w.pages - 1);
	assert_int_equal(slots_of(&w, 1), 1);
	hole.start = w.kho.fdt_pa;
	write_without(&w, &hole);
	assert_int_equal(opened.head.pages, w.pages - 1);
	assert_int_equal(slots_of(&w, 1), 0);
	world_close(&w);
}

/* A file of a handler that nobody knows, and one that says that it has no folios. */
static void files_not_followed(void **state)
{
	struct luo_range nothing = { HOLE, 4096 };
	u64 records, chunks;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	write_without(&w, &nothing);
	records = slots_of(&w, 9);
	chunks = slots_of(&w, 10);
	*world_at(&w, file_at(&w, 0, 5), 1) ^= 1;
	write_without(&w, &nothing);
	assert_int_equal(slots_of(&w, 9), records - 1);
	world_put(&w, nr_at(&w), 0);
	write_without(&w, &nothing);
	assert_int_equal(slots_of(&w, 9), records - 1);
	assert_int_equal(slots_of(&w, 10), chunks - 1);
	world_close(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),	   cmocka_unit_test(areas_only),
		cmocka_unit_test(number_zero),	   cmocka_unit_test(cut_name),
		cmocka_unit_test(walks_end),	   cmocka_unit_test(one_line_each),
		cmocka_unit_test(meta_apart),	   cmocka_unit_test(later_or_not),
		cmocka_unit_test(no_number),	   cmocka_unit_test(another_version),
		cmocka_unit_test(written_without), cmocka_unit_test(files_not_followed),
	};

	return cmocka_run_group_tests_name("anchor_edges", tests, NULL, NULL);
}
