/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The question itself: memory is opened as the host tool opens dumps, and looked at as it does. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../host/live.h"
#include "../host/message.h"
#include "handle.h"

/* Looking for a state needs much room, which is there once. */
static pthread_mutex_t looking = PTHREAD_MUTEX_INITIALIZER;

static const struct lib_ram *ram_of(const struct libluo *l, u64 pa)
{
	for (u32 i = 0; i < l->nr_ram; i++)
		if (pa >= l->ram[i].pa && pa - l->ram[i].pa < l->ram[i].size)
			return &l->ram[i];
	return NULL;
}

/* Ranges that touch are one for the core, so that a read may reach over several. */
static void read_ram(void *ctx, u64 pa, u8 *to, u64 len)
{
	struct libluo *l = ctx;

	while (len) {
		const struct lib_ram *r = ram_of(l, pa);
		u64 here = r ? r->size - (pa - r->pa) : len;

		here = here < len ? here : len;
		if (r && r->mem) {
			memcpy(to, r->mem + (pa - r->pa), here);
		} else if (!r || r->fn(r->ctx, pa, to, here)) {
			memset(to, 0, here);
			l->unreadable = true;
		}
		to += here;
		pa += here;
		len -= here;
	}
}

static int open_ram(struct libluo *l, struct dump *d)
{
	struct paged_source source = { read_ram, NULL, l };
	struct paged *p = paged_new(&source);
	int err = p ? 0 : HOST_FAILED;

	for (u32 i = 0; i < l->nr_ram && !err; i++)
		err = paged_add(p, l->ram[i].pa, l->ram[i].size);
	if (!err)
		return paged_open(d, "memory", p);
	paged_close(p);
	return err;
}

/* The one that was told comes before those in a core: the first that points to boot data counts. */
static int add_boot(struct libluo *l, struct dump *d)
{
	struct dump_cpu *cpu = reallocarray(d->cpu, d->nr_cpus + 1U, sizeof(*cpu));

	if (!cpu) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	memmove(cpu + 1, cpu, d->nr_cpus * sizeof(*cpu));
	cpu[0] = l->boot;
	d->cpu = cpu;
	d->nr_cpus++;
	return 0;
}

static int look(struct libluo *l)
{
	int status;

	l->opt.next_kernel = l->next_kernel;
	l->a = (struct answer){ .opt = &l->opt };
	l->open = true;
	if (l->opt.live)
		status = live_open(&l->a.dump);
	else if (l->nr_files)
		status = dump_open(&l->a.dump, l->file, l->nr_files);
	else
		status = open_ram(l, &l->a.dump);
	if (!status && l->has_boot)
		status = add_boot(l, &l->a.dump);
	return status ? status : answer_look(&l->a, LUO_MODE_VERIFY);
}

int libluo_verify(struct libluo *l)
{
	int status;

	if (!l)
		return LIBLUO_E_ARGUMENT;
	if (!l->opt.live && !l->nr_files && !l->nr_ram)
		return lib_fail(l, LIBLUO_E_ARGUMENT, "no memory was given");
	if (l->open)
		answer_close(&l->a);
	free(l->message);
	l->message = NULL;
	l->open = l->done = l->unreadable = false;
	pthread_mutex_lock(&looking);
	lib_listen(l);
	status = look(l);
	lib_listen(NULL);
	pthread_mutex_unlock(&looking);
	if (l->unreadable)
		return lib_fail(l, LIBLUO_E_READ, "memory could not be read by its reader");
	if (status)
		return status == HOST_USAGE ? LIBLUO_E_ARGUMENT : LIBLUO_E_FAILED;
	l->done = true;
	return 0;
}
