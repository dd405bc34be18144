/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Bytes that a compaction of half-empty blocks writes, against the least that keeps the order:
 * entries that cannot stay where they are, and zeros in the blocks that go. Which can stay is
 * worked out here in another way than the core's.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOM  51
#define ENTRY 80

/*
 * Most entries that stay. A block's entries stay when it remains and begins at the same number
 * among all entries; between two such blocks lie full ones and at most one that is not, so that
 * what is not filled adds up to @slack at most. most[b][s]: up to block b, with s not filled.
 */
static u64 most_stay(const u32 *count, u64 nr, u64 slack)
{
	u64 best = 0, *start = calloc(nr + 1, sizeof(*start));
	int(*most)[ROOM] = malloc((nr + 1) * sizeof(*most));

	for (u64 b = 0; b < nr; b++)
		start[b + 1] = start[b] + count[b];
	for (u64 b = 0; b <= nr; b++) {
		u64 alone = (ROOM - start[b] % ROOM) % ROOM;

		for (u64 s = 0; s <= slack; s++)
			most[b][s] = b == nr || count[b] ? (alone <= s ? 0 : -1) : -1;
		for (u64 a = 0; a < b && (b == nr || count[b]); a++) {
			u64 empty = (ROOM - (start[b] - start[a]) % ROOM) % ROOM;

			for (u64 s = empty; count[a] && s <= slack; s++)
				if (most[a][s - empty] >= 0 &&
				    most[a][s - empty] + (int)count[a] > most[b][s])
					most[b][s] = most[a][s - empty] + (int)count[a];
		}
	}
	if (most[nr][slack] > 0)
		best = (u64)most[nr][slack];
	free(most);
	free(start);
	return best;
}

/** bench_compact() - print bytes that a plan writes, and the least. */
int bench_compact(u64 blocks)
{
	struct world w;
	struct luo_state state;
	struct luo_plan plan, done;
	struct luo_report *report = malloc(sizeof(*report));
	struct luo_job job = { LUO_MODE_PLAN, malloc(MIB(2)), MIB(2), { 1, 2 } };
	u32 *count = calloc(blocks, sizeof(*count));
	u64 seed = 1, sum = 0, fewest, least;

	world_open(&w, 12, WORLD_V5, 16 + blocks / 128);
	for (u64 b = 0; b < blocks; b++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		count[b] = (u32)(seed >> 33) % (ROOM + 1);
		sum += count[b];
		world_add_block(&w, count[b]);
	}
	world_finish(&w);
	if (luo_run(&w.phys, &w.handover, &job, &state, report, &plan)) {
		fprintf(stderr, "bench: no plan could be made\n");
		return 1;
	}
	fewest = (sum + ROOM - 1) / ROOM;
	least = (sum - most_stay(count, blocks, fewest * ROOM - sum)) * ENTRY +
		(blocks - fewest) * 4096;
	done = plan;
	printf("%llu %llu\n", (unsigned long long)done.bytes, (unsigned long long)least);
	world_close(&w);
	free(count);
	free(job.arena);
	free(report);
	return done.blocks == blocks - fewest ? 0 : 1;
}
