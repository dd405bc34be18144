/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A machine that can lose its power at any store.
 *
 * Stores go to a cache of 64-byte lines; memory gets a line when the executor persists it, or
 * when the cache feels like it: at any moment a line that was written since may be in memory in
 * any of the states that it went through, or not at all. After every store the tests look at what
 * a machine that stopped there would find in memory.
 *
 * Pages are 256 bytes here, so that a block holds 3 entries and every pattern of a few blocks can
 * be tried; the records are those of the kernels. Large states have pages of 4 KiB.
 */
#ifndef TEST_UNIT_SIM_H
#define TEST_UNIT_SIM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../../luo/plan.h"
#include "../../luo/report.h"

#define SIM_LOW	 0x00100000ULL	 /* the first half of memory */
#define SIM_HIGH 0x3000400000ULL /* the second half, above 4 GiB */
#define SIM_LINE 64

/* One kernel's form of the lists, from the description of the ABI. */
struct sim_kernel {
	const char *name;
	bool strict;	  /* empty session blocks are a panic */
	bool file_chains; /* else one array without a header */
	bool zeros;	  /* entries of zeros may be counted */
	bool in_tree;	  /* the pointer to the sessions is only 4-byte aligned */
	u32 order;	  /* of session blocks */
	u32 file_order;
};

/* A list to be built: entries and, behind them, counted zeros of each block. */
struct sim_list {
	u32 nr;
	u16 count[64];
	u16 zeros[64];
};

/* A whole state: the sessions, and the list of files of session i, which is files[i % nr_files]. */
struct sim_spec {
	const struct sim_kernel *kernel;
	u32 shift;
	struct sim_list sessions;
	u32 nr_files;
	struct sim_list files[8];
	bool apart; /* the first session block lies above 4 GiB, the others do not */
};

/* What has become of a line since it was persisted: its states, the newest last. */
struct sim_line {
	u32 nr;
	u8 state[8][SIM_LINE];
};

struct sim {
	const struct sim_kernel *kernel;
	u32 shift;
	u64 size;	       /* of memory, both halves */
	u8 *cpu;	       /* what the CPU sees */
	u8 *ram;	       /* what has been persisted */
	struct sim_line *line; /* NULL: this machine is not going to stop */
	u32 *dirty, nr_dirty;
	u64 root, head_at, take_low, take_high;
	u64 stores;
	struct luo_range range[2];
	struct luo_phys phys;
	struct luo_abi abi; /* for the core */
	struct luo_op op;   /* the one at hand */
	struct luo_op *log; /* all of this run */
	u64 nr_log, max_log;
	void *arena;
	size_t arena_size;
	size_t plan_arena; /* of it for a compaction, and 4 bytes for each block; 0: all */
	void (*stop)(struct sim *s); /* called after every store */
	void *ctx;
};

/* What a kernel makes of a state, worst last. */
enum sim_verdict { SIM_FINE, SIM_REFUSED, SIM_PANIC };

struct sim_read {
	enum sim_verdict verdict;
	u64 sessions, files, blocks, fblocks;
	u64 digest; /* of all that a user gets back, in order */
};

/* sim.c */
void sim_open(struct sim *s, const struct sim_kernel *kernel, u32 shift, u64 size);
void sim_close(struct sim *s);
u8 *sim_at(const struct sim *s, u64 pa, u64 len);
u64 sim_get(const struct sim *s, u64 pa);
void sim_put(struct sim *s, u64 pa, u64 value);
void sim_restart(struct sim *to, const struct sim *from);
void sim_pick(struct sim *to, const struct sim *from, u32 line, u32 state);

/* sim_build.c */
extern const struct sim_kernel sim_kernels[];
extern const u32 sim_nr_kernels;
u32 sim_room(const struct sim *s, bool files);
void sim_build(struct sim *s, const struct sim_spec *spec);
bool sim_preserved(const struct sim *s, u64 pa, u32 order);

/* sim_read.c */
struct sim_read sim_read(const struct sim *s);

/* sim_run.c */
struct sim_result {
	int err;
	u8 worst; /* severity */
	struct luo_totals totals;
	struct luo_plan plan;
};
struct sim_result sim_verify(struct sim *s);
struct sim_result sim_compact(struct sim *s, bool write);

/* sim_ideal.c: what can be reached, worked out from the state alone */
struct sim_ideal {
	u64 blocks, fblocks;
	u64 moved; /* entries, at least */
};
struct sim_ideal sim_ideal(const struct sim *s, bool moves);

/* sim_check.c */

/*
 * How hard a state is tried.
 * @machines: the first runs, the second is what the first leaves when it stops, and so on
 * @nr:       of them; a compaction that finishes what a stopped one left may be stopped in turn
 * @one_in:   one store in so many is looked at; 1: all
 * @random:   state of the random numbers
 * @arena:    working memory of the compaction, so little that dropped blocks are cleared in
 *            between and not all choices are looked at; 0: enough
 * @images, @states, @inexact: counted: memory contents, states, those with more moves than needed
 */
struct sim_trial {
	struct sim *machines;
	u32 nr;
	u32 one_in;
	u64 random;
	size_t arena;
	u64 images, states, inexact;
};

u64 sim_random(struct sim_trial *t, u64 below);
void sim_check(struct sim_trial *t, const struct sim_spec *spec);
void sim_trial_open(struct sim_trial *t, u32 machines, u32 shift, u64 size);
void sim_trial_close(struct sim_trial *t);
int sim_tell(void **state);

#endif
