/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo info for programs: one object. */
#include "info.h"
#include "json.h"
#include "subnode.h"

static void where(const struct answer *a, const struct luo_out *out)
{
	const struct found *f = &a->found;

	json_text(out, ",\"found_by\":", info_how(a));
	json_ranges(out, ",\"memory\":", a->dump.ram, a->dump.nr_ram);
	if (f->source == FIND_NOTHING)
		return;
	json_address(out, ",\"kho_fdt\":", f->handover.fdt_pa);
	if (f->boot_pa)
		json_address(out, f->boot == BOOT_TREE ? ",\"device_tree\":" : ",\"boot_params\":",
			     f->boot_pa);
	if (f->named_at) {
		json_address(out, ",\"named_at\":", f->named_at);
		json_text(out,
			  ",\"named_by\":", f->named == BOOT_TREE ? "device tree" : "setup_data");
	}
	if (!f->handover.scratch_pa) {
		luo_put(out, ",\"scratch\":null");
		return;
	}
	json_address(out, ",\"scratch_list\":", f->handover.scratch_pa);
	json_ranges(out, ",\"scratch\":", f->area, f->nr_areas);
}

static void subnode(void *ctx, u32 i, const struct subnode *s)
{
	const struct luo_out *out = ctx;

	json_text(out, i ? ",{\"name\":" : "{\"name\":", s->name);
	if (s->has_pa)
		json_address(out, ",\"pa\":", s->pa);
	if (s->has_size)
		json_address(out, ",\"size\":", s->size);
	luo_put(out, "}");
}

static void totals(const struct answer *a, const struct luo_out *out)
{
	const struct luo_totals *t = &a->report.before;

	json_number(out, ",\"totals\":{\"sessions\":", t->sessions);
	json_number(out, ",\"files\":", t->files);
	json_number(out, ",\"blocks\":", t->blocks);
	json_number(out, ",\"fblocks\":", t->fblocks);
	json_number(out, ",\"pages\":", t->pages);
	json_number(out, ",\"map_nodes\":", t->map_nodes);
	json_number(out, ",\"map_entries\":", t->map_entries);
	luo_put(out, "}");
}

/**
 * info_json() - the same facts as info_text()
 * @a:      an answer
 * @out:    where to
 * @status: exit status
 */
void info_json(const struct answer *a, const struct luo_out *out, int status)
{
	json_head(out, a, status);
	where(a, out);
	luo_put(out, ",\"subnodes\":[");
	if (a->found.source != FIND_NOTHING)
		subnodes_each(a, subnode, (void *)out);
	luo_put(out, "]");
	if (a->state.map_pa)
		json_address(out, ",\"map_root\":", a->state.map_pa);
	if (a->state.luo_pa) {
		json_address(out, ",\"container\":", a->state.luo_pa);
		json_address(out, ",\"container_size\":", a->state.luo_size);
	}
	json_number(out, ",\"liveupdate_number\":", a->report.number);
	totals(a, out);
	luo_put(out, "}\n");
}
