/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The KHO root tree, the trees of luo-v1, luo-v2 and memblock, and the records with a string. */
#include <libfdt.h>
#include <string.h>

#include "damage.h"

/* Where the value of a property lies. */
u64 tree_prop(const struct ground *g, u64 tree, const char *path, const char *prop)
{
	const u8 *fdt = world_at(&g->w, tree, 4096);
	int node = fdt_path_offset(fdt, path);
	const u8 *p = fdt_getprop(fdt, node, prop, NULL);

	assert_non_null(p);
	return tree + (u64)(p - fdt);
}

u64 root_prop(const struct ground *g, const char *path, const char *prop)
{
	return tree_prop(g, g->w.kho.fdt_pa, path, prop);
}

static void in_tree(struct ground *g, struct field *f, u64 tree, const char *node, const char *prop)
{
	f->tree = f->self = tree;
	f->node = node;
	f->prop = prop;
	f->span = f->width = 8;
	f->other = g->w.flb_pa;
	if (prop)
		f->pa = tree_prop(g, tree, node, prop);
}

/* A compatible string of so many bytes; its sibling is the other tree's. */
static void text(struct field *f)
{
	f->other = 0;
	f->width = 6;
}

#define PROP_OF(name, tree, node, prop, more)                                                      \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		in_tree(g, f, tree, node, prop);                                                   \
		more;                                                                              \
	}
#define WORD_OF(name, tree, at)                                                                    \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		f->pa = (tree) + (at);                                                             \
		f->width = 4;                                                                      \
	}
