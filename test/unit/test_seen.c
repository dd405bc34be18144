/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What was seen before, asked of the table and the filter themselves: in any amount of memory each
 * thing that comes again is found once, or it is said that this could not be done, and no walk is
 * done that memory does not need. Some hashes are chosen here, as only who knows the key can.
 */
#include <stdlib.h>
#include <string.h>

#include "../../luo/seen.h"
#include "world.h"

#define TABLE	   4096 /* the first table: 256 slots, three quarters of which are used */
#define MOST_WALKS 64

static const u64 key[2] = { 1, 2 };

/* A list of tokens of one session, and how often each was said to have been there before. */
struct list {
	struct luo_seen seen;
	struct luo_arena arena;
	u64 nr;
	u64 *token;
	u32 *hits;
	u32 walks;
};

static void list_open(struct list *l, size_t size, u64 nr)
{
	*l = (struct list){ .nr = nr };
	l->arena = (struct luo_arena){ aligned_alloc(16, size), size, 0, 0 };
	l->token = calloc(nr, sizeof(*l->token));
	l->hits = calloc(nr, sizeof(*l->hits));
	assert_true(l->arena.base && l->token && l->hits);
	assert_int_equal(luo_seen_init(&l->seen, &l->arena, key, nr, nr), 0);
}

static void list_close(struct list *l)
{
	assert_true(l->arena.peak <= l->arena.size);
	free(l->arena.base);
	free(l->token);
	free(l->hits);
}

/* Walks over the list for as long as the core asks for it. */
static void walk(struct list *l)
{
	do {
		for (u64 i = 0; i < l->nr; i++)
			l->hits[i] += luo_seen_token(&l->seen, 0, l->token[i]);
		l->walks++;
	} while (l->walks < MOST_WALKS && luo_seen_again(&l->seen));
}

/* Tokens from 0 on, of which the last @twins are the first ones once more. */
static void number(struct list *l, u64 twins)
{
	for (u64 i = 0; i < l->nr; i++)
		l->token[i] = i < l->nr - twins ? i : i - (l->nr - twins);
}

/* The first half of the list is new, the second half is there again. */
static void expect_second_half(const struct list *l, u32 walks)
{
	assert_false(l->seen.full);
	assert_int_equal(l->walks, walks);
	for (u64 i = 0; i < l->nr; i++)
		assert_int_equal(l->hits[i], i >= l->nr / 2);
}

/*
 * The table is left when it is full to three quarters: at once for bins; where what may come is too
 * much for those, it grows before, once, and only where bits have room behind it.
 */
static void table(void **state)
{
	static const struct {
		size_t size;
		u64 likely;
		u64 nr;
	} cases[] = { { MIB(1), MIB(1), 768 },
		      { TABLE + 4 * 4 * TABLE, MIB(1), 768 },
		      { TABLE + 4 * 4 * TABLE - 16, MIB(1), 192 },
		      { MIB(1), 1, 192 } };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(cases); i++) {
		struct list l;

		list_open(&l, cases[i].size, cases[i].likely);
		for (u64 t = 1; t <= cases[i].nr; t++) {
			assert_false(luo_seen_token(&l.seen, 0, t));
			assert_int_equal(l.seen.stage, LUO_SEEN_SMALL);
			assert_int_equal(l.seen.used, t);
			assert_int_equal(l.seen.slots, t > 192 ? 1024 : 256);
			assert_true(luo_seen_token(&l.seen, 0, t));
		}
		assert_false(luo_seen_again(&l.seen));
		assert_false(luo_seen_token(&l.seen, 0, cases[i].nr + 1));
		assert_int_equal(l.seen.stage, LUO_SEEN_FILTER);
		assert_int_equal(l.seen.filter.binned, cases[i].likely == 1);
		list_close(&l);
	}
}

/* The same number as a token and as a page: neither is the other, however close they lie. */
static void kinds(void **state)
{
	(void)state;
	for (u64 k = 0; k < 64; k++) {
		const u64 other[2] = { k, 3 };
		struct list l;
		u64 owner;

		list_open(&l, KIB(64), 1);
		assert_int_equal(luo_seen_init(&l.seen, &l.arena, other, 1, 1), 0);
		for (u64 t = 1; t <= 96; t++)
			assert_false(luo_seen_token(&l.seen, 5, t));
		for (u64 t = 1; t <= 96; t++)
			assert_false(luo_seen_page(&l.seen, t, 7, &owner));
		assert_true(luo_seen_page(&l.seen, 96, 8, &owner));
		assert_int_equal(owner, 7);
		list_close(&l);
	}
}

/* Names of one hash: the first eight bytes are such that it forgets the next eight. */
static void one_hash(void **state)
{
	char a[64] = { 0 }, b[64] = { 0 };
	struct list l;

	(void)state;
	list_open(&l, KIB(64), 1);
	memcpy(a, l.seen.key, 8);
	memcpy(b, l.seen.key, 8);
	assert_null(memchr(a, 0, 8));
	a[8] = 'a';
	b[8] = 'b';
	assert_true(luo_hash_name(l.seen.key, a) == luo_hash_name(l.seen.key, b));
	assert_false(luo_seen_name(&l.seen, a));
	assert_false(luo_seen_name(&l.seen, b));
	assert_true(luo_seen_name(&l.seen, a));
	assert_true(luo_seen_name(&l.seen, b));
	list_close(&l);
}

