// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * /init of the tests' guest: sets the machine up, then does what the lines on
 * the console say. guest.md is the protocol.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest.h"

#define ARGS_MAX 32

static const struct command {
	const char *name;
	int (*run)(char **arg);
	int words; /* arguments it must have */
	bool rest; /* the text behind them is one more argument, spaces and all */
} commands[] = {
	{ "create", cmd_create, 6, false }, { "dup", cmd_dup, 1, false },
	{ "close", cmd_close, 3, false },   { "retrieve", cmd_retrieve, 4, false },
	{ "finish", cmd_finish, 3, false }, { "load", cmd_load, 3, true },
	{ "kexec", cmd_kexec, 0, false },   { "crash", cmd_crash, 0, false },
	{ "mem", cmd_mem, 0, false },	    { "cat", cmd_cat, 1, false },
	{ "run", cmd_run, 1, false },	    { "poweroff", cmd_poweroff, 0, false },
};

bool read_line(const char *path, const char *key, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, (int)size, file))
		found = !strncmp(line, key, strlen(key));
	if (found)
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	return found;
}

static void mount_one(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL) && errno != EBUSY)
		fail("mount", path, errno);
}

/* As many open files as this kernel allows at all. */
static void raise_limits(void)
{
	char line[32] = "1048576";
	struct rlimit limit;

	read_line("/proc/sys/fs/nr_open", "", line, sizeof(line));
	limit.rlim_cur = limit.rlim_max = strtoul(line, NULL, 10);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit", line, errno);
}

static void ready(void)
{
	static const char key[] = "luotest.stage=";
	char line[GUEST_LINE_MAX] = "";
	struct utsname uts;
	char *found;

	read_line("/proc/cmdline", "", line, sizeof(line));
	found = strstr(line, key);
	uname(&uts);
	say("ready stage=%ld release=%s", found ? strtol(found + strlen(key), NULL, 10) : 1,
	    uts.release);
}

/* Splits *@line into at most @max words; *@line is left behind the last of them. */
static int split(char **line, char **word, int max)
{
	int n = 0;

	while (n < max) {
		*line += strspn(*line, " ");
		if (!**line)
			break;
		word[n++] = *line;
		*line += strcspn(*line, " ");
		if (**line)
			*(*line)++ = '\0';
	}
	return n;
}

static int perform(const char *name, char *line)
{
	char *arg[ARGS_MAX + 2] = { NULL };

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *c = &commands[i];
		int n;

		if (strcmp(c->name, name))
			continue;
		n = split(&line, arg, c->rest ? c->words : ARGS_MAX);
		if (n < c->words)
			return fail("arguments", name, EINVAL);
		if (c->rest)
			arg[n] = line;
		return c->run(arg);
	}
	return fail("command", name, ENOSYS);
}

int main(void)
{
	char line[GUEST_LINE_MAX];

	mount_one("devtmpfs", "/dev");
	console_open();
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("debugfs", "/sys/kernel/debug");
	raise_limits();
	console_take();
	ready();
	while (fgets(line, sizeof(line), stdin)) {
		char *at = line, *name;
		int rc;

		line[strcspn(line, "\r\n")] = '\0';
		if (split(&at, &name, 1)) {
			rc = perform(name, at);
			console_kernel_log();
			say("done %s rc=%d", name, rc);
		}
	}
	return cmd_poweroff(NULL);
}
