/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Integer types and the few helpers that everything in the core uses.
 *
 * Nothing here needs more than a freestanding compiler; the four mem functions are the ones that
 * gcc and clang may call on their own, so every environment has them.
 */
#ifndef LUO_TYPES_H
#define LUO_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* Called from many places: one copy is smaller, which matters in a payload. */
#define LUO_NOINLINE __attribute__((noinline))
#define LUO_COLD     __attribute__((noinline, cold)) /* taken once or never: small, not fast */

#define LUO_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Handed-over numbers are native-endian and only 4-byte aligned: never dereference them as u64. */
static inline u64 luo_get64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline u32 luo_get32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

#endif
