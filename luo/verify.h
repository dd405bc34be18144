/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The checks of LUO's own structures: session list, names, file lists. One walk looks at
 * everything; further walks only compare names and owners when working memory was too small.
 */
#ifndef LUO_VERIFY_H
#define LUO_VERIFY_H

#include "chain.h"
#include "map.h"
#include "seen.h"
#include "state.h"

/**
 * struct luo_verify - one verification
 * @phys, @state, @map, @report: what is verified and where the answer goes
 * @limit:   blocks that a sound state can have: each is at least one preserved page
 * @seen:    names, tokens and pages met so far
 * @totals:  counted in the first walk
 * @quiet:   a further walk: only duplicates are reported
 * @looped:  a list comes back to itself, so that a further walk would meet things twice
 * @budget:  blocks that may still be visited in this walk
 * @others:  a list of files was met in this walk
 * @put_off: blocks of the session list before it that @seen does not know yet
 * @unknown: files of handlers that we do not know
 */
struct luo_verify {
	const struct luo_phys *phys;
	const struct luo_state *state;
	struct luo_map *map;
	struct luo_report *report;
	u64 limit;
	struct luo_seen seen;
	struct luo_totals totals;
	bool quiet;
	bool looped;
	u64 budget;
	bool others;
	u64 put_off;
	u64 unknown;
};

/**
 * struct luo_list - a list under verification
 * @chain:  the place in it
 * @first:  LUO_S01 or LUO_F01: codes 01 to 09 mean the same in both areas
 * @number: 0 for the sessions, i + 1 for the files of session i
 * @owner:  how findings name its blocks
 * @unsure: a count was wrong, so totals say nothing
 */
struct luo_list {
	struct luo_chain chain;
	enum luo_code first;
	u64 number;
	struct luo_owner owner;
	bool unsure;
};

int luo_verify_sessions(struct luo_verify *v, struct luo_arena *arena, const u64 key[2]);
void luo_verify_files(struct luo_verify *v, u64 session, const u8 *record, u64 record_pa);
int luo_list_next(struct luo_verify *v, struct luo_list *list);
void luo_list_others(struct luo_verify *v);
void luo_verify_add(struct luo_verify *v, enum luo_code code, u8 severity, u64 pa, u64 value,
		    const struct luo_owner *owner);

#endif
