/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Claiming: AllocatePages at the address, as LoaderData, which the next kernel takes for ordinary
 * memory. What was claimed stays so when the command ends, because whatever runs next must not
 * get it either; a record of it hangs on a protocol of ours, and a later command knows it by that.
 * Firmware gives none of it back, so nothing is ever cleared.
 */
#include "claim.h"

#include "record.h"

#include "../../luo/error.h"

#define PAGE 4096ULL

/**
 * struct walk - over everything that is to be claimed
 * @take:  called for each run of it; false ends the walk
 * @run:   preserved entries that touch each other, collected
 * @about: what @run is: enum luo_owner_kind, of scratch LUO_OWNER_BOOT
 */
struct walk {
	bool (*take)(struct walk *w, const struct luo_range *run, u8 about);
	struct luo_range run;
	u8 about;
	bool ended;
	u64 page;
	/* of the walk that claims */
	struct efi_claim *claim;
	/* of the walk that counts, and of the one that looks for a hole */
	u64 nr;
	struct luo_range want;
	bool hit;
	u64 hit_start;
};

static void flush(struct walk *w)
{
	if (w->run.size && !w->ended)
		w->ended = !w->take(w, &w->run, w->about);
	w->run.size = 0;
}

static void add(struct walk *w, u64 pa, u64 size, u8 about)
{
	if (w->run.size && about == w->about && pa - w->run.start == w->run.size) {
		w->run.size += size;
		return;
	}
	flush(w);
	w->run = (struct luo_range){ pa, size };
	w->about = about;
}

static void on_entry(void *ctx, u64 pa, u32 order)
{
	struct walk *w = ctx;

	/* One that would wrap was reported as outside RAM. */
	if (order < LUO_MAX_ORDERS && w->page << order <= ~0ULL - pa)
		add(w, pa, w->page << order, LUO_OWNER_KHO);
}

static bool on_node(void *ctx, u64 pa)
{
	struct walk *w = ctx;

	add(w, pa, w->page, LUO_OWNER_MAP);
	return !w->ended;
}

static const struct luo_phys *the_phys;
static const struct luo_state *the_state;

/* Everything: entries of the map, its nodes, scratch areas. The state is the one of efi_claim(). */
static void walk_all(struct walk *w)
{
	static struct luo_map map;

	w->page = luo_page_size(the_phys);
	for (u32 i = 0; i < the_phys->nr_scratch; i++)
		add(w, the_phys->scratch[i].start, the_phys->scratch[i].size, LUO_OWNER_BOOT);
	flush(w);
	if (!the_state->has_map)
		return;
	luo_map_open(&map, the_phys, the_state->kho->map, the_state->map_pa);
	luo_map_each_node(&map, on_node, w);
	flush(w);
	luo_map_each(&map, on_entry, w);
	flush(w);
}

static bool count_run(struct walk *w, const struct luo_range *run, u8 about)
{
	(void)run;
	(void)about;
	w->nr++;
	return true;
}

static bool hits(struct walk *w, const struct luo_range *run, u8 about)
{
	(void)about;
	if (!luo_range_hits(run, w->want.start, w->want.size))
		return true;
	if (!w->hit || run->start < w->hit_start)
		w->hit_start = run->start;
	w->hit = true;
	return true;
}

#define MAX_TRIES 256

/* The highest place of @size bytes in free memory @r where nothing of the state is, or 0. */
static u64 hole_in(const struct luo_range *r, u64 size)
{
	u64 end = r->start + r->size;

	for (u32 i = 0; i < MAX_TRIES && end >= size && end - size >= r->start; i++) {
		struct walk w = { .take = hits, .want = { end - size, size } };

		walk_all(&w);
		if (!w.hit)
			return end - size;
		end = w.hit_start & -PAGE;
	}
	return 0;
}

static void *alloc_at(u64 pa, u64 size)
{
	EFI_PHYSICAL_ADDRESS at = pa;

	if (app.bs->AllocatePages(AllocateAddress, EfiLoaderData, (size + PAGE - 1) / PAGE, &at))
		return NULL;
	return (void *)(size_t)pa;
}

/* The highest descriptor of free memory that starts below an address; size 0 when there is none. */
static struct luo_range free_below(const struct efi_map *map, u64 below)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	struct luo_range best = { 0 };

	while ((d = efi_map_next(map, d))) {
		struct luo_range r = efi_map_range(d);

		if (d->Type == EfiConventionalMemory && r.start < below && r.start > best.start)
			best = r;
	}
	return best;
}

/**
 * efi_work_alloc() - working memory, never where the state is
 * @size: bytes
 *
 * Until everything is claimed firmware must not choose the place: it would take preserved memory
 * for free. As it does itself, we begin at the top, away from where kernels are.
 *
 * Return: page-aligned memory, not cleared, or NULL.
 */
void *efi_work_alloc(u64 size)
{
	const struct efi_map *map;
	struct luo_range r;

	size = (size + PAGE - 1) & -PAGE;
	if (efi_map_now(&map))
		return NULL;
	for (r = free_below(map, ~0ULL); r.size; r = free_below(map, r.start)) {
		u64 at = hole_in(&r, size);
		void *p = at ? alloc_at(at, size) : NULL;

		if (p)
			return p;
	}
	return NULL;
}

