/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The command line of every command but wrap. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include "../../luo/types.h"

enum host_format {
	HOST_FORMAT_UNSET,
	HOST_FORMAT_TEXT,
	HOST_FORMAT_JSON,
	HOST_FORMAT_KTAP,
	HOST_FORMAT_MARKDOWN,
};

/**
 * struct dump_arg - one file named on the command line
 * @path:     as given
 * @base:     physical address of its first byte, for raw files
 * @has_base: --base came before it
 * @kho_fdt:  the --kho-fdt that came before it, when @has_kho_fdt
 */
struct dump_arg {
	const char *path;
	u64 base;
	bool has_base;
	u64 kho_fdt;
	bool has_kho_fdt;
};

/**
 * struct options - a parsed command line
 * @command:  its name, NULL when none was given
 * @dump:     files (or, for explain, the code) in the order given; allocated
 * @nr_dumps: how many
 * @kho_fdt:  the last --kho-fdt, when @has_kho_fdt
 * @nr_kho_fdts: how many there were
 * @format:   never HOST_FORMAT_UNSET once parsed
 * @given:    some of --text, --json, --ktap, --markdown was given
 * @dry_run:  -n
 * @live:     --live
 * @quiet:    -q
 * @stats:    --stats
 * @output:   -o, or NULL
 * @next_kernel: --next-kernel, or NULL
 * @config, @cmdline: --config, --cmdline, or NULL
 * @session, @token: --session, or NULL, and --token when @has_token
 * @help, @version: --help, --version
 */
struct options {
	const char *command;
	struct dump_arg *dump;
	u32 nr_dumps;
	u64 kho_fdt;
	bool has_kho_fdt;
	u32 nr_kho_fdts;
	enum host_format format;
	bool given;
	bool dry_run;
	bool live;
	bool quiet;
	bool stats;
	const char *output;
	const char *next_kernel;
	const char *config;
	const char *cmdline;
	const char *session;
	u64 token;
	bool has_token;
	bool help;
	bool version;
};

int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
