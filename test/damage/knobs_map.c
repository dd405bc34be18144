/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The preserved-memory map: nodes and bits of the tree, chunks of the list. */
#include "damage.h"

/* The slot at @level on the way to the bit of the LUO container. */
static u64 slot(struct ground *g, u32 level)
{
	u64 key = world_key(g->w.shift, g->w.luo_pa, 0);

	return world_node(&g->w, g->w.luo_pa, 0, level) +
	       8ULL * world_index(g->w.shift, key, level);
}

static void node_at(struct ground *g, struct field *f, u32 level)
{
	f->pa = slot(g, level);
	f->width = 8;
	f->span = world_page(&g->w);
	f->self = world_node(&g->w, g->w.luo_pa, 0, level);
	f->other = g->w.luo_pa;
}

static void root_slot(struct ground *g, struct field *f)
{
	node_at(g, f, world_depth(g->w.shift) - 1);
}

static void middle_slot(struct ground *g, struct field *f)
{
	node_at(g, f, 2);
}

static void leaf_slot(struct ground *g, struct field *f)
{
	node_at(g, f, 1);
}

/* The same slot, led to another node of the map. */
static void shared_slot(struct ground *g, struct field *f)
{
	node_at(g, f, 1);
	f->other = world_node(&g->w, g->w.luo_pa, 0, 2);
}

/* A slot that has nothing to lead to: the last one of a node. */
static void free_slot(struct ground *g, struct field *f)
{
	node_at(g, f, 2);
	f->pa = f->self + world_page(&g->w) - 8;
}

static void beyond_slot(struct ground *g, struct field *f)
{
	node_at(g, f, world_depth(g->w.shift) - 1);
	f->pa = f->self + world_page(&g->w) - 8;
}

/* A word of a leaf: 64 entries. */
static void leaf_word(struct ground *g, struct field *f)
{
	u64 mask;

	f->pa = world_map_word(&g->w, g->w.luo_pa, 0, &mask);
	f->width = 8;
}

/* Keys 0 to 63, which stand for nothing. */
static void first_word(struct ground *g, struct field *f)
{
	f->pa = world_node(&g->w, 1ULL << 63, 0, 0);
	f->width = 8;
}

#define ENTRY_OF(name, pa_, order_)                                                                \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		f->pa = (pa_) / world_page(&g->w) * world_page(&g->w);                             \
		f->order = order_;                                                                 \
	}

ENTRY_OF(entry_kho, g->w.kho.fdt_pa, 0)
ENTRY_OF(entry_luo, g->w.luo_pa, 0)
ENTRY_OF(entry_flb, g->w.flb_pa, 0)
ENTRY_OF(entry_memblock, g->w.memblock_pa, 0)
ENTRY_OF(entry_metadata, g->w.metadata_pa, 0)
ENTRY_OF(entry_other, g->w.kho.other_data, 0)
ENTRY_OF(entry_block, g->w.block[0].pa, world_sessions_list(&g->w)->order)
ENTRY_OF(entry_last, g->w.block[g->w.nr_blocks - 1].pa, world_sessions_list(&g->w)->order)
ENTRY_OF(entry_files, world_get(&g->w, world_session(&g->w, 0) + 64),
	 world_files_list(&g->w)->order)
ENTRY_OF(entry_record, record_of(&g->w), 0)
ENTRY_OF(entry_chunk, chunk_of(&g->w), 0)
ENTRY_OF(entry_array, array_of(&g->w), 0)
ENTRY_OF(entry_folio, folio_of(&g->w, 1), 0)

/* The first chunk; its bitmaps follow its header of 16 bytes. */
static void in_chunk(struct ground *g, struct field *f, u64 at, u32 width)
{
	f->pa = g->w.root + at;
	f->width = width;
	f->self = g->w.root;
	f->other = g->w.luo_pa;
	f->span = world_page(&g->w);
}

static void chunk_next(struct ground *g, struct field *f)
{
	in_chunk(g, f, 0, 8);
}

static void chunk_order(struct ground *g, struct field *f)
{
	in_chunk(g, f, 8, 4);
}

static void chunk_number(struct ground *g, struct field *f)
{
	in_chunk(g, f, 12, 4);
	f->span = (world_page(&g->w) - 16) / 16;
}

static void chunk_start(struct ground *g, struct field *f)
{
	in_chunk(g, f, 16, 8);
	f->span = 0;
}

static void chunk_bitmap(struct ground *g, struct field *f)
{
	in_chunk(g, f, 24, 8);
}

/* The second chunk's bitmap; the first one's is in use already. */
static void second_bitmap(struct ground *g, struct field *f)
{
	in_chunk(g, f, 24, 8);
	f->other = f->self = world_get(&g->w, f->pa);
	f->pa = world_get(&g->w, g->w.root) + 24;
}

#define RADIX (ON_V5 | ON_S3)

const struct knob knobs_map[] = {
	{ "map: pointer in the root", NODE, RADIX, root_slot },
	{ "map: pointer in the middle", NODE, RADIX, middle_slot },
	{ "map: pointer to a leaf", NODE, RADIX, leaf_slot },
	{ "map: pointer to a leaf, shared", NODE, ON_V5, shared_slot },
	{ "map: free pointer", NODE, ON_V5, free_slot },
	{ "map: free pointer beyond the keys", NODE, ON_V5, beyond_slot },
	{ "map: word of a leaf", WORD, ON_V5 | ON_KHO1, leaf_word },
	{ "map: word of no entries", WORD, ON_V5, first_word },
	{ "map: entry of the KHO FDT", ENTRY, ON_V5 | ON_KHO1, entry_kho },
	{ "map: entry of the LUO container", ENTRY, ON_V5 | ON_KHO1, entry_luo },
	{ "map: entry of the FLB area", ENTRY, ON_V5 | ON_KHO1, entry_flb },
	{ "map: entry of memblock", ENTRY, ON_V5, entry_memblock },
	{ "map: entry of kexec-metadata", ENTRY, ON_V5, entry_metadata },
	{ "map: entry of an unknown sub-node", ENTRY, ON_MORE, entry_other },
	{ "map: entry of a session block", ENTRY, ON_V5 | ON_TREE | ON_KHO1 | ON_L3B, entry_block },
	{ "map: entry of the last session block", ENTRY, ON_V5 | ON_S3, entry_last },
	{ "map: entry of files", ENTRY, ON_V5 | ON_TREE | ON_KHO1 | ON_L4, entry_files },
	{ "map: entry of a memfd record", ENTRY, ON_V5 | ON_KHO1, entry_record },
	{ "map: entry of a vmalloc chunk", ENTRY, ON_V5 | ON_KHO1, entry_chunk },
	{ "map: entry of a folio array", ENTRY, ON_V5 | ON_KHO1, entry_array },
	{ "map: entry of a folio", ENTRY, ON_V5 | ON_KHO1, entry_folio },
	{ "chunk: next", NODE, ON_KHO1, chunk_next },
	{ "chunk: order", WORD, ON_KHO1, chunk_order },
	{ "chunk: number of bitmaps", COUNT, ON_KHO1, chunk_number },
	{ "chunk: start of a bitmap", LOOSE, ON_KHO1, chunk_start },
	{ "chunk: bitmap", NODE, ON_KHO1, chunk_bitmap },
	{ "chunk: second bitmap, shared", NODE, ON_KHO1, second_bitmap },
	{ NULL },
};
