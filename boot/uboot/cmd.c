/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The command `luo`: arguments, output, environment variables, exit status. */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/info.h"
#include "../../luo/walk.h"

static void out_write(__always_unused void *ctx, const char *text, size_t len)
{
	while (len--)
		putc(*text++);
}

const struct luo_out uboot_out = { .write = out_write };

/** enum form - how a report is printed. */
enum form {
	FORM_BRIEF,
	FORM_TEXT,
	FORM_KTAP,
};

static void print_report(const struct luo_report *report, enum form form)
{
	if (form == FORM_TEXT)
		luo_print_text(&uboot_out, report);
	else if (form == FORM_KTAP)
		luo_print_ktap(&uboot_out, report);
	else
		luo_print_brief(&uboot_out, report);
	luo_print_line(&uboot_out, report, NULL);
}

/* For scripts. */
static void set_variables(const struct uboot_run *run)
{
	env_set("luo_status", luo_verdict_word(run->report.verdict));
	env_set_ulong("luo_sessions", run->report.after.sessions);
	env_set_ulong("luo_findings", run->report.nr_findings);
}

/* Where files can be loaded to. */
static void set_room(const struct uboot_run *run)
{
	u64 size, start = uboot_largest(run, &size);

	env_set_hex("luo_load", start);
	env_set_hex("luo_load_size", size);
}

static void clear_variables(void)
{
	env_set("luo_status", NULL);
	env_set("luo_sessions", NULL);
	env_set("luo_findings", NULL);
	env_set("luo_load", NULL);
	env_set("luo_load_size", NULL);
}

static int status(const struct uboot_run *run)
{
	u8 verdict = run->report.verdict;

	return verdict == LUO_VERDICT_OK || verdict == LUO_VERDICT_REPAIRED ? CMD_RET_SUCCESS
									    : CMD_RET_FAILURE;
}

static struct uboot_run *start(const char *word, enum luo_mode mode, bool starting)
{
	struct uboot_run *run = calloc(1, sizeof(*run));

	clear_variables();
	if (!run) {
		printf("luo: no memory to work in\n");
		return NULL;
	}
	run->starting = starting;
	if (!uboot_run(run, word, mode)) {
		set_variables(run);
		set_room(run);
		return run;
	}
	uboot_close(run);
	return NULL;
}

static int do_verify(__always_unused struct cmd_tbl *cmdtp, __always_unused int flag, int argc,
		     char *const argv[])
{
	enum form form = FORM_BRIEF;
	struct uboot_run *run;
	int ret;

	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		if (argv[1][1] == 'k' && !argv[1][2])
			form = FORM_KTAP;
		else if (argv[1][1] == 't' && !argv[1][2])
			form = FORM_TEXT;
		else
			return CMD_RET_USAGE;
	}
	if (argc > 2)
		return CMD_RET_USAGE;
	run = start(argc > 1 ? argv[1] : NULL, LUO_MODE_VERIFY, false);
	if (!run)
		return CMD_RET_FAILURE;
	print_report(&run->report, form);
	ret = status(run);
	uboot_close(run);
	return ret;
}

/** uboot_say_report() - variables and report once more, after findings were added. */
void uboot_say_report(const struct uboot_run *run)
{
	set_variables(run);
	print_report(&run->report, FORM_BRIEF);
}

/** uboot_answer() - the answer in the form that everything that prints it wants. */
struct luo_answer uboot_answer(const struct uboot_run *run)
{
	return (struct luo_answer){
		.tool = "U-Boot",
		.phys = &run->phys,
		.found = &run->found,
		.state = &run->state,
		.report = &run->report,
	};
}

static int show(int argc, char *const argv[],
		void (*print)(const struct luo_answer *a, const struct luo_out *out))
{
	struct luo_answer a;
	struct uboot_run *run;
	int ret;

	if (argc > 2)
		return CMD_RET_USAGE;
	run = start(argc > 1 ? argv[1] : NULL, LUO_MODE_VERIFY, false);
	if (!run)
		return CMD_RET_FAILURE;
	a = uboot_answer(run);
	print(&a, &uboot_out);
	ret = status(run);
	uboot_close(run);
	return ret;
}

