// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The commands on the machine: kexec, crash, programs, files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

/* KEXEC_FILE_* of guest.md's word, or -1. */
static long load_flags(const char *word)
{
	if (!strcmp(word, "debug"))
		return KEXEC_FILE_DEBUG;
	if (!strcmp(word, "crash"))
		return KEXEC_FILE_ON_CRASH;
	return strcmp(word, "0") ? -1 : 0;
}

static int load(int kernel, int initrd, long flags, const char *cmdline)
{
	if (initrd < 0)
		flags |= KEXEC_FILE_NO_INITRAMFS;
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1, cmdline, flags))
		return errno;
	return 0;
}

int cmd_load(char **arg)
{
	bool no_initrd = !strcmp(arg[1], "-");
	long flags = load_flags(arg[2]);
	int kernel, initrd = -1, err;

	if (flags < 0)
		return fail("flags", arg[2], EINVAL);
	kernel = open(arg[0], O_RDONLY | O_CLOEXEC);
	if (kernel < 0)
		return fail("open", arg[0], errno);
	if (!no_initrd)
		initrd = open(arg[1], O_RDONLY | O_CLOEXEC);
	if (!no_initrd && initrd < 0)
		err = fail("open", arg[1], errno);
	else
		err = load(kernel, initrd, flags, arg[3] ? arg[3] : "");
	close(kernel);
	if (initrd >= 0)
		close(initrd);
	return err;
}

int cmd_kexec(char **arg)
{
	int err;

	(void)arg;
	say("kexec");
	console_give_back();
	reboot(RB_KEXEC);
	err = errno;
	console_take();
	return fail("reboot", "kexec", err);
}

int cmd_poweroff(char **arg)
{
	(void)arg;
	console_give_back();
	reboot(RB_POWER_OFF);
	return errno;
}

int cmd_crash(char **arg)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	(void)arg;
	console_give_back();
	if (fd < 0 || write(fd, "c", 1) != 1)
		return fail("crash", "/proc/sysrq-trigger", errno);
	return 0;
}

int cmd_mem(char **arg)
{
	char line[128];

	(void)arg;
	if (!read_line("/proc/meminfo", "MemTotal:", line, sizeof(line)))
		return ENOENT;
	say("mem %lu", strtoul(line + strlen("MemTotal:"), NULL, 10));
	return 0;
}

int cmd_cat(char **arg)
{
	FILE *file = fopen(arg[0], "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return fail("open", arg[0], errno);
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		say("| %s", line);
	}
	free(line);
	fclose(file);
	return 0;
}

int cmd_run(char **arg)
{
	int status;
	pid_t pid;

	/* The program will want the device for itself. */
	device_release();
	pid = fork();
	if (pid < 0)
		return fail("fork", arg[0], errno);
	if (!pid) {
		execv(arg[0], arg);
		_exit(fail("exec", arg[0], errno));
	}
	if (waitpid(pid, &status, 0) < 0)
		return fail("wait", arg[0], errno);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
