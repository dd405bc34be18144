/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Signatures of `luo wrap`: --sign and --check. sbsign and sbverify (sbsigntool) do the work; they
 * are given the very bytes that are wrapped, in files that have no name, so that nothing can be put
 * in their place meanwhile.
 *
 * kexec_file_load() verifies the file that it is given (CONFIG_KEXEC_SIG,
 * kernel/kexec_file.c, 7.3), which is the wrapped one. The next kernel inside is covered by that
 * signature like all the rest; its own is data that nobody looks at. So whoever signs vouches for
 * it, and has --check to find out what for.
 */
#include "wrap.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"

#define SAID_BYTES 4096 /* of what a program says, more than one line ever has */

/* A file without a name that holds @size bytes; -1 after a line that says why not. */
static int nameless(const u8 *data, size_t size)
{
	int fd = memfd_create("luo-wrap", 0); /* the programs inherit it */
	size_t done = 0;

	while (fd >= 0 && done < size) {
		ssize_t n = write(fd, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(fd);
			fd = -1;
		} else {
			done += (size_t)n;
		}
	}
	if (fd < 0)
		host_error("wrap: no memory for a copy to sign or check: %s", strerror(errno));
	return fd;
}

/* Reads all that a program says, keeps the beginning as a text. */
static void listen_to(int fd, char *said)
{
	char rest[512];
	size_t have = 0;
	ssize_t n;

	do {
		bool room = have < SAID_BYTES - 1;

		n = read(fd, room ? said + have : rest,
			 room ? SAID_BYTES - 1 - have : sizeof(rest));
		if (n > 0 && room)
			have += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	said[have] = '\0';
}

/* The line that says what is wrong: the first that is no warning, progress or question. */
static const char *reason(char *said)
{
	for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "warning:", 8) && strncmp(line, "Signing ", 8) &&
		    strncmp(line, "Enter ", 6))
			return line;
	return "it does not say why";
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

static int start(char **argv, const int ends[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int err = posix_spawn_file_actions_init(&actions);

	if (err)
		return err;
	err = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addclose(&actions, ends[0]);
	if (!err)
		err = posix_spawn_file_actions_addclose(&actions, ends[1]);
	if (!err)
		err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/*
 * Runs a program of sbsigntool. A passphrase it asks for on the terminal by itself.
 *
 * Return: 0 when it ended well; else HOST_FAILED, after a line that begins with @complaint.
 */
static int call(char **argv, const char *complaint)
{
	char said[SAID_BYTES];
	int ends[2], err, status;
	pid_t pid;

	if (pipe(ends)) {
		host_error("%s: %s: %s", complaint, argv[0], strerror(errno));
		return HOST_FAILED;
	}
	err = start(argv, ends, &pid);
	close(ends[1]);
	if (err) {
		close(ends[0]);
		host_error("%s: %s %s", complaint, argv[0],
			   err == ENOENT ? "is missing: install sbsigntool" : strerror(err));
		return HOST_FAILED;
	}
	listen_to(ends[0], said);
	close(ends[0]);
	status = wait_for(pid);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFSIGNALED(status))
		host_error("%s: %s crashed (signal %d): no sound PE image", complaint, argv[0],
			   WTERMSIG(status));
	else
		host_error("%s: %s: %s", complaint, argv[0], reason(said));
	return HOST_FAILED;
}

static int read_back(int fd, const char *path, struct wrap_file *out)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (wrap_read(out, name, "signed image"))
		return HOST_FAILED;
	out->path = path;
	return 0;
}

/**
 * wrap_sign() - sign a wrapped kernel
 * @image: the whole file; its bytes are replaced by the signed ones, which are longer
 * @key:   file with the private key, PEM
 * @cert:  file with its certificate, PEM
 *
 * Return: 0, or HOST_FAILED after a line that says why not.
 */
int wrap_sign(struct wrap_file *image, const char *key, const char *cert)
{
	char in[32], out[32], complaint[512];
	char *argv[] = { "sbsign", "--key",    (char *)key, "--cert", (char *)cert,
			 in,	   "--output", out,	    NULL };
	int from = nameless(image->data, image->size), to = from < 0 ? -1 : nameless(NULL, 0);
	struct wrap_file done = { 0 };
	int status = HOST_FAILED;

	if (to >= 0) {
		snprintf(in, sizeof(in), "/proc/self/fd/%d", from);
		snprintf(out, sizeof(out), "/proc/self/fd/%d", to);
		snprintf(complaint, sizeof(complaint), "%s: cannot be signed with %s and %s",
			 image->path, key, cert);
		status = call(argv, complaint);
	}
	if (!status)
		status = read_back(to, image->path, &done);
	if (!status) {
		free(image->data);
		image->data = done.data;
		image->size = done.size;
	} else {
		free(done.data);
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return status;
}

/**
 * wrap_check_signed() - is a kernel signed by whom it should be?
 * @kernel: the file as it was given, or unpacked where only that is a PE image
 * @cert:   file with the certificate that its signature must lead to, PEM
 *
 * Return: 0 when it is, or HOST_FAILED after a line that says why not.
 */
int wrap_check_signed(const struct wrap_file *kernel, const char *cert)
{
	char name[32], complaint[512];
	char *argv[] = { "sbverify", "--cert", (char *)cert, name, NULL };
	int fd, status;

	if (!wrap_pe_signed(kernel)) {
		host_error("%s: not wrapped: it has no signature that --check could look at",
			   kernel->path);
		return HOST_FAILED;
	}
	fd = nameless(kernel->data, kernel->size);
	if (fd < 0)
		return HOST_FAILED;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	snprintf(complaint, sizeof(complaint), "%s: not wrapped: no good signature of %s",
		 kernel->path, cert);
	status = call(argv, complaint);
	close(fd);
	return status;
}
