/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What a kernel needs for live update, and what makes it easier to look at.
 *
 * Source: kernel/liveupdate/Kconfig, Linux 6.19, 7.1 and 7.3 (LIVEUPDATE_MEMFD since 7.1; 7.1
 * offers KEXEC_HANDOVER only without DEFERRED_STRUCT_PAGE_INIT, 7.3 with it); parameters:
 * kernel/liveupdate/kexec_handover.c and luo_core.c (both kstrtobool()).
 */
#include "doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/** doctor_add() - one more; what there is no room for is left out. */
void doctor_add(struct doctor *d, const struct doctor_check *check, enum doctor_state state)
{
	if (d->nr == DOCTOR_MAX)
		return;
	d->check[d->nr] = *check;
	d->check[d->nr++].state = state;
}

static const struct doctor_check options[] = {
	{ DOCTOR_MISSING, "CONFIG_KEXEC_FILE", "kexec_file_load(), the only kexec that KHO knows",
	  "set it" },
	{ DOCTOR_MISSING, "CONFIG_KEXEC_HANDOVER", "KHO: pages that outlive a kexec",
	  "set it; Linux 7.1 and earlier offer it only without CONFIG_DEFERRED_STRUCT_PAGE_INIT" },
	{ DOCTOR_MISSING, "CONFIG_LIVEUPDATE", "LUO: sessions and their files",
	  "set it; Linux 6.19 and later have it" },
	{ DOCTOR_MISSING, "CONFIG_MEMFD_CREATE", "memfds, which hold guest memory", "set it" },
	{ DOCTOR_MISSING, "CONFIG_SHMEM", "memory behind memfds", "set it" },
	{ DOCTOR_NOTE, "CONFIG_LIVEUPDATE_MEMFD",
	  "memfds can be preserved (an option since Linux 7.1)", "set it, unless older than 7.1" },
	{ DOCTOR_NOTE, "CONFIG_KEXEC_HANDOVER_DEBUGFS", "luo verify --live knows the KHO FDT by it",
	  "set it, or give --kho-fdt" },
	{ DOCTOR_NOTE, "CONFIG_PROC_KCORE", "luo verify --live reads memory through it",
	  "set it, or CONFIG_DEVMEM without CONFIG_STRICT_DEVMEM" },
	{ DOCTOR_NOTE, "CONFIG_IKCONFIG",
	  "luo verify reads in the next kernel whether KHO is on by default", "set it" },
};

/** doctor_config() - what a configuration must have, and should. */
void doctor_config(struct doctor *d, const struct kconfig *c)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(options); i++)
		doctor_add(d, &options[i],
			   kconfig_on(c, options[i].name) ? DOCTOR_OK : options[i].state);
	d->enabled = kconfig_on(c, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT");
}

/* As kstrtobool() takes it; the kernel keeps its default when it takes it for neither. */
static bool is_on(const struct luo_text *value, bool otherwise)
{
	char first = value->len ? value->s[0] : '\0';
	char second = value->len > 1 ? value->s[1] : '\0';

	if ((first == 'o' || first == 'O') && (second == 'n' || second == 'N'))
		return true;
	if ((first == 'o' || first == 'O') && (second == 'f' || second == 'F'))
		return false;
	if (first && strchr("yYtT1", first))
		return true;
	return first && strchr("nNfF0", first) ? false : otherwise;
}

/* The last one counts, before any " -- ". */
static bool parameter(const char *cmdline, const char *name, bool otherwise)
{
	struct luo_text rest = { cmdline, strlen(cmdline) };
	struct luo_token token;
	bool on = otherwise;

	while (luo_next_token(&rest, &token) && !luo_text_is(&token.all, "--"))
		if (luo_name_is(&token.name, name))
			on = is_on(&token.value, on);
	return on;
}

/**
 * doctor_cmdline() - what a kernel must be told
 * @d:       the configuration was looked at, when there is one
 * @cmdline: terminated
 */
void doctor_cmdline(struct doctor *d, const char *cmdline)
{
	static const struct doctor_check kho = {
		DOCTOR_MISSING, "kho=on", "KHO is on",
		"put it on the command line of both kernels, or set "
		"CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT"
	};
	static const struct doctor_check luo = { DOCTOR_MISSING, "liveupdate=on", "LUO is on",
						 "put it on the command line of both kernels" };

	doctor_add(d, &kho, parameter(cmdline, "kho", d->enabled) ? DOCTOR_OK : kho.state);
	doctor_add(d, &luo, parameter(cmdline, "liveupdate", false) ? DOCTOR_OK : luo.state);
}

/* Does a file begin with one of these letters? A file that is not there does not. */
static bool begins(const char *path, const char *letters)
{
	FILE *f = fopen(path, "re");
	int c = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	return c != EOF && strchr(letters, c);
}

/** doctor_running() - what the running kernel itself shows. */
void doctor_running(struct doctor *d)
{
	static const struct doctor_check device = { DOCTOR_MISSING, "/dev/liveupdate",
						    "where sessions are created",
						    "the kernel says why: dmesg | grep -i -e kho "
						    "-e luo -e liveupdate" };
	static const struct doctor_check kexec = { DOCTOR_MISSING, "kernel.kexec_load_disabled",
						   "kernels can be loaded (it is 0)",
						   "it cannot be set back; reboot without it" };
	static const struct doctor_check free_kernel = {
		DOCTOR_NOTE, "lockdown", "memory can be read for luo verify --live (it is off)",
		"verify in the payload; sign what luo wrap makes (luo wrap --sign)"
	};
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	char line[128] = "";

	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	doctor_add(d, &device, access("/dev/liveupdate", F_OK) ? device.state : DOCTOR_OK);
	doctor_add(d, &kexec,
		   begins("/proc/sys/kernel/kexec_load_disabled", "0") ? DOCTOR_OK : kexec.state);
	doctor_add(d, &free_kernel,
		   strstr(line, "[integrity]") || strstr(line, "[confidentiality]")
			   ? free_kernel.state
			   : DOCTOR_OK);
}
