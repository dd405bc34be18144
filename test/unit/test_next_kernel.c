/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Will the next kernel take a state? Every version against kernels that have the strings of one,
 * and against releases of which no more is known.
 */
#include <string.h>

#include "../../luo/next_kernel.h"
#include "follow.h"

/* The strings in a kernel. */
struct strings {
	const char *s[4];
};

static bool has(void *ctx, const char *string)
{
	const struct strings *k = ctx;

	for (u32 i = 0; i < LUO_ARRAY_SIZE(k->s) && k->s[i]; i++)
		if (!strcmp(k->s[i], string))
			return true;
	return false;
}

/* A state, the kernel (strings, else a release), and what is to be said; code 0 and NONE: nothing.
 */
struct pair {
	enum world_abi abi;
	struct strings strings;
	const char *release;
	u16 code;
	u8 severity;
};

static const struct pair pairs[] = {
	{ WORLD_V5, { { "kho-v4", "luo-v5" } }, "7.3.4", 0, LUO_SEV_NONE },
	{ WORLD_V5, { { "kho-v3", "kho-v4", "luo-v4", "luo-v5" } }, "", 0, LUO_SEV_NONE },
	{ WORLD_V5, { { "kho-v3", "luo-v1", "luo-session-v2" } }, "7.1", LUO_K12, LUO_SEV_LOSE },
	{ WORLD_V5, { { "kho-v4", "luo-v1", "luo-session-v2" } }, "", LUO_C10, LUO_SEV_PANIC },
	{ WORLD_V5, { { "kho-v4", "luo-v4" } }, "", LUO_C10, LUO_SEV_PANIC },
	{ WORLD_V5, { { "kho-v4" } }, "", LUO_C11, LUO_SEV_LOSE },
	{ WORLD_V5, { { "luo-v5" } }, "7.3.4", LUO_K13, LUO_SEV_LOSE },
	{ WORLD_L4, { { "kho-v4", "luo-v4" } }, "", 0, LUO_SEV_NONE },
	{ WORLD_L4, { { "kho-v4", "luo-v5" } }, "", LUO_C10, LUO_SEV_PANIC },
	{ WORLD_S2, { { "kho-v3", "luo-v1", "luo-session-v2" } }, "", 0, LUO_SEV_NONE },
	{ WORLD_S2, { { "kho-v3", "luo-v1", "luo-session-v3" } }, "", LUO_C10, LUO_SEV_PANIC },
	{ WORLD_S2, { { "kho-v3", "luo-session-v2" } }, "", LUO_C11, LUO_SEV_LOSE },
	{ WORLD_S3, { { "kho-v3", "luo-v1", "luo-session-v3" } }, "", 0, LUO_SEV_NONE },
	{ WORLD_S3, { { "kho-v4", "luo-v5" } }, "", LUO_K12, LUO_SEV_LOSE },
	{ WORLD_L2, { { "kho-v4", "luo-v2" } }, "", 0, LUO_SEV_NONE },
};

static const struct pair by_release[] = {
	{ WORLD_V5, .release = "7.2", 0, LUO_SEV_NONE },
	{ WORLD_V5, .release = "7.2.13-1~bpo", 0, LUO_SEV_NONE },
	{ WORLD_V5, .release = "7.3-rc2", 0, LUO_SEV_NONE },
	{ WORLD_V5, .release = "7.1.99", LUO_K12, LUO_SEV_LOSE },
	{ WORLD_V5, .release = "7.0.1", LUO_K12, LUO_SEV_LOSE },
	{ WORLD_V5, .release = "6.16", LUO_K12, LUO_SEV_LOSE },
	{ WORLD_V5, .release = "6.15", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "7.4", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "73", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = ".3", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "7.", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "0.703", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "42949679.3", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_V5, .release = "", LUO_K14, LUO_SEV_NOTE },
	{ WORLD_S2, .release = "7.1.13", 0, LUO_SEV_NONE },
	{ WORLD_S3, .release = "7.1.13", LUO_C10, LUO_SEV_PANIC },
	{ WORLD_L4, .release = "7.2", LUO_C10, LUO_SEV_PANIC },
};

