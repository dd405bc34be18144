/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Four lanes, so that multiplications overlap. A step can be undone for a given word, and so can
 * the end for the other three lanes: a change within one word, or within one lane's last word,
 * never goes unseen, and of any other one in 2^64.
 */
#include "digest.h"

#define STEP 0x9fb21c651e98df25 /* odd */

static u64 step(u64 lane, u64 word)
{
	lane = (lane ^ word) * STEP;
	return lane << 29 | lane >> 35;
}

/**
 * luo_digest() - digest of memory
 * @p:    the first byte
 * @len:  bytes, a multiple of 32; what is over does not count
 * @seed: any number; other seeds give other digests
 */
u64 luo_digest(const void *p, u64 len, u64 seed)
{
	u64 lane[4] = { seed, seed + 1, seed + 2, seed + 3 };
	const u8 *at = p;

	for (; len >= 32; len -= 32)
		for (u32 i = 0; i < 4; i++, at += 8)
			lane[i] = step(lane[i], luo_get64(at));
	for (u32 i = 1; i < 4; i++)
		lane[0] = step(lane[0], lane[i]);
	return lane[0] ^ lane[0] >> 32;
}
