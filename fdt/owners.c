/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Who owns which preserved page: the order of the work, and what hangs on flattened trees.
 * Source of the sub-nodes: kho_add_subtree() of Linux 7.1 to 7.3; mm/memblock.c (reserve_mem),
 * include/linux/kho/abi/memblock.h and kexec_metadata.h.
 */
#include "owners.h"

#include "../luo/error.h"
#include "../luo/str.h"
#include "kho.h"

static const struct luo_owner kho_owner = { .kind = LUO_OWNER_KHO };
static const struct luo_owner luo_owner = { .kind = LUO_OWNER_CONTAINER };

/** struct follow - what the steps share. */
struct follow {
	const struct luo_phys *phys;
	const struct luo_state *state;
	const struct luo_report *report;
	struct luo_owners *o;
};

/* A blob of any size starts somewhere in a page and lies in one entry, or in several. */
static enum luo_claim claim_blob(const struct follow *f, u8 kind, u64 pa, u64 size,
				 const struct luo_owner *owner)
{
	u64 page = luo_page_size(f->phys), in = pa & (page - 1), stop;
	u64 pages = (size >> f->phys->page_shift) + ((size & (page - 1)) + in + page - 1) / page;

	return luo_owners_run(f->o, kind, pa - in, pages, false, owner, &stop);
}

/* One region of reserve_mem=, preserved page by page. */
static void claim_region(const struct follow *f, const struct fdt_walk *node, u64 pa)
{
	u64 start, size, stop;

	if (!fdt_native_u64(node, "start", &start) || !fdt_native_u64(node, "size", &size) ||
	    !luo_streq(fdt_compatible(node), "reserve-mem-v1")) {
		luo_owners_add(f->o, LUO_K09, LUO_SEV_LOSE, pa, 0, &kho_owner);
		f->o->partial = true;
		return;
	}
	if (luo_owners_run(f->o, LUO_CLAIMS_MEMBLOCK, start, size >> f->phys->page_shift, true,
			   &kho_owner, &stop) == LUO_CLAIM_MISSING)
		luo_owners_add(f->o, LUO_K10, LUO_SEV_LOSE, start, stop, &kho_owner);
}

static void claim_regions(const struct follow *f, u64 pa, u64 size)
{
	u64 page = luo_page_size(f->phys);
	struct fdt_root root;
	const void *tree;

	size = size < page ? size : page;
	tree = luo_map(f->phys, pa, size);
	if (!tree || pa & 3 || !fdt_root_open(&root, tree, size) ||
	    !luo_streq(fdt_compatible(&root.start), "memblock-v1")) {
		luo_owners_add(f->o, LUO_K09, LUO_SEV_LOSE, pa, 0, &kho_owner);
		f->o->partial = true;
		return;
	}
	while (fdt_walk_child(&root.start, 1))
		claim_region(f, &root.start, pa);
}

/* Source: kho_in_kexec_metadata(), kernel/liveupdate/kexec_handover.c, 7.1 to 7.3. */
static void read_metadata(const struct follow *f, u64 pa, u64 size)
{
	const struct luo_kexec_metadata_ser *m = luo_map(f->phys, pa, sizeof(*m));
	u32 version = m ? luo_get32(m) : 0;

	if (!m || size < sizeof(*m) || version != LUO_METADATA_VERSION ||
	    luo_strnlen(m->previous_release, LUO_RELEASE_LEN) == LUO_RELEASE_LEN) {
		luo_owners_add(f->o, LUO_K11, LUO_SEV_NOTE, pa, version, &kho_owner);
		return;
	}
	luo_strcopy(f->o->metadata.release, LUO_RELEASE_LEN, m->previous_release, LUO_RELEASE_LEN);
	f->o->metadata.count = luo_get32(&m->kexec_count);
}

