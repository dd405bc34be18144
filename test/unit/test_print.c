/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The verdict line to the letter, the JSON object key by key, and the forms for people and CI. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../luo/print.h"
#include "harm.h"
#include "json.h"

struct text {
	char buf[1 << 17];
	size_t len;
};

static void into_text(void *ctx, const char *s, size_t len)
{
	struct text *t = ctx;

	assert_true(len < sizeof(t->buf) - t->len);
	memcpy(t->buf + t->len, s, len);
	t->len += len;
	t->buf[t->len] = '\0';
}

static struct text text;
static const struct luo_out out = { into_text, &text };

static int fresh(void **state)
{
	(void)state;
	text.len = 0;
	text.buf[0] = '\0';
	return 0;
}

static struct luo_report some_report(u8 verdict)
{
	struct luo_report r = {
		.verdict = verdict,
		.kho_name = "kho-v4",
		.abi_name = "luo-v5",
		.page_size = 4096,
		.number = 3,
		.before = { .sessions = 51, .files = 7, .blocks = 2, .fblocks = 4, .pages = 1234 },
		.after = { .sessions = 51, .files = 7, .blocks = 1, .fblocks = 3, .pages = 1232 },
		.us = { 1, 20, 300, 0, 4000 },
	};

	return r;
}

static void line(void **state)
{
	struct luo_report r = some_report(LUO_VERDICT_REPAIRED);

	(void)state;
	luo_print_line(&out, &r, NULL);
	assert_string_equal(text.buf, "luo: repaired abi=luo-v5 kho=kho-v4 sessions=51 files=7 "
				      "blocks=2->1 fblocks=4->3 pages=1234 findings=0 us=4321\n");
	fresh(NULL);
	r.after = r.before;
	r.nr_findings = 18446744073709551615ULL;
	r.verdict = LUO_VERDICT_ERRORS;
	luo_print_line(&out, &r, "");
	assert_string_equal(text.buf, "luo: errors abi=luo-v5 kho=kho-v4 sessions=51 files=7 "
				      "blocks=2->2 fblocks=4->4 pages=1234 "
				      "findings=18446744073709551615 us=4321\n");
}

static void line_words(void **state)
{
	static const char *const word[] = { "ok", "repaired", "errors", "refused", "none" };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(word); i++) {
		struct luo_report r;
		char want[200];

		luo_report_init(&r);
		r.verdict = i;
		fresh(NULL);
		luo_print_line(&out, &r, "a1b2-c3");
		snprintf(want, sizeof(want),
			 "luo: %s abi=- kho=- sessions=0 files=0 blocks=0->0 fblocks=0->0 pages=0 "
			 "findings=0 us=0 nonce=a1b2-c3\n",
			 word[i]);
		assert_string_equal(text.buf, want);
	}
}

/* Nothing that was handed over can break the line, or the terminal. */
static void line_escapes(void **state)
{
	struct luo_report r = some_report(LUO_VERDICT_REFUSED);

	(void)state;
	strcpy(r.abi_name, "a\nb\x1b");
	luo_print_line(&out, &r, "x\"\\\x7f\xff");
	assert_non_null(strstr(text.buf, " abi=a\\u000ab\\u001b kho="));
	assert_non_null(strstr(text.buf, " nonce=x\\u0022\\u005c\\u007f\\u00ff\n"));
	assert_ptr_equal(strchr(text.buf, '\n'), text.buf + text.len - 1);
}

static void numbers(void **state)
{
	(void)state;
	luo_put_dec(&out, 0);
	luo_put(&out, " ");
	luo_put_dec(&out, ~0ULL);
	luo_put(&out, " ");
	luo_put_hex(&out, 0);
	luo_put(&out, " ");
	luo_put_hex(&out, ~0ULL);
	assert_string_equal(text.buf, "0 18446744073709551615 0x0 0xffffffffffffffff");
}

static const char *const object_keys[] = {
	"tool", "schema",    "verdict", "exit",	    "abi",
	"kho",	"page_size", "totals",	"findings", "plan",
};

static const char *const finding_keys[] = {
	"code", "severity", "pa", "owner", "what", "effect", "remedy",
};

static void print_json(struct json *json, const struct luo_report *r, const struct luo_plan *plan)
{
	fresh(NULL);
	luo_print_json(&out, r, plan, "luo 1.0 \"x\"", luo_exit_status(r->verdict));
	if (!json_read(json, text.buf))
		print_error("%s", text.buf);
	assert_true(json_read(json, text.buf));
	for (u32 i = 0; i < LUO_ARRAY_SIZE(object_keys); i++)
		assert_non_null(json_find(json, object_keys[i]));
}

