/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What luo doctor looks at: a kernel's configuration and its command line. */
#ifndef HOST_DOCTOR_H
#define HOST_DOCTOR_H

#include "../../luo/token.h"
#include "options.h"

/**
 * struct kconfig - a kernel's configuration
 * @path: where it was read
 * @text: all of it, terminated; allocated
 */
struct kconfig {
	char path[256];
	char *text;
};

/** enum doctor_state - what comes of one check. */
enum doctor_state {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* useful, and not there */
	DOCTOR_MISSING, /* nothing works without */
};

/**
 * struct doctor_check - one thing that was looked at
 * @state: what came of it
 * @name:  what it is called
 * @why:   what it is good for
 * @remedy: what to do when it is missing
 */
struct doctor_check {
	enum doctor_state state;
	const char *name;
	const char *why;
	const char *remedy;
};

#define DOCTOR_MAX 32

/** struct doctor - all checks, in order; @enabled: the configuration has kho= on by default. */
struct doctor {
	struct doctor_check check[DOCTOR_MAX];
	u32 nr;
	bool enabled;
};

int kconfig_read(struct kconfig *c, const char *path);
void kconfig_free(struct kconfig *c);
bool kconfig_on(const struct kconfig *c, const char *name);

void doctor_add(struct doctor *d, const struct doctor_check *check, enum doctor_state state);
void doctor_config(struct doctor *d, const struct kconfig *c);
void doctor_cmdline(struct doctor *d, const char *cmdline);
void doctor_running(struct doctor *d);

#endif
