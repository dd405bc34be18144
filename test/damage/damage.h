/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The generator of damaged states. A knob knows where one field of one structure lies in the sound
 * state of a version and of what kind it is; each kind has its ways to be damaged. A case is one
 * version, one knob and one of these ways, and its name is made of the three. What the core must
 * answer to each stands in docs/damaged-states.md.
 *
 * States are written by the writer of the unit tests (test/unit/world.h), which knows the ABI
 * from its description alone.
 */
#ifndef TEST_DAMAGE_H
#define TEST_DAMAGE_H

#include "../unit/follow.h"

/**
 * struct variant - a version, or two that go together
 * @name: first part of the names of its cases
 * @abi:  what the writer is told
 * @v1:   beside kho-v1
 * @kho:  compatible string of the root tree, NULL: the usual one
 * @more: two FLBs and a sub-node that nobody knows are there
 */
struct variant {
	const char *name;
	enum world_abi abi;
	bool v1;
	const char *kho;
	bool more;
};

extern const struct variant variants[];
extern const u32 nr_variants;

/* Which variants a knob is for: bit i is variants[i]. */
#define ON(i)	  (1U << (i))
#define ON_V5	  ON(0)
#define ON_S2	  ON(1)
#define ON_S3	  ON(2)
#define ON_S4	  ON(3)
#define ON_L2	  ON(4)
#define ON_L3	  ON(5)
#define ON_L3B	  ON(6)
#define ON_L4	  ON(7)
#define ON_BLOCK1 ON(8)
#define ON_BITS	  ON(9)
#define ON_KHO1	  ON(10)
#define ON_KHO2	  ON(11)
#define ON_RADIX1 ON(12)
#define ON_MORE	  ON(13)
#define ON_ARRAY  (ON_S2 | ON_L2 | ON_L3)
#define ON_TREE	  (ON_S2 | ON_S3 | ON_S4)
#define ON_RECORD (ON_L3 | ON_L3B | ON_L4 | ON_BLOCK1)

/**
 * struct ground - a sound state, to be damaged again and again
 * @w:      the machine; struct and memory are put back after each case
 * @sound:  copies of both
 * @setup:  first node of its setup_data list; KHO's is the second
 * @chosen: where a device tree names the same; @use_chosen: that is what counts
 */
struct ground {
	struct world w;
	struct world sound;
	struct snap *memory;
	u64 setup;
	u64 chosen;
	bool use_chosen;
};

void ground_open(struct ground *g, const struct variant *v, u32 shift);
void ground_restore(struct ground *g);
bool ground_changed(const struct ground *g);
void ground_close(struct ground *g);

enum kind {
	POINTER, /* address of something preserved */
	NODE,	 /* address of a node of the map */
	LOOSE,	 /* address of something that need not be preserved */
	COUNT,
	WORD,
	TEXT,
	HEADER,	 /* big-endian word of a flattened tree */
	PROP,	 /* property of a flattened tree, as a whole */
	SUBNODE, /* node of a flattened tree, as a whole */
	ENTRY,	 /* bit of the map */
	WHOLE,	 /* all fields of one record */
	NR_KINDS,
};

/**
 * struct field - where a field lies and what is right for it
 * @pa, @width: its bytes
 * @span:  pointers: bytes of what it leads to; counts: entries that there is room for
 * @order: pointers, entries: log2 of preserved pages
 * @self:  pointers: the object that the field lies in
 * @other: pointers: an object of another owner; texts, records: that of a sibling
 * @pfn:   a frame number in bits 0 to 51 instead of an address
 * @tree:  trees: where it starts
 * @node:  trees: path of the node
 * @prop:  properties: name
 */
struct field {
	u64 pa;
	u32 width;
	u64 span;
	u32 order;
	u64 self;
	u64 other;
	bool pfn;
	u64 tree;
	const char *node;
	const char *prop;
};

/** struct knob - a field of a structure, in the variants that have it. */
struct knob {
	const char *name;
	u8 kind;
	u32 on;
	void (*find)(struct ground *g, struct field *f);
};

/** struct way - one way to damage a field. */
struct way {
	const char *name;
	void (*harm)(struct ground *g, const struct field *f);
};

/* NULL-named entries end these. */
extern const struct way *const ways[NR_KINDS];
extern const struct knob knobs_boot[], knobs_tree[], knobs_map[], knobs_list[], knobs_file[],
	knobs_other[], knobs_record[];

/* kinds_tree.c */
extern const struct way ways_header[], ways_prop[], ways_subnode[];

/* records.c */
extern const struct way ways_record[];

/* knobs_tree.c */
u64 tree_prop(const struct ground *g, u64 tree, const char *path, const char *prop);
u64 root_prop(const struct ground *g, const char *path, const char *prop);

/* alike.c */
#define CASE_NAME 128
bool alike(const char *name, char like[CASE_NAME]);
const char *apart(const char *name);

/* judge.c */
#define ROW 640
void judge(struct ground *g, const char *name, char row[ROW]);

#endif
