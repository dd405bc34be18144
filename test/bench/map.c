/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The map of a machine with 1 TiB, of which 3/4 are preserved in entries of 4 KiB, of 2 MiB, or
 * half and half: its verification against one read of its nodes. Only the nodes are there; what
 * the entries stand for is never looked at.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../luo/map.h"

#define RAM	TIB(1)
#define TIB(n)	((u64)(n) << 40)
#define NODES	65536
#define NODE_PA (TIB(1) - NODES * 4096ULL) /* at the end of RAM */

struct nodes {
	u8 *mem;
	u64 used;
};

static const void *map_node(void *ctx, u64 pa, u64 len)
{
	const struct nodes *n = ctx;

	if (pa < NODE_PA || len > NODES * 4096ULL - (pa - NODE_PA))
		return NULL;
	return n->mem + (pa - NODE_PA);
}

/* The node at a level on the way to a key. */
static u8 *node_of(struct nodes *n, u64 key, u32 to)
{
	u8 *node = n->mem;

	for (u32 level = world_depth(12) - 1; level > to; level--) {
		u64 *slot = (u64 *)(void *)node + world_index(12, key, level);

		if (!*slot)
			*slot = NODE_PA + n->used++ * 4096;
		node = n->mem + (*slot - NODE_PA);
	}
	return node;
}

static void preserve(struct nodes *n, u64 start, u64 end, u32 order)
{
	for (u64 pa = start; pa < end; pa += 4096ULL << order) {
		u64 key = world_key(12, pa, order);
		u32 bit = world_leaf_bit(12, key);

		node_of(n, key, 0)[bit / 8] |= 1U << bit % 8;
	}
}

static u64 read_nodes(const struct nodes *n)
{
	const u64 *p = (const u64 *)(const void *)n->mem;
	u64 sum = 0;

	for (u64 k = 0; k < n->used * 512; k++)
		sum += p[k];
	return sum;
}

static u64 verify(const struct luo_phys *phys, u8 *arena, struct luo_report *report)
{
	struct luo_arena a = { .base = arena, .size = MIB(2) };
	struct luo_totals totals = { 0 };
	static const u64 key[2] = { 1, 2 };
	struct luo_map map;

	luo_report_init(report);
	luo_map_open(&map, phys, LUO_MAP_RADIX, NODE_PA);
	if (luo_map_verify(&map, report, &totals, &a, key) || report->nr_findings) {
		fprintf(stderr, "bench: the map did not verify clean\n");
		exit(1);
	}
	return totals.map_nodes;
}

/** bench_map() - print nanoseconds to read the nodes and to verify them, and how many there are. */
int bench_map(const char *kind)
{
	static const struct luo_mem_ops ops = { .map = map_node };
	struct luo_range ram = { 0, RAM }, scratch = { GIB(1), MIB(512) };
	struct nodes n = {
		bench_large_pages(aligned_alloc(MIB(2), NODES * 4096ULL), NODES * 4096ULL), 1
	};
	struct luo_phys phys = { .ops = &ops,
				 .ctx = &n,
				 .ram = &ram,
				 .nr_ram = 1,
				 .scratch = &scratch,
				 .nr_scratch = 1,
				 .page_shift = 12 };
	u8 *arena = bench_large_pages(aligned_alloc(MIB(2), MIB(2)), MIB(2));
	u64 read[RUNS], check[RUNS], nodes = 0;
	struct luo_report *report = malloc(sizeof(*report));

	memset(n.mem, 0, NODES * 4096ULL);
	for (u64 at = GIB(2); at < GIB(2) + RAM / 4 * 3; at += MIB(128))
		preserve(&n, at, at + MIB(128),
			 !strcmp(kind, "2m") || (!strcmp(kind, "both") && at & MIB(128)) ? 9 : 0);
	for (u32 i = 0; i < RUNS; i++) {
		u64 t0 = bench_now(), t1;

		bench_sink += read_nodes(&n);
		t1 = bench_now();
		nodes = verify(&phys, arena, report);
		check[i] = bench_now() - t1;
		read[i] = t1 - t0;
	}
	printf("%llu %llu %llu\n", (unsigned long long)bench_median(read),
	       (unsigned long long)bench_median(check), (unsigned long long)nodes);
	free(n.mem);
	free(arena);
	free(report);
	return 0;
}
