/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The kernel's own file, and the lists of files in it. */
#include <luo_file.c>

#include "reader.h"

void judge_each_token(struct file *session, void (*fn)(void *set, u64 token))
{
	struct luo_file_set *set = &((struct luo_session *)session->private_data)->file_set;
	struct luo_file *it;

	list_for_each_entry(it, &set->files_list, list) fn(set, it->token);
}

struct file *judge_retrieve(void *set, u64 token)
{
	struct file *file = NULL;

	return luo_retrieve_file(set, token, &file) ? NULL : file;
}
