/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A setup_data list without KHO's node, or with another one in its place.
 *
 * Incoming nodes are not written, so those in front of KHO's are copied to our front part and
 * linked there; the list behind it stays where it is. The next kernel reserves every node that it
 * is handed, header and payload, before it allocates anything (setup.c,
 * memblock_x86_reserve_range_setup_data(), 7.1 to 7.3), and KASLR keeps clear of them (kaslr.c,
 * mem_avoid_overlap()).
 */
#include "bootdata.h"
#include "cpu.h"

#include "../../luo/error.h"

#define COPIES 16384
#define PAGE   4096

static u8 copies[COPIES] LUO_NOINIT __attribute__((aligned(16)));

/*
 * KHO's own node: header and payload end at a page boundary, and there the tree follows, inside
 * the node's len. 7.3 takes the addresses from the first 32 bytes (setup.c, add_kho()) and wants
 * of the tree only that libfdt accepts its address, a multiple of 8 (kho_populate()).
 */
static u8 own_node[2 * PAGE] LUO_NOINIT __attribute__((aligned(PAGE)));
#define OWN_LEN (sizeof(struct luo_kho_setup) + PAGE)

static u64 swapped_first; /* list with our KHO node, once luo_arch_swap_kho_fdt() has made it */

static u8 *own_header(void)
{
	return own_node + PAGE - sizeof(struct luo_kho_setup) - LUO_SETUP_HEADER;
}

static void put64(u8 *p, u64 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

static void put32(u8 *p, u32 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

/**
 * struct chain - a list under construction
 * @first: its head
 * @link:  where the address of the next node goes; NULL: into @first
 * @used:  bytes of copies[] in use
 */
struct chain {
	u64 first;
	u8 *link;
	u32 used;
};

static void append(struct chain *c, u64 node)
{
	if (c->link)
		put64(c->link, node);
	else
		c->first = node;
}

static int append_copy(struct chain *c, const struct luo_setup_node *node)
{
	u64 len = LUO_SETUP_HEADER + (u64)node->len;
	u8 *to = copies + c->used;

	if (len > COPIES - c->used)
		return LUO_E_LIMIT;
	__builtin_memcpy(to, (const void *)node->pa, len);
	c->used += (u32)((len + 15) & ~15ULL);
	if (c->used > COPIES)
		c->used = COPIES;
	append(c, (u64)to);
	c->link = to;
	return 0;
}

/* Position of the last KHO node, counted from 1; 0 without one, or an error. */
static int last_kho(const struct luo_phys *phys, u64 first)
{
	struct luo_setup_node node;
	int last = 0, i = 0;

	for (u64 pa = first; pa; pa = node.next) {
		int err = i < LUO_MAX_SETUP_NODES ? luo_setup_next(phys, pa, &node) : LUO_E_LIMIT;

		if (err)
			return err;
		i++;
		if (node.type == LUO_SETUP_KEXEC_KHO)
			last = i;
	}
	return last;
}

/* All nodes but KHO's, and @insert, if it is not NULL, in the place of the last of those. */
static int rebuild(const struct luo_phys *phys, u8 *insert, u64 *first)
{
	u64 pa = luo_get64(luo_zero_page + HDR_SETUP_DATA);
	int left = last_kho(phys, pa), err = 0;
	struct luo_setup_node node;
	struct chain c = { 0 };

	if (left <= 0)
		return left ? left : LUO_E_NONE;
	for (; left && !err; left--, pa = node.next) {
		err = luo_setup_next(phys, pa, &node);
		if (!err && node.type != LUO_SETUP_KEXEC_KHO)
			err = append_copy(&c, &node);
	}
	if (err)
		return err;
	if (insert) {
		append(&c, (u64)insert);
		c.link = insert;
	}
	append(&c, pa);
	*first = c.first;
	return 0;
}

/**
 * luo_arch_drop_kho() - hide KHO from the next kernel
 *
 * Return: 0; LUO_E_NONE when there is no KHO node; LUO_E_RAM or LUO_E_LIMIT when the list is
 * damaged or the nodes in front of it are too large to be copied: nothing has changed then.
 */
int luo_arch_drop_kho(const struct luo_phys *phys)
{
	u64 first;
	int err = rebuild(phys, NULL, &first);

	if (!err)
		put64(luo_zero_page + HDR_SETUP_DATA, first);
	return err;
}

/**
 * luo_arch_swap_kho_fdt() - prepare a KHO node of our own with a copy of the tree
 * @handover: what the incoming node says
 * @fdt:      where the copy lies; the caller edits it in place, then luo_arch_swap_commit()
 *
 * Return: 0; LUO_E_LIMIT when the tree is larger than a page, or as luo_arch_drop_kho().
 */
int luo_arch_swap_kho_fdt(const struct luo_phys *phys, const struct luo_handover *handover,
			  void **fdt)
{
	u8 *node = own_header(), *kho = node + LUO_SETUP_HEADER;
	const void *tree;

	if (handover->fdt_size > PAGE)
		return LUO_E_LIMIT;
	tree = luo_map(phys, handover->fdt_pa, handover->fdt_size);
	if (!tree)
		return LUO_E_RAM;
	__builtin_memset(own_node, 0, sizeof(own_node));
	__builtin_memcpy(own_node + PAGE, tree, handover->fdt_size);
	put32(node + 8, LUO_SETUP_KEXEC_KHO);
	put32(node + 12, OWN_LEN);
	put64(kho, (u64)(own_node + PAGE));
	put64(kho + offsetof(struct luo_kho_setup, fdt_size), handover->fdt_size);
	put64(kho + offsetof(struct luo_kho_setup, scratch_addr), handover->scratch_pa);
	put64(kho + offsetof(struct luo_kho_setup, scratch_size), handover->scratch_size);
	*fdt = own_node + PAGE;
	return rebuild(phys, node, &swapped_first);
}

/** luo_arch_swap_commit() - hand over the node that luo_arch_swap_kho_fdt() has made. */
void luo_arch_swap_commit(void)
{
	put64(luo_zero_page + HDR_SETUP_DATA, swapped_first);
}
