/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What a compaction can reach at best, by trying: how many blocks each list needs, whether there
 * is anything to begin with, and the fewest entries that have to move. See sim.h.
 */
#include "sim.h"

#include <string.h>

/* One list as found: entries of each block. */
struct found {
	u32 nr;
	u32 count[256];
	u32 sum;
};

static u32 live_of(const struct sim *s, u64 pa, bool files)
{
	static const u8 zero[80];
	u32 n = (u32)sim_get(s, pa + 8);

	while (n && !files && s->kernel->zeros &&
	       !memcmp(sim_at(s, pa + 16 + n * 80 - 80, 80), zero, 80))
		n--;
	return n;
}

static void find(const struct sim *s, u64 pa, bool files, struct found *f)
{
	memset(f, 0, sizeof(*f));
	for (; pa; pa = sim_get(s, pa)) {
		assert_true(f->nr < LUO_ARRAY_SIZE(f->count));
		f->count[f->nr] = live_of(s, pa, files);
		f->sum += f->count[f->nr++];
	}
}

/*
 * Most entries that stay when the entries from number @at on go into @blocks blocks: the next
 * block takes any number of them, and its first ones stay if it starts where an old block does.
 */
static u32 most_stay(const struct found *f, u32 at, u32 blocks, u32 room)
{
	u32 best = 0, left = f->sum - at, start = 0, here = 0;

	if (!left)
		return 0;
	for (u32 b = 0; b < f->nr && start <= at; start += f->count[b++])
		if (start == at && f->count[b])
			here = f->count[b];
	for (u32 n = left < room ? left : room; n && left - n <= (blocks - 1) * room; n--) {
		u32 stay = (n < here ? n : here) + most_stay(f, at + n, blocks - 1, room);

		if (stay > best)
			best = stay;
	}
	return best;
}

/* Can a block be had here: one that is empty, or one of two neighbours that fit into one? */
static bool gives(const struct found *f, u32 room, bool keep_one)
{
	for (u32 b = 0; b < f->nr; b++) {
		if (!f->count[b] && (f->sum || !keep_one || f->nr > 1))
			return true;
		if (b && f->count[b - 1] + f->count[b] <= room && f->sum)
			return true;
	}
	return false;
}

static u64 fewest(const struct found *f, u32 room, bool keep_one)
{
	u32 n = (f->sum + room - 1) / room;

	return n || !keep_one || !f->nr ? n : 1;
}

struct walk {
	const struct sim *s;
	struct sim_ideal ideal;
	bool source[2]; /* of file blocks, of session blocks */
	bool count;	/* second walk */
	bool moves;
};

static void look(struct walk *w, u64 pa, bool files)
{
	const struct sim_kernel *k = w->s->kernel;
	bool keep_one = !files && !k->strict;
	u32 room = sim_room(w->s, files);
	struct found f;
	u64 n;

	find(w->s, pa, files, &f);
	if (!w->count) {
		w->source[!files] |= gives(&f, room, keep_one);
		return;
	}
	n = w->source[!files] ? fewest(&f, room, keep_one) : f.nr;
	*(files ? &w->ideal.fblocks : &w->ideal.blocks) += n;
	if (w->moves && n < f.nr)
		w->ideal.moved += f.sum - most_stay(&f, 0, (u32)n, room);
}

static void look_at_all(struct walk *w)
{
	const struct sim *s = w->s;

	look(w, sim_get(s, s->head_at), false);
	for (u64 pa = sim_get(s, s->head_at); pa; pa = sim_get(s, pa))
		for (u32 i = 0; i < live_of(s, pa, false); i++)
			if (s->kernel->file_chains)
				look(w, sim_get(s, pa + 16 + i * 80 + 64), true);
}

/* @moves: the fewest moves too, by trying all, which takes long for more than a few blocks. */
struct sim_ideal sim_ideal(const struct sim *s, bool moves)
{
	struct walk w = { .s = s, .moves = moves };

	look_at_all(&w);
	if (s->kernel->order == s->kernel->file_order)
		w.source[0] = w.source[1] |= w.source[0];
	w.count = true;
	look_at_all(&w);
	if (!s->kernel->file_chains)
		w.ideal.fblocks = sim_read(s).fblocks;
	return w.ideal;
}
