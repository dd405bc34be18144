/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A strict checker of JSON texts, for what the core prints. */
#ifndef TEST_UNIT_JSON_H
#define TEST_UNIT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* One key and its value, which is the @len bytes at @value; depth 1 is the outer object. */
struct json_item {
	char path[64]; /* "findings[1].code" */
	const char *value;
	size_t len;
};

struct json {
	struct json_item item[1024];
	size_t nr;
};

bool json_read(struct json *json, const char *text);
const struct json_item *json_find(const struct json *json, const char *path);
bool json_is(const struct json *json, const char *path, const char *value);

#endif
