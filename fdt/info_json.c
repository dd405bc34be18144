/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The same for programs: one object. */
#include "info.h"
#include "../luo/json.h"

static void where(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_found *f = a->found;

	luo_json_text(out, ",\"found_by\":", f->how ? f->how : "not found");
	luo_json_ranges(out, ",\"memory\":", a->phys->ram, a->phys->nr_ram);
	if (!f->how)
		return;
	luo_json_address(out, ",\"kho_fdt\":", f->handover.fdt_pa);
	if (f->boot_pa)
		luo_json_address(
			out, f->boot == LUO_BOOT_TREE ? ",\"device_tree\":" : ",\"boot_params\":",
			f->boot_pa);
	if (f->named_at) {
		luo_json_address(out, ",\"named_at\":", f->named_at);
		luo_json_text(out, ",\"named_by\":",
			      f->named == LUO_BOOT_TREE ? "device tree" : "setup_data");
	}
	if (!f->handover.scratch_pa && !f->nr_areas) {
		luo_put(out, ",\"scratch\":null");
		return;
	}
	if (f->handover.scratch_pa)
		luo_json_address(out, ",\"scratch_list\":", f->handover.scratch_pa);
	luo_json_ranges(out, ",\"scratch\":", f->area, f->nr_areas);
}

static void subnode(void *ctx, u32 i, const struct fdt_subnode *s)
{
	const struct luo_out *out = ctx;

	luo_json_text(out, i ? ",{\"name\":" : "{\"name\":", s->name);
	if (s->has_pa)
		luo_json_address(out, ",\"pa\":", s->pa);
	if (s->has_size)
		luo_json_address(out, ",\"size\":", s->size);
	luo_put(out, "}");
}

static void totals(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_totals *t = &a->report->before;

	luo_json_number(out, ",\"totals\":{\"sessions\":", t->sessions);
	luo_json_number(out, ",\"files\":", t->files);
	luo_json_number(out, ",\"blocks\":", t->blocks);
	luo_json_number(out, ",\"fblocks\":", t->fblocks);
	luo_json_number(out, ",\"pages\":", t->pages);
	luo_json_number(out, ",\"map_nodes\":", t->map_nodes);
	luo_json_number(out, ",\"map_entries\":", t->map_entries);
	luo_put(out, "}");
}

/**
 * fdt_info_json() - the same facts as fdt_info_text()
 * @a:      an answer
 * @out:    where to
 * @status: exit status
 */
void fdt_info_json(const struct luo_answer *a, const struct luo_out *out, int status)
{
	luo_json_head(out, a, status);
	where(a, out);
	luo_put(out, ",\"subnodes\":[");
	if (a->found->how)
		fdt_subnodes_each(a, subnode, (void *)out);
	luo_put(out, "]");
	if (a->state->map_pa)
		luo_json_address(out, ",\"map_root\":", a->state->map_pa);
	if (a->state->luo_pa) {
		luo_json_address(out, ",\"container\":", a->state->luo_pa);
		luo_json_address(out, ",\"container_size\":", a->state->luo_size);
	}
	if (a->metadata && a->metadata->release[0]) {
		luo_json_text(out, ",\"previous_release\":", a->metadata->release);
		luo_json_number(out, ",\"kexec_count\":", a->metadata->count);
	}
	luo_json_number(out, ",\"liveupdate_number\":", a->report->number);
	totals(a, out);
	luo_put(out, "}\n");
}
