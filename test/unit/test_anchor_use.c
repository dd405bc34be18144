/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What front ends on firmware's side do with an anchor that they took. */
#include <string.h>

#include "../../fdt/anchor.h"
#include "../../luo/error.h"
#include "../../luo/print.h"
#include "anchor_own.h"

static struct anchor_looking look;
static struct luo_anchor_check checked;
static char text[2048];

static void into_text(void *ctx, const char *s, size_t len)
{
	size_t at = strlen(text);

	(void)ctx;
	assert_true(at + len < sizeof(text));
	memcpy(text + at, s, len);
	text[at + len] = 0;
}

static const struct luo_out out = { into_text, NULL };

/* A state with an anchor of the test's own that was found. */
static void find(struct world *w, bool pages)
{
	world_standard(w, 12, WORLD_V5);
	anchor_own_write(w, AT, anchor_number(w), pages);
	look.a = (struct fdt_anchored){ .check = &checked };
	assert_int_equal(anchor_locate(&look, w, 0), 0);
	text[0] = 0;
}

static void damage_is_said(void **state)
{
	struct luo_owner owner = { .kind = LUO_OWNER_FILE, .name = "vm" };
	struct world w;
	u64 folio;

	(void)state;
	find(&w, true);
	folio = folio_of(&w, 0);
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 0);
	world_at(&w, record_of(&w), 4096)[4095] ^= 1;
	world_at(&w, folio, 4096)[0] ^= 0x80;
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 2);
	fdt_anchor_owner(&look.a, LUO_CLAIMS_FOLIO, folio, 4096, &owner);
	luo_report_init(&look.report);
	fdt_anchor_say(&look.a, &look.report, &out);
	assert_int_equal(look.report.by_code[LUO_A05], 1);
	assert_int_equal(look.report.by_code[LUO_A06], 1);
	assert_int_equal(look.report.verdict, LUO_VERDICT_ERRORS);
	assert_non_null(strstr(text, "luo: trodden on: memfd record: file 4 of session"));
	assert_non_null(strstr(text, "luo: trodden on: folios: file 0 of session 'vm': 1 page at"));
	assert_non_null(strstr(text, " trodden=2 "));
	world_close(&w);
}

static void none_says_nothing(void **state)
{
	struct luo_owner owner = { .kind = LUO_OWNER_FILE };
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	look.a = (struct fdt_anchored){ .check = NULL };
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	text[0] = 0;
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 0);
	fdt_anchor_owner(&look.a, LUO_CLAIMS_FOLIO, folio_of(&w, 0), 4096, &owner);
	fdt_anchor_say(&look.a, &look.report, &out);
	assert_string_equal(text, "");
	assert_int_equal(look.report.nr_findings, 0);
	world_close(&w);
}

/* What becomes of KHO itself is known from its findings, and from the anchor that was taken. */
static void map_is_clean(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	find(&w, false);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	fdt_anchor_check(&look.a, &w.phys);
	assert_true(fdt_anchor_map_clean(&look.a, &a.report));
	world_at(&w, record_of(&w), 4096)[4095] ^= 1;
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 1);
	assert_true(fdt_anchor_map_clean(&look.a, &a.report));
	world_at(&w, w.kho.fdt_pa, 4096)[4095] ^= 1;
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 2);
	assert_false(fdt_anchor_map_clean(&look.a, &a.report));
	look.a.taken = false;
	assert_true(fdt_anchor_map_clean(&look.a, &a.report));
	luo_report_part(&a.report, LUO_M01, LUO_SEV_PANIC, 0, 0, LUO_OWNER_MAP);
	assert_false(fdt_anchor_map_clean(&look.a, &a.report));
	run_close(&a);
	world_close(&w);
}

/* Used up it is none any more; given back it is the same. */
static void used_up(void **state)
{
	struct luo_anchor a;
	struct world w;

	(void)state;
	find(&w, false);
	fdt_anchor_mark(&look.a, world_at(&w, AT, 16), true);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &a), LUO_E_NONE);
	assert_int_equal(memcmp(world_at(&w, AT, 16), "luo-anchor-used", 16), 0);
	fdt_anchor_mark(&look.a, world_at(&w, AT, 16), false);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &a), 0);
	world_close(&w);
}

static void renew(struct world *w, struct answer *a, u64 room)
{
	look.a.all.best.head.size = room;
	run_open(a, LUO_ARENA_MIN);
	run(a, w, LUO_MODE_VERIFY);
	fdt_anchor_renew(&look.a, &w->phys, &a->state, world_at(w, AT, room));
	run_close(a);
}

static void written_anew(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	find(&w, true);
	world_at(&w, record_of(&w), 4096)[4095] ^= 1;
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 1);
	renew(&w, &a, ROOM);
	assert_true(look.a.taken);
	assert_true(look.a.all.best.head.run_bytes);
	assert_int_equal(fdt_anchor_check(&look.a, &w.phys), 0);
	world_close(&w);
}

static void no_room_for_a_new_one(void **state)
{
	struct luo_anchor opened;
	struct answer a;
	struct world w;

	(void)state;
	find(&w, false);
	renew(&w, &a, 512);
	assert_false(look.a.taken);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), LUO_E_NONE);
	world_close(&w);
}

static void words(void **state)
{
	struct fdt_anchored a = { .all = { .best = { .head = { .pa = 0x1000 } },
					   .other = 0x2000 } };

	(void)state;
	text[0] = 0;
	fdt_anchor_say_tie(&a, "a flag", &out);
	assert_string_equal(text, "luo: two anchors of one live update name different KHO FDTs; "
				  "name one with a flag:\nluo:   0x1000\nluo:   0x2000\n");
	assert_string_equal(fdt_anchor_word(&a, LUO_E_VERSION), "is of another version");
	assert_string_equal(fdt_anchor_word(&a, LUO_E_FORMAT), "is damaged");
	assert_string_equal(fdt_anchor_word(&a, LUO_E_NONE), "is not there");
	a.stale = true;
	assert_string_equal(fdt_anchor_word(&a, LUO_E_NONE), "is of an earlier state");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_is_said), cmocka_unit_test(none_says_nothing),
		cmocka_unit_test(map_is_clean),	  cmocka_unit_test(used_up),
		cmocka_unit_test(written_anew),	  cmocka_unit_test(no_room_for_a_new_one),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("anchor: use", tests, NULL, NULL);
}
