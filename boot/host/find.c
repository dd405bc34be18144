/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The order in which a state is looked for. */
#include "find.h"

#include "../../luo/error.h"
#include "message.h"

#define MAX_CANDIDATES 1024

static unsigned long long ull(u64 v)
{
	return v;
}

static int each_extent(const void *dump, fdt_piece_fn *fn, void *ctx)
{
	return dump_extents(dump, fn, ctx);
}

static void note_search(const struct fdt_search *s)
{
	if (s->ambiguous)
		host_note("several boot data name the KHO FDT at 0x%llx with different scratch "
			  "areas; none of them is believed",
			  ull(s->fdt_pa));
}

static int find_given(const struct dump *d, struct fdt_locate *l, u64 pa, struct luo_found *found)
{
	found->how = "--kho-fdt";
	if (!bootdata_from_cpus(d, l->phys, found) && found->handover.fdt_pa == pa) {
		found->page_shift = luo_page_shift_of(found->handover.fdt_size);
		return 0;
	}
	found->boot_pa = 0;
	fdt_locate_given(l, pa, found);
	note_search(&l->search);
	return 0;
}

static int find_by_scan(const struct dump *d, struct fdt_locate *l, struct luo_found *found)
{
	static struct fdt_candidate candidate[MAX_CANDIDATES];
	static _Alignas(8) u8 tree[FDT_SCAN_TREE];
	int err;

	l->scan = (struct fdt_scan){ .c = candidate, .max = MAX_CANDIDATES, .tree = tree };
	err = fdt_locate_scan(l, found);
	if (err == LUO_E_LIMIT) {
		host_error("more than %u KHO FDTs in this dump; name the one with --kho-fdt ADDR",
			   MAX_CANDIDATES);
		return HOST_FAILED;
	}
	if (err == LUO_E_TIE) {
		candidates_tied(l);
		return HOST_FAILED;
	}
	if (err == LUO_E_NONE) {
		host_note("no KHO state: no CPU in the dump (of %u) points to boot data, and no "
			  "page of its memory is a KHO FDT; if you know one, give --kho-fdt ADDR",
			  d->nr_cpus);
		return 0;
	}
	found->how = "scan";
	candidates_describe(l);
	note_search(&l->search);
	return 0;
}

static int find_without_address(const struct dump *d, struct fdt_locate *l, struct luo_found *found)
{
	int err = bootdata_from_cpus(d, l->phys, found);

	if (!err) {
		found->how = "boot data";
		found->page_shift = luo_page_shift_of(found->handover.fdt_size);
		return 0;
	}
	if (err == LUO_E_NONE && found->boot_pa) {
		host_note("no KHO state: the boot data at 0x%llx (%s) name none; "
			  "to look at one all the same, give --kho-fdt ADDR",
			  ull(found->boot_pa), bootdata_word(found->boot));
		return 0;
	}
	if (err != LUO_E_NONE)
		host_note("the boot data at 0x%llx (%s) are damaged: %s; looking in all memory",
			  ull(found->boot_pa), bootdata_word(found->boot), found->damage);
	found->damaged = found->boot_pa;
	found->boot_pa = 0;
	found->handover = (struct luo_handover){ 0 };
	return find_by_scan(d, l, found);
}

/**
 * find_state() - find the state that a command is about
 * @d:     opened dumps
 * @opt:   --kho-fdt
 * @job:   working memory for trials, in verify mode
 * @found: filled in; how is NULL after a note when there is no state
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int find_state(struct dump *d, const struct options *opt, const struct luo_job *job,
	       struct luo_found *found)
{
	static struct fdt_locate locate;
	struct luo_phys phys;
	int err;

	*found = (struct luo_found){ 0 };
	dump_phys(d, &phys);
	locate = (struct fdt_locate){
		.phys = &phys, .job = job, .each = each_extent, .each_ctx = d
	};
	err = opt->has_kho_fdt ? find_given(d, &locate, opt->kho_fdt, found)
			       : find_without_address(d, &locate, found);
	if (!err && found->how)
		fdt_found_scratch(&phys, found);
	return err;
}
