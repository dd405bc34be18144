// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The console, shared with the kernel. The kernel's printing threads write
 * between any two bytes of ours, and after the call that caused a message has
 * returned. So while the guest works the kernel's console level is 1, and what
 * the kernel logged is printed from here, between the lines of results.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

/* Of klogctl(), and the levels of messages: below 7 is what a console shows. */
#define SET_CONSOLE_LEVEL 8
#define LEVEL_QUIET	  1
#define LEVEL_NORMAL	  7
#define LEVEL_MASK	  7

static int kmsg = -1;

static void put(const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

void say(const char *fmt, ...)
{
	char line[GUEST_LINE_MAX + 64] = "luotest: ";
	size_t room = sizeof(line) - 1, len = strlen(line);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line + len, room - len, fmt, ap);
	va_end(ap);
	if (n > 0)
		len += (size_t)n < room - len ? (size_t)n : room - len - 1;
	line[len++] = '\n';
	put(line, len);
}

int fail(const char *what, const char *name, int err)
{
	say("error %s %s: %s", what, name, strerror(err));
	return err;
}

/* Prints one record of /dev/kmsg, "LEVEL,SEQUENCE,USEC,FLAGS;TEXT", as the kernel would. */
static void put_record(const char *record)
{
	unsigned int level;
	uint64_t usec;
	char line[GUEST_LINE_MAX];
	const char *text = strchr(record, ';');
	int len;

	if (!text || sscanf(record, "%u,%*u,%" SCNu64, &level, &usec) != 2)
		return;
	if ((level & LEVEL_MASK) >= LEVEL_NORMAL)
		return;
	text++;
	len = snprintf(line, sizeof(line), "[%5" PRIu64 ".%06" PRIu64 "] %.*s\n", usec / 1000000,
		       usec % 1000000, (int)strcspn(text, "\n"), text);
	put(line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

void console_kernel_log(void)
{
	char record[GUEST_LINE_MAX];
	ssize_t n;

	if (kmsg < 0)
		return;
	/* EPIPE says that records were overwritten: the next read has the oldest left. */
	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		put_record(record);
	}
}

/* Is process @pid one of the kernel's printing threads, and at work? */
static bool is_printing(const char *pid)
{
	char path[300], line[256], state = 'S';

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (!read_line(path, "", line, sizeof(line)))
		return false;
	return sscanf(line, "%*d (pr/%*[^)]) %c", &state) == 1 && state == 'R';
}

/* Wait until what the kernel logged so far is on the console. */
static void wait_for_printing(void)
{
	bool busy = true;

	while (busy) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		for (busy = false; proc && (entry = readdir(proc));)
			if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
				busy |= is_printing(entry->d_name);
		if (proc)
			closedir(proc);
		sched_yield();
	}
}

void console_open(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	struct termios tio;

	for (int i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
	if (!tcgetattr(STDIN_FILENO, &tio)) {
		tio.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
		tio.c_oflag &= ~(tcflag_t)ONLCR;
		tcsetattr(STDIN_FILENO, TCSANOW, &tio);
	}
}

void console_take(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	wait_for_printing();
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		fail("open", "/dev/kmsg", errno);
	else
		klogctl(SET_CONSOLE_LEVEL, NULL, LEVEL_QUIET);
	wait_for_printing();
}

void console_give_back(void)
{
	console_kernel_log();
	tcdrain(STDOUT_FILENO);
	klogctl(SET_CONSOLE_LEVEL, NULL, LEVEL_NORMAL);
}
