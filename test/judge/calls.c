/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the reader calls beside memory: allocations, vmalloc, files and their page cache. */
#include <stdlib.h>

#include "shim/shim.h"
#include "verdict.h"

#define MAX_AREAS 65536

static struct vm_struct *area[MAX_AREAS];
static unsigned int nr_areas;
struct miscdevice *judge_device;
struct uts_namespace init_uts_ns;

void judge_strscpy(char *to, const char *from, size_t n)
{
	size_t len = strnlen(from, n - 1);

	memcpy(to, from, len);
	memset(to + len, 0, 1);
}

/* kvmalloc() warns and refuses what is larger than INT_MAX. */
void *judge_alloc(size_t nr, size_t size)
{
	if (WARN_ON(size && nr > INT_MAX / size))
		return NULL;
	return calloc(nr ? nr : 1, size);
}

struct vm_struct *judge_vm_area(unsigned long size, unsigned long shift)
{
	struct vm_struct *vm;

	size = shift < 48 ? ALIGN(size, 1UL << shift) : 0;
	if (!size || nr_areas == MAX_AREAS)
		return NULL;
	vm = judge_alloc(1, sizeof(*vm));
	vm->addr = judge_carve(size);
	vm->size = size;
	area[nr_areas++] = vm;
	return vm->addr ? vm : NULL;
}

/* A copy does: nobody writes it. */
int judge_vmap(unsigned long addr, unsigned long end, struct page **pages, unsigned int shift)
{
	(void)shift;
	for (; addr < end; addr += PAGE_SIZE, pages++)
		memcpy((void *)addr, judge_virt(page_to_phys(*pages)), PAGE_SIZE);
	return 0;
}

void vfree(const void *p)
{
	for (unsigned int i = 0; i < nr_areas; i++) {
		if (area[i]->addr != p)
			continue;
		for (unsigned int n = 0; n < area[i]->nr_pages; n++)
			judge_free_pages(area[i]->pages[n], 0);
		area[i] = area[--nr_areas];
		return;
	}
}

struct file *judge_file(const struct file_operations *ops, void *data)
{
	struct file *file = judge_alloc(1, sizeof(*file));

	file->inode = judge_alloc(1, sizeof(*file->inode));
	file->inode->i_mapping = &file->inode->mapping;
	file->f_op = ops;
	file->private_data = data;
	file->refs = 1;
	return file;
}

void judge_setpos(struct file *file, u64 pos)
{
	file->f_pos = pos;
}

/* An index is rounded down to the folio's size; what overlaps is -EEXIST. */
int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, u64 index,
			    void *expected, gfp_t gfp)
{
	u64 nr = folio_nr_pages(folio);
	struct judge_cached *c;

	(void)expected;
	(void)gfp;
	index = index / nr * nr;
	/* newest first: the usual one continues behind the last */
	for (c = mapping->folios; c; c = c->next)
		if (index < c->index + c->nr && c->index < index + nr)
			return -EEXIST;
	c = judge_alloc(1, sizeof(*c));
	*c = (struct judge_cached){ mapping->folios, folio, index, nr };
	mapping->folios = c;
	folio->page.refs++;
	return 0;
}
