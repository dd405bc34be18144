/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Words of a kernel command line. */
#ifndef LUO_TOKEN_H
#define LUO_TOKEN_H

#include "types.h"

/** struct luo_text - @len bytes of a command line, not terminated. */
struct luo_text {
	const char *s;
	size_t len;
};

/** struct luo_token - one word of a command line: all of it, and what is behind the '='. */
struct luo_token {
	struct luo_text all;
	struct luo_text name;
	struct luo_text value;
};

bool luo_next_token(struct luo_text *rest, struct luo_token *token);
bool luo_text_is(const struct luo_text *t, const char *word);
bool luo_name_is(const struct luo_text *name, const char *word);

#endif
