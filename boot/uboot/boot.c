/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo boot: arguments, what becomes of a state with errors, and everything to its place. Nothing is
 * written before all of it has a place, and then only to free room in the scratch areas.
 */
#include "firmware.h"

#include "uboot.h"

/* "addr[:size]", hexadecimal. */
static bool parse_range(const struct uboot_run *run, const char *word, struct luo_range *range)
{
	char *end;

	range->start = simple_strtoull(word, &end, 16);
	range->size = 0;
	if (end == word)
		return false;
	if (*end == ':') {
		word = end + 1;
		range->size = simple_strtoull(word, &end, 16);
		if (end == word || !range->size)
			return false;
	}
	return !*end && luo_in_ram(&run->phys, range->start, range->size ? range->size : 1);
}

/* What was loaded by hand must lie where nothing is preserved. */
static bool in_scratch(const struct uboot_run *run, const struct luo_range *range, const char *what)
{
	for (u32 i = 0; i < run->found.nr_areas; i++)
		if (luo_range_holds(&run->found.area[i], range->start,
				    range->size ? range->size : 1))
			return true;
	printf("luo: the %s at %llx is in no scratch area: loading it may have overwritten what is "
	       "preserved; load to ${luo_load}\n",
	       what, (unsigned long long)range->start);
	return false;
}

/* A device tree is as large as it says, and all of that must be there before it is believed. */
static bool take_tree(const struct uboot_run *run, const char *word, struct luo_range *range,
		      struct uboot_load *load)
{
	load->fdt = uboot_tree_at(run, range->start);
	if (load->fdt)
		range->size = fdt_totalsize(load->fdt);
	else
		printf("luo: %s is no sound device tree that lies wholly in RAM\n", word);
	return load->fdt;
}

static bool parse(struct uboot_run *run, int argc, char *const argv[], struct uboot_load *load)
{
	const char *words[3] = { env_get("luo_kernel"), NULL, NULL };
	struct luo_range fdt;

	for (int i = 1; i < argc; i++)
		words[i - 1] = argv[i];
	if (!words[0]) {
		printf("luo: which kernel? luo boot ADDR[:SIZE], or luo_kernel=ADDR[:SIZE]\n");
		return false;
	}
	for (int i = 0; i < 3; i++) {
		struct luo_range *to = i == 0 ? &load->kernel : i == 1 ? &load->initrd : &fdt;
		static const char *const what[] = { "kernel", "initrd", "device tree" };

		if (!words[i] || !strcmp(words[i], "-"))
			continue;
		if (!parse_range(run, words[i], to)) {
			printf("luo: %s: no address in RAM (hexadecimal, ADDR[:SIZE])\n", words[i]);
			return false;
		}
		if (i == 2 && !take_tree(run, words[i], &fdt, load))
			return false;
		if (!run->report.none && !in_scratch(run, to, what[i]))
			return false;
		uboot_busy(run, to->start, to->size ? to->size : 1, what[i]);
		if (i == 1 && !to->size) {
			printf("luo: the initrd needs its size: ADDR:SIZE\n");
			return false;
		}
	}
	run->phys.nr_busy = run->nr_busy;
	if (run->crowded)
		printf("luo: too many ranges of memory are in use to place a kernel\n");
	return !run->crowded;
}

static bool stop(const char *why)
{
	printf("luo: %s: the kernel is not started\n", why);
	return false;
}

/* Carry out luo_onerror on a bad state. Return: true to go on. */
static bool onerror(struct uboot_run *run, struct uboot_load *load)
{
	const char *word = env_get("luo_onerror");

	if (!word || !strcmp(word, "pass"))
		return true;
	if (!strcmp(word, "drop")) {
		uboot_drop(load);
		printf("luo: dropped: the next kernel does not see KHO\n");
		return true;
	}
	if (!strcmp(word, "drop-luo")) {
		if (!load->hidable || !uboot_drop_luo(run, load))
			return stop("drop-luo needs a state whose preserved memory is sound");
		printf("luo: dropped: the next kernel sees KHO without LUO\n");
		return true;
	}
	if (!strcmp(word, "reset"))
		return run_command("reset", 0) ? stop("this machine cannot be reset") : true;
	if (!strcmp(word, "halt"))
		return stop("halted");
	printf("luo: luo_onerror=%s is none of pass, drop, drop-luo, halt, reset\n", word);
	return false;
}

/* Whatever the kernel is, can it be started with this state? */
static bool startable(const struct uboot_run *run)
{
	if (run->crowded || run->unmapped || run->taken)
		printf("luo: not started\n");
	else if (!run->found.how)
		printf("luo: no state to hand on: boot with the usual commands\n");
	else if (!run->found.nr_areas)
		printf("luo: the scratch areas are not known, so there is no safe place for a "
		       "kernel\n");
	else
		return true;
	return false;
}

/**
 * uboot_boot() - carry out `luo boot` on a verified state
 * @run: closed
 *
 * Return: CMD_RET_FAILURE after a line that says why the kernel was not started.
 */
int uboot_boot(struct uboot_run *run, int argc, char *const argv[])
{
	struct uboot_load load = { 0 };
	bool ready = startable(run) && parse(run, argc, argv, &load) && uboot_prepare(run, &load);
	bool bad;

	uboot_say_report(run);
	/* what was trodden on may be what the version is read from: then the verdict is another */
	bad = run->report.verdict == LUO_VERDICT_ERRORS || run->trodden;
	if (ready && (!bad || onerror(run, &load))) {
		uboot_anchor_used(run, true);
		uboot_start(&load);
		uboot_anchor_used(run, false);
	}
	return CMD_RET_FAILURE;
}
