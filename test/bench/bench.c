/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One verification, and one plain read of the same blocks. `bench time ABI N ORDER ARENA` prints
 * nanoseconds (medians of RUNS): memcpy, read, verify; `bench count ABI N ORDER ARENA` verifies
 * once, for a counter of instructions around luo_run(). ABI: v5 or s3; ORDER: 0 blocks in the
 * order of addresses, 1 at random; ARENA: bytes of working memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../unit/world.h"

#define RUNS 5
#define HUGE (2ULL << 20)

/* As a payload maps memory; where the system has none it is slower for all that is compared. */
static void *large_pages(void *p, u64 size)
{
	uintptr_t start = ((uintptr_t)p + HUGE - 1) & ~(HUGE - 1);
	uintptr_t end = ((uintptr_t)p + size) & ~(HUGE - 1);

	if (p && start < end)
		madvise((void *)start, end - start, MADV_HUGEPAGE);
	return p;
}

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* Link the blocks in a random order; a fixed seed, so that counts can be compared. */
static void shuffle(struct world *w)
{
	u64 seed = 1;

	for (u32 i = w->nr_blocks; i > 1; i--) {
		struct world_block b = w->block[i - 1];
		u32 j;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		j = (u32)(seed >> 33) % i;
		w->block[i - 1] = w->block[j];
		w->block[j] = b;
	}
	for (u32 i = 0; i < w->nr_blocks; i++)
		world_put(w, w->block[i].pa, i + 1 < w->nr_blocks ? w->block[i + 1].pa : 0);
	world_put(w, world_head_at(w), w->block[0].pa);
}

/* The yardstick: every word of the used part, the next block on its way meanwhile. */
static u64 read_all(const struct world *w, u64 bytes)
{
	u64 sum = 0;

	for (u32 i = 0; i < w->nr_blocks; i++) {
		const u64 *p = (const u64 *)(const void *)world_at(w, w->block[i].pa, bytes);
		const u64 *next =
			i + 1 < w->nr_blocks
				? (const u64 *)(const void *)world_at(w, w->block[i + 1].pa, bytes)
				: p;
		u64 words = (16 + w->block[i].count * 80) / 8;

		for (u64 k = 0; k < words; k += 8) {
			__builtin_prefetch(next + k);
			for (u64 m = k; m < words && m < k + 8; m++)
				sum += p[m];
		}
	}
	return sum;
}

static void copy_all(const struct world *w, u64 bytes, u8 *to)
{
	for (u32 i = 0; i < w->nr_blocks; i++)
		memcpy(to + i * bytes, world_at(w, w->block[i].pa, bytes), bytes);
}

static u64 verify(const struct world *w, u8 *arena, size_t size)
{
	struct luo_job job = { LUO_MODE_VERIFY, arena, size, { 1, 2 } };
	static struct luo_report report;
	struct luo_state state;
	struct luo_plan plan;

	if (luo_run(&w->phys, &w->handover, &job, &state, &report, &plan) || report.nr_findings ||
	    report.before.sessions != w->sessions) {
		fprintf(stderr, "bench: the state did not verify clean\n");
		exit(1);
	}
	return report.arena_peak;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static u64 median(u64 *t)
{
	qsort(t, RUNS, sizeof(*t), compare);
	return t[RUNS / 2];
}

static void measure(const struct world *w, u64 bytes, u8 *arena, size_t size)
{
	u64 copy[RUNS], read[RUNS], check[RUNS], peak = 0;
	u8 *to = large_pages(malloc(w->nr_blocks * bytes + 1), w->nr_blocks * bytes);
	volatile u64 sum = 0;

	memset(to, 1, w->nr_blocks * bytes);
	for (u32 i = 0; i < RUNS; i++) {
		u64 t0 = now(), t1, t2;

		copy_all(w, bytes, to);
		t1 = now();
		sum += read_all(w, bytes);
		t2 = now();
		peak = verify(w, arena, size);
		check[i] = now() - t2;
		copy[i] = t1 - t0;
		read[i] = t2 - t1;
	}
	printf("%llu %llu %llu %llu\n", (unsigned long long)median(copy),
	       (unsigned long long)median(read), (unsigned long long)median(check),
	       (unsigned long long)peak);
	free(to);
}

int main(int argc, char **argv)
{
	bool s3 = argc == 6 && !strcmp(argv[2], "s3");
	size_t size = argc == 6 ? strtoull(argv[5], NULL, 0) : 0;
	u64 n = argc == 6 ? strtoull(argv[3], NULL, 0) : 0;
	u64 bytes = s3 ? 65536 : 4096;
	u8 *arena = large_pages(aligned_alloc(HUGE, (size + HUGE - 1) & ~(HUGE - 1)), size);
	struct world w;

	if (argc != 6 || !arena) {
		fprintf(stderr, "usage: bench time|count v5|s3 SESSIONS 0|1 ARENA\n");
		return 16;
	}
	memset(arena, 0, size);
	world_open(&w, 12, s3 ? WORLD_S3 : WORLD_V5, 16 + n / (s3 ? 819 : 51) * bytes / 1000000);
	large_pages(w.bank[1].mem, w.bank[1].size);
	while (w.sessions < n)
		world_add_block(&w, n - w.sessions < world_capacity(&w) ? n - w.sessions
									: world_capacity(&w));
	world_finish(&w);
	if (strtoul(argv[4], NULL, 0))
		shuffle(&w);
	if (!strcmp(argv[1], "count"))
		verify(&w, arena, size);
	else
		measure(&w, bytes, arena, size);
	world_close(&w);
	free(arena);
	return 0;
}
