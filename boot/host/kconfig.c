/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A kernel's configuration: the file that was named, else the running kernel's, which is in
 * /proc/config.gz (CONFIG_IKCONFIG_PROC), or where distributions put it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "doctor.h"
#include "message.h"

#define MAX_CONFIG (4U << 20)

/* Compressed or not; false when it cannot be read, or is none. */
static bool take(struct kconfig *c, const char *path)
{
	gzFile f = gzopen(path, "rbe");
	int n;

	if (!f)
		return false;
	snprintf(c->path, sizeof(c->path), "%s", path);
	c->text = calloc(1, MAX_CONFIG + 1);
	n = c->text ? gzread(f, c->text, MAX_CONFIG) : -1;
	gzclose(f);
	if (n > 0 && strstr(c->text, "CONFIG_"))
		return true;
	kconfig_free(c);
	errno = ENOMSG;
	return false;
}

static int read_running(struct kconfig *c)
{
	static const char *const places[] = { "/proc/config.gz", "/boot/config-%s",
					      "/lib/modules/%s/config",
					      "/usr/lib/kernel/config-%s" };
	struct utsname u;
	char path[256];

	uname(&u);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(places); i++) {
		const char *at = strstr(places[i], "%s");
		int head = at ? (int)(at - places[i]) : (int)strlen(places[i]);

		snprintf(path, sizeof(path), "%.*s%s%s", head, places[i], at ? u.release : "",
			 at ? at + 2 : "");
		if (take(c, path))
			return 0;
	}
	host_error(
		"the configuration of the running kernel (%s) is neither in /proc/config.gz "
		"(CONFIG_IKCONFIG_PROC) nor in /boot or /lib/modules; name it with --config FILE",
		u.release);
	return HOST_FAILED;
}

/**
 * kconfig_read() - read a configuration
 * @c:    filled in; kconfig_free() gives back what it holds, also after an error
 * @path: its file, also compressed with gzip; NULL: the running kernel's
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int kconfig_read(struct kconfig *c, const char *path)
{
	*c = (struct kconfig){ 0 };
	if (!path)
		return read_running(c);
	if (take(c, path))
		return 0;
	host_error("%s: %s; give the .config of a kernel, or its /proc/config.gz", path,
		   errno == ENOMSG ? "is no kernel configuration" : strerror(errno));
	return HOST_FAILED;
}

/** kconfig_free() - give back a configuration. */
void kconfig_free(struct kconfig *c)
{
	free(c->text);
	c->text = NULL;
}

/** kconfig_on() - is an option built in, or a module? */
bool kconfig_on(const struct kconfig *c, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = c->text; (p = strstr(p, name)); p += len)
		if ((p == c->text || p[-1] == '\n') && p[len] == '=' &&
		    (p[len + 1] == 'y' || p[len + 1] == 'm'))
			return true;
	return false;
}
