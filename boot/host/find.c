/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The order in which a state is looked for. */
#include "find.h"

#include <stdlib.h>

#include "../../luo/error.h"
#include "message.h"

static unsigned long long ull(u64 v)
{
	return v;
}

/* Scratch areas that cannot be read are left out here; the core says so. */
static void load_scratch(const struct luo_phys *phys, struct found *found)
{
	if (found->handover.scratch_pa && luo_scratch_load(phys, &found->handover, found->area,
							   LUO_MAX_SCRATCH, &found->nr_areas))
		found->nr_areas = 0;
}

static void take_candidate(const struct candidate *c, struct found *found)
{
	found->page_shift = c->page_shift;
	found->handover = (struct luo_handover){
		.fdt_pa = c->pa,
		.fdt_size = 1ULL << c->page_shift,
	};
}

static int find_given(struct dump *d, const struct luo_phys *phys, u64 pa,
		      const struct luo_job *job, struct found *found)
{
	struct candidate c = { .pa = pa };

	found->source = FIND_GIVEN;
	if (!bootdata_from_cpus(d, phys, found) && found->handover.fdt_pa == pa) {
		found->page_shift = luo_page_shift_of(found->handover.fdt_size);
		return 0;
	}
	found->boot_pa = 0;
	found->handover = (struct luo_handover){ .fdt_pa = pa };
	if (bootdata_search(d, phys, found))
		return 0;
	found->named_at = 0;
	candidate_rate(phys, job, &c);
	take_candidate(&c, found);
	return 0;
}

/* What a state that does not verify says of its page size is a guess: boot data know better. */
static void take_boot_data(struct dump *d, const struct luo_phys *phys, const struct candidate *c,
			   struct found *found)
{
	if (!c->verified)
		found->page_shift = 0;
	if (!bootdata_search(d, phys, found))
		found->page_shift = c->page_shift;
}

static int choose(struct dump *d, const struct luo_phys *phys, const struct luo_job *job,
		  const struct candidate_list *list, struct found *found)
{
	u32 choice;
	int err;

	for (u32 i = 0; i < list->nr; i++)
		candidate_rate(phys, job, &list->c[i]);
	err = candidates_choose(list, &choice);
	if (err)
		return err;
	found->source = FIND_SCAN;
	take_candidate(&list->c[choice], found);
	take_boot_data(d, phys, &list->c[choice], found);
	return 0;
}

static int find_by_scan(struct dump *d, const struct luo_phys *phys, const struct luo_job *job,
			struct found *found)
{
	struct candidate_list list;
	int err = candidates_scan(d, &list);

	if (!err && list.nr)
		err = choose(d, phys, job, &list, found);
	free(list.c);
	if (err)
		return err;
	if (!list.nr)
		host_note("no KHO state: no CPU in the dump (of %u) points to boot data, and no "
			  "page of its memory is a KHO FDT; if you know one, give --kho-fdt ADDR",
			  d->nr_cpus);
	return 0;
}

static int find_without_address(struct dump *d, const struct luo_phys *phys,
				const struct luo_job *job, struct found *found)
{
	int err = bootdata_from_cpus(d, phys, found);

	if (!err) {
		found->source = FIND_BOOT;
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
	found->boot_pa = 0;
	found->handover = (struct luo_handover){ 0 };
	return find_by_scan(d, phys, job, found);
}

/**
 * find_state() - find the state that a command is about
 * @d:     opened dumps
 * @opt:   --kho-fdt
 * @job:   working memory for trials, in verify mode
 * @found: filled in; FIND_NOTHING after a note when there is no state
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int find_state(struct dump *d, const struct options *opt, const struct luo_job *job,
	       struct found *found)
{
	struct luo_phys phys;
	int err;

	*found = (struct found){ .source = FIND_NOTHING };
	dump_phys(d, &phys);
	err = opt->has_kho_fdt ? find_given(d, &phys, opt->kho_fdt, job, found)
			       : find_without_address(d, &phys, job, found);
	if (!err && found->source != FIND_NOTHING)
		load_scratch(&phys, found);
	return err;
}
