/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo doctor: is a kernel built and started as live update needs it? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "../../luo/json.h"
#include "answer.h"
#include "commands.h"
#include "doctor.h"
#include "message.h"
#include "output.h"

#define UNREADY	    4
#define MAX_CMDLINE 65536

static const char *const words[] = { "ok", "note", "missing" };

/* With --cmdline a file, of the running kernel its own, of a configuration alone none. */
static int look_at_cmdline(struct doctor *d, const struct options *opt)
{
	static char line[MAX_CMDLINE];
	const char *path = opt->cmdline ? opt->cmdline : "/proc/cmdline";
	FILE *f;

	if (!opt->cmdline && opt->config)
		return 0;
	f = fopen(path, "re");
	if (!f) {
		host_error("%s: cannot be opened: %s; give a file that holds a command line", path,
			   strerror(errno));
		return HOST_FAILED;
	}
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	doctor_cmdline(d, line);
	return 0;
}

static u32 missing(const struct doctor *d)
{
	u32 nr = 0;

	for (u32 i = 0; i < d->nr; i++)
		nr += d->check[i].state == DOCTOR_MISSING;
	return nr;
}

static void put_text(const struct luo_out *out, const struct doctor *d, const char *path)
{
	for (u32 i = 0; i < d->nr; i++) {
		const struct doctor_check *c = &d->check[i];

		luo_put(out, words[c->state]);
		luo_put(out, &"        "[strlen(words[c->state])]);
		luo_put(out, c->name);
		luo_put(out, ": ");
		luo_put(out, c->why);
		if (c->state != DOCTOR_OK) {
			luo_put(out, "\n        what to do: ");
			luo_put(out, c->remedy);
		}
		luo_put(out, "\n");
	}
	luo_put(out, "luo doctor: ");
	if (missing(d)) {
		luo_put_dec(out, missing(d));
		luo_put(out, " missing");
	} else {
		luo_put(out, "ready");
	}
	luo_put(out, " (");
	luo_put(out, path);
	luo_put(out, ")\n");
}

static void put_json(const struct luo_out *out, const struct doctor *d, const char *path)
{
	luo_json_text(out, "{\"tool\":", HOST_TOOL);
	luo_json_number(out, ",\"schema\":", 1);
	luo_json_number(out, ",\"exit\":", missing(d) ? UNREADY : 0);
	luo_json_text(out, ",\"config\":", path);
	luo_put(out, ",\"checks\":[");
	for (u32 i = 0; i < d->nr; i++) {
		const struct doctor_check *c = &d->check[i];

		luo_json_text(out, i ? ",{\"name\":" : "{\"name\":", c->name);
		luo_json_text(out, ",\"state\":", words[c->state]);
		luo_json_text(out, ",\"why\":", c->why);
		luo_json_text(out, ",\"remedy\":", c->remedy);
		luo_put(out, "}");
	}
	luo_put(out, "]}\n");
}

/** cmd_doctor() - check a configuration, a command line, or the running kernel. */
int cmd_doctor(const struct options *opt)
{
	static struct doctor d;
	struct output output;
	struct kconfig config;
	int status;

	if (opt->nr_dumps) {
		host_error("doctor: takes no file but with --config and --cmdline");
		return HOST_USAGE;
	}
	status = kconfig_read(&config, opt->config);
	if (!status) {
		doctor_config(&d, &config);
		status = look_at_cmdline(&d, opt);
	}
	if (!status && !opt->config)
		doctor_running(&d);
	if (!status)
		status = output_open(&output, opt, NULL);
	if (!status) {
		if (opt->format == HOST_FORMAT_JSON)
			put_json(&output.out, &d, config.path);
		else
			put_text(&output.out, &d, config.path);
		status = output_close(&output, missing(&d) ? UNREADY : 0);
	}
	kconfig_free(&config);
	return status;
}
