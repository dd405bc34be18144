/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The common part of all commands over dumps. */
#include "answer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

#include "../../fdt/next.h"
#include "../../luo/bootparams.h"
#include "../../luo/error.h"
#include "live.h"
#include "message.h"

#define ARENA_MAX (64UL << 20)
#define ARENA_MIN (1UL << 20)
#define LARGE	  (2UL << 20) /* a large page; where those have another size, the advice is void */
#define FRONT	  (64UL << 10)

static u64 clock_us(void *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

/* Names and owners are a small part of memory; a small dump needs no large table. */
static size_t arena_size(const struct dump *d)
{
	u64 ram = 0;

	for (u32 i = 0; i < d->nr_ram; i++)
		ram += d->ram[i].size;
	ram = ram / 8 & ~15ULL;
	return ram > ARENA_MAX ? ARENA_MAX : ram < ARENA_MIN ? ARENA_MIN : ram;
}

/*
 * Working memory that ends in large pages: a filter of names would have the kernel clear and map
 * hundreds of small ones. What a small state takes is in front of them, for to clear a large one
 * takes longer than all of its verification.
 */
static u8 *take_arena(struct answer *a, size_t size)
{
	size_t large = (size + LARGE - 1) & ~(LARGE - 1);

	a->memory = aligned_alloc(LARGE, LARGE + large);
	if (!a->memory)
		return NULL;
	madvise(a->memory + LARGE, large, MADV_HUGEPAGE);
	return a->memory + LARGE - FRONT;
}

static int open_job(struct answer *a)
{
	struct luo_job *job = &a->job;

	*job = (struct luo_job){ .mode = LUO_MODE_VERIFY, .clock = clock_us };
	if (getrandom(job->key, sizeof(job->key), 0) != sizeof(job->key)) {
		host_error("no random numbers from the kernel; try again");
		return HOST_FAILED;
	}
	job->arena_size = arena_size(&a->dump);
	job->arena = take_arena(a, job->arena_size);
	if (job->arena)
		return 0;
	host_error("out of memory");
	return HOST_FAILED;
}

/* Who owns what; the working memory is as large as the map. */
static void follow(struct answer *a)
{
	u64 need = luo_owners_need(&a->phys, &a->report.before);
	struct luo_arena arena = { .size = need };
	u64 start = clock_us(NULL);

	a->owners_arena = malloc(need);
	arena.base = a->owners_arena;
	if (!arena.base)
		arena.size = 0;
	a->followed = !luo_follow(&a->phys, &a->state, &a->report, &arena, a->job.key[0], a->watch,
				  &a->owners);
	a->report.us[LUO_PASS_SESSIONS] += clock_us(NULL) - start;
}

static u64 pc_of(const struct dump *d, u64 reg)
{
	for (u32 i = 0; i < d->nr_cpus; i++)
		if (d->cpu[i].reg == reg)
			return d->cpu[i].pc;
	return 0;
}

/* The part that lies there whole, or NULL. */
static const struct luo_part *part_of(const struct luo_next *next, const char *what)
{
	for (u32 i = 0; i < next->nr_parts; i++)
		if (!strcmp(next->part[i].what, what))
			return &next->part[i];
	return NULL;
}

/* The kernel that was named, else the one in the dump that is about to be entered. */
static bool have_kernel(struct answer *a)
{
	const struct luo_part *image = part_of(&a->next, LUO_PART_IMAGE);
	const u8 *params = NULL, *p;

	if (a->opt->next_kernel)
		return true;
	p = image ? luo_map(&a->phys, image->range.start, image->range.size) : NULL;
	if (p && a->next.x86)
		params = luo_map(&a->phys, a->found.boot_pa, BP_SIZE);
	return p && (params || !a->next.x86) &&
	       kernel_in_memory(&a->kernel, p, image->range.size, params);
}

/* What else is handed over; where only KHO's part of it was found, the rest is not known. */
static void check_next(struct answer *a)
{
	const struct luo_found *f = &a->found;
	u64 pc = f->boot_pa ? pc_of(&a->dump, f->boot_pa) : 0;
	bool known = true;

	if (f->boot_pa && f->boot == LUO_BOOT_PARAMS)
		luo_next_params(&a->next, &a->phys, f->boot_pa, pc, &a->report);
	else if (f->named_at && f->named == LUO_BOOT_TREE)
		fdt_next(&a->next, &a->phys, f->named_at, pc, &a->report);
	else
		known = false;
	if (have_kernel(a)) {
		const struct luo_answer view = answer_view(a);

		luo_next_kernel(&a->kernel.image.kernel, &a->state, &a->report);
		luo_next_handlers(&a->kernel.image.kernel, &view, &a->report);
		a->next.kho_default = a->kernel.kho_default;
	}
	if (known) {
		luo_next_part(&a->next, f->handover.scratch_pa, f->handover.scratch_size,
			      "list of scratch areas", true);
		luo_next_check(&a->next, &a->phys, a->followed ? &a->owners.map : NULL, &a->report);
	}
	luo_report_close(&a->report);
}

static int keep_op(void *ctx, const struct luo_op *op)
{
	struct answer *a = ctx;

	if (a->plan.nr == a->max_op) {
		u64 max = a->max_op ? a->max_op * 2 : 256;
		struct luo_op *more = realloc(a->op, max * sizeof(*more));

		if (!more)
			return LUO_E_ARENA;
		a->op = more;
		a->max_op = max;
	}
	a->op[a->plan.nr] = *op;
	return 0;
}

static void run(struct answer *a, enum luo_mode mode)
{
	dump_phys(&a->dump, &a->phys);
	if (!a->found.how) {
		luo_report_init(&a->report);
		a->report.none = true;
		luo_report_close(&a->report);
		return;
	}
	a->phys.page_shift = a->found.page_shift;
	a->phys.scratch = a->found.area;
	a->phys.nr_scratch = a->found.nr_areas;
	a->job.mode = mode;
	a->job.each = keep_op;
	a->job.each_ctx = a;
	a->err = luo_run(&a->phys, &a->found.handover, &a->job, &a->state, &a->report, &a->plan);
	a->plan.op = a->op;
	a->state.unfinished = a->opt->live;
	if (a->opt->live)
		luo_report_part(&a->report, LUO_X06, LUO_SEV_NOTE, 0, 0, LUO_OWNER_CONTAINER);
	if (a->found.damaged)
		luo_report_part(&a->report, LUO_B04, LUO_SEV_LOSE, a->found.damaged, 0,
				LUO_OWNER_BOOT);
	luo_report_close(&a->report);
	if (mode == LUO_MODE_VERIFY && a->phys.page_shift) {
		follow(a);
		check_next(a);
	}
	if (a->report.none)
		host_note("the KHO FDT at 0x%llx has no LUO sub-node: the old kernel preserved no "
			  "sessions; if another one is meant, give --kho-fdt ADDR",
			  (unsigned long long)a->found.handover.fdt_pa);
}

/* Up to Linux 7.0 the map, too, is only made during the kexec. */
static int check_live(const struct answer *a)
{
	if (!a->report.kho || a->report.kho->map != LUO_MAP_CHUNKS || a->state.map_pa)
		return 0;
	host_error(
		"this kernel (%s) writes down what it preserves during the kexec: nothing can be "
		"checked before; have the payload verify on the way (luo wrap)",
		a->report.kho_name);
	return HOST_FAILED;
}

/**
 * answer_look() - find the state in a dump and have the core look at it
 * @a:    @a->opt is set, @a->dump is open; the rest is zero, but for @a->watch
 * @mode: LUO_MODE_VERIFY or LUO_MODE_PLAN: dumps are never written
 *
 * Return: 0, or the exit status after a message.
 */
int answer_look(struct answer *a, enum luo_mode mode)
{
	const struct options *opt = a->opt;
	int status = 0;

	if (opt->next_kernel)
		status = kernel_open(&a->kernel, opt->next_kernel);
	if (!status)
		status = open_job(a);
	if (!status)
		status = opt->live ? live_find(&a->dump, opt, &a->job, &a->found)
				   : find_state(&a->dump, opt, &a->job, &a->found);
	if (status)
		return status;
	run(a, mode);
	if (a->dump.failed)
		return HOST_FAILED;
	return opt->live ? check_live(a) : 0;
}

/**
 * answer_open() - open dumps, find the state in them and have the core look at it
 * @a:    filled in, but for @a->watch; answer_close() gives back what it holds, also after an error
 * @opt:  the command line
 * @arg:  the dumps, or with opt->live whatever
 * @nr:   how many
 * @mode: as for answer_look()
 *
 * Return: 0, or the exit status after a message.
 */
int answer_open(struct answer *a, const struct options *opt, const struct dump_arg *arg, u32 nr,
		enum luo_mode mode)
{
	int status;

	*a = (struct answer){ .opt = opt, .watch = a->watch };
	status = opt->live ? live_open(&a->dump) : dump_open(&a->dump, arg, nr);
	return status ? status : answer_look(a, mode);
}

/** answer_close() - give back what an answer holds. */
void answer_close(struct answer *a)
{
	kernel_close(&a->kernel);
	free(a->owners_arena);
	free(a->op);
	free(a->memory);
	dump_close(&a->dump);
}