static void hold(struct walk *w, u64 start, u64 size, u32 type, u8 about)
{
	struct efi_claim *c = w->claim;
	bool scratch = about == LUO_OWNER_BOOT;

	/* The next kernel may use scratch as soon as firmware has been left. */
	if (scratch && efi_type_is_passing(type))
		return;
	c->preserved += !scratch;
	if (c->nr_held < EFI_MAX_HELD)
		c->held[c->nr_held] = (struct efi_held){
			.range = { start, size },
			.type = type,
			.scratch = scratch,
			.known = scratch || about == LUO_OWNER_MAP,
			.owner = { .kind = about },
		};
	c->nr_held++;
}

/* Piece by piece, as firmware's map divides what could not be had as a whole. */
static void claim_pieces(struct walk *w, const struct luo_range *run, u8 about)
{
	const struct efi_map *map;
	u64 at = run->start, end = run->start + run->size;

	efi_map_now(&map);
	while (at < end) {
		const EFI_MEMORY_DESCRIPTOR *d = NULL;
		u64 stop = end;
		u32 type = EfiReservedMemoryType;

		while ((d = efi_map_next(map, d))) {
			struct luo_range r = efi_map_range(d);

			if (luo_range_holds(&r, at, 1)) {
				type = d->Type;
				stop = r.size - (at - r.start) < end - at ? r.start + r.size : end;
				break;
			}
			if (r.start > at && r.start < stop)
				stop = r.start;
		}
		if (!record_holds(at, stop - at)) {
			if (type == EfiConventionalMemory && alloc_at(at, stop - at))
				record_add(at, stop - at);
			else
				hold(w, at, stop - at, type, about);
		}
		at = stop;
	}
}

static bool claim_run(struct walk *w, const struct luo_range *run, u8 about)
{
	u64 start = run->start & -PAGE, end = (run->start + run->size + PAGE - 1) & -PAGE;
	struct luo_range whole = { start, end - start };

	if (record_holds(whole.start, whole.size))
		return true;
	if (alloc_at(whole.start, whole.size))
		record_add(whole.start, whole.size);
	else
		claim_pieces(w, &whole, about);
	return true;
}

/**
 * efi_claim() - claim everything that belongs to a state
 * @claim: filled in
 * @phys:  the view, with scratch areas
 * @state: as luo_run() has filled it in
 *
 * Both must stay as long as efi_work_alloc() is used. What firmware does not give is no error
 * here, but listed.
 *
 * Return: EFI_SUCCESS, or EFI_OUT_OF_RESOURCES after a message: there was no room for the record.
 */
EFI_STATUS efi_claim(struct efi_claim *claim, const struct luo_phys *phys,
		     const struct luo_state *state)
{
	struct walk count = { .take = count_run }, claiming = { .take = claim_run };

	the_phys = phys;
	the_state = state;
	claim->nr_held = claim->preserved = 0;
	claiming.claim = claim;
	walk_all(&count);
	/* A run can come in pieces, one more for each descriptor; there are not that many. */
	if (!record_open(count.nr + 4096)) {
		efi_say("no free memory for a record of what is claimed");
		return EFI_OUT_OF_RESOURCES;
	}
	walk_all(&claiming);
	record_close();
	return EFI_SUCCESS;
}

/** efi_claim_owner() - luo_follow()'s watch: is this entry, of that owner, one that is held? */
void efi_claim_owner(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct efi_claim *c = ctx;
	u64 size = luo_page_size(the_phys) << order;

	for (u32 i = 0; i < c->nr_held && i < EFI_MAX_HELD; i++) {
		struct efi_held *h = &c->held[i];

		if (h->known || !luo_range_hits(&h->range, pa, size))
			continue;
		h->known = true;
		h->kind = kind;
		h->owner = *owner;
	}
}

/**
 * efi_claim_report() - findings for what firmware holds
 * @claim:  of efi_claim()
 * @report: of luo_run(), after luo_follow(); the verdict is drawn again
 */
void efi_claim_report(const struct efi_claim *claim, struct luo_report *report)
{
	for (u32 i = 0; i < claim->nr_held; i++) {
		const struct efi_held *h = &claim->held[i < EFI_MAX_HELD ? i : EFI_MAX_HELD - 1];

		luo_report_add(report, h->scratch ? LUO_B21 : LUO_B20, LUO_SEV_LOSE, h->range.start,
			       h->type, &h->owner);
	}
	report->claimed = true;
	luo_report_close(report);
}

static void say_owner(const struct efi_held *h)
{
	const struct luo_out *out = &efi_console;

	if (h->scratch)
		luo_put(out, "scratch area");
	else if (!h->known)
		luo_put(out, "nobody known");
	else if (h->owner.kind == LUO_OWNER_MAP)
		luo_put(out, "node of the preserved-memory map");
	else {
		luo_put(out, luo_claimant_word(h->kind));
		luo_put(out, ": ");
		luo_put_owner(out, &h->owner);
	}
}

/** efi_claim_say() - a line for each range that firmware holds: whose it is, and as what. */
void efi_claim_say(const struct efi_claim *claim)
{
	const struct luo_out *out = &efi_console;

	for (u32 i = 0; i < claim->nr_held && i < EFI_MAX_HELD; i++) {
		const struct efi_held *h = &claim->held[i];

		luo_put(out, "luo: held by firmware as ");
		luo_put(out, efi_type_word(h->type));
		luo_put(out, ": ");
		luo_put_hex(out, h->range.start);
		luo_put(out, " + ");
		luo_put_hex(out, h->range.size);
		luo_put(out, ", of ");
		say_owner(h);
		luo_put(out, "\n");
	}
	if (claim->nr_held > EFI_MAX_HELD)
		efi_say("... and more");
}
