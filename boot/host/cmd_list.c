/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo list: sessions and their files. */
#include "commands.h"
#include "json.h"
#include "list.h"
#include "message.h"

static void text_session(const struct luo_out *out, const struct list_session *s)
{
	luo_put_dec(out, s->index);
	luo_put(out, " '");
	luo_put_escaped(out, s->name);
	luo_put(out, "' files=");
	luo_put_dec(out, s->files);
	luo_put(out, "\n");
}

static void text_file(const struct luo_out *out, const struct list_file *f)
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

static void list_text(const struct answer *a, const struct luo_out *out)
{
	struct list_view view = { text_session, text_file, text_end, out };
	u64 pa;
	const char *why = list_walk(a, &view, &pa);

	if (why)
		stopped(out, "", why, pa);
}

static void json_session(const struct luo_out *out, const struct list_session *s)
{
	json_number(out, s->index ? ",{\"index\":" : "{\"index\":", s->index);
	json_text(out, ",\"name\":", s->name);
	json_number(out, ",\"file_count\":", s->files);
	luo_put(out, ",\"files\":[");
}

static void json_file(const struct luo_out *out, const struct list_file *f)
{
	json_address(out, f->index ? ",{\"token\":" : "{\"token\":", f->token);
	json_text(out, ",\"handler\":", f->handler);
	json_address(out, ",\"data\":", f->data);
	if (f->has_size)
		json_address(out, ",\"size\":", f->size);
	luo_put(out, "}");
}

static void json_stopped(const struct luo_out *out, const char *why, u64 pa)
{
	luo_put(out, "],\"stopped\":");
	if (!why) {
		luo_put(out, "null}");
		return;
	}
	json_text(out, "{\"why\":", why);
	json_address(out, ",\"pa\":", pa);
	luo_put(out, "}}");
}

static void list_json(const struct answer *a, const struct luo_out *out, int status)
{
	struct list_view view = { json_session, json_file, json_stopped, out };
	const char *why;
	u64 pa;

	json_head(out, a, status);
	luo_put(out, ",\"sessions\":[");
	why = list_walk(a, &view, &pa);
	json_stopped(out, why, pa);
	luo_put(out, "\n");
}

static int print_list(const struct answer *a, const struct luo_out *out)
{
	int status = luo_exit_status(a->report.verdict);

	if (a->opt->format == HOST_FORMAT_JSON)
		list_json(a, out, status);
	else
		list_text(a, out);
	if (status && !a->report.none)
		host_note("the verdict on this state is '%s'; see 'luo verify'",
			  luo_verdict_word(a->report.verdict));
	return status;
}

/** cmd_list() - list the sessions in dumps, as far as they can be followed. */
int cmd_list(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_list);
}
