/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One to three damages of a state, drawn from a seed: words of its metadata become 0, all ones,
 * one more or less, misaligned, an address beyond RAM, in scratch, of itself or of another page,
 * or another word of the state; bits flip; whole records are swapped or doubled.
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define PAGE 4096

/** random64() - xorshift64*, so that every state can be made again from its seed. */
u64 random64(u64 *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dULL;
}

static u64 word_at(const struct base *b, u64 pa)
{
	return luo_get64(machine_at(&b->machine, pa, 8));
}

/* A word of the metadata; mostly one that is not 0, because there is more to spoil. */
static u64 some_word(const struct base *b, u64 *seed)
{
	u64 pa = b->page[random64(seed) % b->nr_pages];
	u64 at = random64(seed) % PAGE & ~7ULL;

	if (random64(seed) % 4 == 0)
		return pa + (random64(seed) % 2 ? at : at % 64);
	for (u32 i = 0; i < PAGE / 8 && !word_at(b, pa + at); i++)
		at = at + 8 < PAGE ? at + 8 : 0;
	return pa + at;
}

static u64 in_scratch(const struct base *b, u64 *seed)
{
	const u8 *list = machine_at(&b->machine, b->machine.scratch, 16);

	return list ? luo_get64(list) + random64(seed) % (luo_get64(list + 8) + 1) / PAGE * PAGE
		    : 0;
}

static u64 new_value(const struct base *b, u64 *seed, u64 pa, u64 old)
{
	const struct judge_machine *m = &b->machine;

	switch (random64(seed) % 16) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return old + 1;
	case 3:
		return old - 1;
	case 4:
		return old + 8;
	case 5:
		return m->bank[m->nr_banks - 1].start + m->bank[m->nr_banks - 1].size;
	case 6:
		return in_scratch(b, seed);
	case 7:
		return pa & ~(u64)(PAGE - 1);
	case 8:
	case 9:
		return b->page[random64(seed) % b->nr_pages];
	case 10:
		return word_at(b, some_word(b, seed));
	case 11:
		return old + PAGE;
	case 12:
		return random64(seed);
	case 13:
		return random64(seed) % 100;
	default:
		return old ^ 1ULL << random64(seed) % 64;
	}
}

/* Swaps or copies @len bytes inside a page. */
static void move(const struct base *b, u64 *seed, u64 pa, u64 len)
{
	u64 to = (pa & ~(u64)(PAGE - 1)) + random64(seed) % (PAGE / len) * len;
	u8 *p = machine_at(&b->machine, pa & ~(len - 1), len);
	u8 *q = machine_at(&b->machine, to, len), old[128];

	memcpy(old, q, len);
	memcpy(q, p, len);
	if (random64(seed) % 2)
		memcpy(p, old, len);
}

/**
 * mutate() - damage a state
 * @b:    the state; its memory is changed
 * @seed: not 0; the same seed does the same
 * @text: what was done, for messages
 * @size: of that
 */
void mutate(const struct base *b, u64 seed, char *text, size_t size)
{
	u32 nr = 1 + (random64(&seed) % 4 == 0) + (random64(&seed) % 8 == 0);
	size_t used = 0;

	for (u32 i = 0; i < nr && used < size; i++) {
		u64 pa = some_word(b, &seed), old = word_at(b, pa), value;

		if (random64(&seed) % 12 == 0) {
			move(b, &seed, pa, 16ULL << random64(&seed) % 4);
			used += (size_t)snprintf(text + used, size - used, " moved 0x%llx",
						 (unsigned long long)pa);
			continue;
		}
		value = new_value(b, &seed, pa, old);
		memcpy(machine_at(&b->machine, pa, 8), &value, 8);
		used += (size_t)snprintf(text + used, size - used, " 0x%llx:0x%llx->0x%llx",
					 (unsigned long long)pa, (unsigned long long)old,
					 (unsigned long long)value);
	}
}
