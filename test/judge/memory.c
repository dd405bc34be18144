/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Physical memory for the kernel's reader. The banks and their page records lie in one large
 * reservation in which everything else faults. Memory that the next kernel is free to use is taken
 * away as early as it may be used: what is scratch when the scratch areas are known, what is not
 * preserved when the page allocator starts, a page when it is freed. To read it after that is as
 * good as a fault. Of a page of which a part only is reserved the rest becomes ones.
 */
#include "memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "shim/shim.h"

#define SPACE	 (1UL << 38)
#define GAP	 (1UL << 20)
#define WILD	 (1UL << 36) /* where addresses that no bank has lead to: the end of the space */
#define NODES	 512	     /* of trees that a kernel builds while it boots: scratch is small */
#define NODE_PA	 0x0000f1a7c0de0000ULL /* their address, which no machine has */
#define MAX_MARK 4096
#define LINE	 64 /* SMP_CACHE_BYTES: the least that memblock_alloc() is asked to align to */

static uint8_t *space, *carved;
static const struct judge_machine *machine;
static struct page *records[JUDGE_BANKS];
static uint8_t *reserved[JUDGE_BANKS]; /* page by page: enum reserved */
static uint8_t *taken[JUDGE_BANKS];    /* page by page: what was in it is gone */
static struct judge_region mark[MAX_MARK];
static struct judge_region list; /* of scratch areas: all that is reserved byte by byte */
static uint8_t *nodes;
unsigned int judge_scratch_marks;

/** enum reserved - of a page: none of it, a part, all. */
enum reserved { NONE, PART, WHOLE };

/** judge_carve() - @size bytes of memory behind which access faults; never given back. */
uint8_t *judge_carve(uint64_t size)
{
	uint8_t *p;

	if (!space) {
		space = mmap(NULL, SPACE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			     -1, 0);
		if (space == MAP_FAILED)
			abort();
		carved = (uint8_t *)ALIGN((unsigned long)space, GAP);
	}
	size = ALIGN(size, PAGE_SIZE);
	if (size > SPACE - WILD || (uint64_t)(carved - space) > SPACE - WILD - size - 2 * GAP)
		return NULL;
	p = carved;
	carved = (uint8_t *)ALIGN((unsigned long)(p + size + GAP), 1UL << 16);
	return mprotect(p, size, PROT_READ | PROT_WRITE) ? NULL : p;
}

/** judge_is_ours() - is this an address at which a reader of a state may fault? */
bool judge_is_ours(const void *p)
{
	const uint8_t *at = p;

	return (unsigned long)p < 65536 || (at >= space && at < space + SPACE);
}

static int bank_of(phys_addr_t pa)
{
	for (unsigned int i = 0; i < machine->nr_banks; i++)
		if (pa - machine->bank[i].start < machine->bank[i].size)
			return (int)i;
	return -1;
}

static void *wild(u64 where)
{
	return space + SPACE - WILD + where % (WILD / 2);
}

bool judge_is_ram(phys_addr_t pa)
{
	return bank_of(pa) >= 0;
}

void *judge_virt(phys_addr_t pa)
{
	int i = bank_of(pa);

	if (pa - NODE_PA < NODES * PAGE_SIZE)
		return nodes + (pa - NODE_PA);
	return i < 0 ? wild(pa) : machine->bank[i].mem + (pa - machine->bank[i].start);
}

phys_addr_t judge_phys(const void *p)
{
	for (unsigned int i = 0; i < machine->nr_banks; i++) {
		const struct judge_bank *b = &machine->bank[i];

		if ((u64)((const uint8_t *)p - b->mem) < b->size)
			return b->start + (u64)((const uint8_t *)p - b->mem);
	}
	if ((u64)((const uint8_t *)p - nodes) < NODES * PAGE_SIZE)
		return NODE_PA + (u64)((const uint8_t *)p - nodes);
	return 0;
}

struct page *judge_page(unsigned long pfn)
{
	int i = bank_of(PFN_PHYS(pfn));

	if (i < 0 || PHYS_PFN(PFN_PHYS(pfn)) != pfn)
		return wild(pfn * sizeof(struct page));
	return records[i] + (pfn - PHYS_PFN(machine->bank[i].start));
}

unsigned long judge_pfn(const struct page *page)
{
	for (unsigned int i = 0; i < machine->nr_banks; i++)
		if ((u64)(page - records[i]) < machine->bank[i].size >> PAGE_SHIFT)
			return PHYS_PFN(machine->bank[i].start) + (u64)(page - records[i]);
	return 0;
}

static void take_away(unsigned int i, u64 first, u64 end)
{
	const struct judge_bank *b = &machine->bank[i];

	memset(taken[i] + first, 1, end - first);
	if (mprotect(b->mem + (first << PAGE_SHIFT), (end - first) << PAGE_SHIFT, PROT_NONE))
		judge_never("mprotect");
}

/* Pages of a region in bank i, cut to it, [*first, *end); false without any. */
static bool pages_in(unsigned int i, phys_addr_t base, phys_addr_t size, u64 *first, u64 *end)
{
	const struct judge_bank *b = &machine->bank[i];
	phys_addr_t last = base + size - 1, bank_last = b->start + b->size - 1;

	if (!size || last < base)
		last = ~0ULL;
	if (!size || base > bank_last || last < b->start)
		return false;
	*first = base < b->start ? 0 : (base - b->start) >> PAGE_SHIFT;
	*end = ((last > bank_last ? b->size - 1 : last - b->start) >> PAGE_SHIFT) + 1;
	return true;
}

