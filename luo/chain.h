/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One list of entries in memory: a chain of linked blocks, or the single array of older ABIs.
 * Following it is safe on any content: each block is aligned and in RAM before it is read, loops
 * are found with one remembered address (Brent), and the number of blocks is bounded.
 */
#ifndef LUO_CHAIN_H
#define LUO_CHAIN_H

#include "abi.h"
#include "phys.h"

/**
 * struct luo_chain - a place in a list
 * @pa, @block:  the current block; after an error @pa is the offending address
 * @count:       entries that the block claims, any value
 * @used:        entries that can be read: @count, but not more than the block holds
 * @entries:     the first entry
 * @next:        the block to come, 0 at the end
 * @prev:        the block before this one, 0 for the first
 * @index:       position of the current block, from 0
 * @ahead:       the block to come, when luo_chain_ahead() has mapped it
 */
struct luo_chain {
	const struct luo_phys *phys;
	const struct luo_chain_abi *abi;
	u64 pa;
	const u8 *block;
	u64 count;
	u64 used;
	const u8 *entries;
	u64 next;
	u64 prev;
	u64 index;
	u64 array_count;
	u64 mark;
	u64 mark_at;
	u64 seen;
	const u8 *ahead;
};

bool luo_chain_zeros(const struct luo_chain *chain, u64 i);
u64 luo_chain_live(const struct luo_chain *chain);
u64 luo_fewest(const struct luo_chain *chain, u64 entries);
void luo_chain_init(struct luo_chain *chain, const struct luo_phys *phys,
		    const struct luo_chain_abi *abi, u64 first, u64 array_count);
int luo_chain_next(struct luo_chain *chain);
const u8 *luo_chain_ahead(struct luo_chain *chain);

/** luo_chain_entry() - entry number @i of the current block, @i below @used. */
static inline const u8 *luo_chain_entry(const struct luo_chain *chain, u64 i)
{
	return chain->entries + i * chain->abi->entry;
}

/**
 * luo_chain_vacant() - is an entry only room that a failed serialization left counted?
 * @chain: on a block
 * @i:     number of the entry, below @chain->used
 *
 * Return: true for an entry of zeros, where the ABI has such; a session never is one, because it
 * has a name (luo_session_create(), Linux 7.1).
 */
static inline bool luo_chain_vacant(const struct luo_chain *chain, u64 i)
{
	return chain->abi->vacant && !*luo_chain_entry(chain, i) && luo_chain_zeros(chain, i);
}

#endif
