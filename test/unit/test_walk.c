/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The walk over sessions and files that `luo list` shows, on damaged memory: it ends where the
 * damage is, and says why. And the walk over the sub-nodes of a KHO FDT.
 */
#include <libfdt.h>
#include <string.h>

#include "../../fdt/subnode.h"
#include "../../luo/walk.h"
#include "harm.h"

/* What a walk has shown. */
struct shown {
	struct luo_out out;
	u64 sessions, files, ends;
	const char *why; /* why the last list of files that was not whole ended */
	u64 why_pa;
};

static void on_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	struct shown *shown = (struct shown *)out;

	assert_int_equal(s->index, shown->sessions++);
}

static void on_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	(void)f;
	((struct shown *)out)->files++;
}

static void on_end(const struct luo_out *out, const char *why, u64 pa)
{
	struct shown *shown = (struct shown *)out;

	shown->ends++;
	if (!why)
		return;
	shown->why = why;
	shown->why_pa = pa;
}

/* One walk over a state that was verified; @pa: where it ended. */
static const char *walk(struct world *w, const struct luo_report *r, const struct luo_state *s,
			struct shown *shown, u64 *pa)
{
	struct luo_phys phys = w->phys;
	struct luo_answer answer = { "luo", &phys, NULL, s, r, NULL };
	struct luo_walk_view view = { on_session, on_file, on_end, &shown->out };

	*shown = (struct shown){ 0 };
	phys.page_shift = w->shift;
	return luo_list_walk(&answer, &view, pa);
}

/* Damage, and where and why the walk, or that over the files of a session, ends. */
struct ends {
	const char *name;
	void (*harm)(struct world *w);
	const char *why, *file_why;
};

static void sound(struct world *w)
{
	(void)w;
}

static const struct ends ends[] = {
	{ "walk: sound", sound, NULL, NULL },
	{ "walk: session_misaligned", session_misaligned, "a block is misaligned", NULL },
	{ "walk: session_hole", session_hole, "a block is not in memory", NULL },
	{ "walk: loop_middle", loop_middle, "the list comes back to this block", NULL },
	{ "walk: block_overfull", block_overfull, "a block claims more entries than it holds",
	  NULL },
	{ "walk: file_misaligned", file_misaligned, NULL, "a block is misaligned" },
	{ "walk: file_block_overfull", file_block_overfull, NULL,
	  "a block claims more entries than it holds" },
	{ "walk: total_more", total_more, NULL,
	  "the session states another number of files than its list holds" },
	{ "walk: total_less", total_less, NULL,
	  "the session states another number of files than its list holds" },
};

static void expect_text(const char *got, const char *want)
{
	if (!want)
		assert_null(got);
	else
		assert_string_equal(got ? got : "nothing", want);
}

