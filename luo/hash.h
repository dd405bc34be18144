/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A keyed hash of names and numbers, for tables and filters only: one 64x64-bit multiplication for
 * two words. Whoever chose the names does not know the key, so that none can be chosen to collide.
 */
#ifndef LUO_HASH_H
#define LUO_HASH_H

#include "abi.h"

#define LUO_HASH_KEYS 8 /* one for each word of a name */

static inline u64 luo_mix(u64 a, u64 b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (u64)m ^ (u64)(m >> 64);
}

/** luo_hash_keys() - make the keys of the hash from two random numbers. */
static inline void luo_hash_keys(u64 *key, const u64 from[2])
{
	/* The digits of the golden ratio and of the square root of two. */
	for (u64 i = 0; i < LUO_HASH_KEYS; i++)
		key[i] = luo_mix(from[0] + (i + 1) * 0x9e3779b97f4a7c15ULL,
				 from[1] ^ 0x6a09e667f3bcc909ULL);
}

/** luo_hash_pair() - hash of two numbers. */
static inline u64 luo_hash_pair(const u64 *key, u64 a, u64 b)
{
	return luo_mix(luo_mix(a ^ key[2], b ^ key[3]), key[0]);
}

/* Marks the lowest byte that is 0 by its top bit; borrows reach only bytes above it. */
static inline u64 luo_zero_byte(u64 word)
{
	return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

/* All bits up to the first byte that is so marked, or all when there is none. */
static inline u64 luo_up_to(u64 zero)
{
	return zero ^ (zero - 1);
}

/* The end of a name: two words of which at least one has a NUL. */
static inline u64 luo_hash_end(const u64 *key, const u64 *k, u64 h, u64 a, u64 b)
{
	u64 za = luo_zero_byte(a);

	if (za) {
		a &= luo_up_to(za);
		b = 0;
	} else {
		b &= luo_up_to(luo_zero_byte(b));
	}
	return luo_mix(h ^ luo_mix(a ^ k[0], b ^ k[1]), key[0]);
}

static inline u64 luo_hash_words(const u64 *key, const char *name, bool ended)
{
	u64 h = 0;

	for (u32 i = 0;; i += 2) {
		u64 a = luo_get64(name + i * 8), b = luo_get64(name + i * 8 + 8);

		if (!ended && i == LUO_HASH_KEYS - 2)
			b &= ~0ULL >> 8;
		if (luo_zero_byte(a) | luo_zero_byte(b))
			return luo_hash_end(key, key + i, h, a, b);
		h ^= luo_mix(a ^ key[i], b ^ key[i + 1]);
	}
}

/**
 * luo_hash_name() - hash of a name
 * @key:  LUO_HASH_KEYS of them
 * @name: a field of LUO_NAME_LEN bytes
 *
 * Only what a kernel looks at counts: 63 bytes at most, up to a NUL. Two words are taken at a time,
 * and the words behind the NUL are not looked at.
 */
static inline u64 luo_hash_name(const u64 *key, const char *name)
{
	return luo_hash_words(key, name, false);
}

/** luo_hash_ended() - the same hash, of a name whose field is known to end with a NUL. */
static inline u64 luo_hash_ended(const u64 *key, const char *name)
{
	return luo_hash_words(key, name, true);
}

#endif