static int do_info(__always_unused struct cmd_tbl *cmdtp, __always_unused int flag, int argc,
		   char *const argv[])
{
	return show(argc, argv, fdt_info_text);
}

static int do_list(__always_unused struct cmd_tbl *cmdtp, __always_unused int flag, int argc,
		   char *const argv[])
{
	return show(argc, argv, luo_list_text);
}

/* Why nothing is written, or the plan. */
static void say_plan(const struct uboot_run *run, bool dry)
{
	const struct luo_report *r = &run->report;

	if (r->verdict == LUO_VERDICT_REFUSED || r->verdict == LUO_VERDICT_NONE)
		printf("luo: nothing to compact: %s\n",
		       r->none ? "there is no state" : "the state is refused, and stays as it is");
	else if (dry)
		luo_print_plan(&uboot_out, r, &run->plan);
	else if (!luo_report_repairable(r))
		printf("luo: not compacted: what is wrong cannot be mended by a compaction\n");
	else if (!r->abi->sessions.linked)
		printf("luo: nothing to compact: " LUO_NO_CHAIN "\n");
}

static int do_compact(__always_unused struct cmd_tbl *cmdtp, __always_unused int flag, int argc,
		      char *const argv[])
{
	bool dry = argc > 1 && argv[1][0] == '-' && argv[1][1] == 'n' && !argv[1][2];
	struct uboot_run *run;
	int ret;

	argc -= dry;
	argv += dry;
	if (argc > 2 || (argc > 1 && argv[1][0] == '-'))
		return CMD_RET_USAGE;
	run = start(argc > 1 ? argv[1] : NULL, dry ? LUO_MODE_PLAN : LUO_MODE_COMPACT, false);
	if (!run)
		return CMD_RET_FAILURE;
	say_plan(run, dry);
	print_report(&run->report, FORM_BRIEF);
	ret = status(run);
	uboot_close(run);
	return ret;
}

#ifdef CONFIG_CMD_LUO_BOOT
static int do_boot(__always_unused struct cmd_tbl *cmdtp, __always_unused int flag, int argc,
		   char *const argv[])
{
	struct uboot_run *run;
	int ret;

	if (argc > 4)
		return CMD_RET_USAGE;
	run = start(NULL, LUO_MODE_VERIFY, true);
	if (!run)
		return CMD_RET_FAILURE;
	ret = uboot_boot(run, argc, argv);
	uboot_close(run);
	return ret;
}
#endif

U_BOOT_LONGHELP(
	luo,
	"info [addr]             - what was found and where\n"
	"luo verify [-k|-t] [addr] - check the state; -k: KTAP, -t: more text\n"
	"luo list [addr]         - sessions and files\n"
	"luo compact [-n] [addr] - check it and compact its lists; -n: show what would be done\n"
#ifdef CONFIG_CMD_LUO_BOOT
	"luo boot [kernel[:size] [initrd:size [fdt]]]\n"
	"                        - check it, and start a kernel with it\n"
#endif
	"addr: a KHO FDT, a device tree that names one, or an anchor; without it the device tree\n"
	"    that U-Boot was given, then $fdt_addr, an anchor, a scan. Numbers are hexadecimal.\n"
	"True when the state is ok or repaired. Sets luo_status, luo_sessions, luo_findings,\n"
	"and luo_load, luo_load_size: where files can be loaded to.");

U_BOOT_CMD_WITH_SUBCMDS(luo, "check and mend live-update state between two kernels", luo_help_text,
			U_BOOT_SUBCMD_MKENT(info, 2, 0, do_info),
			U_BOOT_SUBCMD_MKENT(list, 2, 0, do_list),
			U_BOOT_SUBCMD_MKENT(verify, 4, 0, do_verify),
			U_BOOT_SUBCMD_MKENT(compact, 3, 0, do_compact),
#ifdef CONFIG_CMD_LUO_BOOT
			U_BOOT_SUBCMD_MKENT(boot, 4, 0, do_boot),
#endif
);
