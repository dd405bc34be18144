/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Walking over sessions and files, apart from how they are shown. */
#ifndef LUO_WALK_H
#define LUO_WALK_H

#include "found.h"
#include "print.h"

/** struct luo_walk_session - one session; @name is terminated, @files is what it states. */
struct luo_walk_session {
	u64 index;
	char name[LUO_NAME_LEN + 1];
	u64 files;
};

/**
 * struct luo_walk_file - one file
 * @handler:  terminated
 * @size:     bytes of a memfd, when @has_size: its record can be read
 */
struct luo_walk_file {
	u64 index;
	char handler[LUO_COMPAT_LEN + 1];
	u64 token;
	u64 data;
	u64 size;
	bool has_size;
};

/**
 * struct luo_walk_view - how the walk is shown
 * @session: a session begins
 * @file:    a file of it
 * @end:     the session ends; @why (NULL: all well) tells what its list of files stopped at @pa
 * @out:     handed to all three
 */
struct luo_walk_view {
	void (*session)(const struct luo_out *out, const struct luo_walk_session *s);
	void (*file)(const struct luo_out *out, const struct luo_walk_file *f);
	void (*end)(const struct luo_out *out, const char *why, u64 pa);
	const struct luo_out *out;
};

void luo_list_text(const struct luo_answer *a, const struct luo_out *out);
void luo_list_json(const struct luo_answer *a, const struct luo_out *out, int status);
const char *luo_list_walk(const struct luo_answer *a, const struct luo_walk_view *view, u64 *pa);

#endif
