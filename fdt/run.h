/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The whole job over one state, for every front end: open, verify, plan, compact, verify again.
 */
#ifndef FDT_RUN_H
#define FDT_RUN_H

#include "../luo/phys.h"
#include "../luo/plan.h"
#include "../luo/report.h"
#include "../luo/state.h"

/** enum luo_mode - how far luo_run() goes. */
enum luo_mode {
	LUO_MODE_VERIFY,  /* nothing is planned or written */
	LUO_MODE_PLAN,	  /* a plan is made and shown, nothing is written */
	LUO_MODE_COMPACT, /* it is carried out as well, and the result verified */
};

/**
 * struct luo_job - what a front end asks for
 * @mode:     how far to go
 * @arena:    working memory, 16-byte aligned
 * @arena_size: its bytes; LUO_ARENA_MIN at least, more means fewer passes
 * @key:      random numbers for the hash of names, so that names cannot be made to collide
 * @each:     is shown each operation of a plan before it is carried out, or NULL
 * @each_ctx: handed to @each
 * @clock:    microseconds since some start, or NULL; it may count in other units when the front
 *            end makes microseconds of the report's times before they are printed
 * @clock_ctx: handed to @clock
 */
struct luo_job {
	enum luo_mode mode;
	void *arena;
	size_t arena_size;
	u64 key[2];
	luo_op_fn *each;
	void *each_ctx;
	u64 (*clock)(void *ctx);
	void *clock_ctx;
};

#define LUO_ARENA_MIN 65536

int luo_run(const struct luo_phys *phys, const struct luo_handover *handover,
	    const struct luo_job *job, struct luo_state *state, struct luo_report *report,
	    struct luo_plan *plan);

#endif
