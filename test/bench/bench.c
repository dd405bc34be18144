/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One verification, and one plain read of the same blocks. `bench time ABI N ORDER ARENA FILES`
 * prints nanoseconds (medians of RUNS): memcpy, read, verify, and the memory used, then read and
 * verify with nothing in the caches; `bench count ABI N ORDER ARENA FILES` verifies once, for a
 * counter of instructions around luo_run(). ABI: v5 or s3; ORDER: 0 blocks in the order of
 * addresses, 1 at random; ARENA: bytes of working memory; FILES: files of each session. `bench map
 * 4k|2m|both`, `bench compact BLOCKS`, `bench dump SESSIONS LUO FILE`: see there.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define HUGE (2ULL << 20)

volatile u64 bench_sink;

/* As a payload maps memory; where the system has none it is slower for all that is compared. */
void *bench_large_pages(void *p, u64 size)
{
	uintptr_t start = ((uintptr_t)p + HUGE - 1) & ~(HUGE - 1);
	uintptr_t end = ((uintptr_t)p + size) & ~(HUGE - 1);

	if (p && start < end)
		madvise((void *)start, end - start, MADV_HUGEPAGE);
	return p;
}

u64 bench_now(void)
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

static u64 sum_words(const u8 *from, u64 bytes, const u8 *ahead)
{
	const u64 *p = (const u64 *)(const void *)from, *next = (const u64 *)(const void *)ahead;
	u64 words = bytes / 8, sum = 0;

	for (u64 k = 0; k < words; k += 8) {
		__builtin_prefetch(next + k);
		for (u64 m = k; m < words && m < k + 8; m++)
			sum += p[m];
	}
	return sum;
}

/* The blocks of files of one session, each read as a whole. */
static u64 read_files(const struct world *w, u64 pa)
{
	u64 sum = 0;

	for (; pa; pa = world_get(w, pa))
		sum += sum_words(world_at(w, pa, 4096), 16 + world_get(w, pa + 8) * 64,
				 world_at(w, pa, 4096));
	return sum;
}

/* The yardstick: every word of the used part, the next block on its way meanwhile. */
static u64 read_all(const struct world *w, u64 bytes)
{
	u64 sum = 0;

	for (u32 i = 0; i < w->nr_blocks; i++) {
		const struct world_block *b = &w->block[i];
		const u8 *p = world_at(w, b->pa, bytes);
		bool last = i + 1 == w->nr_blocks;

		sum += sum_words(p, 16 + b->count * 80,
				 last ? p : world_at(w, w->block[i + 1].pa, bytes));
		for (u64 k = 0; w->files && k < b->count; k++)
			sum += read_files(w, world_get(w, b->pa + 16 + k * 80 + 64));
	}
	return sum;
}

/* The same number of files for every session; a block of files for each 63. */
static void add_files(struct world *w, u64 files)
{
	u64 count[16], nr = 0;

	for (u64 left = files; left; left -= count[nr++])
		count[nr] = left < world_file_capacity(w) ? left : world_file_capacity(w);
	for (u32 i = 0; nr && i < w->nr_blocks; i++)
		for (u64 k = 0; k < w->block[i].count; k++)
			world_add_files(w, w->block[i].pa + 16 + k * 80, count, (u32)nr);
}

static void copy_all(const struct world *w, u64 bytes, u8 *to)
{
	for (u32 i = 0; i < w->nr_blocks; i++)
		memcpy(to + i * bytes, world_at(w, w->block[i].pa, bytes), bytes);
}

