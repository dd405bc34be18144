// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The commands on sessions. Each works through all it was asked to do, reports
 * what failed, and returns the first error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/liveupdate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

static int device = -1;

static int device_open(void)
{
	if (device < 0)
		device = open("/dev/liveupdate", O_RDWR | O_CLOEXEC);
	return device < 0 ? fail("open", "/dev/liveupdate", errno) : 0;
}

void device_release(void)
{
	if (device >= 0)
		close(device);
	device = -1;
}

/* Ask the device for session @name; its descriptor goes into the table. */
static int session_open(unsigned long request, const char *name)
{
	/* The records of create and retrieve are the same. */
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg) };

	strncpy((char *)arg.name, name, sizeof(arg.name) - 1);
	if (ioctl(device, request, &arg))
		return errno;
	if (!table_put(name, arg.fd))
		return 0;
	close(arg.fd);
	return ENOMEM;
}

/* Calls @one for each session PREFIX-FIRST .. of @arg = { PREFIX, FIRST, N, ... }. */
static int each(char **arg, int (*one)(const char *name, char **arg))
{
	unsigned long first = strtoul(arg[1], NULL, 0), n = strtoul(arg[2], NULL, 0);
	char name[GUEST_NAME_MAX];
	int err, rc = 0;

	for (unsigned long i = first; i < first + n; i++) {
		if (snprintf(name, sizeof(name), "%s-%lu", arg[0], i) >= (int)sizeof(name))
			err = fail("name", name, ENAMETOOLONG);
		else
			err = one(name, arg + 3);
		rc = rc ? rc : err;
	}
	return rc;
}

static int preserve(int session, const char *name, uint64_t token, uint64_t size, const char *seed)
{
	struct liveupdate_session_preserve_fd arg = { .size = sizeof(arg), .token = token };
	char text[GUEST_LINE_MAX];
	int err = 0;

	snprintf(text, sizeof(text), "%s/%s/%" PRIu64, seed, name, token);
	arg.fd = memfd_make(text, size);
	if (arg.fd < 0)
		return fail("memfd", text, -arg.fd);
	if (ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &arg))
		err = fail("preserve", text, errno);
	close(arg.fd);
	return err;
}

static int create_one(const char *name, char **arg)
{
	uint64_t files = strtoull(arg[0], NULL, 0), size = strtoull(arg[1], NULL, 0);
	int err, rc = session_open(LIVEUPDATE_IOCTL_CREATE_SESSION, name);

	if (rc)
		return fail("create", name, rc);
	for (uint64_t token = 0; token < files; token++) {
		err = preserve(table_get(name), name, token, size, arg[2]);
		rc = rc ? rc : err;
	}
	return rc;
}

int cmd_create(char **arg)
{
	int err = device_open();

	return err ? err : each(arg, create_one);
}

int cmd_dup(char **arg)
{
	int err = device_open();

	return err ? err : session_open(LIVEUPDATE_IOCTL_CREATE_SESSION, arg[0]);
}

static int close_one(const char *name, char **arg)
{
	int fd = table_get(name);

	(void)arg;
	if (fd < 0)
		return fail("close", name, ENOENT);
	close(fd);
	return table_put(name, -1);
}

int cmd_close(char **arg)
{
	return each(arg, close_one);
}

static int retrieve_fd(int session, const char *name, uint64_t token)
{
	struct liveupdate_session_retrieve_fd arg = { .size = sizeof(arg), .token = token };
	uint64_t size, digest;
	int err;

	if (ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &arg))
		return fail("retrieve-fd", name, errno);
	err = memfd_digest(arg.fd, &size, &digest);
	close(arg.fd);
	if (err)
		return fail("read", name, err);
	say("memfd %s %" PRIu64 " %" PRIu64 " %016" PRIx64, name, token, size, digest);
	return 0;
}

static int retrieve_one(const char *name, char **arg)
{
	uint64_t files = strtoull(arg[0], NULL, 0);
	int err, rc = session_open(LIVEUPDATE_IOCTL_RETRIEVE_SESSION, name);

	if (rc)
		return fail("retrieve", name, rc);
	say("session %s", name);
	for (uint64_t token = 0; token < files; token++) {
		err = retrieve_fd(table_get(name), name, token);
		rc = rc ? rc : err;
	}
	return rc;
}

int cmd_retrieve(char **arg)
{
	int err = device_open();

	return err ? err : each(arg, retrieve_one);
}

static int finish_one(const char *name, char **arg)
{
	struct liveupdate_session_finish finish = { .size = sizeof(finish) };
	int fd = table_get(name);

	(void)arg;
	if (fd < 0)
		return fail("finish", name, ENOENT);
	return ioctl(fd, LIVEUPDATE_SESSION_FINISH, &finish) ? fail("finish", name, errno) : 0;
}

int cmd_finish(char **arg)
{
	return each(arg, finish_one);
}
