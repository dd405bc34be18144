/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The core's answer, as the host tool asks for it: verified, and followed to every owner. */
#include <stdlib.h>
#include <string.h>

#include "../../fdt/owners.h"
#include "../../fdt/run.h"
#include "../../luo/boot.h"
#include "../../luo/next.h"
#include "facts.h"
#include "machine.h"

#define ARENA (1UL << 20)

static const void *map(void *ctx, u64 pa, u64 len)
{
	return machine_at(ctx, pa, len);
}

/* What the next kernel never gives back: the roots, and what only their owner would. */
static u64 kept_by(const struct luo_owners *w, bool container)
{
	return w->owned[LUO_CLAIMS_KHO].entries + w->owned[LUO_CLAIMS_FLB].entries +
	       w->owned[LUO_CLAIMS_MEMBLOCK].entries + w->owned[LUO_CLAIMS_METADATA].entries +
	       w->owned[LUO_CLAIMS_SUBTREE].entries +
	       (container ? w->owned[LUO_CLAIMS_CONTAINER].entries : 0);
}

static void take_findings(const struct luo_report *r, const struct facts *facts, struct ours *o)
{
	for (u32 i = 0; i < r->nr_kept; i++) {
		const struct luo_finding *f = &r->findings[i];

		if (f->severity > o->severity[f->code])
			o->severity[f->code] = f->severity;
		o->odd[f->code] |= !facts_bear_out(facts, f);
	}
	o->verdict = r->verdict;
	o->sessions = r->before.sessions + r->before.vacant;
	o->files = r->before.files;
}

static void follow(const struct luo_phys *phys, const struct luo_state *state,
		   struct luo_report *report, struct facts *facts, struct ours *o)
{
	static struct luo_owners owners;
	struct luo_owner_watch watch = { facts_claimed, facts };
	struct luo_arena arena = { .size = luo_owners_need(phys, &report->before) };

	arena.base = malloc(arena.size);
	if (luo_follow(phys, state, report, &arena, 1, &watch, &owners))
		return;
	o->unclaimed = owners.unclaimed.entries;
	o->unknown = owners.unknown;
	o->kept = kept_by(&owners, state->abi && state->abi->kind == LUO_CONTAINER_FDT);
}

/* What lies in memory for the next kernel, as boot data tell. */
static void check_next(const struct judge_machine *m, const struct luo_phys *phys,
		       const struct luo_state *state, struct luo_report *report)
{
	static struct luo_next next;
	bool sound = state->kho && state->has_map && luo_owners_map_sound(report);
	struct luo_map map;

	luo_next_part(&next, m->busy, m->busy_size, "next kernel", false);
	if (sound)
		luo_map_open(&map, phys, state->kho->map, state->map_pa);
	luo_next_check(&next, phys, sound ? &map : NULL, report);
	luo_report_close(report);
}

/** ours_read() - what the core says about a machine. */
void ours_read(const struct judge_machine *m, struct ours *o)
{
	static const struct luo_mem_ops ops = { .map = map };
	static struct luo_report report;
	struct luo_range ram[JUDGE_BANKS], area[64];
	struct luo_busy busy = { { m->busy, m->busy_size }, "next kernel" };
	struct luo_phys phys = { .ops = &ops,
				 .ctx = (void *)m,
				 .ram = ram,
				 .busy = &busy,
				 .nr_busy = m->busy_size != 0,
				 .scratch = area };
	struct luo_handover h = { m->fdt, m->fdt_size, m->scratch, m->scratch_size };
	struct luo_job job = { .arena = aligned_alloc(16, ARENA), .arena_size = ARENA };
	struct luo_state state;
	struct luo_plan plan;
	struct facts facts;

	memset(o, 0, sizeof(*o));
	for (u32 i = 0; i < m->nr_banks; i++)
		ram[i] = (struct luo_range){ m->bank[i].start, m->bank[i].size };
	phys.nr_ram = luo_ranges_normalize(ram, m->nr_banks);
	luo_scratch_load(&phys, &h, area, LUO_ARRAY_SIZE(area), &phys.nr_scratch);
	phys.page_shift = luo_page_shift_of(h.fdt_size);
	luo_run(&phys, &h, &job, &state, &report, &plan);
	facts_open(&facts, m, state.map_pa);
	if (phys.page_shift)
		follow(&phys, &state, &report, &facts, o);
	check_next(m, &phys, &state, &report);
	facts.cut = report.by_code[LUO_F17] || report.by_code[LUO_F25];
	take_findings(&report, &facts, o);
}