#define HEADER_OF(prefix, tree)                                                                    \
	WORD_OF(prefix##_magic, tree, 0)                                                           \
	WORD_OF(prefix##_totalsize, tree, 4)                                                       \
	WORD_OF(prefix##_off_struct, tree, 8)                                                      \
	WORD_OF(prefix##_off_strings, tree, 12)                                                    \
	WORD_OF(prefix##_off_rsvmap, tree, 16)                                                     \
	WORD_OF(prefix##_version, tree, 20)                                                        \
	WORD_OF(prefix##_last_comp, tree, 24)                                                      \
	WORD_OF(prefix##_boot_cpu, tree, 28)                                                       \
	WORD_OF(prefix##_size_strings, tree, 32)                                                   \
	WORD_OF(prefix##_size_struct, tree, 36)
#define HEADER_KNOBS(prefix, what, on)                                                             \
	{ what ": magic", HEADER, on, prefix##_magic },                                            \
		{ what ": totalsize", HEADER, on, prefix##_totalsize },                            \
		{ what ": off_dt_struct", HEADER, on, prefix##_off_struct },                       \
		{ what ": off_dt_strings", HEADER, on, prefix##_off_strings },                     \
		{ what ": off_mem_rsvmap", HEADER, on, prefix##_off_rsvmap },                      \
		{ what ": version", HEADER, on, prefix##_version },                                \
		{ what ": last_comp_version", HEADER, on, prefix##_last_comp },                    \
		{ what ": boot_cpuid_phys", HEADER, on, prefix##_boot_cpu },                       \
		{ what ": size_dt_strings", HEADER, on, prefix##_size_strings },                   \
	{                                                                                          \
		what ": size_dt_struct", HEADER, on, prefix##_size_struct                          \
	}

HEADER_OF(kho, g->w.kho.fdt_pa)
HEADER_OF(luo, g->w.luo_pa)
HEADER_OF(mem, g->w.memblock_pa)

#define KHO  g->w.kho.fdt_pa
#define LUO  g->w.luo_pa
#define MEM  g->w.memblock_pa
#define BLOB (g->w.v1 ? "fdt" : "preserved-data")

PROP_OF(kho_text, KHO, "/", "compatible", f->width = (u32)strlen(g->w.kho.compatible) + 1;
	f->other = 0)
PROP_OF(kho_map, KHO, "/", "preserved-memory-map", f->span = world_page(&g->w))
PROP_OF(kho_luo, KHO, "/LUO", BLOB, f->span = g->w.kho.size)
PROP_OF(kho_luo_size, KHO, "/LUO", "blob-size", f->span = g->w.kho.size)
PROP_OF(kho_memblock, KHO, "/memblock", BLOB, f->span = 4096)
PROP_OF(kho_memblock_size, KHO, "/memblock", "blob-size", f->span = 4096)
PROP_OF(kho_metadata, KHO, "/kexec-metadata", BLOB, f->span = 73)
PROP_OF(kho_metadata_size, KHO, "/kexec-metadata", "blob-size", f->span = 73)
PROP_OF(kho_other, KHO, "/kho-test", BLOB, f->span = 100)
PROP_OF(kho_other_size, KHO, "/kho-test", "blob-size", f->span = 100)
PROP_OF(node_luo, KHO, "/LUO", NULL, )
PROP_OF(node_memblock, KHO, "/memblock", NULL, )
PROP_OF(node_metadata, KHO, "/kexec-metadata", NULL, )
PROP_OF(node_other, KHO, "/kho-test", NULL, )

PROP_OF(luo_text, LUO, "/", "compatible", text(f); f->width = 7)
PROP_OF(luo_number, LUO, "/", "liveupdate-number", )
PROP_OF(session_text, LUO, "/luo-session", "compatible", f->width = 15; f->other = 0)
PROP_OF(session_head, LUO, "/luo-session", "luo-session-header",
	f->order = world_sessions_list(&g->w)->order;
	f->span = world_page(&g->w) << f->order)
PROP_OF(flb_text, LUO, "/luo-flb", "compatible", f->width = 11; f->other = 0)
PROP_OF(flb_head, LUO, "/luo-flb", "luo-flb-header", f->span = world_page(&g->w);
	f->other = g->w.metadata_pa)
PROP_OF(node_session, LUO, "/luo-session", NULL, )
PROP_OF(node_flb, LUO, "/luo-flb", NULL, )
PROP_OF(header_pa, LUO, "/", "luo-abi-header", f->span = 24)

PROP_OF(mem_text, MEM, "/", "compatible", f->width = 12; f->other = 0)
PROP_OF(region_text, MEM, "/trace", "compatible", f->width = 15; f->other = 0)
PROP_OF(region_start, MEM, "/trace", "start", f->span = 3 * world_page(&g->w))
PROP_OF(region_size, MEM, "/trace", "size", f->span = 3 * world_page(&g->w))
PROP_OF(node_region, MEM, "/trace", NULL, )

/* The containers that are records: a string, then three numbers. */
static u64 numbers(const struct ground *g)
{
	static const u8 at[] = {
		[WORLD_V5] = 8, [WORLD_L2] = 0,	   [WORLD_L3] = 8,     [WORLD_L3B] = 24,
		[WORLD_L4] = 8, [WORLD_NEXT] = 16, [WORLD_BITS] = 128,
	};

	return g->w.record_pa + at[g->w.abi];
}

static void record_text(struct ground *g, struct field *f)
{
	f->pa = g->w.record_pa;
	f->width = (u32)(numbers(g) - f->pa);
}

static void in_record(struct ground *g, struct field *f, u32 i)
{
	f->pa = numbers(g) + 8 * i;
	f->width = 8;
	f->self = g->w.record_pa;
	f->span = world_page(&g->w);
}

static void record_number(struct ground *g, struct field *f)
{
	in_record(g, f, 0);
}

static void record_sessions(struct ground *g, struct field *f)
{
	in_record(g, f, 1);
	f->order = world_sessions_list(&g->w)->order;
	f->span = world_page(&g->w) << f->order;
	f->other = g->w.kho.fdt_pa;
}

static void record_flbs(struct ground *g, struct field *f)
{
	in_record(g, f, 2);
	f->other = g->w.kho.fdt_pa;
}

WORD_OF(bits_supported, LUO, 0)
WORD_OF(bits_required, LUO, 8)
WORD_OF(bits_active, LUO, 16)
WORD_OF(bits_reserved, LUO, 24)

#define EVERY  (~0U)
#define SIZED  (EVERY & ~(ON_KHO1 | ON_KHO2))
#define RECORD (ON_V5 | ON_RECORD)
#define FEW    (ON_V5 | ON_KHO1 | ON_KHO2)
#define TREES  (ON_S2 | ON_S3)

const struct knob knobs_tree[] = {
	HEADER_KNOBS(kho, "KHO FDT", ON_V5),
	{ "KHO FDT: compatible", TEXT, FEW | ON_S2 | ON_RADIX1, kho_text },
	{ "KHO FDT: compatible", PROP, ON_V5, kho_text },
	{ "KHO FDT: preserved-memory-map", PROP, FEW | ON_RADIX1, kho_map },
	{ "KHO FDT: preserved-memory-map", NODE, FEW | ON_RADIX1, kho_map },
	{ "KHO FDT: LUO", SUBNODE, FEW, node_luo },
	{ "KHO FDT: LUO address", PROP, FEW | ON_S2, kho_luo },
	{ "KHO FDT: LUO address", POINTER, FEW | ON_S2 | ON_BITS, kho_luo },
	{ "KHO FDT: LUO blob-size", PROP, ON_V5 | ON_S2, kho_luo_size },
	{ "KHO FDT: LUO blob-size", COUNT, ON_V5 | ON_S2 | ON_L3B | ON_BLOCK1 | ON_BITS,
	  kho_luo_size },
	{ "KHO FDT: memblock", SUBNODE, ON_V5, node_memblock },
	{ "KHO FDT: memblock address", PROP, ON_V5, kho_memblock },
	{ "KHO FDT: memblock address", POINTER, ON_V5 | ON_KHO1, kho_memblock },
	{ "KHO FDT: memblock blob-size", PROP, ON_V5, kho_memblock_size },
	{ "KHO FDT: memblock blob-size", COUNT, ON_V5, kho_memblock_size },
	{ "KHO FDT: kexec-metadata", SUBNODE, ON_V5, node_metadata },
	{ "KHO FDT: kexec-metadata address", PROP, ON_V5, kho_metadata },
	{ "KHO FDT: kexec-metadata address", POINTER, ON_V5, kho_metadata },
	{ "KHO FDT: kexec-metadata blob-size", COUNT, ON_V5, kho_metadata_size },
	{ "KHO FDT: unknown sub-node", SUBNODE, ON_MORE, node_other },
	{ "KHO FDT: unknown address", POINTER, ON_MORE, kho_other },
	{ "KHO FDT: unknown blob-size", COUNT, ON_MORE, kho_other_size },
	HEADER_KNOBS(luo, "LUO tree", ON_S2),
	{ "LUO tree: compatible", TEXT, TREES | ON_L2, luo_text },
	{ "LUO tree: compatible", PROP, ON_S2, luo_text },
	{ "LUO tree: liveupdate-number", PROP, ON_S2, luo_number },
	{ "LUO tree: liveupdate-number", WORD, ON_S2, luo_number },
	{ "LUO tree: luo-session", SUBNODE, TREES, node_session },
	{ "LUO tree: session compatible", TEXT, ON_TREE, session_text },
	{ "LUO tree: session compatible", PROP, ON_S2, session_text },
	{ "LUO tree: luo-session-header", PROP, ON_TREE, session_head },
	{ "LUO tree: luo-session-header", POINTER, ON_TREE | ON_KHO1, session_head },
	{ "LUO tree: luo-flb", SUBNODE, ON_S2, node_flb },
	{ "LUO tree: FLB compatible", TEXT, ON_S2, flb_text },
	{ "LUO tree: luo-flb-header", PROP, ON_S2, flb_head },
	{ "LUO tree: luo-flb-header", POINTER, ON_S2, flb_head },
	{ "LUO tree: luo-abi-header", PROP, ON_L2, header_pa },
	{ "LUO tree: luo-abi-header", POINTER, ON_L2, header_pa },
	{ "LUO record: string", TEXT, RECORD, record_text },
	{ "LUO record: number", WORD, RECORD | ON_BITS, record_number },
	{ "LUO record: sessions_pa", POINTER, RECORD | ON_BITS | ON_L2, record_sessions },
	{ "LUO record: flbs_pa", POINTER, ON_V5 | ON_L3 | ON_BITS | ON_L2, record_flbs },
	{ "LUO record: supported bits", WORD, ON_BITS, bits_supported },
	{ "LUO record: required bits", WORD, ON_BITS, bits_required },
	{ "LUO record: active bits", WORD, ON_BITS, bits_active },
	{ "LUO record: reserved bits", WORD, ON_BITS, bits_reserved },
	HEADER_KNOBS(mem, "memblock tree", ON_V5),
	{ "memblock tree: compatible", TEXT, ON_V5, mem_text },
	{ "memblock tree: compatible", PROP, ON_V5, mem_text },
	{ "memblock tree: region", SUBNODE, ON_V5, node_region },
	{ "memblock tree: region compatible", TEXT, ON_V5, region_text },
	{ "memblock tree: region start", PROP, ON_V5, region_start },
	{ "memblock tree: region start", LOOSE, ON_V5, region_start },
	{ "memblock tree: region size", PROP, ON_V5, region_size },
	{ "memblock tree: region size", COUNT, ON_V5, region_size },
	{ NULL },
};
