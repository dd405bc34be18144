/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Files of `luo wrap`: read whole, written under a temporary name, and where the payload lies. */
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

#ifndef LUO_LIBDIR
#define LUO_LIBDIR "/usr/local/lib"
#endif

#define MAX_FILE (1ULL << 32) /* nothing larger can be loaded: sizes have 32 bits */

static int read_all(int fd, struct wrap_file *file)
{
	size_t done = 0;

	while (done < file->size) {
		ssize_t n = read(fd, file->data + done, file->size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO;
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

static int fail(const char *path, const char *what)
{
	host_error("%s: cannot %s: %s", path, what, strerror(errno));
	return HOST_FAILED;
}

/**
 * wrap_read() - read a whole file
 * @file: filled in; @file->data is the caller's to free, also after a failure
 * @path: its name
 * @what: "kernel" or "payload", for messages
 *
 * Return: 0 or HOST_FAILED.
 */
int wrap_read(struct wrap_file *file, const char *path, const char *what)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int status = 0;

	*file = (struct wrap_file){ .path = path };
	if (fd < 0) {
		host_error("%s: cannot open the %s: %s", path, what, strerror(errno));
		return HOST_FAILED;
	}
	if (fstat(fd, &file->st)) {
		status = fail(path, "read");
	} else if (!S_ISREG(file->st.st_mode) || (u64)file->st.st_size >= MAX_FILE) {
		host_error("%s: not a regular file of less than 4 GiB, so no %s", path, what);
		status = HOST_FAILED;
	} else {
		file->size = (size_t)file->st.st_size;
		file->data = malloc(file->size + 1);
		if (!file->data || read_all(fd, file))
			status = fail(path, "read");
	}
	close(fd);
	return status;
}

static int write_all(int fd, const u8 *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/**
 * wrap_write() - write a file so that its name never leads to half of one
 * @path: its name; what is there is replaced
 * @data: @size bytes
 * @mode: permissions
 *
 * Return: 0 or HOST_FAILED; then what was there before is still there.
 */
int wrap_write(const char *path, const u8 *data, size_t size, mode_t mode)
{
	size_t len = strlen(path) + sizeof(".XXXXXX");
	char *temp = malloc(len);
	int fd, status = 0;

	if (!temp)
		return fail(path, "write");
	snprintf(temp, len, "%s.XXXXXX", path);
	fd = mkstemp(temp);
	if (fd < 0) {
		free(temp);
		return fail(path, "write");
	}
	if (write_all(fd, data, size) || fchmod(fd, mode & 0777) || fsync(fd))
		status = fail(path, "write");
	if (close(fd) && !status)
		status = fail(path, "write");
	if (!status && rename(temp, path))
		status = fail(path, "write");
	if (status)
		unlink(temp);
	free(temp);
	return status;
}

static char *join(const char *folder, const char *name)
{
	size_t len = strlen(folder) + strlen(name) + 2;
	char *path = malloc(len);

	if (path)
		snprintf(path, len, "%s/%s", folder, name);
	return path;
}

static char *beside_program(const char *name)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *up, *path;

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	up = join(dirname(exe), "..");
	path = up ? join(up, name) : NULL;
	free(up);
	if (path && access(path, F_OK)) {
		free(path);
		path = NULL;
	}
	return path;
}

/**
 * wrap_find_payload() - where the payload for an architecture lies
 * @given: --payload, or NULL
 *
 * Return: its path, to be freed, or NULL when memory ran out. A path that was asked for, with
 * --payload or $LUO_PAYLOAD_DIR, is taken whether there is a file or not.
 */
char *wrap_find_payload(const char *given, const struct wrap_arch *arch)
{
	const char *folder = getenv("LUO_PAYLOAD_DIR");
	char name[64], installed[80];
	char *path;

	if (given)
		return strdup(given);
	snprintf(name, sizeof(name), "%s/%s", arch->name, arch->payload);
	if (folder && *folder)
		return join(folder, name);
	path = beside_program(name);
	snprintf(installed, sizeof(installed), "luo/%s", name);
	return path ? path : join(LUO_LIBDIR, installed);
}
