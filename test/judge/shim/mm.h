/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory: the banks of the machine under test, with a page record for each of their pages. An
 * address that no bank has leads to memory that faults, as it would in the kernel.
 */
#ifndef JUDGE_SHIM_MM_H
#define JUDGE_SHIM_MM_H

#include "base.h"

#define PAGE_SHIFT		 JUDGE_PAGE_SHIFT
#define PAGE_SIZE		 (1UL << PAGE_SHIFT)
#define PAGE_ALIGN(x)		 ALIGN(x, PAGE_SIZE)
#define PHYS_PFN(pa)		 ((unsigned long)((pa) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)		 ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define MAX_PAGE_ORDER		 10
#define MAX_ORDER_NR_PAGES	 (1UL << MAX_PAGE_ORDER)
#define CMA_MIN_ALIGNMENT_BYTES	 (PAGE_SIZE << 9)
#define pageblock_nr_pages	 (1UL << 9)
#define pageblock_start_pfn(pfn) ((pfn) / pageblock_nr_pages * pageblock_nr_pages)
#define pageblock_align(pfn)	 ALIGN(pfn, pageblock_nr_pages)
#define PFN_DOWN(x)		 PHYS_PFN(x)
#define PFN_UP(x)		 PHYS_PFN((x) + PAGE_SIZE - 1)
#define __NEW_UTS_LEN		 64
#define NUMA_NO_NODE		 (-1)
enum migratetype { MIGRATE_CMA };

/** struct page - @private is as in the kernel; the rest is what the reader's calls leave here. */
struct page {
	unsigned long private;
	int refs;
	unsigned int order;
};
struct folio {
	struct page page;
	unsigned long index; /* the writer's */
};

void *judge_virt(phys_addr_t pa);
phys_addr_t judge_phys(const void *p);
struct page *judge_page(unsigned long pfn);
unsigned long judge_pfn(const struct page *page);
bool judge_is_ram(phys_addr_t pa);
void judge_free_pages(struct page *page, unsigned int order);

#define phys_to_virt(pa)				 judge_virt(pa)
#define virt_to_phys(p)					 judge_phys(p)
#define __pa(p)						 judge_phys(p)
#define __va(pa)					 judge_virt(pa)
#define pfn_to_page(pfn)				 judge_page(pfn)
#define phys_to_page(pa)				 judge_page(PHYS_PFN(pa))
#define page_to_pfn(page)				 judge_pfn(page)
#define page_to_phys(page)				 PFN_PHYS(judge_pfn(page))
#define pfn_to_online_page(pfn)				 (judge_is_ram(PFN_PHYS(pfn)) ? judge_page(pfn) : NULL)
#define page_folio(page)				 ((struct folio *)(page))
#define folio_nr_pages(folio)				 (1UL << (folio)->page.order)
#define set_page_count(page, n)				 ((page)->refs = (n))
#define clear_page_tag_ref(page)			 ((void)(page))
#define prep_compound_page(page, n)			 ((page)->order = (n))
#define adjust_managed_page_count(page, n)		 ((void)(page), (void)(n))
#define folio_put(folio)				 judge_free_pages(&(folio)->page, (folio)->page.order)
#define __free_page(page)				 judge_free_pages(page, 0)
#define early_pfn_to_nid(pfn)				 ((void)(pfn), 0)
#define init_deferred_page(pfn, nid)			 ((void)(nid))
#define memmap_init_kho_scratch_pages()			 ((void)0)
#define init_pageblock_migratetype(page, type, isolated) ((void)(page))

/* slab: zeroed, from the C library */
#define GFP_KERNEL 0
#define __GFP_ZERO 0
void *judge_alloc(size_t nr, size_t size);
#define kzalloc_obj(obj)       judge_alloc(1, sizeof(obj))
#define kvmalloc_objs(obj, nr) judge_alloc(nr, sizeof(obj))
#define kzalloc(size, gfp)     judge_alloc(1, size)
#define vcalloc(nr, size)      judge_alloc(nr, size)
#define kfree(p)	       ((void)(p))
#define kvfree(p)	       ((void)(p))
#define slab_is_available()    false
#define get_zeroed_page(gfp)   ((unsigned long)judge_never("get_zeroed_page"))
#define free_page(p)	       judge_never("free_page")

