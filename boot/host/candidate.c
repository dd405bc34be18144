/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Candidates of a scan: pages that look like a KHO root FDT. RAM holds stale ones of earlier
 * kernels, so each is verified, and only those whose map and container are sound count.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "../../luo/str.h"
#include "find.h"
#include "message.h"

#define MAX_CANDIDATES 1024
#define TREE_MAX       65536 /* the tree fits one page of the largest size */
#define MAX_NOTES      16

static bool is_kho(const void *tree)
{
	const char *s = fdt_stringlist_get(tree, 0, "compatible", 0, NULL);

	return s && luo_kho_abi_like(s);
}

/* A damaged tree is a candidate as long as its header and its compatible can be read. */
static bool looks_like_kho(const u8 *p, u64 avail)
{
	static _Alignas(8) u8 tree[TREE_MAX];
	struct fdt_header head;
	u32 size;

	if (avail < sizeof(head))
		return false;
	memcpy(&head, p, sizeof(head));
	size = fdt32_to_cpu(head.totalsize);
	if (size < sizeof(head) || size > TREE_MAX || size > avail)
		return false;
	memcpy(tree, p, size);
	return !fdt_check_header(tree) && is_kho(tree);
}

static int add_candidate(struct candidate_list *list, u64 pa)
{
	if (list->nr && list->c[list->nr - 1].pa == pa)
		return 0;
	if (list->nr == MAX_CANDIDATES) {
		host_error("more than %u KHO FDTs in this dump; name the one with --kho-fdt ADDR",
			   MAX_CANDIDATES);
		return HOST_FAILED;
	}
	list->c[list->nr++] = (struct candidate){ .pa = pa };
	return 0;
}

static int scan_extent(void *ctx, u64 pa, const u8 *p, u64 len)
{
	static const u8 magic[4] = { 0xd0, 0x0d, 0xfe, 0xed };
	struct candidate_list *list = ctx;

	for (u64 i = -pa & 4095; i < len && len - i >= sizeof(magic); i += 4096) {
		int err;

		if (memcmp(p + i, magic, sizeof(magic)) || !looks_like_kho(p + i, len - i))
			continue;
		err = add_candidate(list, pa + i);
		if (err)
			return err;
	}
	return 0;
}

/**
 * candidates_scan() - list every page that looks like a KHO root FDT
 * @d:    the dumps
 * @list: filled in, unrated, ascending; the caller frees list->c
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int candidates_scan(const struct dump *d, struct candidate_list *list)
{
	list->nr = 0;
	list->c = calloc(MAX_CANDIDATES, sizeof(*list->c));
	if (!list->c) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	return dump_extents(d, scan_extent, list);
}

static bool is_structural(u16 code)
{
	return code >= LUO_K01 && code <= LUO_C05;
}

static void judge(struct candidate *c, const struct luo_report *r)
{
	bool sound = r->abi && !r->none; /* one that is only read is sound too */

	c->preserved = r->before.map_nodes;
	for (u32 i = 0; i < r->nr_kept; i++) {
		sound &= r->findings[i].severity <= LUO_SEV_NOTE ||
			 !is_structural(r->findings[i].code);
		c->preserved &= r->findings[i].code != LUO_K06;
	}
	c->number = r->number;
	c->problems = r->nr_findings;
	c->first = r->nr_kept ? r->findings[0].code : LUO_NR_CODES;
	c->known = r->kho;
	c->has_luo = !r->none;
	c->verified = sound;
}

/* Of two page sizes for one FDT: under the wrong one the map does not even hold that FDT. */
static bool makes_more_sense(const struct candidate *a, const struct candidate *b)
{
	if (a->verified != b->verified)
		return a->verified;
	if (a->preserved != b->preserved)
		return a->preserved;
	return a->problems < b->problems;
}

/**
 * candidate_rate() - find the page size under which a candidate makes most sense, and how much
 * @phys: the view, without scratch areas
 * @job:  working memory and key
 * @c:    its address is given, the rest is filled in
 */
void candidate_rate(const struct luo_phys *phys, const struct luo_job *job, struct candidate *c)
{
	static struct luo_report report;
	static struct luo_plan plan;
	struct candidate best = { .pa = c->pa };

	for (u32 shift = 12; shift <= 16 && !best.verified; shift += 2) {
		struct luo_handover handover = { .fdt_pa = c->pa, .fdt_size = 1ULL << shift };
		struct candidate now = { .pa = c->pa, .page_shift = shift };
		struct luo_phys view = *phys;
		struct luo_state state;

		if (shift > 12 && c->pa & (handover.fdt_size - 1))
			continue;
		view.page_shift = shift;
		luo_run(&view, &handover, job, &state, &report, &plan);
		judge(&now, &report);
		if (!best.page_shift || makes_more_sense(&now, &best))
			best = now;
	}
	*c = best;
}

/* Below 0: a is the better one. Only the numbers of sound candidates can be believed. */
static int compare(const struct candidate *a, const struct candidate *b)
{
	if (a->verified != b->verified)
		return a->verified ? -1 : 1;
	if (a->verified)
		return a->number > b->number ? -1 : a->number < b->number;
	if (a->has_luo != b->has_luo)
		return a->has_luo ? -1 : 1;
	if (a->known != b->known)
		return a->known ? -1 : 1;
	return a->problems < b->problems ? -1 : a->problems > b->problems;
}

static void describe(const struct candidate *c, bool chosen)
{
	unsigned long long pa = c->pa, number = c->number, problems = c->problems;

	if (c->verified)
		host_note("KHO FDT at 0x%llx, live update number %llu%s", pa, number,
			  chosen ? "" : ": not the one reported on");
	else if (c->first < LUO_NR_CODES)
		host_note("KHO FDT at 0x%llx does not verify (findings: %llu, first %s)%s", pa,
			  problems, luo_code_text(c->first),
			  chosen ? ": reported on, for want of a better one" : "");
	else
		host_note("KHO FDT at 0x%llx holds no LUO state that could be checked", pa);
}

static void describe_all(const struct candidate_list *list, u32 choice)
{
	u32 shown = 0;

	for (u32 i = 0; i < list->nr && shown < MAX_NOTES; i++) {
		if (i == choice && (list->c[i].verified || !list->c[i].has_luo))
			continue;
		describe(&list->c[i], i == choice);
		shown++;
	}
	if (shown == MAX_NOTES && list->nr > MAX_NOTES)
		host_note("and more; %u KHO FDTs in all", list->nr);
}

/**
 * candidates_choose() - pick the state to report on, and say on stderr what else there was
 * @list:   rated candidates, at least one
 * @choice: index of the one
 *
 * Return: 0, or HOST_FAILED after a message: several are equally good.
 */
int candidates_choose(const struct candidate_list *list, u32 *choice)
{
	u32 best = 0, ties = 0;

	for (u32 i = 1; i < list->nr; i++) {
		int order = compare(&list->c[i], &list->c[best]);

		if (order < 0)
			best = i;
		ties = order < 0 ? 0 : ties + !order;
	}
	*choice = best;
	if (!ties || !list->c[best].has_luo) {
		describe_all(list, best);
		return 0;
	}
	host_error("nothing tells which of %u KHO FDTs is meant; name the one:", ties + 1);
	for (u32 i = 0; i < list->nr; i++)
		if (!compare(&list->c[i], &list->c[best]))
			host_error("  --kho-fdt 0x%llx (live update number %llu)",
				   (unsigned long long)list->c[i].pa,
				   (unsigned long long)list->c[i].number);
	return HOST_FAILED;
}
