/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Walking over sessions and files for luo list, apart from how they are shown. */
#ifndef HOST_LIST_H
#define HOST_LIST_H

#include "answer.h"

/** struct list_session - one session; @name is terminated, @files is what it states. */
struct list_session {
	u64 index;
	char name[LUO_NAME_LEN + 1];
	u64 files;
};

/**
 * struct list_file - one file
 * @handler:  terminated
 * @size:     bytes of a memfd, when @has_size: its record can be read
 */
struct list_file {
	u64 index;
	char handler[LUO_COMPAT_LEN + 1];
	u64 token;
	u64 data;
	u64 size;
	bool has_size;
};

/**
 * struct list_view - how the walk is shown
 * @session: a session begins
 * @file:    a file of it
 * @end:     the session ends; @why (NULL: all well) tells what its list of files stopped at @pa
 * @out:     handed to all three
 */
struct list_view {
	void (*session)(const struct luo_out *out, const struct list_session *s);
	void (*file)(const struct luo_out *out, const struct list_file *f);
	void (*end)(const struct luo_out *out, const char *why, u64 pa);
	const struct luo_out *out;
};

const char *list_walk(const struct answer *a, const struct list_view *view, u64 *pa);

#endif
