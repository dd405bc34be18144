/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Page tables of 512 8-byte entries, the shape that x86_64 and the 4 KiB granule of arm64 have in
 * common: an identity map of RAM, filled in as memory is asked for. A large page is used only
 * where all of it is RAM, so that no speculative access can reach a device.
 */
#ifndef ARCH_PT_H
#define ARCH_PT_H

#include "../luo/phys.h"

/**
 * struct luo_pt_format - what differs between architectures
 * @table:      bits of an entry that leads to a lower table
 * @page:       bits of an entry for 4 KiB of RAM, at the lowest level
 * @block:      bits of an entry for more
 * @device:     bits of an entry for 4 KiB of device registers
 * @addr:       the bits of an entry that hold an address
 * @block_mask, @block_is: a present entry above the lowest level is a block when it has, of the
 *              bits in the first, exactly those in the second
 * @limit:      first address that cannot be reached
 * @levels:     4 or 5
 * @max_block:  highest level with blocks: 2 (2 MiB) or 3 (1 GiB)
 */
struct luo_pt_format {
	u64 table;
	u64 page;
	u64 block;
	u64 device;
	u64 addr;
	u64 block_mask;
	u64 block_is;
	u64 limit;
	u8 levels;
	u8 max_block;
};

/**
 * struct luo_pt - one set of tables
 * @format: see there
 * @own:    RAM, whether the list is known yet or not; of size 0 for none
 * @root:   highest table
 * @pool, @pool_end: pages that may become tables
 * @full:   a mapping failed, for want of those or because the address is out of reach
 * @last:   mapped already: the pages around what was asked for last
 */
struct luo_pt {
	struct luo_pt_format format;
	struct luo_range own;
	u64 *root;
	u64 pool;
	u64 pool_end;
	bool full;
	struct luo_range last;
};

bool luo_pt_init(struct luo_pt *pt, u64 pool, u64 pool_end);
bool luo_pt_map(struct luo_pt *pt, u64 pa, u64 len);
bool luo_pt_map_device(struct luo_pt *pt, u64 pa);
u64 luo_pt_pages_for(const struct luo_pt_format *format, const struct luo_range *ram, u32 nr);

#endif