static u8 kind_of(const char *name)
{
	if (luo_streq(name, "memblock"))
		return LUO_CLAIMS_MEMBLOCK;
	return luo_streq(name, "kexec-metadata") ? LUO_CLAIMS_METADATA : LUO_CLAIMS_SUBTREE;
}

/*
 * The data are read where they are, unless nobody asks for them: kho_in_kexec_metadata(), and
 * reserve_mem_kho_retrieve_fdt() of mm/memblock.c, 6.16 to 7.3. What is not RAM faults. Of other
 * sub-nodes nobody here knows the reader.
 */
static u8 lost_blob(const struct follow *f, u8 kind, u64 pa)
{
	if (kind == LUO_CLAIMS_SUBTREE)
		return LUO_SEV_NOTE;
	return luo_in_ram(f->phys, pa, 4) ? LUO_SEV_LOSE : LUO_SEV_PANIC;
}

/* A sub-node that leads nowhere is one that cannot be read: kho_retrieve_subtree(), 6.16 to 7.3. */
static void leads_nowhere(const struct follow *f, u8 kind)
{
	f->o->partial = true;
	if (kind == LUO_CLAIMS_MEMBLOCK)
		luo_owners_add(f->o, LUO_K09, LUO_SEV_LOSE, f->state->kho_fdt_pa, 0, &kho_owner);
	if (kind == LUO_CLAIMS_METADATA)
		luo_owners_add(f->o, LUO_K11, LUO_SEV_NOTE, f->state->kho_fdt_pa, 0, &kho_owner);
}

static void follow_child(const struct follow *f, const struct fdt_walk *node)
{
	u8 kind = kind_of(node->name);
	u64 pa, size = luo_page_size(f->phys);
	enum luo_claim claim;

	if (luo_streq(node->name, "LUO"))
		return;
	f->o->unknown += kind == LUO_CLAIMS_SUBTREE;
	if (!fdt_native_u64(node, f->state->kho->blob_prop, &pa)) {
		leads_nowhere(f, kind);
		return;
	}
	if (f->state->kho->has_size)
		fdt_native_u64(node, "blob-size", &size);
	claim = claim_blob(f, kind, pa, size, &kho_owner);
	if (claim == LUO_CLAIM_MISSING)
		luo_owners_add(f->o, LUO_K08, lost_blob(f, kind, pa), pa, pa, &kho_owner);
	if (claim == LUO_CLAIM_DONE && kind == LUO_CLAIMS_MEMBLOCK)
		claim_regions(f, pa, size);
	if (claim == LUO_CLAIM_DONE && kind == LUO_CLAIMS_METADATA)
		read_metadata(f, pa, size);
}

static void follow_root(const struct follow *f)
{
	const void *tree = luo_map(f->phys, f->state->kho_fdt_pa, f->state->kho_fdt_size);
	struct fdt_root root;

	luo_owners_claim(f->o, LUO_CLAIMS_KHO, f->state->kho_fdt_pa, 0, &kho_owner);
	if (!tree || !fdt_root_open(&root, tree, f->state->kho_fdt_size)) {
		f->o->partial = true;
		return;
	}
	while (fdt_walk_child(&root.start, 1))
		follow_child(f, &root.start);
}

static u64 flb_at(u64 i)
{
	return sizeof(struct luo_flb_header_ser) + i * sizeof(struct luo_flb_ser);
}

/*
 * A driver gets the first FLB of its name; none has an empty one. There are as many as fit into a
 * page, which bounds this. @p: the area, whose name number @nr has an end.
 */
static bool flb_comes_second(const u8 *p, u64 nr)
{
	const char *name = (const char *)p + flb_at(nr);

	for (u64 i = 0; i < nr && *name; i++) {
		if (luo_streq((const char *)p + flb_at(i), name))
			return true;
	}
	return false;
}