/* With another @key, other names look alike by chance. */
static u64 verify(const struct world *w, u8 *arena, size_t size, u64 key)
{
	struct luo_job job = { LUO_MODE_VERIFY, arena, size, { key, 2 } };
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

u64 bench_median(u64 t[RUNS])
{
	qsort(t, RUNS, sizeof(*t), compare);
	return t[RUNS / 2];
}

/* Out of all caches: what the next one reads comes from memory. */
static void flush(const u8 *p, u64 bytes)
{
	for (u64 i = 0; i < bytes; i += 64)
#ifdef __x86_64__
		__builtin_ia32_clflush(p + i);
#else
		__asm__ volatile("dc civac, %0" ::"r"(p + i) : "memory");
#endif
	__sync_synchronize();
}

static void flush_all(const struct world *w, const u8 *arena, size_t size)
{
	for (u32 i = 0; i < 2; i++)
		flush(w->bank[i].mem, w->bank[i].size);
	flush(arena, size);
}

/* The same with all of it in memory and nothing in a cache, as large machines leave it. */
static void measure_cold(const struct world *w, u64 bytes, u8 *arena, size_t size)
{
	u64 read[RUNS], check[RUNS], t;

	for (u32 i = 0; i < RUNS; i++) {
		flush_all(w, arena, size);
		t = bench_now();
		bench_sink += read_all(w, bytes);
		read[i] = bench_now() - t;
		flush_all(w, arena, size);
		t = bench_now();
		verify(w, arena, size, i + 1);
		check[i] = bench_now() - t;
	}
	printf("%llu %llu\n", (unsigned long long)bench_median(read),
	       (unsigned long long)bench_median(check));
}

static void measure(const struct world *w, u64 bytes, u8 *arena, size_t size)
{
	u64 copy[RUNS], read[RUNS], check[RUNS], peak = 0;
	u8 *to = bench_large_pages(malloc(w->nr_blocks * bytes + 1), w->nr_blocks * bytes);

	memset(to, 1, w->nr_blocks * bytes);
	for (u32 i = 0; i < RUNS; i++) {
		u64 t0 = bench_now(), t1, t2;

		copy_all(w, bytes, to);
		t1 = bench_now();
		bench_sink += read_all(w, bytes);
		t2 = bench_now();
		peak = verify(w, arena, size, i + 1);
		check[i] = bench_now() - t2;
		copy[i] = t1 - t0;
		read[i] = t2 - t1;
	}
	printf("%llu %llu %llu %llu\n", (unsigned long long)bench_median(copy),
	       (unsigned long long)bench_median(read), (unsigned long long)bench_median(check),
	       (unsigned long long)peak);
	free(to);
	measure_cold(w, bytes, arena, size);
}

static int run(const char *what, bool s3, u64 n, bool random, size_t size, u64 files)
{
	u64 bytes = s3 ? 65536 : 4096, per = s3 ? 819 : 51;
	u8 *arena = bench_large_pages(aligned_alloc(HUGE, (size + HUGE - 1) & ~(HUGE - 1)), size);
	struct world w;

	memset(arena, 0, size);
	/* A file takes a record of a page, some of them three more and their folios. */
	world_open(&w, 12, s3 ? WORLD_S3 : WORLD_V5,
		   16 + n / per * bytes / 1000000 + n * files * 4096 * 5 / 4 / 1000000 +
			   (files ? n * (files / 63 + 1) * 4096 / 1000000 : 0));
	bench_large_pages(w.bank[1].mem, w.bank[1].size);
	while (w.sessions < n)
		world_add_block(&w, n - w.sessions < per ? n - w.sessions : per);
	add_files(&w, files);
	world_finish(&w);
	if (random)
		shuffle(&w);
	if (!strcmp(what, "count"))
		verify(&w, arena, size, 1);
	else
		measure(&w, bytes, arena, size);
	world_close(&w);
	free(arena);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "map"))
		return bench_map(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "compact"))
		return bench_compact(strtoull(argv[2], NULL, 0));
	if (argc == 5 && !strcmp(argv[1], "read"))
		return bench_read(argv[2], strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	if (argc == 5 && !strcmp(argv[1], "dump"))
		return bench_dump(strtoull(argv[2], NULL, 0), argv[3], argv[4]);
	if (argc == 7)
		return run(argv[1], !strcmp(argv[2], "s3"), strtoull(argv[3], NULL, 0),
			   strtoul(argv[4], NULL, 0), strtoull(argv[5], NULL, 0),
			   strtoull(argv[6], NULL, 0));
	fprintf(stderr, "usage: bench time|count v5|s3 SESSIONS 0|1 ARENA FILES\n"
			"       bench map 4k|2m|both\n"
			"       bench compact BLOCKS\n"
			"       bench dump SESSIONS LUO FILE\n");
	return 16;
}
