/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What each kernel's reader makes of the lists, written from the description of the ABI and of
 * what kernels accept; no line is shared with the core. The entries are read on even where a
 * kernel would give up, because the payload may still save the state.
 *
 * strict (7.2, 7.3): an empty block of sessions, or one that counts too many: panic at boot; of
 * files: no LUO. Else (April 2026): empty blocks are stepped over, a count too high is refused.
 * All: a name twice, the empty one included, is refused.
 */
#include "sim.h"

#include <string.h>

static void worse(struct sim_read *r, enum sim_verdict verdict)
{
	if (verdict > r->verdict)
		r->verdict = verdict;
}

static void mix(struct sim_read *r, const struct sim *s, u64 pa, u64 len)
{
	for (; len; pa += 8, len -= 8)
		r->digest = (r->digest ^ sim_get(s, pa)) * 0x100000001b3ULL + (r->digest >> 47);
}

/* The length of a list, or 0 for one that comes back to itself or leads out of memory. */
static u64 blocks_of(const struct sim *s, u64 pa)
{
	u64 n = 0;

	for (; pa && n <= 10000; pa = sim_get(s, pa))
		n++;
	assert_true(n <= 10000);
	return n;
}

static void read_files(struct sim_read *r, const struct sim *s, u64 record)
{
	u64 pa = sim_get(s, record + 64), count = sim_get(s, record + 72), total = 0;
	u32 room = sim_room(s, true);

	mix(r, s, record + 72, 8);
	if (!s->kernel->file_chains) {
		if (pa)
			mix(r, s, pa, count * 64);
		r->fblocks += pa != 0;
		r->files += count;
		return;
	}
	r->fblocks += blocks_of(s, pa);
	for (; pa; pa = sim_get(s, pa)) {
		u64 nr = sim_get(s, pa + 8);

		assert_true(sim_preserved(s, pa, s->kernel->file_order));
		assert_true(nr <= room);
		if (!nr)
			worse(r, SIM_REFUSED);
		mix(r, s, pa + 16, nr * 64);
		total += nr;
	}
	assert_int_equal(total, count);
	r->files += total;
}

static bool is_zero(const struct sim *s, u64 pa)
{
	u64 any = 0;

	for (u64 at = 0; at < 80; at += 8)
		any |= sim_get(s, pa + at);
	return !any;
}

struct sim_read sim_read(const struct sim *s)
{
	struct sim_read r = { .digest = 0xcbf29ce484222325ULL };
	u64 pa = sim_get(s, s->head_at), nameless = 0;

	r.blocks = blocks_of(s, pa);
	for (; pa; pa = sim_get(s, pa)) {
		u64 nr = sim_get(s, pa + 8);

		assert_true(sim_preserved(s, pa, s->kernel->order));
		assert_true(nr <= sim_room(s, false));
		if (!nr && s->kernel->strict)
			worse(&r, SIM_PANIC);
		for (u64 record = pa + 16; nr; nr--, record += 80) {
			if (s->kernel->zeros && is_zero(s, record)) {
				if (++nameless > 1)
					worse(&r, SIM_REFUSED);
				continue;
			}
			mix(&r, s, record, 64);
			read_files(&r, s, record);
			r.sessions++;
		}
	}
	return r;
}