/* A filter needs 1,024 bytes: with less it is said that not all were compared. */
static void least(void **state)
{
	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct list l;

		list_open(&l, TABLE + 1024 - i * 16, 400);
		number(&l, l.nr / 2);
		walk(&l);
		if (i) {
			assert_true(l.seen.full);
			assert_int_equal(l.walks, 1);
		} else {
			expect_second_half(&l, 2);
		}
		list_close(&l);
	}
}

/* One walk without twins; two with some; shares when the memory does not hold all that have one. */
static void pairs(void **state)
{
	static const struct {
		size_t size;
		u64 nr;
		u32 walks;
	} cases[] = { { KIB(64), 40, 1 }, { KIB(64), 4000, 2 }, { KIB(8), 2000, 1 + 1 + 12 } };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(cases); i++) {
		struct list l;

		list_open(&l, cases[i].size, cases[i].nr);
		number(&l, l.nr / 2);
		walk(&l);
		expect_second_half(&l, cases[i].walks);
		list_close(&l);
	}
}

static u64 hash_of_token(const struct list *l, u64 token)
{
	return luo_hash_pair(l->seen.key, (u64)LUO_SEEN_TOKEN << 56, token);
}

/* Tokens whose hashes are all in the first of 16 shares. */
static void choose(struct list *l, u64 different)
{
	u64 t = 0;

	for (u64 i = 0; i < different; t++)
		if ((hash_of_token(l, t) >> 28 & 15) == 0)
			l->token[i++] = t;
	for (u64 i = different; i < l->nr; i++)
		l->token[i] = l->token[i - different];
}

/* More hashes in one share than the filter takes: no walk more, and not all were compared. */
static void one_share_of_filter(void **state)
{
	struct list l;

	(void)state;
	list_open(&l, TABLE + 2048, 10000);
	choose(&l, 10000);
	walk(&l);
	assert_int_equal(l.walks, 2);
	assert_true(l.seen.full);
	list_close(&l);
}

/* More suspects in one share than the table takes. */
static void one_share_of_table(void **state)
{
	struct list l;

	(void)state;
	list_open(&l, KIB(8), 2000);
	choose(&l, 1000);
	walk(&l);
	assert_int_equal(l.walks, 3);
	assert_true(l.seen.full);
	for (u64 i = 0; i < l.nr; i++)
		assert_true(l.hits[i] <= (i >= l.nr / 2));
	list_close(&l);
}

/* Others that look like the suspects do, more than the table was meant for: shares of them. */
static void alike(void **state)
{
	struct list few, all;

	(void)state;
	list_open(&few, KIB(248), 1100);
	list_open(&all, KIB(248), 1100 + 600);
	number(&few, 100);
	number(&all, 100);
	for (u64 i = 0; i < few.nr; i++)
		assert_false(luo_seen_token(&few.seen, 0, few.token[i]));
	luo_filter_drain(&few.seen.filter);
	assert_int_equal(few.seen.filter.suspects, 100);
	for (u64 i = 1000, t = all.nr; i < 1600; t++)
		if (luo_filter_suspects(&few.seen.filter, hash_of_token(&few, t)))
			all.token[i++] = t;
	walk(&all);
	assert_false(all.seen.full);
	assert_int_equal(all.walks, 1 + 1 + 4);
	for (u64 i = 0; i < all.nr; i++)
		assert_int_equal(all.hits[i], i >= 1600);
	list_close(&few);
	list_close(&all);
}

static u64 hash(u64 i)
{
	static const u64 keys[LUO_HASH_KEYS] = { 3, 5, 7, 11, 13, 17, 19, 23 };

	return luo_hash_pair(keys, i * 0x9e3779b97f4a7c15ULL, ~i);
}

/* As many hashes as the form with bits says that it holds: the last is one of them once more. */
static void full_bits(void **state)
{
	static u64 memory[128];
	struct luo_filter f;
	u64 again = 0;

	(void)state;
	assert_int_equal(luo_filter_bits(&f, memory, sizeof(memory) - 8, 1000), 0);
	assert_in_range(luo_filter_bits(&f, memory, sizeof(memory), 1000), 1000, sizeof(memory));
	assert_in_range(f.limit, 2 * LUO_FILTER_QUEUE, 2000);
	for (u64 i = 0; i + 1 < f.limit; i++)
		luo_filter_add(&f, hash(i));
	luo_filter_drain(&f);
	while (luo_filter_suspects(&f, hash(again)))
		again++;
	luo_filter_add(&f, hash(again));
	luo_filter_drain(&f);
	assert_int_equal(f.held, f.limit);
	assert_true(again < f.limit - 1 && luo_filter_suspects(&f, hash(again)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(kinds),
		cmocka_unit_test(one_hash),
		cmocka_unit_test(least),
		cmocka_unit_test(pairs),
		cmocka_unit_test(one_share_of_filter),
		cmocka_unit_test(one_share_of_table),
		cmocka_unit_test(alike),
		cmocka_unit_test(full_bits),
	};

	return cmocka_run_group_tests_name("seen", tests, NULL, NULL);
}
