/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Boot data: the setup_data list, /chosen, the list of scratch areas. */
#include <libfdt.h>

#include "damage.h"

static u64 kho_node(const struct ground *g)
{
	return g->setup + 64;
}

static void in_node(struct ground *g, struct field *f, u64 at, u32 width)
{
	f->pa = at;
	f->width = width;
	f->self = g->setup;
	f->other = g->w.luo_pa;
	f->span = 48;
}

#define FIELD(name, at, width_, more)                                                              \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		in_node(g, f, at, width_);                                                         \
		more;                                                                              \
	}

FIELD(first_next, g->setup, 8, )
FIELD(first_type, g->setup + 8, 4, )
FIELD(first_len, g->setup + 12, 4, )
FIELD(node_next, kho_node(g), 8, )
FIELD(node_type, kho_node(g) + 8, 4, )
FIELD(node_len, kho_node(g) + 12, 4, f->span = 32)
FIELD(fdt_addr, kho_node(g) + 16, 8, f->span = world_page(&g->w))
FIELD(fdt_size, kho_node(g) + 24, 8, f->span = world_page(&g->w))
FIELD(scratch_addr, kho_node(g) + 32, 8, f->span = 32)
FIELD(scratch_size, kho_node(g) + 40, 8, f->span = 128)
FIELD(area_addr, g->w.handover.scratch_pa, 8, f->span = 0)
FIELD(area_size, g->w.handover.scratch_pa + 8, 8, f->span = MIB(1))
FIELD(area2_addr, g->w.handover.scratch_pa + 16, 8, f->other = LOW_BANK; f->span = 0)
FIELD(area2_size, g->w.handover.scratch_pa + 24, 8, f->span = MIB(1))

static void chosen(struct ground *g, struct field *f, const char *prop, u32 at)
{
	g->use_chosen = true;
	f->pa = f->tree = g->chosen;
	f->node = "/chosen";
	f->prop = prop;
	if (prop)
		f->pa = tree_prop(g, g->chosen, f->node, prop) + at;
}

#define CHOSEN(name, prop, at)                                                                     \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		chosen(g, f, prop, at);                                                            \
	}

CHOSEN(node_chosen, NULL, 0)
CHOSEN(chosen_fdt, "linux,kho-fdt", 0)
CHOSEN(chosen_fdt_high, "linux,kho-fdt", 0)
CHOSEN(chosen_fdt_low, "linux,kho-fdt", 4)
CHOSEN(chosen_fdt_size, "linux,kho-fdt", 12)
CHOSEN(chosen_scratch, "linux,kho-scratch", 0)
CHOSEN(chosen_scratch_low, "linux,kho-scratch", 4)
CHOSEN(chosen_scratch_size, "linux,kho-scratch", 12)

static void root_cells(struct ground *g, struct field *f, const char *prop)
{
	chosen(g, f, NULL, 0);
	f->node = "/";
	f->prop = prop;
	f->pa = tree_prop(g, g->chosen, "/", prop);
}

static void address_cells(struct ground *g, struct field *f)
{
	root_cells(g, f, "#address-cells");
}

static void size_cells(struct ground *g, struct field *f)
{
	root_cells(g, f, "#size-cells");
}

const struct knob knobs_boot[] = {
	{ "setup_data: another node's next", LOOSE, ON_V5, first_next },
	{ "setup_data: another node's type", WORD, ON_V5, first_type },
	{ "setup_data: another node's len", WORD, ON_V5, first_len },
	{ "setup_data: next", LOOSE, ON_V5, node_next },
	{ "setup_data: type", WORD, ON_V5, node_type },
	{ "setup_data: len", COUNT, ON_V5, node_len },
	{ "setup_data: fdt_addr", POINTER, ON_V5, fdt_addr },
	{ "setup_data: fdt_size", COUNT, ON_V5, fdt_size },
	{ "setup_data: scratch_addr", LOOSE, ON_V5, scratch_addr },
	{ "setup_data: scratch_size", COUNT, ON_V5, scratch_size },
	{ "scratch list: address", LOOSE, ON_V5, area_addr },
	{ "scratch list: size", COUNT, ON_V5, area_size },
	{ "scratch list: second address", LOOSE, ON_V5, area2_addr },
	{ "scratch list: second size", COUNT, ON_V5, area2_size },
	{ "chosen: node", SUBNODE, ON_S2, node_chosen },
	{ "chosen: linux,kho-fdt", PROP, ON_S2, chosen_fdt },
	{ "chosen: linux,kho-fdt, high cell", HEADER, ON_S2, chosen_fdt_high },
	{ "chosen: linux,kho-fdt, low cell", HEADER, ON_S2, chosen_fdt_low },
	{ "chosen: linux,kho-fdt, size", HEADER, ON_S2, chosen_fdt_size },
	{ "chosen: linux,kho-scratch", PROP, ON_S2, chosen_scratch },
	{ "chosen: linux,kho-scratch, low cell", HEADER, ON_S2, chosen_scratch_low },
	{ "chosen: linux,kho-scratch, size", HEADER, ON_S2, chosen_scratch_size },
	{ "chosen: #address-cells", HEADER, ON_S2, address_cells },
	{ "chosen: #size-cells", HEADER, ON_S2, size_cells },
	{ NULL },
};
