/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The next kernel's life as far as it concerns a handed-over state, in the order in which Linux
 * 7.1 and 7.3 do it: setup_arch() finds KHO, the page allocator starts, initcalls look at LUO's
 * container and at the session blocks, a user opens /dev/liveupdate, retrieves every session and
 * every file in it, and finishes. All of that is the kernel's own code; this file only calls it.
 */
#include "reader.h"

#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "memory.h"

int luo_session_retrieve(const char *name, struct file **filep);

static struct judge_answer *answer;

static void end(enum judge_outcome outcome) __attribute__((noreturn));
static void end(enum judge_outcome outcome)
{
	answer->outcome = outcome;
	_exit(0);
}

void judge_print(const char *format, ...)
{
	va_list ap;

	/* %pe and the like are printed as pointers: it is the words that matter */
	va_start(ap, format);
	vsnprintf(answer->why, sizeof(answer->why), format, ap);
	va_end(ap);
}

void judge_warn(const char *file, int line)
{
	const char *slash = strrchr(file, '/');

	answer->warnings++;
	judge_print("WARNING at %s:%d", slash ? slash + 1 : file, line);
}

void judge_panic(const char *format, ...)
{
	char last[80];

	memcpy(last, answer->why, sizeof(last) - 1);
	last[sizeof(last) - 1] = '\0';
	judge_print("panic: %.60s (%s)", format, last);
	end(JUDGE_PANIC);
}

long judge_never(const char *what)
{
	judge_print("%s was called", what);
	end(JUDGE_BROKEN);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (sig == SIGVTALRM) {
		judge_print("no end");
		end(JUDGE_PANIC);
	}
	if (sig == SIGSEGV && judge_is_ours(info->si_addr)) {
		judge_print("fault");
		end(JUDGE_PANIC);
	}
	judge_print("signal %d at %p", sig, info->si_addr);
	end(JUDGE_BROKEN);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct itimerval limit = { .it_value = { .tv_sec = 2 } };
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGVTALRM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

/* Pages of a folio with what was in them, of the first @nr. */
static u64 whole_pages(const struct judge_cached *c, u64 nr)
{
	phys_addr_t pa = page_to_phys(&c->folio->page);
	u64 whole = 0;

	for (u64 i = 0; i < nr; i++)
		whole += !judge_is_taken(pa + i * PAGE_SIZE);
	return whole;
}

/* Every page of a memfd must be there, unspoilt: no kernel up to 7.3 leaves any out. */
static void look_into(const struct file *file)
{
	u64 pages = file->inode->size / PAGE_SIZE + (file->inode->size % PAGE_SIZE != 0), there = 0;

	for (const struct judge_cached *c = file->inode->mapping.folios; c; c = c->next)
		if (c->index < pages)
			there += whole_pages(c, min(c->nr, pages - c->index));
	if (there == pages)
		return;
	answer->lost++;
	judge_print("%llu of %llu pages", there, pages);
}

static void retrieve_file(void *set, u64 token)
{
	static struct file *seen[1 << 16];
	static unsigned int nr;
	struct file *file = judge_retrieve(set, token);
	bool again = !file;

	for (unsigned int i = 0; i < nr && !again; i++)
		again = seen[i] == file;
	if (again) { /* of two files with one token only the first can be had */
		answer->lost++;
		return;
	}
	if (nr < ARRAY_SIZE(seen))
		seen[nr++] = file;
	answer->files++;
	look_into(file);
}

static void retrieve_session(const char *name)
{
	struct file *file;

	if (luo_session_retrieve(name, &file)) {
		answer->lost++;
		return;
	}
	answer->sessions++;
	judge_each_token(file, retrieve_file);
	if (file->f_op->release(NULL, file))
		answer->lost++;
}

static u64 found;

static int take_flb(struct liveupdate_flb_op_args *args)
{
	found = args->data;
	return 0;
}

static void end_flb(struct liveupdate_flb_op_args *args)
{
	(void)args;
}

/* A driver that has FLBs looks for its own when it starts; that of a memfd has none. */
static bool find_flb(const char *name)
{
	static const struct liveupdate_flb_ops ops = { take_flb, end_flb, take_flb, end_flb };
	struct liveupdate_flb *flb = calloc(1, sizeof(*flb));
	void *obj;

	flb->ops = &ops;
	snprintf((char *)flb->compatible, sizeof(flb->compatible), "%.47s", name);
	return !liveupdate_flb_get_incoming(flb, &obj);
}

/* Every driver whose FLB is there must get its own. */
static void retrieve_flb(const char *name, u64 data)
{
	if (*name && (!find_flb(name) || found != data))
		answer->lost++;
}

static void boot(const struct judge_machine *m)
{
	char on[] = "on";

	judge_kho_parse_enable(on);
	judge_early_liveupdate_param(on);
	if (m->busy_size)
		judge_use(m->busy, m->busy_size);
	kho_populate(m->fdt, m->fdt_size, m->scratch, m->scratch_size);
	if (!is_kho_boot())
		end(JUDGE_LOST);
	judge_use_scratch();
#ifdef JUDGE_HAS_EARLY
	kho_memory_init_early();
	judge_use_scratch();
#endif
	kho_memory_init();
	judge_use_rest();
	if (!is_kho_boot())
		end(JUDGE_LOST);
}

static bool has_luo(void)
{
	phys_addr_t pa;

	return kho_retrieve_subtree("LUO", &pa, NULL) != -ENOENT;
}

/**
 * judge_read() - let the kernel read what a machine holds
 * @machine: the machine; its banks were carved by judge_carve()
 * @a:       the answer, in memory that outlives this process
 *
 * Ends the process.
 */
void judge_read(const struct judge_machine *machine, struct judge_answer *a)
{
	struct file device = { 0 };

	answer = a;
	memset(a, 0, sizeof(*a));
	catch_signals();
	judge_memory(machine);
	boot(machine);
	if (!has_luo())
		end(JUDGE_NONE);
	judge_liveupdate_early_init();
	judge_kho_metadata();
	judge_memfd_luo_init();
	judge_liveupdate_ioctl_init();
	find_flb("nobody's");
	judge_each_flb(retrieve_flb);
	device.private_data = judge_device;
	if (judge_device->fops->open(NULL, &device))
		end(JUDGE_REFUSED);
	judge_each_session(retrieve_session);
	a->left = judge_left();
	end(a->lost ? JUDGE_LOST : a->warnings ? JUDGE_WARNED : JUDGE_TAKEN);
}

/** judge_kernel() - the kernel whose reader this is. */
const char *judge_kernel(void)
{
	return JUDGE_KERNEL;
}
