/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Words of a command line, as the kernel takes them apart; ranges taken out of a list. */
#include <string.h>

#include "../../luo/token.h"
#include "world.h"

struct word {
	const char *all, *name, *value;
};

static void expect_words(const char *line, const struct word *word, u32 nr)
{
	struct luo_text rest = { line, strlen(line) };
	struct luo_token t;

	for (u32 i = 0; i < nr; i++) {
		assert_true(luo_next_token(&rest, &t));
		assert_true(luo_text_is(&t.all, word[i].all));
		assert_true(luo_text_is(&t.name, word[i].name));
		assert_true(luo_text_is(&t.value, word[i].value));
	}
	assert_false(luo_next_token(&rest, &t));
}

static void words(void **state)
{
	static const struct word plain[] = {
		{ "quiet", "quiet", "" },
		{ "kho=on", "kho", "on" },
		{ "--", "--", "" },
		{ "a==b", "a", "=b" },
		{ "c=", "c", "" },
		{ "d", "d", "" },
		{ "e\x08\x0e=\x1f", "e\x08\x0e", "\x1f" },
	};
	static const struct word quoted[] = {
		{ "a=\"b c\"", "a", "b c" },
		{ "\"d=e f\"", "d", "e f" },
		{ "g=\"h", "g", "h" },
	};

	(void)state;
	expect_words("", NULL, 0);
	expect_words(" \t\n", NULL, 0);
	expect_words("  quiet\tkho=on -- a==b c=\rd\t\n\v\f\re\x08\x0e=\x1f\n", plain,
		     LUO_ARRAY_SIZE(plain));
	expect_words("a=\"b c\" \"d=e f\" g=\"h", quoted, LUO_ARRAY_SIZE(quoted));
}

/* What follows the text in memory is none of it. */
static void cut_short(void **state)
{
	struct luo_text rest = { "a=\"b\" c", 2 };
	struct luo_token t;

	(void)state;
	assert_true(luo_next_token(&rest, &t));
	assert_true(luo_text_is(&t.name, "a"));
	assert_int_equal(t.value.len, 0);
	assert_int_equal(rest.len, 0);
}

static void names(void **state)
{
	const struct luo_text dash = { "luo-payload.x", 13 }, part = { "kho", 3 };

	(void)state;
	assert_true(luo_name_is(&dash, "luo_payload.x"));
	assert_false(luo_text_is(&dash, "luo_payload.x"));
	assert_false(luo_name_is(&part, "kho_scratch"));
	assert_false(luo_name_is(&part, "kh"));
	assert_false(luo_text_is(&part, "khoo"));
	assert_false(luo_text_is(&part, "kh"));
}

/* What is left of [0x1000, 0x5000) and [0x8000, 0x9000) without a range. */
struct hole {
	struct luo_range hole, left[3];
	u32 nr;
};

static const struct hole holes[] = {
	{ { 0x2000, 0x1000 }, { { 0x1000, 0x1000 }, { 0x3000, 0x2000 }, { 0x8000, 0x1000 } }, 3 },
	{ { 0x1000, 0x4000 }, { { 0x8000, 0x1000 } }, 1 },
	{ { 0, 0x2000 }, { { 0x2000, 0x3000 }, { 0x8000, 0x1000 } }, 2 },
	{ { 0x4000, 0x4800 }, { { 0x1000, 0x3000 }, { 0x8800, 0x800 } }, 2 },
	{ { 0, ~0ULL }, { { 0 } }, 0 },
	{ { 0x5000, 0x3000 }, { { 0x1000, 0x4000 }, { 0x8000, 0x1000 } }, 2 },
	{ { 0x2000, 0 }, { { 0x1000, 0x4000 }, { 0x8000, 0x1000 } }, 2 },
	{ { 0x2000, ~0ULL }, { { 0x1000, 0x4000 }, { 0x8000, 0x1000 } }, 2 },
};

static void remove_ranges(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(holes); i++) {
		struct luo_range r[3] = { { 0x1000, 0x4000 }, { 0x8000, 0x1000 } };
		u32 nr = 2;

		assert_true(luo_ranges_remove(r, &nr, 3, &holes[i].hole));
		nr = luo_ranges_normalize(r, nr);
		assert_int_equal(nr, holes[i].nr);
		assert_memory_equal(r, holes[i].left, nr * sizeof(r[0]));
	}
}

static void remove_without_room(void **state)
{
	struct luo_range r[2] = { { 0x1000, 0x4000 }, { 0x8000, 0x1000 } };
	u32 nr = 2;

	(void)state;
	assert_false(luo_ranges_remove(r, &nr, 2, &holes[0].hole));
	assert_int_equal(nr, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(names),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(remove_ranges),
		cmocka_unit_test(remove_without_room),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
