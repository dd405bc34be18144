/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory is what records put there. What the core maps it gets as a copy of exactly that many
 * bytes, so that the sanitizer sees when more is read; copies live until the input is done.
 * Memory is bounded by the input's pages and by MAX_COPIES bytes of copies: beyond them the core
 * reads the memory itself.
 */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "../../luo/boot.h"

#define PAGE	   4096ULL
#define PAGES	   131072 /* 512 MiB in each of two banks: at 0 and at 1 GiB */
#define HIGH	   (1ULL << 30)
#define SLOTS	   65536
#define MAX_COPIES (64ULL << 20)

/** struct copy - what was given out for [pa, pa + len). */
struct copy {
	u64 pa, len;
	u8 *p;
};

static u8 *page[2 * PAGES];
static u32 used[2 * PAGES], nr_used;
static struct copy copy[SLOTS];
static u32 taken[SLOTS], nr_taken;
static u64 copied;
static const u8 zeros[1 << 16];

static u32 number_of(u64 pa)
{
	return (u32)(pa < HIGH ? pa / PAGE : PAGES + (pa - HIGH) / PAGE);
}

static void read_out(u8 *to, u64 pa, u64 len)
{
	while (len) {
		u64 in = pa % PAGE, n = PAGE - in < len ? PAGE - in : len;
		const u8 *from = page[number_of(pa)];

		memcpy(to, from ? from + in : zeros, n);
		to += n;
		pa += n;
		len -= n;
	}
}

/* A place for [pa, pa + len) in the table of copies; NULL when it is full. */
static struct copy *slot_of(u64 pa, u64 len)
{
	u64 hash = (pa * 0x9e3779b97f4a7c15ULL ^ len * 0xff51afd7ed558ccdULL) >> 40;

	for (u32 i = 0; i < 64; i++) {
		struct copy *c = &copy[(hash + i) % SLOTS];

		if (!c->p || (c->pa == pa && c->len == len))
			return c;
	}
	return NULL;
}

static const void *map(void *ctx, u64 pa, u64 len)
{
	struct copy *c = slot_of(pa, len);

	(void)ctx;
	if (c && c->p)
		return c->p;
	/* no answer is an answer that a platform may give */
	if (!c || len > MAX_COPIES - copied)
		return NULL;
	*c = (struct copy){ pa, len, aligned_alloc(8, (len + 7) & ~7ULL) };
	if (!c->p)
		return NULL;
	if (len & 7) {
		free(c->p);
		c->p = malloc(len);
	}
	read_out(c->p, pa, len);
	taken[nr_taken++] = (u32)(c - copy);
	copied += len;
	return c->p;
}

static void take_record(u32 number, u32 at, const u8 *data, u32 len)
{
	number %= 2 * PAGES;
	if (!page[number]) {
		page[number] = calloc(1, PAGE);
		used[nr_used++] = number;
	}
	if (page[number] && at < PAGE)
		memcpy(page[number] + at, data, len < PAGE - at ? len : PAGE - at);
}

static void take_records(const u8 *data, size_t size)
{
	while (size >= 8) {
		u32 number = luo_get32(data), at = data[4] | data[5] << 8;
		u32 len = data[6] | data[7] << 8;

		data += 8;
		size -= 8;
		len = len < size ? len : (u32)size;
		take_record(number, at, data, len);
		data += len;
		size -= len;
	}
}

static void open_state(struct image *m)
{
	const struct image_head *h = &m->head;
	const struct luo_abi *abi = luo_abi_row(h->select >> 2 & 15);
	const struct luo_kho_abi *kho = luo_kho_abi_row(h->select >> 6 & 7);

	m->phys.page_shift = 12 + 2 * (u32)((h->select & 3) % 3);
	m->handover = (struct luo_handover){ h->fdt, luo_page_size(&m->phys), h->scratch,
					     h->scratch_size };
	m->state = (struct luo_state){
		.kho = kho ? kho : luo_kho_abi_row(0),
		.abi = abi ? abi : luo_abi_row(0),
		.kho_fdt_pa = h->fdt,
		.kho_fdt_size = m->handover.fdt_size,
		.map_pa = h->map,
		.has_map = true,
		.luo_pa = h->luo,
		.luo_size = h->luo_size,
		.sessions_pa = h->sessions,
	};
}

/** image_open() - make memory of an input; false when it is too short. */
bool image_open(struct image *m, const u8 *data, size_t size)
{
	static const struct luo_mem_ops ops = { .map = map };
	static const struct luo_range ram[] = { { 0, PAGES * PAGE }, { HIGH, PAGES * PAGE } };

	if (size < sizeof(m->head))
		return false;
	memset(m, 0, sizeof(*m));
	memcpy(&m->head, data, sizeof(m->head));
	take_records(data + sizeof(m->head), size - sizeof(m->head));
	m->phys = (struct luo_phys){ .ops = &ops, .ram = ram, .nr_ram = 2, .scratch = m->area };
	open_state(m);
	luo_scratch_load(&m->phys, &m->handover, m->area, LUO_ARRAY_SIZE(m->area),
			 &m->phys.nr_scratch);
	return true;
}

/** image_close() - all memory is zeros again. */
void image_close(struct image *m)
{
	(void)m;
	for (u32 i = 0; i < nr_used; i++) {
		free(page[used[i]]);
		page[used[i]] = NULL;
	}
	for (u32 i = 0; i < nr_taken; i++) {
		free(copy[taken[i]].p);
		copy[taken[i]].p = NULL;
	}
	nr_used = nr_taken = 0;
	copied = 0;
}
