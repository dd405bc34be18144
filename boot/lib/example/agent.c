/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * An agent beside a VMM: it looks at what this machine, or a memory dump, would hand over, tells
 * the system log, and carries out a command (the kexec) only when the next kernel would take it.
 *
 *	cc -o agent agent.c $(pkg-config --cflags --libs libluo)
 *	agent --running systemctl kexec
 *	agent core echo would go
 *
 * Exit status: that of the command, else that of `luo verify`; 16 for a wrong command line.
 */
#include <libluo.h>

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static void log_note(void *ctx, const char *line)
{
	(void)ctx;
	syslog(LOG_INFO, "%s", line);
}

/* One line for each finding; that the list is cut short is told too. */
static void log_findings(struct libluo *l)
{
	struct libluo_totals t;
	struct libluo_finding f;

	if (libluo_totals(l, &t, sizeof(t)))
		return;
	for (uint32_t i = 0; i < t.kept && !libluo_finding(l, i, &f, sizeof(f)); i++)
		syslog(f.severity >= LIBLUO_LOSE ? LOG_ERR : LOG_NOTICE,
		       "%s %s: %s: %s at 0x%llx: %s", f.code, libluo_severity_word(f.severity),
		       f.what, f.owner, (unsigned long long)f.pa, f.remedy);
	if (t.findings > t.kept)
		syslog(LOG_NOTICE, "%llu more findings", (unsigned long long)(t.findings - t.kept));
}

static int may_go(struct libluo *l, const char *what)
{
	int err, verdict;

	libluo_set_note(l, log_note, NULL);
	err = strcmp(what, "--running") ? libluo_add_dump(l, what) : libluo_use_running(l);
	if (!err)
		err = libluo_verify(l);
	if (err) {
		syslog(LOG_ERR, "the state cannot be checked: %s", libluo_message(l));
		return 8;
	}
	log_findings(l);
	verdict = libluo_verdict(l);
	syslog(verdict == LIBLUO_OK ? LOG_INFO : LOG_ERR, "verdict %s",
	       libluo_verdict_word(verdict));
	return libluo_exit_status(verdict);
}

int main(int argc, char **argv)
{
	struct libluo *l;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: agent DUMP|--running COMMAND [WORD]...\n");
		return 16;
	}
	openlog("luo-agent", LOG_PERROR, LOG_DAEMON);
	if (libluo_new(&l))
		return 8;
	status = may_go(l, argv[1]);
	libluo_free(l);
	if (status)
		return status;
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 8;
}
