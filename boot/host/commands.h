/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The commands; each returns the program's exit status. */
#ifndef HOST_COMMANDS_H
#define HOST_COMMANDS_H

#include "options.h"

int cmd_verify(const struct options *opt);
int cmd_info(const struct options *opt);
int cmd_list(const struct options *opt);
int cmd_map(const struct options *opt);
int cmd_compact(const struct options *opt);
int cmd_cat(const struct options *opt);
int cmd_diff(const struct options *opt);
int cmd_explain(const struct options *opt);
int cmd_abi(const struct options *opt);
int cmd_doctor(const struct options *opt);

/* wrap.c; argv[0] is "wrap" */
int luo_wrap_main(int argc, char **argv);

#endif
