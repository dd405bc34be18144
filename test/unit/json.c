/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Recursive descent over one JSON value; every value is remembered under its path. */
#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct reader {
	struct json *json;
	const char *at;
};

static bool value(struct reader *r, const char *path);

static bool take(struct reader *r, char c)
{
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static bool escape(struct reader *r)
{
	if (*r->at && strchr("\"\\/bfnrt", *r->at)) {
		r->at++;
		return true;
	}
	if (!take(r, 'u'))
		return false;
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)*r->at++))
			return false;
	return true;
}

static bool string(struct reader *r)
{
	if (!take(r, '"'))
		return false;
	while (!take(r, '"')) {
		unsigned char c = (unsigned char)*r->at++;

		if (c < 0x20 || c > 0x7e || (c == '\\' && !escape(r)))
			return false;
	}
	return true;
}

/* Whole numbers only: the core prints no others. */
static bool number(struct reader *r)
{
	const char *start = r->at;

	while (isdigit((unsigned char)*r->at))
		r->at++;
	return r->at > start && (*start != '0' || r->at == start + 1);
}

static bool member(struct reader *r, const char *path)
{
	char key[32], sub[64];
	const char *start = r->at + 1;

	if (!string(r) || (size_t)(r->at - start) > sizeof(key))
		return false;
	snprintf(key, sizeof(key), "%.*s", (int)(r->at - start - 1), start);
	if (snprintf(sub, sizeof(sub), "%s%s%s", path, *path ? "." : "", key) >= (int)sizeof(sub))
		return false;
	return !json_find(r->json, sub) && take(r, ':') && value(r, sub);
}

static bool object(struct reader *r, const char *path)
{
	if (take(r, '}'))
		return true;
	do {
		if (!member(r, path))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

static bool array(struct reader *r, const char *path)
{
	char sub[64];
	unsigned int i = 0;

	if (take(r, ']'))
		return true;
	do {
		if (snprintf(sub, sizeof(sub), "%s[%u]", path, i++) >= (int)sizeof(sub) ||
		    !value(r, sub))
			return false;
	} while (take(r, ','));
	return take(r, ']');
}

static bool value(struct reader *r, const char *path)
{
	struct json_item *item = &r->json->item[r->json->nr++];
	bool good;

	if (r->json->nr >= sizeof(r->json->item) / sizeof(*item))
		return false;
	snprintf(item->path, sizeof(item->path), "%s", path);
	item->value = r->at;
	if (take(r, '{'))
		good = object(r, path);
	else if (take(r, '['))
		good = array(r, path);
	else
		good = *r->at == '"' ? string(r) : number(r);
	item->len = (size_t)(r->at - item->value);
	return good;
}

/* True when the text is one value and nothing else but a line feed. */
bool json_read(struct json *json, const char *text)
{
	struct reader r = { json, text };

	json->nr = 0;
	return value(&r, "") && take(&r, '\n') && !*r.at;
}

const struct json_item *json_find(const struct json *json, const char *path)
{
	for (size_t i = 0; i < json->nr; i++)
		if (!strcmp(json->item[i].path, path))
			return &json->item[i];
	return NULL;
}

/* Does the value at a path read exactly so, quotes included? */
bool json_is(const struct json *json, const char *path, const char *text)
{
	const struct json_item *item = json_find(json, path);

	return item && item->len == strlen(text) && !memcmp(item->value, text, item->len);
}
