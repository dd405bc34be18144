/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Machines to be judged: made up by the writer of the unit tests, or captured from real kernels. */
#ifndef JUDGE_MACHINE_H
#define JUDGE_MACHINE_H

#include "../../luo/report.h"
#include "../../luo/state.h"
#include "verdict.h"

/**
 * struct base - a state to start from
 * @few:  a state like another but for one part, for which fewer damages do
 * @page: addresses of the pages that are not zero: the metadata, which is what may be damaged
 */
struct base {
	char name[64];
	bool few;
	struct judge_machine machine;
	u64 *page;
	u64 nr_pages;
};

/** struct ours - what the core says about a machine. */
struct ours {
	u8 verdict;
	u8 severity[LUO_NR_CODES]; /* of each code met, the worst */
	bool odd[LUO_NR_CODES];	   /* one of them does not meet its difference's condition */
	u64 sessions, files;
	u64 unclaimed; /* preserved entries that no owner was found for */
	u64 kept;      /* ... and those whose owner the next kernel never gives back */
	u64 unknown;
};

struct world;

/** struct in_use - a part of a state, and how it comes into memory that the next kernel takes. */
struct in_use {
	const char *name;
	void (*take)(struct world *w);
};

/* in_use.c: a NULL-named entry ends it */
extern const struct in_use parts_in_use[];
u64 record_at(struct world *w);

/* machine.c */
u8 *machine_at(const struct judge_machine *m, u64 pa, u64 len);
bool base_load(struct base *b, const char *path);
u32 base_nr_made_up(void);
bool base_make_up(struct base *b, u32 number, int version);
void base_free(struct base *b);

/* ours.c */
void ours_read(const struct judge_machine *m, struct ours *o);

/* mutate.c */
u64 random64(u64 *seed);
void mutate(const struct base *b, u64 seed, char *text, size_t size);

#endif
