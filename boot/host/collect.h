/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Everything in a state that luo diff compares, collected and sorted. */
#ifndef HOST_COLLECT_H
#define HOST_COLLECT_H

#include "../../luo/walk.h"
#include "answer.h"

/** struct collected_file - a file; @order: position in its session. */
struct collected_file {
	u64 order;
	u64 token;
	char handler[LUO_COMPAT_LEN + 1];
	u64 size;
	bool has_size;
};

/**
 * struct collected_session - a session
 * @order: position among all
 * @name:  terminated
 * @first, @nr: its files in the list of all, by token
 */
struct collected_session {
	u64 order;
	char name[LUO_NAME_LEN + 1];
	u64 first;
	u64 nr;
};

/** struct collected_entry - a preserved entry; @kind: enum luo_claimant, LUO_NR_CLAIMANTS: nobody.
 */
struct collected_entry {
	u64 pa;
	u32 order;
	u8 kind;
};

/**
 * struct collected - a state
 * @session, @nr_sessions: by name
 * @file, @nr_files: of all sessions
 * @entry, @nr_entries: by address; of those with two owners the first counts
 * @stopped: why not all sessions could be read, or NULL
 * @failed:  memory ran out
 */
struct collected {
	struct collected_session *session;
	struct collected_file *file;
	struct collected_entry *entry;
	u64 nr_sessions, max_sessions;
	u64 nr_files, max_files;
	u64 nr_entries, max_entries;
	const char *stopped;
	bool failed;
};

void collect_entry(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner);
int collect_state(struct collected *c, const struct answer *a);
void collect_free(struct collected *c);

#endif
