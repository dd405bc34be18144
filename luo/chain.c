/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Following a list of blocks, on memory that nobody vouches for. */
#include "chain.h"

#include "error.h"

/**
 * luo_chain_init() - start at the head of a list
 * @chain:       filled in; stands before the first block
 * @phys:        the view
 * @abi:         form of the list
 * @first:       physical address of the first block, 0 for an empty list
 * @array_count: for arrays without a header, the count that their owner states
 */
void luo_chain_init(struct luo_chain *chain, const struct luo_phys *phys,
		    const struct luo_chain_abi *abi, u64 first, u64 array_count)
{
	*chain = (struct luo_chain){
		.phys = phys,
		.abi = abi,
		.next = first,
		.array_count = array_count,
	};
}

/* Brent: remember one block, at doubling distances; meeting it again is a loop. */
static bool chain_loops(struct luo_chain *chain, u64 pa)
{
	if (chain->seen && pa == chain->mark)
		return true;
	if (chain->seen == chain->mark_at) {
		chain->mark = pa;
		chain->mark_at = chain->mark_at ? chain->mark_at * 2 : 1;
	}
	return false;
}

/* What the header says; arrays have a count only, or none at all. */
static void read_header(struct luo_chain *chain)
{
	const struct luo_chain_abi *abi = chain->abi;
	u64 capacity = luo_capacity(abi, chain->phys->page_shift);

	chain->next = 0;
	if (abi->linked) {
		chain->next = luo_get64(chain->block);
		chain->count = luo_get64(chain->block + offsetof(struct luo_block_ser, count));
	} else if (abi->header) {
		chain->count = luo_get64(chain->block);
	} else {
		chain->count = chain->array_count;
	}
	chain->used = chain->count < capacity ? chain->count : capacity;
	chain->entries = chain->block + abi->header;
}

/**
 * luo_chain_next() - go to the next block
 * @chain: a place in a list
 *
 * LUO_MAX_BLOCKS blocks are followed, as kho_block_add() of Linux 7.2 and 7.3 allows.
 *
 * Return: 1 on a block; 0 at the end; LUO_E_LIMIT, LUO_E_ALIGN, LUO_E_RAM or LUO_E_CYCLE with the
 * address in @chain->pa, after which the list must not be followed further.
 */
int luo_chain_next(struct luo_chain *chain)
{
	u64 bytes = luo_block_bytes(chain->abi, chain->phys->page_shift);
	u64 pa = chain->next;

	if (!pa)
		return 0;
	chain->prev = chain->block ? chain->pa : 0;
	chain->pa = pa;
	if (pa & (bytes - 1))
		return LUO_E_ALIGN;
	if (chain_loops(chain, pa))
		return LUO_E_CYCLE;
	if (chain->seen == LUO_MAX_BLOCKS)
		return LUO_E_LIMIT;
	chain->block = chain->ahead ? chain->ahead : luo_map(chain->phys, pa, bytes);
	chain->ahead = NULL;
	if (!chain->block)
		return LUO_E_RAM;
	chain->index = chain->seen++;
	read_header(chain);
	return 1;
}

/**
 * luo_chain_ahead() - the block to come, so that it can be fetched into the cache meanwhile
 * @chain: on a block, whose next one is not changed from here on
 *
 * Return: its first byte, or the current block's when there is none or it cannot be read.
 */
const u8 *luo_chain_ahead(struct luo_chain *chain)
{
	u64 bytes = luo_block_bytes(chain->abi, chain->phys->page_shift);

	if (chain->next && !(chain->next & (bytes - 1)))
		chain->ahead = luo_map(chain->phys, chain->next, bytes);
	return chain->ahead ? chain->ahead : chain->block;
}

/** luo_chain_zeros() - does entry @i of the current block, @i below @used, hold nothing but zeros?
 */
bool luo_chain_zeros(const struct luo_chain *chain, u64 i)
{
	const u8 *entry = luo_chain_entry(chain, i);
	u64 any = 0;

	for (u32 at = 0; !any && at < chain->abi->entry; at += 8)
		any = luo_get64(entry + at);
	return !any;
}

/** luo_chain_live() - entries of the current block, up to the last that is not vacant. */
u64 luo_chain_live(const struct luo_chain *chain)
{
	u64 n = chain->used;

	while (n && luo_chain_vacant(chain, n - 1))
		n--;
	return n;
}

/** luo_fewest() - blocks that the list would need for its entries; at its end only. */
__attribute__((noinline)) u64 luo_fewest(const struct luo_chain *chain, u64 entries)
{
	u64 room = luo_capacity(chain->abi, chain->phys->page_shift);

	if (!chain->abi->drop_empty || !chain->seen)
		return chain->seen;
	return entries || !chain->abi->keep_one ? (entries + room - 1) / room : 1;
}