/* memblock: which pages are reserved, and which may be used at once */
extern unsigned int judge_scratch_marks;
struct judge_region {
	phys_addr_t start, size;
};
void memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_mark_kho_scratch(phys_addr_t base, phys_addr_t size);
phys_addr_t memblock_end_of_DRAM(void);
void *judge_early_map(phys_addr_t pa, u64 len);
void *judge_node(void);
#define memblock_alloc(size, align)		  judge_node()
#define memblock_free(p, size)			  ((void)(p))
#define memblock_add(base, size)		  ((void)(base))
#define memblock_reserved_mark_noinit(base, size) ((void)(base))
#define memblock_set_kho_scratch_only()		  ((void)0)
#define early_memremap(pa, len)			  judge_early_map(pa, len)
#define early_memunmap(p, len)			  ((void)(p))
#define __for_each_mem_range(i, a, b, nid, flags, start, end, n)                                   \
	for ((i) = 0, *(start) = *(end) = 0; (i) < 0;)
#define MEMBLOCK_ALLOC_ANYWHERE	  0
#define MEMBLOCK_ALLOC_ACCESSIBLE 0
#define ARCH_LOW_ADDRESS_LIMIT	  0
#define is_kdump_kernel()	  false

/* vmalloc */
struct vm_struct {
	void *addr;
	unsigned long size, flags;
	struct page **pages;
	unsigned int nr_pages;
};
#define VM_ALLOC		  2
#define VM_ALLOW_HUGE_VMAP	  0x400
#define VM_UNINITIALIZED	  0x20
#define VMALLOC_START		  0
#define VMALLOC_END		  0
#define PAGE_KERNEL		  0
#define KASAN_VMALLOC_PROT_NORMAL 1
#define KASAN_VMALLOC_VM_ALLOC	  2
typedef unsigned int kasan_vmalloc_flags_t;
struct vm_struct *judge_vm_area(unsigned long size, unsigned long shift);
int judge_vmap(unsigned long addr, unsigned long end, struct page **pages, unsigned int shift);
void vfree(const void *p);
#define __get_vm_area_node(size, align, shift, ...)	judge_vm_area(size, shift)
#define get_vm_area_size(area)				((area)->size)
#define vmap_pages_range(addr, end, prot, pages, shift) judge_vmap(addr, end, pages, shift)
#define kasan_unpoison_vmalloc(p, size, flags)		((void)(flags), (p))
#define clear_vm_uninitialized_flag(area)		((void)(area))
#define free_vm_area(area)				((void)(area))

/* the writer's side */
#define find_vm_area(p)			    ((struct vm_struct *)judge_never("find_vm_area"))
#define get_vm_area_page_order(vm)	    ((unsigned int)judge_never("get_vm_area_page_order"))
#define folio_alloc(gfp, order)		    ((struct folio *)judge_never("folio_alloc"))
#define folio_address(folio)		    ((void *)judge_never("folio_address"))
#define folio_pfn(folio)		    ((unsigned long)judge_never("folio_pfn"))
#define folio_order(folio)		    ((unsigned int)judge_never("folio_order"))
#define virt_to_folio(p)		    ((struct folio *)judge_never("virt_to_folio"))
#define virt_to_page(p)			    ((struct page *)judge_never("virt_to_page"))
#define get_order(size)			    ((int)judge_never("get_order"))
#define page_to_nid(page)		    0
#define pfn_to_nid(pfn)			    0
#define memblock_reserved_kern_size(...)    (phys_addr_t) judge_never("memblock")
#define memblock_reserved_hugetlb_size(...) (phys_addr_t) judge_never("memblock")
#define memblock_phys_alloc_range(...)	    (phys_addr_t) judge_never("memblock")
#define memblock_phys_alloc(...)	    (phys_addr_t) judge_never("memblock")
#define memblock_alloc_range_nid(...)	    (phys_addr_t) judge_never("memblock")
#define memblock_phys_free(...)		    judge_never("memblock")
#define free_reserved_area(...)		    judge_never("free_reserved_area")
#define kmemleak_ignore_phys(pa)	    ((void)(pa))
#define init_cma_reserved_pageblock(page)   ((void)(page))
#define nodes_weight(nodes)		    1
#define node_states			    ((int[]){ 0 })
#define N_MEMORY			    0
#define for_each_node_state(nid, state)	    for ((nid) = 0; (nid) < 1; (nid)++)

/* kexec */
struct kimage {
	int type;
	struct {
		phys_addr_t fdt;
		void *scratch;
	} kho;
	struct judge_region *segment;
	unsigned int nr_segments;
};
struct kexec_buf {
	struct kimage *image;
	void *buffer;
	unsigned long bufsz, mem, memsz, buf_align, buf_max;
	bool top_down;
};
struct resource {
	phys_addr_t start, end;
};
struct uts_namespace {
	struct {
		char release[65];
	} name;
};
extern struct uts_namespace init_uts_ns;
#define KEXEC_TYPE_CRASH      1
#define KEXEC_BUF_MEM_UNKNOWN 0
#define kexec_add_buffer(buf) ((int)judge_never("kexec_add_buffer"))

#endif
