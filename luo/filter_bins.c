/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The form of the filter with bins: what is compared at the end, one bin after the other. Cells go
 * into the slots of a table by their top bits, each with the number of the one that was there
 * before, and without a branch: which of them have one is nothing that a processor can guess.
 */
#include "filter.h"

#define SLOT_BITS 13

/* Numbers of cells begin with FIRST, so that they are copied to an aligned place; 0 is none. */
#define FIRST 2

struct table {
	u16 slot[1 << SLOT_BITS]; /* the last one in it */
	u32 cell[LUO_BIN_MOST + FIRST];
	u16 before[LUO_BIN_MOST + FIRST]; /* the last one before it in its slot */
	u16 hit[LUO_FILTER_HITS];	  /* those that have one */
};

_Static_assert(sizeof(struct table) <= LUO_FILTER_TABLE, "table");

/**
 * luo_filter_bins() - an empty filter of the form with bins
 * @filter: filled in
 * @memory: aligned to 16 bytes; the first LUO_FILTER_TABLE bytes are not written before the filter
 *          is drained
 * @bytes:  how much there may be
 * @likely: hashes to expect, not 0
 *
 * Return: bytes that are taken, or 0 when they do not do for as many hashes.
 */
u64 luo_filter_bins(struct luo_filter *filter, u8 *memory, u64 bytes, u64 likely)
{
	struct luo_bins bins;
	u64 taken;

	if (bytes < LUO_FILTER_TABLE)
		return 0;
	taken = luo_bins_init(&bins, memory + LUO_FILTER_TABLE, bytes - LUO_FILTER_TABLE, likely);
	if (!taken)
		return 0;
	*filter = (struct luo_filter){
		.binned = true,
		.bins = bins,
		.table = memory,
		.limit = ~0ULL,
	};
	return LUO_FILTER_TABLE + taken;
}

/** luo_filter_overflow() - there is no room for a hash: from now on they are only counted. */
LUO_COLD void luo_filter_overflow(struct luo_filter *filter)
{
	filter->held = luo_bins_capacity(&filter->bins);
	filter->limit = 0;
	filter->binned = false;
}

/* Some cells into their slots. Returns how many have one before them. */
static u32 fill(struct table *table, u32 from, u32 to, u32 shift)
{
	u32 hits = 0;

	for (u32 i = from; i < to; i++) {
		u16 *slot = table->slot + (table->cell[i] >> shift);
		u32 before = *slot;

		*slot = (u16)i;
		table->before[i] = (u16)before;
		table->hit[hits] = (u16)i;
		hits += before != 0;
	}
	return hits;
}

static LUO_NOINLINE void look_closer(struct luo_filter *filter, const struct table *table, u32 hits,
				     u64 nr)
{
	for (u32 h = 0; h < hits; h++) {
		u32 i = table->hit[h], at = table->before[i];

		while (at && table->cell[at] != table->cell[i])
			at = table->before[at];
		if (at)
			luo_filter_suspect(filter,
					   luo_bins_hash(&filter->bins, nr, table->cell[i]));
	}
}

/* All @cells of the table are those of bin number @nr. Four slots for each, if there are as many.
 */
static void compare(struct luo_filter *filter, struct table *table, u32 cells, u64 nr)
{
	u32 bits = 34 - (u32)__builtin_clz(cells | 1), end = cells + FIRST;

	if (bits > SLOT_BITS)
		bits = SLOT_BITS;
	__builtin_memset(table->slot, 0, sizeof(table->slot[0]) << bits);
	for (u32 i = FIRST; i < end; i += LUO_FILTER_HITS) {
		u32 to = end - i < LUO_FILTER_HITS ? end : i + LUO_FILTER_HITS;

		look_closer(filter, table, fill(table, i, to, 32 - bits), nr);
	}
}

/* The map of suspects takes the range of the first bin, which has been copied by then. */
static LUO_COLD void start_map(struct luo_filter *filter)
{
	u64 bytes = 1ULL << (63 - __builtin_clzll((u64)filter->bins.range * 4));

	filter->suspect = (u64 *)(void *)filter->bins.cell;
	filter->mask = bytes * 8 - 1;
	__builtin_memset(filter->suspect, 0, bytes);
}

/** luo_filter_compare() - which of the hashes in all bins are suspects? */
void luo_filter_compare(struct luo_filter *filter)
{
	struct table *table = filter->table;

	filter->held = luo_bins_capacity(&filter->bins);
	filter->binned = false;
	for (u64 nr = 0; nr < luo_bins_nr(&filter->bins); nr++) {
		u32 cells = luo_bin_gather(&filter->bins, nr, table->cell + FIRST);

		if (cells > LUO_BIN_MOST) {
			filter->limit = 0;
			return;
		}
		if (!nr)
			start_map(filter);
		compare(filter, table, cells, nr);
	}
}
