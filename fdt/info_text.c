/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where a state lies and what it is, for people. */
#include "info.h"

static void label(const struct luo_out *out, const char *text)
{
	static const char blanks[] = "                  ";
	size_t len = 0;

	while (text[len])
		len++;
	luo_put(out, text);
	luo_put(out, len < sizeof(blanks) ? blanks + len : " ");
}

static void line_hex(const struct luo_out *out, const char *name, u64 value)
{
	label(out, name);
	luo_put_hex(out, value);
	luo_put(out, "\n");
}

static void line_dec(const struct luo_out *out, const char *name, u64 value)
{
	label(out, name);
	luo_put_dec(out, value);
	luo_put(out, "\n");
}

/* A version as found, and which kernels speak it. */
static void line_version(const struct luo_out *out, const char *name, const char *version,
			 const char *kernels)
{
	label(out, name);
	luo_put_escaped(out, version);
	luo_put(out, kernels ? " (Linux " : "");
	luo_put(out, kernels ? kernels : "");
	luo_put(out, kernels ? ")\n" : "\n");
}

static void ranges(const struct luo_out *out, const char *name, const struct luo_range *r, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		label(out, i ? "" : name);
		luo_put_hex(out, r[i].start);
		luo_put(out, " + ");
		luo_put_hex(out, r[i].size);
		luo_put(out, "\n");
	}
}

static void scratch(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_handover *h = &a->found->handover;

	if (!h->scratch_pa && !a->found->nr_areas) {
		label(out, "scratch");
		luo_put(out, "unknown: no boot data in memory name this KHO FDT\n");
		return;
	}
	if (h->scratch_pa)
		line_hex(out, "scratch list", h->scratch_pa);
	if (a->found->nr_areas) {
		ranges(out, "scratch areas", a->found->area, a->found->nr_areas);
		return;
	}
	label(out, "scratch areas");
	luo_put(out, "cannot be read (LUO-B01)\n");
}

static void subnode(void *ctx, u32 i, const struct fdt_subnode *s)
{
	const struct luo_out *out = ctx;

	label(out, i ? "" : "sub-nodes");
	luo_put_escaped(out, s->name);
	if (s->has_pa) {
		luo_put(out, " at ");
		luo_put_hex(out, s->pa);
	}
	if (s->has_size) {
		luo_put(out, ", ");
		luo_put_dec(out, s->size);
		luo_put(out, " bytes");
	}
	luo_put(out, "\n");
}

static void where(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_found *f = a->found;

	label(out, "found by");
	luo_put(out, f->how);
	luo_put(out, "\n");
	if (f->boot_pa)
		line_hex(out, f->boot == LUO_BOOT_TREE ? "device tree" : "boot parameters",
			 f->boot_pa);
	if (f->named_at) {
		label(out, "named at");
		luo_put_hex(out, f->named_at);
		luo_put(out, f->named == LUO_BOOT_TREE ? " (device tree)\n" : " (setup_data)\n");
	}
	line_hex(out, "KHO FDT", f->handover.fdt_pa);
}

static void metadata(const struct luo_answer *a, const struct luo_out *out)
{
	if (!a->metadata || !a->metadata->release[0])
		return;
	line_version(out, "previous kernel", a->metadata->release, NULL);
	line_dec(out, "kexecs so far", a->metadata->count);
}

static void map(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_totals *t = &a->report->before;

	if (!a->state->map_pa)
		return;
	line_hex(out, "map root", a->state->map_pa);
	line_dec(out, "map nodes", t->map_nodes);
	line_dec(out, "map entries", t->map_entries);
	line_dec(out, "preserved pages", t->pages);
}

static void container(const struct luo_answer *a, const struct luo_out *out)
{
	const struct luo_totals *t = &a->report->before;

	if (!a->state->luo_pa)
		return;
	line_hex(out, "LUO container", a->state->luo_pa);
	line_dec(out, "container bytes", a->state->luo_size);
	line_version(out, "session ABI", a->report->abi_name,
		     a->report->abi ? a->report->abi->kernels : NULL);
	if (!a->report->abi)
		return;
	line_dec(out, "live update", a->report->number);
	line_dec(out, "sessions", t->sessions);
	line_dec(out, "session blocks", t->blocks);
	line_dec(out, "files", t->files);
	line_dec(out, "file blocks", t->fblocks);
}

/**
 * fdt_info_text() - one line for each fact, and the verdict line
 * @a:   an answer
 * @out: where to
 */
void fdt_info_text(const struct luo_answer *a, const struct luo_out *out)
{
	ranges(out, "memory", a->phys->ram, a->phys->nr_ram);
	if (a->found->how) {
		where(a, out);
		line_version(out, "KHO version", a->report->kho_name,
			     a->report->kho ? a->report->kho->kernels : NULL);
		line_dec(out, "page size", a->report->page_size);
		scratch(a, out);
		map(a, out);
		if (!fdt_subnodes_each(a, subnode, (void *)out)) {
			label(out, "sub-nodes");
			luo_put(out, "cannot be read\n");
		}
		metadata(a, out);
		container(a, out);
	}
	luo_print_line(out, a->report, NULL);
}