/* The reader compares up to a NUL, and so goes on behind a name without one. */
static void check_flb_names(const struct follow *f, u64 pa, const u8 *p, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		u64 at = flb_at(i);

		if (luo_strnlen((const char *)p + at, LUO_COMPAT_LEN) == LUO_COMPAT_LEN)
			luo_owners_add(f->o, LUO_C09, LUO_SEV_LOSE, pa + at, i, &luo_owner);
		else if (flb_comes_second(p, i))
			luo_owners_add(f->o, LUO_C12, LUO_SEV_LOSE, pa + at, i, &luo_owner);
	}
}

/* What an FLB holds is its own business. Source: luo_flb_retrieve_one(), Linux 7.1 to 7.3. */
static void follow_flbs(const struct follow *f)
{
	u64 pa = fdt_flb_area(f->phys, f->state), page = luo_page_size(f->phys), count;
	u64 max = (page - sizeof(struct luo_flb_header_ser)) / sizeof(struct luo_flb_ser);
	const u8 *p = luo_map(f->phys, pa, page);
	enum luo_claim claim = LUO_CLAIM_MISSING;

	if (!pa)
		return;
	if (p)
		claim = luo_owners_claim(f->o, LUO_CLAIMS_FLB, pa, 0, &luo_owner);
	if (claim == LUO_CLAIM_MISSING) {
		f->o->partial = true;
		luo_owners_add(f->o, LUO_C07, p ? LUO_SEV_LOSE : LUO_SEV_PANIC, pa, pa, &luo_owner);
		return;
	}
	count = luo_get64(p + offsetof(struct luo_flb_header_ser, count));
	f->o->unknown += count;
	check_flb_names(f, pa, p, count < max ? count : max);
	if (count > max)
		luo_owners_add(f->o, LUO_C08, LUO_SEV_PANIC, pa, count, &luo_owner);
}

static void follow_container(const struct follow *f)
{
	const struct luo_state *s = f->state;
	u64 page = ~(luo_page_size(f->phys) - 1);

	if (!s->luo_pa) {
		f->o->partial |= !f->report->none;
		return;
	}
	claim_blob(f, LUO_CLAIMS_CONTAINER, s->luo_pa, s->luo_size, &luo_owner);
	if (!f->report->abi) {
		f->o->partial = true;
		return;
	}
	if ((s->head_at ^ s->luo_pa) & page)
		luo_owners_claim(f->o, LUO_CLAIMS_CONTAINER, s->head_at & page, 0, &luo_owner);
	follow_flbs(f);
	luo_owners_lists(f->o, s);
}

/**
 * luo_follow() - find the owner of every preserved page
 * @phys:   the view
 * @state:  as luo_run() has filled it in
 * @report: of luo_run(); findings are added and the verdict is drawn again
 * @arena:  luo_owners_need() bytes are used, as long as @o is
 * @seed:   a random number
 * @watch:  told of every claim, once; may be NULL
 * @o:      the answer
 *
 * Every file record is followed to its last page on the way.
 *
 * Return: 0; LUO_E_NONE when there is no map that could be asked; LUO_E_ARENA.
 */
int luo_follow(const struct luo_phys *phys, const struct luo_state *state,
	       struct luo_report *report, struct luo_arena *arena, u64 seed,
	       const struct luo_owner_watch *watch, struct luo_owners *o)
{
	struct follow f = { phys, state, report, o };
	int err = LUO_E_NONE;

	if (state->has_map)
		err = luo_owners_init(o, phys, state, report, arena, seed);
	if (!err)
		o->watch = watch;
	if (err == LUO_E_ARENA)
		luo_report_add(report, LUO_X05, LUO_SEV_LOSE, 0, 0, &kho_owner);
	for (int walks = 0; !err && walks < 2 && (!walks || o->nr_twice); walks++) {
		if (walks)
			luo_owners_again(o);
		follow_root(&f);
		follow_container(&f);
	}
	if (!err) {
		o->unknown += state->unfinished;
		luo_owners_close(o);
	}
	report->followed = !err;
	luo_report_close(report);
	return err == LUO_E_FORMAT ? LUO_E_NONE : err;
}
