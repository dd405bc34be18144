/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where the state is: the address that was given, else the device tree that U-Boot was given, else
 * the one at $fdt_addr, else an anchor, else a scan of all memory, in which what does not verify
 * does not count.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/chosen.h"
#include "../../fdt/find.h"
#include "../../fdt/tree.h"
#include "../../luo/error.h"

DECLARE_GLOBAL_DATA_PTR;

#define MAX_CANDIDATES 256

/** uboot_tree_at() - a sound device tree that lies wholly in RAM, or NULL. */
const void *uboot_tree_at(const struct uboot_run *run, u64 pa)
{
	const char *damage;
	u32 size;
	const void *tree =
		luo_in_ram(&run->phys, pa, 8) ? fdt_tree_at(&run->phys, pa, &size, &damage) : NULL;

	return tree && fdt_tree_sound(tree, size) ? tree : NULL;
}

/* Does this tree name a state? 0, or a negative luo_error. */
static int take_tree(struct uboot_run *run, const void *tree, const char *how)
{
	struct luo_found *found = &run->found;
	int err = fdt_chosen_handover(tree, fdt_totalsize(tree), &found->handover);

	if (err)
		return err;
	run->tree = tree;
	found->how = how;
	found->boot = found->named = LUO_BOOT_TREE;
	found->boot_pa = map_to_sysmem(tree);
	if (IS_ENABLED(CONFIG_CMD_LUO_KEXEC) && tree == gd->fdt_blob && uboot_given_tree())
		found->boot_pa = uboot_given_tree();
	found->named_at = found->boot_pa;
	found->page_shift = luo_page_shift_of(found->handover.fdt_size);
	return 0;
}

/** struct locate - a search in all memory, with the room that it needs. */
struct locate {
	struct fdt_locate l;
	struct luo_phys phys;
	struct luo_range ram[UBOOT_MAX_RAM];
	struct fdt_candidate c[MAX_CANDIDATES];
	u8 tree[FDT_SCAN_TREE] __attribute__((aligned(8)));
};

static struct locate *open_locate(struct uboot_run *run)
{
	struct locate *s = memalign(16, sizeof(*s));

	if (!s) {
		printf("luo: no memory to search with: U-Boot needs a larger heap\n");
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	s->phys = run->phys;
	s->phys.ram = s->ram;
	s->phys.nr_ram = uboot_mapped_ram(run, s->ram);
	s->l.phys = &run->phys;
	s->l.job = &run->job;
	s->l.each = fdt_each_phys;
	s->l.each_ctx = &s->phys;
	s->l.scan.c = s->c;
	s->l.scan.max = MAX_CANDIDATES;
	s->l.scan.tree = s->tree;
	return s;
}

static int find_given(struct uboot_run *run, const char *word)
{
	const void *tree;
	struct locate *s;
	char *end;
	u64 pa = simple_strtoull(word, &end, 16);
	int err;

	if (*end || end == word) {
		printf("luo: %s is no address (hexadecimal)\n", word);
		return LUO_E_FORMAT;
	}
	if (!luo_in_ram(&run->phys, pa, 8)) {
		printf("luo: %llx is not in RAM; bdinfo shows what is\n", (unsigned long long)pa);
		return LUO_E_RAM;
	}
	tree = uboot_tree_at(run, pa);
	if (tree && !take_tree(run, tree, "a device tree, as told"))
		return 0;
	if (gd->fdt_blob && !take_tree(run, gd->fdt_blob, "its address, as told") &&
	    run->found.handover.fdt_pa == pa)
		return 0;
	run->tree = NULL;
	run->found = (struct luo_found){ 0 };
	s = open_locate(run);
	if (!s)
		return LUO_E_ARENA;
	err = uboot_anchor_given(run, &s->l, pa);
	if (err == LUO_E_NONE) {
		run->found.how = "its address, as told";
		fdt_locate_given(&s->l, pa, &run->found);
		err = 0;
	}
	free(s);
	return err;
}

static void say_ties(const struct fdt_locate *l)
{
	printf("luo: nothing tells which of %u KHO FDTs is meant; name the one:\n", l->ties + 1);
	for (u32 i = 0; i < l->scan.nr; i++)
		if (!fdt_candidate_compare(&l->scan.c[i], &l->scan.c[l->best]))
			printf("luo:   %llx (live update number %llu)\n",
			       (unsigned long long)l->scan.c[i].pa,
			       (unsigned long long)l->scan.c[i].number);
}

static int find_by_scan(struct uboot_run *run, struct fdt_locate *l)
{
	int err = fdt_locate_scan(l, &run->found);

	if (!err)
		run->found.how = "a scan of all memory";
	else if (err == LUO_E_TIE)
		say_ties(l);
	else if (err == LUO_E_LIMIT)
		printf("luo: more than %u KHO FDTs in memory; name the one\n", MAX_CANDIDATES);
	return err == LUO_E_NONE ? 0 : err;
}

static int find_in_memory(struct uboot_run *run)
{
	struct locate *s = open_locate(run);
	int err;

	if (!s)
		return LUO_E_ARENA;
	err = uboot_anchor_find(run, &s->l);
	if (!err && !run->found.how)
		err = find_by_scan(run, &s->l);
	free(s);
	return err;
}

static int find_without_address(struct uboot_run *run)
{
	u64 pa = env_get_hex("fdt_addr", 0);
	const void *tree = pa ? uboot_tree_at(run, pa) : NULL;
	int err = gd->fdt_blob ? take_tree(run, gd->fdt_blob, "U-Boot's own device tree")
			       : LUO_E_NONE;

	if (err == LUO_E_NONE && tree)
		err = take_tree(run, tree, "the device tree at $fdt_addr");
	if (!err)
		return 0;
	if (err != LUO_E_NONE)
		printf("luo: linux,kho-fdt or linux,kho-scratch in /chosen is damaged; "
		       "looking in all memory\n");
	run->found = (struct luo_found){ 0 };
	return find_in_memory(run);
}

static void add_busy(struct uboot_run *run)
{
	if (run->tree)
		uboot_tree_busy(run, run->found.boot_pa);
	uboot_busy(run, run->found.handover.scratch_pa, run->found.handover.scratch_size,
		   "scratch list");
	run->phys.nr_busy = run->nr_busy;
}

/**
 * uboot_find() - find the state that a command is about
 * @run:  with a view, and working memory in its job
 * @word: the address that was given, or NULL
 *
 * Return: 0, run->found.how tells whether there is one; negative after a line that says what is
 * wrong.
 */
int uboot_find(struct uboot_run *run, const char *word)
{
	int err = word ? find_given(run, word) : find_without_address(run);

	if (err)
		return err;
	if (run->found.how) {
		fdt_found_scratch(&run->phys, &run->found);
		run->phys.scratch = run->found.area;
		run->phys.nr_scratch = run->found.nr_areas;
		run->phys.page_shift = run->found.page_shift;
	}
	add_busy(run);
	run->unmapped = false;
	return 0;
}
