/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The state that the running kernel is about to hand over. debugfs shows the KHO FDT without its
 * address, and cut to the size that it had at boot; that is enough to know its page again among all
 * that look like one. Of the state it says what the kernel has written so far: sessions and files
 * are serialised inside reboot(), after which nobody can ask any more.
 *
 * Source: kernel/liveupdate/kexec_handover_debugfs.c (kho_out_debugfs_init()), luo_core.c
 * (liveupdate_reboot()), Linux 7.1 to 7.3.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "find.h"
#include "live.h"
#include "message.h"

#define KHO_OUT	       "/sys/kernel/debug/kho/out/"
#define MAX_CANDIDATES 1024
#define MAX_SHOWN      65536
#define LEAST	       40 /* bytes of a tree's header */

static size_t read_file(const char *path, void *to, size_t max)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(to, 1, max, f) : 0;

	if (f)
		fclose(f);
	return n;
}

/* One number on each line. */
static u32 read_numbers(const char *path, u64 *to, u32 max)
{
	FILE *f = fopen(path, "re");
	unsigned long long v;
	u32 n = 0;

	while (f && n < max && fscanf(f, "%llx", &v) == 1)
		to[n++] = v;
	if (f)
		fclose(f);
	return n;
}

static void read_scratch(struct luo_found *found)
{
	static u64 start[LUO_MAX_SCRATCH], size[LUO_MAX_SCRATCH];
	u32 nr = read_numbers(KHO_OUT "scratch_phys", start, LUO_MAX_SCRATCH);

	if (!nr || read_numbers(KHO_OUT "scratch_len", size, LUO_MAX_SCRATCH) != nr) {
		host_note("scratch areas are not known: " KHO_OUT " cannot be read (debugfs, "
			  "CONFIG_KEXEC_HANDOVER_DEBUGFS)");
		return;
	}
	for (u32 i = 0; i < nr; i++)
		found->area[i] = (struct luo_range){ start[i], size[i] };
	found->nr_areas = nr;
}

static int scan_piece(void *scan, u64 pa, const u8 *p, u64 len)
{
	return fdt_scan_piece(scan, pa, p, len);
}

/* Those that begin as debugfs shows it are moved to the front. */
static u32 filter(struct fdt_scan *scan, const struct luo_phys *phys)
{
	static u8 shown[MAX_SHOWN];
	size_t len = read_file(KHO_OUT "fdt", shown, sizeof(shown));
	u32 nr = 0;

	for (u32 i = 0; i < scan->nr && len >= LEAST; i++) {
		const void *p = luo_map(phys, scan->c[i].pa, len);

		if (p && !memcmp(p, shown, len))
			scan->c[nr++] = scan->c[i];
	}
	return nr;
}

static int take(struct fdt_scan *scan, const struct luo_phys *phys, const struct luo_job *job,
		struct luo_found *found)
{
	static struct luo_report report;
	u32 ties, best, shown = filter(scan, phys);

	if (shown)
		scan->nr = shown;
	for (u32 i = 0; i < scan->nr; i++)
		fdt_candidate_rate(phys, job, &report, &scan->c[i]);
	best = fdt_scan_best(scan, &ties);
	if (ties) {
		host_error("nothing tells which of %u KHO FDTs in memory is the running kernel's; "
			   "name one with --kho-fdt ADDR",
			   ties + 1);
		return HOST_FAILED;
	}
	fdt_candidate_take(&scan->c[best], found);
	return 0;
}

/* The FDT that was given, or the one that is found; false when there is none. */
static int find_fdt(struct dump *d, const struct options *opt, const struct luo_job *job,
		    const struct luo_phys *phys, struct luo_found *found)
{
	static struct fdt_candidate candidate[MAX_CANDIDATES];
	static _Alignas(8) u8 tree[FDT_SCAN_TREE];
	struct fdt_scan scan = { .c = candidate, .max = MAX_CANDIDATES, .tree = tree };

	if (opt->has_kho_fdt) {
		found->handover.fdt_pa = opt->kho_fdt;
		return 0;
	}
	if (dump_extents(d, scan_piece, &scan)) {
		host_error("memory cannot be searched; name the KHO FDT with --kho-fdt ADDR");
		return HOST_FAILED;
	}
	return scan.nr ? take(&scan, phys, job, found) : 0;
}

/**
 * live_find() - find the state that the running kernel is about to hand over
 * @d:     of live_open()
 * @opt:   --kho-fdt
 * @job:   working memory for trials, in verify mode
 * @found: filled in; how is NULL after a note when there is no state
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int live_find(struct dump *d, const struct options *opt, const struct luo_job *job,
	      struct luo_found *found)
{
	struct luo_phys phys;
	char loaded = '0';
	int err;

	*found = (struct luo_found){ 0 };
	dump_phys(d, &phys);
	err = find_fdt(d, opt, job, &phys, found);
	if (err)
		return err;
	if (!found->handover.fdt_pa) {
		host_note("no KHO state: this kernel has none (kho=on is needed)");
		return 0;
	}
	found->how = "running kernel";
	found->handover.fdt_size = (u64)sysconf(_SC_PAGESIZE);
	found->page_shift = luo_page_shift_of(found->handover.fdt_size);
	read_scratch(found);
	read_file("/sys/kernel/kexec_loaded", &loaded, 1);
	host_note("this kernel writes its sessions and files during the kexec: they cannot be "
		  "known before, nor what boot data the next kernel is given%s "
		  "(memory is read through %s)",
		  loaded == '1' ? "" : "; and no next kernel is loaded yet", live_source(d));
	return 0;
}
