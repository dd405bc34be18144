/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The kernel's own file, and the list of sessions in it. */
#include <luo_session.c>

#include "reader.h"

void judge_each_session(void (*fn)(const char *name))
{
	struct luo_session *it, *next;

	list_for_each_entry_safe(it, next, &luo_session_global.incoming.list, list) fn(it->name);
}
