/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The lists behind struct luo_phys in the payload. Not initialised with the rest of .bss: arm64
 * asks them while the MMU is off, before that is cleared, and calls luo_ram_reset() first.
 */
#include "arch.h"
#include "ram.h"

#define MAX_RAM	 1024
#define MAX_BUSY (64 + 3 * LUO_MAX_SETUP_NODES)

static struct luo_range ram[MAX_RAM] LUO_NOINIT;
static struct luo_busy busy[MAX_BUSY] LUO_NOINIT;
static u32 nr_ram LUO_EARLY;
static u32 nr_busy LUO_EARLY;

/** luo_ram_reset() - begin with empty lists. */
void luo_ram_reset(void)
{
	nr_ram = 0;
	nr_busy = 0;
}

/**
 * luo_ram_add() - add a range to the end of the list
 *
 * Ranges that are empty or wrap are left out. Return: false when the list is full.
 */
bool luo_ram_add(u64 start, u64 size)
{
	struct luo_range r = { start, size };

	if (!size || !luo_range_valid(&r))
		return true;
	if (nr_ram == MAX_RAM)
		return false;
	ram[nr_ram++] = r;
	return true;
}

/**
 * luo_ram_remove() - this is no RAM of ours, whatever the list says
 *
 * Leaves entries of size 0 behind: luo_ram_normalize() comes next. Return: false when the list is
 * full.
 */
bool luo_ram_remove(u64 start, u64 size)
{
	struct luo_range hole = { start, size };

	return luo_ranges_remove(ram, &nr_ram, MAX_RAM, &hole);
}

/** luo_ram_normalize() - ascending, disjoint, merged. */
void luo_ram_normalize(void)
{
	nr_ram = luo_ranges_normalize(ram, nr_ram);
}

/** luo_ram_holding() - the range of RAM that an address is in, or NULL. */
const struct luo_range *luo_ram_holding(u64 pa)
{
	for (u32 i = 0; i < nr_ram; i++)
		if (luo_range_holds(&ram[i], pa, 1))
			return &ram[i];
	return NULL;
}

/** luo_ram_hits() - does a range touch RAM? */
bool luo_ram_hits(u64 pa, u64 len)
{
	for (u32 i = 0; i < nr_ram; i++)
		if (luo_range_hits(&ram[i], pa, len))
			return true;
	return false;
}

/** luo_ram_list() - all of RAM. */
const struct luo_range *luo_ram_list(u32 *nr)
{
	*nr = nr_ram;
	return ram;
}

/**
 * luo_busy_add() - a range in use by something alive; too many are left out
 *
 * Nobody here says whose it is, so the list has no names.
 */
void luo_busy_add(u64 start, u64 size)
{
	struct luo_range r = { start, size };

	if (size && luo_range_valid(&r) && nr_busy < MAX_BUSY)
		busy[nr_busy++] = (struct luo_busy){ .range = r };
}

/** luo_ram_fill() - make a view of the two lists; scratch areas and page size are the caller's. */
void luo_ram_fill(struct luo_phys *phys, const struct luo_mem_ops *ops)
{
	*phys = (struct luo_phys){
		.ops = ops,
		.ram = ram,
		.nr_ram = nr_ram,
		.busy = busy,
		.nr_busy = nr_busy,
	};
}