static void json_object(void **state)
{
	struct luo_report r = some_report(LUO_VERDICT_REPAIRED);
	struct json json;

	(void)state;
	print_json(&json, &r, NULL);
	assert_true(json_is(&json, "tool", "\"luo 1.0 \\u0022x\\u0022\""));
	assert_true(json_is(&json, "schema", "1"));
	assert_true(json_is(&json, "verdict", "\"repaired\""));
	assert_true(json_is(&json, "exit", "1"));
	assert_true(json_is(&json, "abi", "\"luo-v5\""));
	assert_true(json_is(&json, "kho", "\"kho-v4\""));
	assert_true(json_is(&json, "page_size", "4096"));
	assert_true(json_is(&json, "totals.sessions", "51"));
	assert_true(json_is(&json, "totals.files", "7"));
	assert_true(json_is(&json, "totals.pages", "1234"));
	assert_true(json_is(&json, "findings", "[]"));
	assert_true(json_is(&json, "plan", "[]"));
}

/* Every code with every kind of owner and the worst of names makes a legal object. */
static void json_findings(void **state)
{
	struct luo_report r;
	struct json json;
	char path[64];

	(void)state;
	for (u32 code = 0; code < LUO_NR_CODES; code++) {
		luo_report_init(&r);
		for (u32 kind = LUO_OWNER_BOOT; kind <= LUO_OWNER_NEXT; kind++) {
			struct luo_owner owner = { .kind = kind, .index = ~0ULL };

			memset(owner.name, kind % 2 ? 0xff : '"', 63);
			luo_report_add(&r, code, 1 + kind % LUO_SEV_PANIC, ~0ULL, ~0ULL, &owner);
		}
		luo_report_close(&r);
		print_json(&json, &r, NULL);
		for (u32 f = 0; f < 9; f++)
			for (u32 k = 0; k < LUO_ARRAY_SIZE(finding_keys); k++) {
				snprintf(path, sizeof(path), "findings[%u].%s", f, finding_keys[k]);
				assert_non_null(json_find(&json, path));
				assert_false(json_is(&json, path, "\"\""));
			}
		assert_true(json_is(&json, "findings[0].pa", "\"0xffffffffffffffff\""));
	}
}

/* The plan's bytes are those of memory, lowest address first. */
static void json_plan(void **state)
{
	struct luo_op op[] = {
		{ 0x140001000, 16, LUO_OP_RELINK, 0, { 0x140002000, 51 }, { 0, 51 } },
		{ 0x10, 8, LUO_OP_HEAD, 0, { 0x0123456789abcdef }, { 0 } },
		{ 0x24, 4, LUO_OP_HEAD, 0, { 0x89abcdef }, { 0x1 } },
		{ 0x1040, 160, LUO_OP_COPY, 0x2010 },
		{ 0x3000, 4096, LUO_OP_SCRUB },
	};
	struct luo_plan plan = { .op = op, .nr = 5, .pages = 1, .moved = 2, .bytes = 4284 };
	struct luo_report r = some_report(LUO_VERDICT_OK);
	struct json j;

	(void)state;
	print_json(&j, &r, &plan);
	assert_true(json_is(&j, "plan[0].pa", "\"0x140001000\""));
	assert_true(json_is(&j, "plan[0].len", "16"));
	assert_true(json_is(&j, "plan[0].old", "\"00200040010000003300000000000000\""));
	assert_true(json_is(&j, "plan[0].new", "\"00000000000000003300000000000000\""));
	assert_true(json_is(&j, "plan[1].old", "\"efcdab8967452301\""));
	assert_true(json_is(&j, "plan[2].len", "4"));
	assert_true(json_is(&j, "plan[2].old", "\"efcdab89\""));
	assert_true(json_is(&j, "plan[2].new", "\"01000000\""));
	assert_true(json_is(&j, "plan[2].kind", "\"head\""));
	assert_true(json_is(&j, "plan[3].kind", "\"copy\""));
	assert_true(json_is(&j, "plan[3].pa", "\"0x1040\""));
	assert_true(json_is(&j, "plan[3].src", "\"0x2010\""));
	assert_true(json_is(&j, "plan[3].len", "160"));
	assert_true(json_is(&j, "plan[4].kind", "\"scrub\""));
	assert_true(json_is(&j, "plan[4].len", "4096"));
	assert_true(json_is(&j, "compaction.pages_freed", "1"));
	assert_true(json_is(&j, "compaction.entries_moved", "2"));
	assert_true(json_is(&j, "compaction.bytes_written", "4284"));
}

