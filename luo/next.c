/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the next kernel is given, held against what is preserved for it. */
#include "next.h"

#include "str.h"

/**
 * luo_next_ram() - the memory map has this range; one that is empty or wraps is left out
 *
 * Firmware's has a range for each of its uses, so those that adjoin become one at once.
 */
void luo_next_ram(struct luo_next *next, u64 start, u64 size)
{
	struct luo_range r = { start, size };
	struct luo_range *last = next->nr_ram ? &next->ram[next->nr_ram - 1] : NULL;

	if (!size || !luo_range_valid(&r))
		return;
	if (last && last->start + last->size == start && size <= ~0ULL - start)
		last->size += size;
	else if (next->nr_ram == LUO_NEXT_RAM)
		next->full = true;
	else
		next->ram[next->nr_ram++] = r;
}

/** luo_next_part() - something lies there; too many, or what is empty or wraps, are left out. */
void luo_next_part(struct luo_next *next, u64 start, u64 size, const char *what, bool loaded)
{
	struct luo_range r = { start, size };

	if (size && luo_range_valid(&r) && next->nr_parts < LUO_NEXT_PARTS)
		next->part[next->nr_parts++] = (struct luo_part){ r, what, loaded };
}

void luo_next_say(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, u64 value,
		  const char *what)
{
	struct luo_owner owner = { .kind = LUO_OWNER_NEXT };

	luo_strcopy(owner.name, sizeof(owner.name), what, LUO_NAME_LEN);
	luo_report_add(report, code, severity, pa, value, &owner);
}

static bool in_scratch(const struct luo_phys *phys, const struct luo_range *r)
{
	for (u32 i = 0; i < phys->nr_scratch; i++)
		if (luo_range_holds(&phys->scratch[i], r->start, r->size))
			return true;
	return false;
}

/* kexec puts all segments there: kho_locate_mem_hole(), Linux 6.16 to 7.3. */
static void check_parts(const struct luo_next *next, const struct luo_phys *phys,
			struct luo_report *report)
{
	for (u32 i = 0; i < next->nr_parts && phys->nr_scratch; i++) {
		const struct luo_part *p = &next->part[i];

		if (p->loaded && !in_scratch(phys, &p->range))
			luo_next_say(report, LUO_B05, LUO_SEV_NOTE, p->range.start, p->range.start,
				     p->what);
	}
}

/** struct entries - the walk over what is preserved. */
struct entries {
	const struct luo_next *next;
	struct luo_phys given; /* only its RAM counts */
	u32 page_shift;
	struct luo_report *report;
};

static void check_entry(void *ctx, u64 pa, u32 order)
{
	const struct entries *e = ctx;
	u64 len = 1ULL << (e->page_shift + order);

	if (e->given.nr_ram && !luo_in_ram(&e->given, pa, len))
		luo_report_part(e->report, LUO_B07, LUO_SEV_PANIC, pa, order, LUO_OWNER_BOOT);
	for (u32 i = 0; i < e->next->nr_parts; i++) {
		const struct luo_part *p = &e->next->part[i];

		if (luo_range_hits(&p->range, pa, len))
			luo_next_say(e->report, LUO_B06, LUO_SEV_LOSE, pa, p->range.start, p->what);
	}
}

/**
 * luo_next_check() - report what does not go with the state
 * @next:   as a reader has filled it in; its memory map is changed as the command line says
 * @phys:   the view, with scratch areas and page size
 * @map:    what is preserved; NULL when it is too damaged to be walked over
 * @report: findings LUO_B05 to LUO_B11 are added
 *
 * An entry of the map that is no RAM of the view either is LUO_M03 as well.
 */
void luo_next_check(struct luo_next *next, const struct luo_phys *phys, const struct luo_map *map,
		    struct luo_report *report)
{
	struct entries e = { .next = next, .page_shift = phys->page_shift, .report = report };

	report->boot = next->nr_parts;
	luo_next_cmdline(next, report);
	next->nr_ram = next->full ? 0 : luo_ranges_normalize(next->ram, next->nr_ram);
	e.given.ram = next->ram;
	e.given.nr_ram = next->nr_ram;
	check_parts(next, phys, report);
	if (map)
		luo_map_each(map, check_entry, &e);
}
