/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What differs between two states, apart from how it is shown. */
#ifndef HOST_DIFF_H
#define HOST_DIFF_H

#include "collect.h"

/** enum diff_sign - what became of something on the way from the first state to the second. */
enum diff_sign {
	DIFF_VANISHED, /* only in the first */
	DIFF_APPEARED, /* only in the second */
	DIFF_CHANGED,  /* in both, and not the same */
	DIFF_NR_SIGNS,
};

/** struct diff_state - one of the two; @name: its file. */
struct diff_state {
	const char *name;
	const struct answer *a;
	struct collected c;
};

/**
 * struct diff_counts - how much differs, by enum diff_sign
 * @entries, @pages: of the map; @owner: of each kind, LUO_NR_CLAIMANTS is nobody known
 * @reordered: sessions that are in both, or files of one, are in another order
 * @versions:  versions, page size or live update number differ
 */
struct diff_counts {
	u64 sessions[DIFF_NR_SIGNS];
	u64 files[DIFF_NR_SIGNS];
	u64 entries[DIFF_NR_SIGNS];
	u64 pages[DIFF_NR_SIGNS];
	struct luo_tally owner[LUO_NR_CLAIMANTS + 1][DIFF_NR_SIGNS];
	bool reordered;
	bool versions;
};

/**
 * struct diff_view - is shown every difference; @x is from the first state, @y from the second, one
 * of them NULL for what is only in the other
 * @session: of DIFF_CHANGED ones files follow, and then @end
 * @entry:   DIFF_CHANGED: it has another owner
 */
struct diff_view {
	void (*session)(void *ctx, enum diff_sign sign, const struct collected_session *x,
			const struct collected_session *y);
	void (*file)(void *ctx, enum diff_sign sign, const struct collected_file *x,
		     const struct collected_file *y);
	void (*end)(void *ctx);
	void (*entry)(void *ctx, enum diff_sign sign, const struct collected_entry *x,
		      const struct collected_entry *y);
	void *ctx;
};

void diff_sessions(const struct diff_state s[2], const struct diff_view *view,
		   struct diff_counts *n);
void diff_entries(const struct diff_state s[2], const struct diff_view *view,
		  struct diff_counts *n);
bool diff_same(const struct diff_counts *n);
const char *diff_owner_word(u8 kind);

void diff_text(const struct luo_out *out, const struct diff_state s[2], struct diff_counts *n);
void diff_json(const struct luo_out *out, const struct diff_state s[2], struct diff_counts *n);

#endif
