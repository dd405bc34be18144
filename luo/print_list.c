/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Sessions and their files, for people and for programs. */
#include "json.h"
#include "walk.h"

static void text_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	luo_put_dec(out, s->index);
	luo_put(out, " '");
	luo_put_escaped(out, s->name);
	luo_put(out, "' files=");
	luo_put_dec(out, s->files);
	luo_put(out, "\n");
}

static void text_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	luo_put(out, "    token=");
	luo_put_hex(out, f->token);
	luo_put(out, " handler='");
	luo_put_escaped(out, f->handler);
	luo_put(out, "' data=");
	luo_put_hex(out, f->data);
	if (f->has_size) {
		luo_put(out, " size=");
		luo_put_dec(out, f->size);
	}
	luo_put(out, "\n");
}

static void stopped(const struct luo_out *out, const char *indent, const char *why, u64 pa)
{
	luo_put(out, indent);
	luo_put(out, "stopped: ");
	luo_put(out, why);
	luo_put(out, " at ");
	luo_put_hex(out, pa);
	luo_put(out, "; 'luo verify' tells more\n");
}

static void text_end(const struct luo_out *out, const char *why, u64 pa)
{
	if (why)
		stopped(out, "    ", why, pa);
}

/**
 * luo_list_text() - a line for each session and one for each of its files
 * @a:   an answer
 * @out: where to
 */
void luo_list_text(const struct luo_answer *a, const struct luo_out *out)
{
	struct luo_walk_view view = { text_session, text_file, text_end, out };
	u64 pa;
	const char *why = luo_list_walk(a, &view, &pa);

	if (why)
		stopped(out, "", why, pa);
}

static void json_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	luo_json_number(out, s->index ? ",{\"index\":" : "{\"index\":", s->index);
	luo_json_text(out, ",\"name\":", s->name);
	luo_json_number(out, ",\"file_count\":", s->files);
	luo_put(out, ",\"files\":[");
}

static void json_file(const struct luo_out *out, const struct luo_walk_file *f)
{
	luo_json_address(out, f->index ? ",{\"token\":" : "{\"token\":", f->token);
	luo_json_text(out, ",\"handler\":", f->handler);
	luo_json_address(out, ",\"data\":", f->data);
	if (f->has_size)
		luo_json_address(out, ",\"size\":", f->size);
	luo_put(out, "}");
}

static void json_stopped(const struct luo_out *out, const char *why, u64 pa)
{
	luo_put(out, "],\"stopped\":");
	if (!why) {
		luo_put(out, "null}");
		return;
	}
	luo_json_text(out, "{\"why\":", why);
	luo_json_address(out, ",\"pa\":", pa);
	luo_put(out, "}}");
}

/**
 * luo_list_json() - the same as one object
 * @a:      an answer
 * @out:    where to
 * @status: exit status
 */
void luo_list_json(const struct luo_answer *a, const struct luo_out *out, int status)
{
	struct luo_walk_view view = { json_session, json_file, json_stopped, out };
	const char *why;
	u64 pa;

	luo_json_head(out, a, status);
	luo_put(out, ",\"sessions\":[");
	why = luo_list_walk(a, &view, &pa);
	json_stopped(out, why, pa);
	luo_put(out, "\n");
}