static void one(const struct pair *p, u32 page_size, const char **name)
{
	static struct answer a;
	struct luo_kernel k = { .page_size = page_size };
	struct world w;

	world_standard(&w, 12, p->abi);
	if (p->abi == WORLD_L2 || p->abi == WORLD_L4 || p->abi == WORLD_V5)
		assert_string_equal(w.kho.compatible, "kho-v4");
	strcpy(k.release, p->release);
	if (p->strings.s[0]) {
		k.has = has;
		k.ctx = (void *)&p->strings;
	}
	run_open(&a, KIB(1024));
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.nr_findings, 0);
	assert_false(a.report.kernel);
	luo_next_kernel(&k, &a.state, &a.report);
	luo_report_close(&a.report);
	assert_true(a.report.kernel);
	*name = a.report.findings[0].owner.name;
	run_close(&a);
	if (page_size)
		expect_only(&a, LUO_B16, LUO_SEV_PANIC);
	else if (p->severity != LUO_SEV_NONE)
		expect_only(&a, p->code, p->severity);
	else
		assert_int_equal(a.report.nr_findings, 0);
	world_close(&w);
}

static void strings(void **state)
{
	const char *name;

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(pairs); i++)
		one(&pairs[i], 0, &name);
}

static void releases(void **state)
{
	const char *name;

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(by_release); i++)
		one(&by_release[i], 0, &name);
}

static void names(void **state)
{
	const char *name;

	(void)state;
	one(&pairs[2], 0, &name);
	assert_string_equal(name, "Linux 7.1: kho-v3 luo-session-v2");
	one(&pairs[6], 0, &name);
	assert_string_equal(name, "Linux 7.3.4 luo-v5");
	one(&by_release[13], 0, &name);
	assert_string_equal(name, "Linux of an unknown release");
}

/* The world has pages of 4 KiB. */
static void page_size(void **state)
{
	const char *name;

	(void)state;
	one(&pairs[0], 16384, &name);
	one(&pairs[0], 65536, &name);
}

/* Names that do not fit are cut. */
static void long_release(void **state)
{
	struct luo_kernel k = { .has = has, .ctx = (void *)&pairs[1].strings };
	struct luo_state s = { 0 };
	struct luo_report r;

	(void)state;
	memset(k.release, '7', sizeof(k.release) - 1);
	luo_report_init(&r);
	s.kho = luo_kho_abi_find("kho-v1");
	luo_next_kernel(&k, &s, &r);
	assert_int_equal(r.by_code[LUO_K12], 1);
	assert_int_equal(strlen(r.findings[0].owner.name), LUO_NAME_LEN - 1);
}

static void run_handlers(struct world *w, struct answer *a, const struct strings *s)
{
	struct luo_kernel k = { .has = s ? has : NULL, .ctx = (void *)s };
	struct luo_phys phys = w->phys;
	struct luo_answer view = { "luo", &phys, NULL, &a->state, &a->report, NULL };

	phys.page_shift = w->shift;
	run(a, w, LUO_MODE_VERIFY);
	luo_next_handlers(&k, &view, &a->report);
	luo_report_close(&a->report);
}

/* Of a handler that the kernel lacks the first file is named, and no other. */
static void handlers(void **state)
{
	static const struct strings good = { { "memfd-v2" } }, bad = { { "memfd-v1" } };
	const struct luo_finding *f;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, KIB(1024));
	run_handlers(&w, &a, &good);
	assert_int_equal(a.report.nr_findings, 0);
	run_handlers(&w, &a, NULL);
	assert_int_equal(a.report.nr_findings, 0);
	run_handlers(&w, &a, &bad);
	expect_only(&a, LUO_F29, LUO_SEV_REFUSE);
	f = expect(&a, LUO_F29, LUO_SEV_REFUSE);
	assert_int_equal(f->owner.kind, LUO_OWNER_FILE);
	assert_int_equal(f->owner.index, 0);
	assert_int_equal(f->pa, world_get(&w, file_at(&w, 0, 0) + 48));
	assert_int_equal(f->value, world_get(&w, file_at(&w, 0, 0) + 56));
	handlers_unknown(&w);
	run_handlers(&w, &a, &good);
	assert_int_equal(count_of(&a, LUO_F29), 1);
	handler_unterminated(&w);
	run_handlers(&w, &a, &good);
	assert_int_equal(count_of(&a, LUO_F29), 1);
	assert_int_equal(count_of(&a, LUO_F11), 1);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),	cmocka_unit_test(releases),
		cmocka_unit_test(names),	cmocka_unit_test(page_size),
		cmocka_unit_test(long_release), cmocka_unit_test(handlers),
	};

	return cmocka_run_group_tests_name("next kernel", tests, NULL, NULL);
}