static void ends_there(void **state)
{
	const struct ends *e = *state;
	struct shown shown;
	struct answer a;
	struct world w;
	u64 pa;

	world_standard(&w, 12, WORLD_V5);
	e->harm(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_text(walk(&w, &a.report, &a.state, &shown, &pa), e->why);
	expect_text(shown.why, e->file_why);
	assert_int_equal(shown.ends, shown.sessions);
	if (!e->why)
		assert_int_equal(shown.sessions, w.sessions);
	if (!e->why && !e->file_why)
		assert_int_equal(shown.files, w.files);
	run_close(&a);
	world_close(&w);
}

/*
 * Every session leads to the same files: more blocks in all than memory has. But as many as it has
 * may be: three of sessions, one of files for the second of these, two for each of 48.
 */
static void budget(void **state)
{
	const char *why;
	struct shown shown;
	struct answer a;
	struct world w;
	u64 pa, first;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	first = world_session(&w, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	/* All blocks lie in the first 100 pages. */
	w.ram[1].size = 100 * 4096;
	assert_true(w.block[2].pa < HIGH_BANK + w.ram[1].size);
	w.phys.ram = &w.ram[1];
	w.phys.nr_ram = 1;
	for (u64 i = 2; i < 50; i++) {
		why = walk(&w, &a.report, &a.state, &shown, &pa);
		assert_null(why);
		assert_null(shown.why);
		memcpy(world_at(&w, world_session(&w, i) + 64, 16), world_at(&w, first + 64, 16),
		       16);
	}
	why = walk(&w, &a.report, &a.state, &shown, &pa);
	assert_string_equal(why ? why : "nothing", "lists share blocks");
	assert_int_equal(shown.files, 49 * (world_file_capacity(&w) + 5) + 3);
	run_close(&a);
	world_close(&w);
}

/* Where there is nothing to walk over, that is said, and nothing is shown. */
static void nothing(void **state)
{
	struct luo_report r;
	struct shown shown;
	struct answer a;
	struct world w;
	u64 pa;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	r = a.report;
	r.none = true;
	assert_null(walk(&w, &r, &a.state, &shown, &pa));
	assert_int_equal(pa, w.luo_pa);
	assert_int_equal(shown.sessions, 0);
	r = a.report;
	r.refused = true; /* a version that is only read is walked over */
	assert_null(walk(&w, &r, &a.state, &shown, &pa));
	assert_int_equal(shown.sessions, w.sessions);
	r.abi = NULL;
	assert_string_equal(walk(&w, &r, &a.state, &shown, &pa),
			    "this KHO or LUO version is not one that this program reads");
	r.refused = false;
	assert_string_equal(walk(&w, &r, &a.state, &shown, &pa), "LUO's container cannot be read");
	assert_int_equal(shown.sessions, 0);
	run_close(&a);
	world_close(&w);
}

/* The sub-nodes that were shown: how many, and of how many address and size could be read. */
struct nodes {
	u32 nr, addresses, sizes;
};

static void on_node(void *ctx, u32 i, const struct fdt_subnode *node)
{
	struct nodes *n = ctx;

	assert_non_null(node->name);
	assert_int_equal(i, n->nr++);
	n->addresses += node->has_pa;
	n->sizes += node->has_size;
}

static bool subnodes(struct world *w, struct answer *a, u32 page_shift, struct nodes *n)
{
	struct luo_found found = { .handover = w->handover, .page_shift = page_shift };
	struct luo_answer answer = { "luo", &w->phys, &found, &a->state, &a->report, NULL };

	*n = (struct nodes){ 0 };
	return fdt_subnodes_each(&answer, on_node, n);
}

static void each_subnode(void **state)
{
	struct nodes n;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_true(subnodes(&w, &a, 12, &n));
	assert_int_equal(n.nr, 3);
	assert_int_equal(n.addresses, 3);
	assert_int_equal(n.sizes, 3);
	assert_false(subnodes(&w, &a, 0, &n)); /* page size not known */
	w.kho.data_len = 4;
	w.kho.size_prop = NULL;
	world_write_kho(&w);
	assert_true(subnodes(&w, &a, 12, &n));
	assert_int_equal(n.nr, 3);
	assert_int_equal(n.addresses, 2);
	assert_int_equal(n.sizes, 2);
	w.handover.fdt_pa = HOLE;
	assert_false(subnodes(&w, &a, 12, &n));
	w.handover.fdt_pa = w.kho.fdt_pa;
	fdt_set_off_mem_rsvmap(world_at(&w, w.kho.fdt_pa, 40), 4096 + 8);
	assert_false(subnodes(&w, &a, 12, &n));
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	struct CMUnitTest test[LUO_ARRAY_SIZE(ends) + 3] = { cmocka_unit_test(budget),
							     cmocka_unit_test(nothing),
							     cmocka_unit_test(each_subnode) };

	for (u32 i = 0; i < LUO_ARRAY_SIZE(ends); i++)
		test[i + 3] = (struct CMUnitTest){ ends[i].name, ends_there, NULL, NULL,
						   (void *)&ends[i] };
	return _cmocka_run_group_tests("walk", test, LUO_ARRAY_SIZE(test), NULL, NULL);
}
