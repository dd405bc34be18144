/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo on the host: choose the command. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "commands.h"
#include "help.h"
#include "message.h"
#include "output.h"

#define COMMANDS "verify, info, list, map, compact -n, cat, diff, explain, abi, doctor, wrap"

#define TEXT	  (1U << HOST_FORMAT_TEXT)
#define TEXT_JSON (TEXT | 1U << HOST_FORMAT_JSON)
#define KTAP	  (1U << HOST_FORMAT_KTAP)
#define MARKDOWN  (1U << HOST_FORMAT_MARKDOWN)

static const struct {
	const char *name;
	int (*run)(const struct options *opt);
	u32 forms;  /* a bit for each format that makes sense */
	bool dumps; /* works on dumps */
} commands[] = {
	{ "verify", cmd_verify, TEXT_JSON | KTAP, true },
	{ "info", cmd_info, TEXT_JSON, true },
	{ "list", cmd_list, TEXT_JSON, true },
	{ "map", cmd_map, TEXT_JSON, true },
	{ "compact", cmd_compact, TEXT_JSON | KTAP, true },
	{ "cat", cmd_cat, TEXT, true },
	{ "diff", cmd_diff, TEXT_JSON, true },
	{ "explain", cmd_explain, TEXT | MARKDOWN, false },
	{ "abi", cmd_abi, TEXT_JSON | MARKDOWN, false },
	{ "doctor", cmd_doctor, TEXT_JSON, false },
};

static int usage(const char *command, const char *why)
{
	host_error("%s: %s; see 'luo --help'", command, why);
	return HOST_USAGE;
}

/* What is there to look at? Dumps, or the running kernel. */
static int check_dumps(const struct options *o)
{
	bool diff = !strcmp(o->command, "diff");

	if (o->nr_kho_fdts > (diff ? 2 : 1))
		return usage(o->command, "--kho-fdt is given too often");
	if (!o->live)
		return o->nr_dumps ? 0 : usage(o->command, "no dump is given");
	if (o->nr_dumps)
		return usage(o->command, "--live takes no dump");
	if (diff || !strcmp(o->command, "compact") || !strcmp(o->command, "cat"))
		return usage(o->command, "has no --live form");
	return 0;
}

static int check_words(const struct options *o, u32 forms, bool dumps)
{
	static const char *const no_form[] = {
		[HOST_FORMAT_JSON] = "has no --json form",
		[HOST_FORMAT_KTAP] = "has no --ktap form",
		[HOST_FORMAT_MARKDOWN] = "has no --markdown form",
	};

	if (!dumps && (o->has_kho_fdt || o->live))
		return usage(o->command, "takes no dump");
	if (!(forms >> o->format & 1))
		return usage(o->command, no_form[o->format]);
	if (o->dry_run && strcmp(o->command, "compact"))
		return usage(o->command, "-n belongs to compact");
	if (o->next_kernel && strcmp(o->command, "verify"))
		return usage(o->command, "--next-kernel belongs to verify");
	if ((o->session || o->has_token) && strcmp(o->command, "cat"))
		return usage(o->command, "--session and --token belong to cat");
	if ((o->config || o->cmdline) && strcmp(o->command, "doctor"))
		return usage(o->command, "--config and --cmdline belong to doctor");
	return dumps ? check_dumps(o) : 0;
}

static int dispatch(const struct options *o)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(commands); i++) {
		int err;

		if (strcmp(o->command, commands[i].name))
			continue;
		err = check_words(o, commands[i].forms, commands[i].dumps);
		return err ? err : commands[i].run(o);
	}
	host_error("unknown command '%s'; there are " COMMANDS, o->command);
	return HOST_USAGE;
}

static int say(const struct options *o, const char *text)
{
	struct output output;
	int status = output_open(&output, o, NULL);

	if (status)
		return status;
	luo_put(&output.out, text);
	return output_close(&output, 0);
}

/* A dump that shrinks while it is read takes the mapping away. */
static void on_sigbus(int sig)
{
	static const char text[] = "luo: a dump cannot be read (it shrank, or the disk failed); "
				   "take it again\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(HOST_FAILED);
	_exit(HOST_FAILED);
}

static int run(const struct options *o)
{
	host_quiet(o->quiet);
	if (o->version)
		return say(o, HOST_TOOL "\n");
	if (o->help)
		return say(o, help_text);
	if (!o->command) {
		host_error("no command is given; there are " COMMANDS "; see 'luo --help'");
		return HOST_USAGE;
	}
	return dispatch(o);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_sigbus };
	struct options options;
	int status;

	if (argc > 1 && !strcmp(argv[1], "wrap"))
		return luo_wrap_main(argc - 1, argv + 1);
	sigaction(SIGBUS, &action, NULL);
	status = options_parse(&options, argc, argv);
	if (!status)
		status = run(&options);
	options_free(&options);
	return status;
}
