/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Find, verify, compact, and hold the state against the memory that U-Boot itself has written to.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/owners.h"
#include "../../luo/error.h"

#define ARENA_MAX (4U << 20)
#define MAX_NAMED 16 /* entries of the map in U-Boot's own memory that get a line each */

static u64 clock_us(__always_unused void *ctx)
{
	return timer_get_us();
}

static int no_memory(void)
{
	printf("luo: no memory to work in: U-Boot needs a larger heap (CONFIG_SYS_MALLOC_LEN)\n");
	return LUO_E_ARENA;
}

static int open_job(struct uboot_run *run)
{
	struct luo_job *job = &run->job;
	size_t size = ARENA_MAX;

	job->clock = clock_us;
	job->key[0] = clock_us(NULL) * 0x9e3779b97f4a7c15ULL ^ (u64)rand() << 32;
	job->key[1] = job->key[0] * 0x2545f4914f6cdd1dULL ^ clock_us(NULL);
	while (size >= LUO_ARENA_MIN && !(job->arena = memalign(16, size)))
		size /= 2;
	job->arena_size = size;
	return job->arena ? 0 : no_memory();
}

static void say_taken(struct uboot_run *run, const struct luo_busy *busy, u8 kind, u64 pa,
		      u32 order, const struct luo_owner *owner)
{
	if (++run->taken > MAX_NAMED)
		return;
	printf("luo: %s [%llx..%llx) lies over preserved memory at %llx, order %u: %s of ",
	       busy->what, (unsigned long long)busy->range.start,
	       (unsigned long long)(busy->range.start + busy->range.size), (unsigned long long)pa,
	       order, luo_claimant_word(kind));
	luo_put_owner(&uboot_out, owner);
	printf("\n");
}

/* Does U-Boot's own memory touch it? */
static void look_taken(struct uboot_run *run, u8 kind, u64 pa, u32 order,
		       const struct luo_owner *owner)
{
	u64 len = luo_page_size(&run->phys) << order;

	for (u32 i = 0; i < run->nr_own; i++)
		if (luo_range_hits(&run->busy[i].range, pa, len))
			say_taken(run, &run->busy[i], kind, pa, order, owner);
}

/* struct luo_owner_watch's claimed. */
static void claimed(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct uboot_run *run = ctx;

	fdt_anchor_owner(&run->anchored, kind, pa, luo_page_size(&run->phys) << order, owner);
	look_taken(run, kind, pa, order, owner);
}

static void unclaimed(void *ctx, u64 pa, u32 order)
{
	static const struct luo_owner nobody = { .kind = LUO_OWNER_MAP };

	look_taken(ctx, LUO_CLAIMS_SUBTREE, pa, order, &nobody);
}

/* As the host tool does: every page to its owner. A heap that is too small is a finding. */
static void follow(struct uboot_run *run)
{
	u64 need = luo_owners_need(&run->phys, &run->report.before);
	struct luo_owner_watch watch = { claimed, run };
	struct luo_arena arena = { .size = need };
	u64 start = clock_us(NULL);

	arena.base = memalign(16, need);
	if (!arena.base)
		arena.size = 0;
	run->followed = !luo_follow(&run->phys, &run->state, &run->report, &arena, run->job.key[0],
				    &watch, &run->owners);
	if (run->followed)
		luo_owners_unclaimed(&run->owners, unclaimed, run);
	run->report.us[LUO_PASS_SESSIONS] += clock_us(NULL) - start;
	free(arena.base);
}

static void refuse(struct uboot_run *run, const char *why)
{
	printf("luo: refused: %s\n", why);
	run->report.refused = true;
	luo_report_close(&run->report);
}

static void verify(struct uboot_run *run)
{
	run->job.mode = LUO_MODE_VERIFY;
	luo_run(&run->phys, &run->found.handover, &run->job, &run->state, &run->report, &run->plan);
	run->trodden = fdt_anchor_check(&run->anchored, &run->phys);
	if (run->phys.page_shift)
		follow(run);
	if (!run->starting)
		uboot_next_given(run);
	if (run->crowded)
		refuse(run,
		       "more than " __stringify(UBOOT_MAX_BUSY) " ranges of memory are in use, and "
								"not all can be kept");
	else if (run->unmapped)
		refuse(run, "a part of the state lies where U-Boot has no mapping "
			    "(on x86_64 all above 4 GiB)");
	else if (run->taken)
		refuse(run, "U-Boot itself lies over what is preserved; keep the old kernel out of "
			    "that memory");
}

/* A plan that is only shown: its operations are kept, as many as the heap holds. */
static int keep_op(void *ctx, const struct luo_op *op)
{
	struct uboot_run *run = ctx;

	if (run->plan.nr == run->max_op) {
		u64 max = run->max_op ? run->max_op * 2 : 64;
		struct luo_op *more = realloc(run->op, max * sizeof(*more));

		if (!more)
			return LUO_E_ARENA;
		run->op = more;
		run->max_op = max;
	}
	run->op[run->plan.nr] = *op;
	return 0;
}

/* Only what was found good for it is written to. */
static void compact(struct uboot_run *run, enum luo_mode mode)
{
	if (run->report.verdict == LUO_VERDICT_REFUSED || run->report.verdict == LUO_VERDICT_NONE)
		return;
	if (run->trodden) {
		printf("luo: not compacted: the state was trodden on\n");
		return;
	}
	if (mode == LUO_MODE_COMPACT && !uboot_store16_works()) {
		printf("luo: compact refused: this CPU has no 16-byte atomic store\n");
		return;
	}
	run->job.mode = mode;
	run->job.each = mode == LUO_MODE_PLAN ? keep_op : NULL;
	run->job.each_ctx = run;
	luo_run(&run->phys, &run->found.handover, &run->job, &run->state, &run->report, &run->plan);
	run->plan.op = run->op;
	if (run->report.changed)
		uboot_anchor_renew(run);
}

/**
 * uboot_run() - the whole job on the state that a command is about
 * @run:  cleared
 * @word: the address that was given, or NULL
 * @mode: how far to go
 *
 * Return: 0 with a closed report; negative after a line that says what is wrong.
 */
int uboot_run(struct uboot_run *run, const char *word, enum luo_mode mode)
{
	int err;

	run->next = malloc(sizeof(*run->next));
	err = run->next ? open_job(run) : no_memory();
	if (err)
		return err;
	luo_report_init(&run->report);
	uboot_view(run);
	err = uboot_find(run, word);
	luo_report_init(&run->report);
	if (!err && !run->found.how) {
		run->report.none = true;
		luo_report_close(&run->report);
	} else if (!err) {
		verify(run);
		if (mode != LUO_MODE_VERIFY)
			compact(run, mode);
	}
	if (!err)
		fdt_anchor_say(&run->anchored, &run->report, &uboot_out);
	free(run->job.arena);
	run->job.arena = NULL;
	return err;
}

/** uboot_close() - give back what uboot_run() has taken, and @run itself. */
void uboot_close(struct uboot_run *run)
{
	free(run->anchored.check);
	free(run->next);
	free(run->op);
	free(run);
}