static void catalog(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_NR_CODES; i++) {
		const char *code = luo_code_text(i);

		assert_non_null(code);
		assert_int_equal(strlen(code), 7);
		assert_memory_equal(code, "LUO-", 4);
		assert_memory_equal(luo_code_short(i), code + 4, LUO_CODE_LEN);
		assert_non_null(strchr("BKMCSFXA", code[4]));
		assert_true(*luo_cause(i) && *luo_remedy(i));
		for (u8 sev = LUO_SEV_NOTE; sev <= LUO_SEV_PANIC; sev++)
			assert_true(strlen(luo_effect(i, sev)) > 3);
		for (u32 j = 0; j < i; j++) {
			assert_string_not_equal(luo_code_text(j), code);
			if (!luo_in_files(i))
				assert_string_not_equal(luo_cause(j), luo_cause(i));
		}
	}
}

/* Lists of files have the causes of those of sessions; a value is what it is, or N. */
static void causes(void **state)
{
	static const u64 value = 18;
	static const struct {
		enum luo_code code;
		const u64 *value;
		const char *text;
	} want[] = {
		{ LUO_S01, &value, "session block 0x12 is misaligned" },
		{ LUO_F01, &value, "file block 0x12 is misaligned" },
		{ LUO_S07, &value, "session block claims 18 entries, more than it holds" },
		{ LUO_F07, NULL, "file block claims N entries, more than it holds" },
		{ LUO_F09, NULL, "file chain is longer than 10000 blocks" },
		{ LUO_F10, &value, "file chain holds 18 files, not what the session states" },
		{ LUO_M01, NULL, "map node N is misaligned or not RAM" },
	};

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(want); i++) {
		text.len = 0;
		luo_put_cause(&out, want[i].code, want[i].value);
		assert_string_equal(text.buf, want[i].text);
	}
}

/* The 51-session case, as people and as CI get to see it. */
static void text_and_ktap(void **state)
{
	struct world w;
	struct answer a;
	char where[32], plan[64];

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	world_add_block(&w, 51);
	world_add_block(&w, 0);
	world_finish(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	luo_print_text(&out, &a.report);
	snprintf(where, sizeof(where), " at 0x%llx\n", (unsigned long long)w.block[1].pa);
	assert_memory_equal(text.buf, "LUO-S06 panic: ", 15);
	assert_non_null(strstr(text.buf, ": session block 1"));
	assert_non_null(strstr(text.buf, where));
	assert_non_null(strstr(text.buf, "luo_payload.mode=compact"));
	fresh(NULL);
	luo_print_ktap(&out, &a.report);
	snprintf(plan, sizeof(plan), "KTAP version 1\n1..%u\nok 1 LUO-B01\nok 2 LUO-B02\n",
		 LUO_NR_CODES);
	assert_memory_equal(text.buf, plan, strlen(plan));
	assert_non_null(strstr(text.buf, "\n# LUO-S06 panic: "));
	assert_non_null(strstr(text.buf, " LUO-S06\n"));
	assert_null(strstr(strstr(text.buf, "not ok ") + 1, "not ok "));
	assert_non_null(strstr(text.buf, " LUO-F24 # SKIP not reached\n"));
	run_close(&a);
	world_close(&w);
}

static void more_findings(void **state)
{
	struct luo_owner owner = { .kind = LUO_OWNER_SESSION, .name = "a" };
	struct luo_report r;

	(void)state;
	luo_report_init(&r);
	for (u32 i = 0; i < LUO_MAX_SAME + 5; i++)
		luo_report_add(&r, LUO_S12, LUO_SEV_REFUSE, 4096, 0, &owner);
	luo_report_close(&r);
	assert_int_equal(r.verdict, LUO_VERDICT_ERRORS);
	luo_print_text(&out, &r);
	assert_non_null(strstr(text.buf, "\n... and 5 more findings\n"));
}

#define CASE(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(line),	   CASE(line_words),	CASE(line_escapes),  CASE(numbers),
		CASE(json_object), CASE(json_findings), CASE(json_plan),     CASE(catalog),
		CASE(causes),	   CASE(text_and_ktap), CASE(more_findings),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