/* Of a page that the list lies in: memblock gives out the cache lines that it does not reserve. */
static void use_around_list(unsigned int i, u64 page)
{
	phys_addr_t pa = machine->bank[i].start + (page << PAGE_SHIFT);
	u64 from = list.start > pa ? (list.start - pa) / LINE * LINE : 0;
	u64 end = ALIGN(list.start + list.size - pa, LINE);
	uint8_t *mem = judge_virt(pa);

	if (taken[i][page])
		return;
	memset(mem, 0xff, from);
	if (end < PAGE_SIZE)
		memset(mem + end, 0xff, PAGE_SIZE - end);
	taken[i][page] = from || end < PAGE_SIZE;
}

/* Takes away what is not reserved of [first, end) of a bank. */
static void use_pages(unsigned int i, u64 first, u64 end)
{
	while (first < end) {
		u64 stop = first;

		while (stop < end && !reserved[i][stop])
			stop++;
		if (stop > first)
			take_away(i, first, stop);
		if (stop < end && reserved[i][stop] == PART)
			use_around_list(i, stop);
		first = stop + 1;
	}
}

void memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	bool whole = (base | size) % PAGE_SIZE == 0;
	u64 first, end;

	if (!whole)
		list = (struct judge_region){ base, size };
	for (unsigned int i = 0; i < machine->nr_banks; i++) {
		if (!pages_in(i, base, size, &first, &end))
			continue;
		for (; first < end; first++)
			if (reserved[i][first] != WHOLE)
				reserved[i][first] = whole ? WHOLE : PART;
	}
}

int memblock_mark_kho_scratch(phys_addr_t base, phys_addr_t size)
{
	if (judge_scratch_marks < MAX_MARK)
		mark[judge_scratch_marks++] = (struct judge_region){ base, size };
	return 0;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	const struct judge_bank *b = &machine->bank[machine->nr_banks - 1];

	return b->start + b->size;
}

/** judge_use_scratch() - the next kernel takes memory from what was marked as scratch so far. */
void judge_use_scratch(void)
{
	u64 first, end;

	for (unsigned int m = 0; m < judge_scratch_marks; m++)
		for (unsigned int i = 0; i < machine->nr_banks; i++)
			if (pages_in(i, mark[m].start, mark[m].size, &first, &end))
				use_pages(i, first, end);
	judge_scratch_marks = 0;
}

/** judge_use_rest() - the page allocator has started: all that is not reserved may be used. */
void judge_use_rest(void)
{
	for (unsigned int i = 0; i < machine->nr_banks; i++)
		use_pages(i, 0, machine->bank[i].size >> PAGE_SHIFT);
}

/** judge_use() - memory that is in use from the start. */
void judge_use(phys_addr_t base, phys_addr_t size)
{
	u64 first, end;

	for (unsigned int i = 0; i < machine->nr_banks; i++)
		if (pages_in(i, base, size, &first, &end))
			take_away(i, first, end);
}

/** judge_is_taken() - was the page at @pa, which is RAM, used for something else, or some of it? */
bool judge_is_taken(phys_addr_t pa)
{
	int i = bank_of(pa);

	return i >= 0 && taken[i][(pa - machine->bank[i].start) >> PAGE_SHIFT];
}

void judge_free_pages(struct page *page, unsigned int order)
{
	unsigned long pfn = judge_pfn(page);

	if (--page->refs > 0)
		return;
	for (unsigned long i = 0; i < 1UL << order; i++)
		judge_use(PFN_PHYS(pfn + i), PAGE_SIZE);
}

/* What is no RAM reads as ones in early boot. 64 pages can be mapped at once. */
void *judge_early_map(phys_addr_t pa, u64 len)
{
	int i = bank_of(pa);
	uint8_t *ones;

	if (!len || pa + len - 1 < pa || len > 64UL << 12)
		return NULL;
	if (i >= 0 && len <= machine->bank[i].size - (pa - machine->bank[i].start))
		return judge_virt(pa);
	ones = judge_carve(len);
	if (ones)
		memset(ones, 0xff, len);
	return ones;
}

void *judge_node(void)
{
	static unsigned int nr;

	return nr < NODES ? nodes + nr++ * PAGE_SIZE : NULL;
}

/** judge_left() - entries of the map that nobody took over. */
u64 judge_left(void)
{
	u64 nr = 0;

	for (unsigned int i = 0; i < machine->nr_banks; i++)
		for (u64 n = 0; n < machine->bank[i].size >> PAGE_SHIFT; n++)
			nr += records[i][n].private != 0;
	return nr;
}

/** judge_memory() - begin with this machine. */
void judge_memory(const struct judge_machine *m)
{
	machine = m;
	nodes = judge_carve(NODES * PAGE_SIZE);
	if (!nodes)
		judge_never("memory");
	for (unsigned int i = 0; i < m->nr_banks; i++) {
		u64 pages = m->bank[i].size >> PAGE_SHIFT;

		records[i] = (struct page *)judge_carve(pages * sizeof(struct page));
		reserved[i] = calloc(pages, 1);
		taken[i] = calloc(pages, 1);
		if (!records[i] || !reserved[i] || !taken[i])
			judge_never("memory");
	}
}
