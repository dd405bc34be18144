/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Opening and closing of the answer's destination; a dump is never opened for writing. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static void write_text(void *ctx, const char *text, size_t len)
{
	struct output *o = ctx;

	if (o->file)
		colour_write(&o->colour, o->file, text, len);
}

static int fail(const char *path, int err)
{
	host_error("%s: cannot be written: %s; give another -o FILE", path, strerror(err));
	return HOST_FAILED;
}

static int open_file(struct output *o, const struct dump *dump)
{
	int fd = open(o->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return fail(o->path, errno);
	if (dump && dump_is_file(dump, fd)) {
		close(fd);
		host_error("%s: is one of the dumps, which are never written; give another -o FILE",
			   o->path);
		return HOST_USAGE;
	}
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0))
		return fail(o->path, errno);
	o->file = fdopen(fd, "w");
	return o->file ? 0 : fail(o->path, errno);
}

/**
 * output_open() - open what the options ask for
 * @o:    filled in
 * @opt:  -o and -q
 * @dump: dumps that must not be overwritten, or NULL
 *
 * Return: 0, or HOST_FAILED or HOST_USAGE after a message.
 */
int output_open(struct output *o, const struct options *opt, const struct dump *dump)
{
	*o = (struct output){ .path = opt->output, .out = { write_text, o } };
	if (o->path)
		return open_file(o, dump);
	if (opt->quiet)
		return 0;
	o->file = stdout;
	o->colour.on = opt->format == HOST_FORMAT_TEXT && colour_wanted(stdout);
	return 0;
}

/**
 * output_close() - make sure that everything was written
 * @o:      opened output
 * @status: exit status so far
 *
 * Return: @status, or HOST_FAILED after a message when something could not be written.
 */
int output_close(struct output *o, int status)
{
	const char *path = o->path ? o->path : "stdout";
	int err;

	if (!o->file)
		return status;
	colour_flush(&o->colour, o->file);
	err = fflush(o->file) || ferror(o->file) ? errno : 0;
	if (o->path && fclose(o->file) && !err)
		err = errno;
	return err ? fail(path, err) : status;
}
