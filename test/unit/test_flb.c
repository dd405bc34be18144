/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* How many FLBs there are, and what they are called: one name, one FLB. */
#include <string.h>

#include "follow.h"

/* Behind a header of 16 bytes, whose second half is their number: 64 bytes each, a name of 48. */
static u64 flb_at(const struct world *w, u64 i)
{
	return w->flb_pa + 16 + 64 * i;
}

static void flb_count(struct world *w, u64 count)
{
	world_put(w, w->flb_pa + 8, count);
}

static u64 flbs_that_fit(const struct world *w)
{
	return (world_page(w) - 16) / 64;
}

static void overfull(struct world *w)
{
	flb_count(w, world_page(w));
}

static void full(struct world *w)
{
	flb_count(w, flbs_that_fit(w));
}

static void one_too_many(struct world *w)
{
	flb_count(w, flbs_that_fit(w) + 1);
}

static void one(struct world *w)
{
	flb_count(w, 1);
}

static void nameless_end(struct world *w)
{
	flb_count(w, 2);
	memset(world_at(w, flb_at(w, 1), 48), 'f', 48);
}

/* The same behind the last that counts. */
static void stale(struct world *w)
{
	nameless_end(w);
	flb_count(w, 1);
}

static void long_name(struct world *w)
{
	nameless_end(w);
	*world_at(w, flb_at(w, 1) + 47, 1) = '\0';
}

/* All 47 bytes are the same, and then one has an end. */
static void like_nameless_end(struct world *w)
{
	long_name(w);
	memset(world_at(w, flb_at(w, 0), 48), 'f', 48);
}

/* The first FLBs. What is behind the NUL is different in each. */
static void call(struct world *w, u32 nr, const char *const *names)
{
	flb_count(w, nr);
	for (u32 i = 0; i < nr; i++) {
		char *at = (char *)world_at(w, flb_at(w, i), 64);

		memset(at, 'a' + (int)i, 64);
		strcpy(at, names[i]);
	}
}

#define CALL(w, ...)                                                                               \
	call(w, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *),                     \
	     (const char *const[]){ __VA_ARGS__ })
/* 47 letters, which is as long as a name can be. */
#define LONGEST(last) "iommufd-liveupdate-of-some-device-or-other-v00" last

static void alike(struct world *w)
{
	CALL(w, "pci-v1", "pci-v1");
}

static void alike_stale(struct world *w)
{
	alike(w);
	flb_count(w, 1);
}

static void alike_far(struct world *w)
{
	CALL(w, "pci-v1", "iommu-v1", "hugetlb-v1", "pci-v1");
}

static void long_alike(struct world *w)
{
	CALL(w, LONGEST("1"), LONGEST("1"));
}

static void long_not_alike(struct world *w)
{
	CALL(w, LONGEST("1"), LONGEST("2"));
}

static void beginnings(struct world *w)
{
	CALL(w, "pci-v1", "pci-v10", "pci-v");
}

static void nobodys(struct world *w)
{
	CALL(w, "", "pci-v1", "");
}

/* The last that fits is compared with all before it. */
static void alike_last(struct world *w)
{
	full(w);
	strcpy((char *)world_at(w, flb_at(w, flbs_that_fit(w) - 2), 48), "pci-v1");
	strcpy((char *)world_at(w, flb_at(w, flbs_that_fit(w) - 1), 48), "pci-v1");
}

static const struct damage flb_damages[] = {
	{ "one", one, FINE },
	{ "as many as fit", full, FINE },
	{ "one too many", one_too_many, LUO_C08, PANIC },
	{ "far too many", overfull, LUO_C08, PANIC },
	{ "name without an end", nameless_end, LUO_C09, LOSE },
	{ "name without an end that does not count", stale, FINE },
	{ "name of 47 bytes", long_name, FINE },
	{ "name as one without an end", like_nameless_end, LUO_C09, LOSE },
	{ "two of one name", alike, LUO_C12, LOSE },
	{ "two of one name, one does not count", alike_stale, FINE },
	{ "two of one name, others between", alike_far, LUO_C12, LOSE },
	{ "two of one name of 47 bytes", long_alike, LUO_C12, LOSE },
	{ "two of one name at the end", alike_last, LUO_C12, LOSE },
	{ "names that differ in the last byte", long_not_alike, FINE },
	{ "names that begin alike", beginnings, FINE },
	{ "two without a name", nobodys, FINE },
};

/* Each but the first is found, where it is. */
static void three_of_one_name(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	CALL(&w, "iommu-v1", "pci-v1", "pci-v1", "hugetlb-v1", "pci-v1");
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(a.report.nr_findings, 2);
	for (u32 i = 0; i < 2; i++) {
		const struct luo_finding *f = &a.report.findings[i];

		assert_int_equal(f->code, LUO_C12);
		assert_int_equal(f->value, i ? 4 : 2);
		assert_int_equal(f->pa, flb_at(&w, f->value));
		assert_int_equal(f->owner.kind, LUO_OWNER_CONTAINER);
	}
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(three_of_one_name) };
	int failed = cmocka_run_group_tests_name("FLBs", tests, NULL, NULL);

	for (u32 i = 0; i < 2; i++)
		failed += run_followed(i ? "FLBs of luo-v1" : "FLBs of luo-v5",
				       i ? WORLD_S2 : WORLD_V5, flb_damages,
				       LUO_ARRAY_SIZE(flb_damages));
	return failed;
}
