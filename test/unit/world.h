/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A synthetic machine that a kernel has just left: memory, preserved-memory map, KHO root tree,
 * LUO container, sessions and files. The tests build states here, damage them, and hand them to
 * the core.
 *
 * Everything is written from the description of the ABI alone: no constant and no record of
 * luo/abi.h is used, so a wrong offset in the core cannot hide behind the same wrong offset here.
 */
#ifndef TEST_UNIT_WORLD_H
#define TEST_UNIT_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../../fdt/run.h"
#include "../../luo/error.h"

#define KIB(n) ((u64)(n) << 10)
#define MIB(n) ((u64)(n) << 20)
#define GIB(n) ((u64)(n) << 30)

/*
 * The machine: a low bank with scratch, map nodes, a busy range and room for stray pages, and a
 * high bank above 4 GiB whose last MiB is scratch and whose rest is given out as preserved memory.
 */
#define LOW_BANK   GIB(1)
#define LOW_SIZE   MIB(8)
#define LOW_SCR	   MIB(1) /* scratch at the start of the low bank; the list lies in it */
#define NODE_AT	   (LOW_BANK + MIB(1))
#define NODE_END   (LOW_BANK + MIB(5))
#define BUSY_AT	   (LOW_BANK + MIB(5))
#define STRAY_AT   (LOW_BANK + MIB(6))
#define HIGH_BANK  GIB(5)
#define HOLE	   GIB(4) /* no RAM here */
#define SCRATCH_PA (LOW_BANK + KIB(64))

/*
 * luo-v5; luo-session-v2, -v3, -v4; luo-v2, luo-v3, luo-v3-kho-block-v1, luo-v4; and what comes
 * after luo-v5: luo-v5;block-v1 and the header of feature bits.
 */
enum world_abi {
	WORLD_V5,
	WORLD_S2,
	WORLD_S3,
	WORLD_S4,
	WORLD_L2,
	WORLD_L3,
	WORLD_L3B,
	WORLD_L4,
	WORLD_NEXT,
	WORLD_BITS,
};

/* Worlds opened while this is set have the map and the root tree of kho-v1. */
extern bool world_kho_v1;

struct world_bank {
	u64 start;
	u64 size;
	u8 *mem;
};

/* What the core did to memory, in order: operations as far as they got, and write-backs. */
struct world_log {
	bool persist;
	u64 pa;
	u64 len;
	u64 old[2];
	u64 new[2];
};

/* The KHO root tree, as world_write_kho() writes it. */
struct world_kho {
	u64 fdt_pa;
	const char *compatible;
	const char *map_prop;
	u64 map_value;
	u32 map_len;
	const char *child;
	const char *data_prop;
	u64 data;
	u32 data_len;
	const char *size_prop;
	u64 size;
	u32 size_len;
	const char *other; /* a child that nobody knows, with a page of data */
	u64 other_data;
};

/* The luo-v1 container tree, as world_write_tree() writes it; pad moves what follows it. */
struct world_tree {
	const char *compatible;
	const char *node;
	const char *session;
	const char *head_prop;
	u64 head;
	u32 head_len;
	const char *number_prop;
	u32 pad;
	bool flb;
};

/* How a list of one ABI lies in memory. */
struct world_list {
	u32 order;
	u32 header;
	u32 entry;
};

struct world_block {
	u64 pa;
	u64 count;
};

struct world {
	u32 shift;
	enum world_abi abi;
	bool v1;
	struct world_bank bank[2];
	struct luo_range ram[2];
	struct luo_range scratch[2];
	struct luo_busy busy[1];
	struct luo_phys phys;
	struct luo_handover handover;
	u64 alloc_at, alloc_end, stray_at, node_at;
	u64 root, nodes, entries, pages;
	struct world_kho kho;
	struct world_tree tree;
	u64 luo_pa, record_pa, flb_pa, memblock_pa, metadata_pa, metadata_size;
	struct world_block *block;
	u32 nr_blocks, max_blocks;
	u64 sessions, files, fblocks;
	struct world_log *log;
	u32 nr_log, max_log, stores;
	struct luo_op
		op;	/* what may be written: the operation that was shown last; len 0: nothing */
	u32 op_at;	/* bytes of it that are written */
	u32 stop_after; /* the machine dies after that many stores */
	u32 dead;	/* stores tried after that */
};

/* world.c: memory and the core's view of it */
void world_open(struct world *w, u32 shift, enum world_abi abi, u64 high_mib);
void world_close(struct world *w);
u8 *world_at(const struct world *w, u64 pa, u64 len);
u64 world_get(const struct world *w, u64 pa);
void world_put(struct world *w, u64 pa, u64 value);
u64 world_page(const struct world *w);
u64 world_alloc(struct world *w, u32 order);
u64 world_stray(struct world *w, u32 order);

/* world_map.c: the radix map of kho-v2 to kho-v4; what preserves speaks to either map */
u64 world_key(u32 shift, u64 pa, u32 order);
u32 world_index(u32 shift, u64 key, u32 level);
u32 world_leaf_bit(u32 shift, u64 key);
u32 world_depth(u32 shift);
u64 world_new_node(struct world *w);
u64 world_node(struct world *w, u64 pa, u32 order, u32 level);
u64 world_set_key(struct world *w, u64 key, bool on);
void world_preserve(struct world *w, u64 pa, u32 order);
void world_forget(struct world *w, u64 pa, u32 order);
bool world_preserved(struct world *w, u64 pa, u32 order);
u64 world_map_word(struct world *w, u64 pa, u32 order, u64 *mask);

/* world_chunks.c: the chunk map of kho-v1 */
void world_put32(struct world *w, u64 pa, u32 value);
u64 world_new_chunk(struct world *w, u32 order);
void world_list_bitmap(struct world *w, u64 chunk, u64 start, u64 bitmap);
u64 world_span(const struct world *w, u32 order);
u64 world_bitmap(struct world *w, u64 pa, u32 order);
u64 world_chunk_word(struct world *w, u64 pa, u32 order, u64 *mask);

/* world_tree.c: the KHO root tree and the containers */
void world_write_kho(struct world *w);
void world_write_tree(struct world *w);
void world_write_memblock(struct world *w, u64 start, u64 size);
void world_spare_elsewhere(struct world *w);
void world_finish(struct world *w);
u64 world_head_at(struct world *w);

bool world_in_tree(const struct world *w);

/* world_luo.c: sessions, files, memfd records */
bool world_linked(const struct world *w);
bool world_chained(const struct world *w);
const struct world_list *world_sessions_list(const struct world *w);
const struct world_list *world_files_list(const struct world *w);
u64 world_capacity(const struct world *w);
u64 world_file_capacity(const struct world *w);
u64 world_add_block(struct world *w, u64 count);
void world_add_sessions(struct world *w, u64 count);
u64 world_session(const struct world *w, u64 index);
bool world_vacant(const struct world *w, u64 session);
void world_name(struct world *w, u64 session, const char *name);
u64 world_memfd(struct world *w, u32 nr_folios);
void world_write_file(struct world *w, u64 pa, u64 token);
void world_add_files(struct world *w, u64 session, const u64 *count, u32 nr);
void world_standard(struct world *w, u32 shift, enum world_abi abi);

/* world_memfd.c: memfds of any size */
u64 world_folios_at(const struct world *w);
u64 world_large_memfd(struct world *w, u32 nr, u32 order, u32 area, u32 run, u32 per_chunk);

#endif
