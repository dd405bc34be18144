/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo diff: what is not the same in two states. */
#include "../../luo/str.h"
#include "commands.h"
#include "diff.h"
#include "message.h"
#include "output.h"

static bool versions_differ(const struct luo_report *x, const struct luo_report *y)
{
	return !luo_streq(x->kho_name, y->kho_name) || !luo_streq(x->abi_name, y->abi_name) ||
	       x->page_size != y->page_size || x->number != y->number;
}

/* Open one of the two, and have everything in it collected. */
static int open_state(struct diff_state *s, struct answer *a, const struct options *opt,
		      const struct dump_arg *arg)
{
	struct luo_owner_watch watch = { collect_entry, &s->c };
	struct options own = *opt;
	int status;

	s->name = arg->path;
	s->a = a;
	own.has_kho_fdt = arg->has_kho_fdt;
	own.kho_fdt = arg->kho_fdt;
	a->watch = &watch;
	status = answer_open(a, &own, arg, 1, LUO_MODE_VERIFY);
	a->opt = opt;
	a->watch = NULL;
	if (status)
		return status;
	if (!a->report.abi || !a->followed) {
		host_error("%s: has no state that could be compared; see 'luo verify'", arg->path);
		return HOST_FAILED;
	}
	status = collect_state(&s->c, a);
	if (!status && s->c.stopped)
		host_note("%s: not all of its sessions could be read: %s; see 'luo verify'",
			  arg->path, s->c.stopped);
	return status;
}

static int print(const struct options *opt, const struct diff_state s[2])
{
	struct diff_counts n = { 0 };
	struct output output;
	int status = output_open(&output, opt, &s[0].a->dump);

	if (status)
		return status;
	n.versions = versions_differ(&s[0].a->report, &s[1].a->report);
	if (opt->format == HOST_FORMAT_JSON)
		diff_json(&output.out, s, &n);
	else
		diff_text(&output.out, s, &n);
	return output_close(&output, !diff_same(&n));
}

/**
 * cmd_diff() - compare the states of two dumps
 *
 * What a memfd holds is not compared, only where.
 *
 * Return: 0 when they are the same, 1 when not; HOST_FAILED or HOST_USAGE after a message.
 */
int cmd_diff(const struct options *opt)
{
	static struct answer a[2];
	struct diff_state s[2] = { 0 };
	int status = 0;

	if (opt->nr_dumps != 2) {
		host_error("diff: give two dumps, each of one file");
		return HOST_USAGE;
	}
	for (u32 i = 0; i < 2 && !status; i++)
		status = open_state(&s[i], &a[i], opt, &opt->dump[i]);
	a[0].dump.also = &a[1].dump;
	if (!status)
		status = print(opt, s);
	for (u32 i = 0; i < 2; i++) {
		collect_free(&s[i].c);
		answer_close(&a[i]);
	}
	return status;
}
