/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Parsing of the command line. Words are taken in the order given, because each --base belongs to
 * the file that follows it.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
	OPT_BASE = 256, /* behind all letters */
	OPT_KHO_FDT,
	OPT_JSON,
	OPT_KTAP,
	OPT_TEXT,
	OPT_MARKDOWN,
	OPT_STATS,
	OPT_HELP,
	OPT_VERSION,
	OPT_NEXT_KERNEL,
	OPT_LIVE,
	OPT_CONFIG,
	OPT_CMDLINE,
	OPT_SESSION,
	OPT_TOKEN,
};

static const struct option long_options[] = {
	{ "base", required_argument, NULL, OPT_BASE },
	{ "kho-fdt", required_argument, NULL, OPT_KHO_FDT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "ktap", no_argument, NULL, OPT_KTAP },
	{ "text", no_argument, NULL, OPT_TEXT },
	{ "markdown", no_argument, NULL, OPT_MARKDOWN },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "live", no_argument, NULL, OPT_LIVE },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "cmdline", required_argument, NULL, OPT_CMDLINE },
	{ "session", required_argument, NULL, OPT_SESSION },
	{ "token", required_argument, NULL, OPT_TOKEN },
	{ "next-kernel", required_argument, NULL, OPT_NEXT_KERNEL },
	{ NULL, 0, NULL, 0 },
};

/* --base, and --kho-fdt for diff, wait here for their file. */
struct pending {
	u64 base;
	bool set;
	u64 kho_fdt;
	bool has_kho_fdt;
};

static int parse_number(const char *option, const char *what, const char *text, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!errno && *end == '\0' && *text >= '0' && *text <= '9')
		return 0;
	host_error("%s '%s' is no %s; give a number such as 0x40000000", option, text, what);
	return HOST_USAGE;
}

static int set_format(struct options *o, enum host_format format)
{
	if (o->given && o->format != format) {
		host_error("--text, --json, --ktap and --markdown exclude each other; give one");
		return HOST_USAGE;
	}
	o->format = format;
	o->given = true;
	return 0;
}

static int take_base(struct pending *p, const char *text)
{
	if (p->set) {
		host_error("two --base before one file; give each file its own");
		return HOST_USAGE;
	}
	p->set = true;
	return parse_number("--base", "address", text, &p->base);
}

static int take_kho_fdt(struct options *o, struct pending *p, const char *text)
{
	int err = parse_number("--kho-fdt", "address", text, &o->kho_fdt);

	o->has_kho_fdt = true;
	o->nr_kho_fdts++;
	p->kho_fdt = o->kho_fdt;
	p->has_kho_fdt = true;
	return err;
}

static int take_word(struct options *o, struct pending *p, const char *word)
{
	if (!o->command) {
		o->command = word;
		return 0;
	}
	o->dump[o->nr_dumps++] =
		(struct dump_arg){ word, p->base, p->set, p->kho_fdt, p->has_kho_fdt };
	*p = (struct pending){ 0 };
	return 0;
}

static int bad_option(char **argv, int opt)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		host_error("option '%s' lacks its value; see 'luo --help'", word);
	else if (optopt && optopt < 256)
		host_error("unknown or malformed option '-%c'; 'luo --help' lists all", optopt);
	else
		host_error("unknown or malformed option '%s'; 'luo --help' lists all", word);
	return HOST_USAGE;
}

static int take_flag(struct options *o, int opt)
{
	switch (opt) {
	case OPT_HELP:
	case 'h':
		o->help = true;
		break;
	case OPT_VERSION:
		o->version = true;
		break;
	case OPT_STATS:
		o->stats = true;
		break;
	case 'n':
		o->dry_run = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'o':
		o->output = optarg;
		break;
	case OPT_LIVE:
		o->live = true;
		break;
	case OPT_NEXT_KERNEL:
		o->next_kernel = optarg;
		break;
	case OPT_CONFIG:
		o->config = optarg;
		break;
	case OPT_CMDLINE:
		o->cmdline = optarg;
		break;
	case OPT_SESSION:
		o->session = optarg;
		break;
	case OPT_TOKEN:
		o->has_token = true;
		return parse_number("--token", "token", optarg, &o->token);
	}
	return 0;
}

static int take_option(struct options *o, struct pending *p, int opt, char **argv)
{
	switch (opt) {
	case 1:
		return take_word(o, p, optarg);
	case OPT_BASE:
		return take_base(p, optarg);
	case OPT_KHO_FDT:
		return take_kho_fdt(o, p, optarg);
	case OPT_JSON:
		return set_format(o, HOST_FORMAT_JSON);
	case OPT_KTAP:
		return set_format(o, HOST_FORMAT_KTAP);
	case OPT_TEXT:
		return set_format(o, HOST_FORMAT_TEXT);
	case OPT_MARKDOWN:
		return set_format(o, HOST_FORMAT_MARKDOWN);
	case ':':
	case '?':
		return bad_option(argv, opt);
	default:
		return take_flag(o, opt);
	}
}

/**
 * options_parse() - read the command line
 * @o:    filled in; options_free() gives back what it holds, also after an error
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Return: 0, or HOST_USAGE after a message.
 */
int options_parse(struct options *o, int argc, char **argv)
{
	struct pending p = { 0 };
	int opt, err = 0;

	*o = (struct options){ .format = HOST_FORMAT_TEXT };
	o->dump = calloc((size_t)argc + 1, sizeof(*o->dump));
	if (!o->dump) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	opterr = 0;
	while (!err && (opt = getopt_long(argc, argv, "-:hno:q", long_options, NULL)) != -1)
		err = take_option(o, &p, opt, argv);
	for (; !err && optind < argc; optind++)
		err = take_word(o, &p, argv[optind]);
	if (!err && p.set) {
		host_error("--base has no file after it; put it before the raw file it is for");
		err = HOST_USAGE;
	}
	return err;
}

/** options_free() - give back what options_parse() allocated. */
void options_free(struct options *o)
{
	free(o->dump);
	o->dump = NULL;
}
