/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The two forms of the filter. */
#include "filter.h"

#define PRINT_BITS 21
#define PRINTS	   3ULL /* in a word */
#define PRINT	   ((1ULL << PRINT_BITS) - 1)
#define ONE_EACH   (1ULL | 1ULL << PRINT_BITS | 1ULL << 2 * PRINT_BITS)
#define TOP_EACH   (ONE_EACH << (PRINT_BITS - 1))

static LUO_NOINLINE void add_suspect(struct luo_filter *filter, u64 hash)
{
	filter->suspect[(hash >> 21 & filter->mask) / 64] |= 1ULL << (hash >> 21 & 63);
	filter->suspect[(hash >> 37 & filter->mask) / 64] |= 1ULL << (hash >> 37 & 63);
	filter->suspects++;
}

static void add_bits(struct luo_filter *filter, u64 hash)
{
	u64 *word = filter->word + luo_place(hash, filter->room), old = *word;
	u64 bits = 1ULL << (hash >> 8 & 63) | 1ULL << (hash >> 14 & 63) | 1ULL << (hash >> 20 & 63);

	if ((old & bits) == bits)
		add_suspect(filter, hash);
	*word = old | bits;
}

/* Does one of the three have only zeros? A borrow can only reach those above such a one. */
static bool zero_among(u64 prints)
{
	return (prints - ONE_EACH) & ~prints & TOP_EACH;
}

/* None is 0, which is where a word has room. */
static u64 print_of(u64 hash)
{
	u64 print = hash >> 8 & PRINT;

	return print + !print;
}

static void add_print(struct luo_filter *filter, u64 hash)
{
	u64 *word = filter->word + luo_place(hash, filter->room);
	u64 print = print_of(hash);

	for (;;) {
		if (zero_among(*word ^ print * ONE_EACH))
			return add_suspect(filter, hash);
		if (!(*word >> (PRINTS - 1) * PRINT_BITS))
			break;
		if (++word == filter->word + filter->room)
			word = filter->word;
	}
	*word = *word << PRINT_BITS | print;
}

/* Which words are full nobody can guess: hashes of those come last, without a branch for each. */
static void add_prints(struct luo_filter *filter, u32 nr)
{
	u32 late = 0;

	for (u32 i = 0; i < nr; i++) {
		u64 hash = filter->queue[i], print = print_of(hash);
		u64 *word = filter->word + luo_place(hash, filter->room), old = *word;
		bool full = old >> (PRINTS - 1) * PRINT_BITS;

		if (zero_among(old ^ print * ONE_EACH)) {
			add_suspect(filter, hash);
			continue;
		}
		*word = full ? old : old << PRINT_BITS | print;
		filter->queue[late] = hash;
		late += full;
	}
	for (u32 i = 0; i < late; i++)
		add_print(filter, filter->queue[i]);
}

/** luo_filter_drain() - put in what still waits. */
void luo_filter_drain(struct luo_filter *filter)
{
	u32 nr = filter->queued;

	filter->queued = 0;
	filter->held += nr;
	if (filter->held > filter->limit)
		return;
	if (filter->prints)
		add_prints(filter, nr);
	else
		for (u32 i = 0; i < nr; i++)
			add_bits(filter, filter->queue[i]);
}

/** luo_filter_clear() - forget all hashes, but not the suspects. */
void luo_filter_clear(struct luo_filter *filter)
{
	__builtin_memset(filter->word, 0, filter->room * 8);
	filter->held = 0;
}

static u64 smaller(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * luo_filter_init() - an empty filter
 * @filter: filled in
 * @memory: aligned to 8 bytes; the map of suspects is at its end
 * @bytes:  how much there may be
 * @likely: hashes to expect, which chooses the form: 0 for the one that takes the most
 * @most:   hashes that can come at most, which limits the memory that is used
 *
 * Return: false when the memory is too small to be of any use.
 */
bool luo_filter_init(struct luo_filter *filter, void *memory, u64 bytes, u64 likely, u64 most)
{
	bool prints = likely && likely <= bytes / 8 * 63 / 64 * 9 / 4;
	/* A tenth for the map, where there will be suspects; a power of two. */
	u64 map = prints ? bytes / 64 : bytes / 10, room;

	if (bytes < 1024)
		return false;
	map = 1ULL << (63 - __builtin_clzll(map));
	room = smaller((bytes - map) / 8, (prints ? most / 2 : most / 7) + 8);
	*filter = (struct luo_filter){
		.word = memory,
		.room = room,
		.suspect = (u64 *)memory + room,
		.mask = map * 8 - 1,
		.limit = prints ? room / 5 * 12 : room * 64 / 7,
		.prints = prints,
	};
	__builtin_memset(memory, 0, room * 8 + map);
	return true;
}
