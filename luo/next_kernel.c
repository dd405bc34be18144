/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Will the next kernel take this state? A kernel compares the compatible strings of KHO and LUO
 * with its own, and has no other: kho_populate(), luo_early_startup(),
 * luo_session_setup_incoming(), Linux 6.19 to 7.3. So its own are found among its strings; where
 * its bytes are not at hand, its release tells.
 */
#include "next_kernel.h"

#include "next.h"
#include "str.h"
#include "walk.h"

#define MAX_HANDLERS 16 /* remembered; of more each file is asked for */

/** struct kernel - what a kernel reads; @name: it in words, for findings. */
struct kernel {
	const struct luo_kernel *k;
	const struct luo_release *release;
	struct luo_report *report;
	char name[LUO_NAME_LEN];
};

static void append(struct kernel *k, const char *text)
{
	size_t at = luo_strnlen(k->name, sizeof(k->name) - 1);

	luo_strcopy(k->name + at, sizeof(k->name) - at, text, LUO_NAME_LEN);
}

static void say(const struct kernel *k, enum luo_code code, u8 severity, u64 value)
{
	luo_next_say(k->report, code, severity, 0, value, k->name);
}

static bool reads_kho(const struct kernel *k, const char *name)
{
	return k->k->has ? k->k->has(k->k->ctx, name) : luo_streq(k->release->kho, name);
}

static bool reads_luo(const struct kernel *k, const struct luo_abi *abi)
{
	if (!k->k->has)
		return k->release->luo && luo_streq(k->release->luo, abi->name);
	return k->k->has(k->k->ctx, abi->container) &&
	       (!abi->session || k->k->has(k->k->ctx, abi->session));
}

/* Of KHO and LUO each: what it reads becomes part of its name. False when that is nothing. */
static bool find_kho(struct kernel *k)
{
	const struct luo_kho_abi *row;
	bool found = false;

	for (u32 i = 0; (row = luo_kho_abi_row(i)); i++) {
		if (!reads_kho(k, row->name))
			continue;
		append(k, found ? " " : ": ");
		append(k, row->name);
		found = true;
	}
	return found;
}

static bool find_luo(struct kernel *k)
{
	const struct luo_abi *row;
	bool found = false;

	for (u32 i = 0; (row = luo_abi_row(i)); i++) {
		if (!reads_luo(k, row))
			continue;
		append(k, " ");
		append(k, row->name);
		found = true;
	}
	return found;
}

/* Without the same KHO nothing of LUO is ever looked at. */
static void compare(struct kernel *k, const struct luo_state *state)
{
	bool kho = find_kho(k), luo = find_luo(k);

	if (!kho)
		say(k, LUO_K13, LUO_SEV_LOSE, 0);
	else if (state->kho && !reads_kho(k, state->kho->name))
		say(k, LUO_K12, LUO_SEV_LOSE, 0);
	else if (!luo)
		say(k, LUO_C11, LUO_SEV_LOSE, 0);
	else if (k->report->abi && k->report->abi->kind != LUO_CONTAINER_BITS &&
		 !reads_luo(k, k->report->abi))
		say(k, LUO_C10, LUO_SEV_PANIC, 0);
}

/**
 * luo_next_kernel() - hold a state against the kernel that is to take it
 * @kernel: that kernel
 * @state:  as luo_run() has filled it in
 * @report: findings LUO_B16, LUO_K12 to LUO_K14, LUO_C10 and LUO_C11 are added
 */
void luo_next_kernel(const struct luo_kernel *kernel, const struct luo_state *state,
		     struct luo_report *report)
{
	struct kernel k = { .k = kernel, .report = report };

	report->kernel = true;
	k.release = luo_release_find(kernel->release);
	append(&k, "Linux ");
	append(&k, kernel->release[0] ? kernel->release : "of an unknown release");
	if (kernel->has || k.release)
		compare(&k, state);
	else
		say(&k, LUO_K14, LUO_SEV_NOTE, 0);
	if (kernel->page_size && report->page_size && kernel->page_size != report->page_size)
		say(&k, LUO_B16, LUO_SEV_PANIC, kernel->page_size);
}

/**
 * struct handlers - the walk over files; @out is what the walk hands on
 * @name, @nr: handlers that were met
 * @session:   the one that is walked over
 */
struct handlers {
	struct luo_out out;
	const struct luo_kernel *kernel;
	struct luo_report *report;
	char name[MAX_HANDLERS][LUO_COMPAT_LEN + 1];
	u32 nr;
	char session[LUO_NAME_LEN];
};

static void enter_session(const struct luo_out *out, const struct luo_walk_session *s)
{
	struct handlers *h = (struct handlers *)out;

	luo_strcopy(h->session, sizeof(h->session), s->name, LUO_NAME_LEN);
}

/* A name without an end is LUO-F11, and that of no handler. */
static void check_handler(const struct luo_out *out, const struct luo_walk_file *f)
{
	struct handlers *h = (struct handlers *)out;
	struct luo_owner owner = { .kind = LUO_OWNER_FILE, .index = f->index };

	if (luo_strnlen(f->handler, LUO_COMPAT_LEN) == LUO_COMPAT_LEN)
		return;
	for (u32 i = 0; i < h->nr; i++)
		if (luo_streq(h->name[i], f->handler))
			return;
	if (h->nr < MAX_HANDLERS)
		luo_strcopy(h->name[h->nr++], LUO_COMPAT_LEN + 1, f->handler, LUO_COMPAT_LEN);
	luo_strcopy(owner.name, sizeof(owner.name), h->session, LUO_NAME_LEN);
	if (!h->kernel->has(h->kernel->ctx, f->handler))
		luo_report_add(h->report, LUO_F29, LUO_SEV_REFUSE, f->data, f->token, &owner);
}

static void leave_session(const struct luo_out *out, const char *why, u64 pa)
{
	(void)out;
	(void)why;
	(void)pa;
}

/**
 * luo_next_handlers() - has the next kernel the handlers of all files?
 * @kernel: that kernel; when its strings are not at hand, nothing is said
 * @answer: the state, as it was verified
 * @report: finding LUO_F29 is added, once for each handler; not when that kernel does not even look
 *          at the files, as luo_next_kernel() has found
 *
 * A file of a handler that is not there ends the first open of /dev/liveupdate:
 * luo_file_deserialize(), Linux 6.19 to 7.3. Handlers of modules are not found in an image; none is
 * one, up to 7.3.
 */
void luo_next_handlers(const struct luo_kernel *kernel, const struct luo_answer *answer,
		       struct luo_report *report)
{
	struct handlers h = { .kernel = kernel, .report = report };
	struct luo_walk_view view = { enter_session, check_handler, leave_session, &h.out };
	u64 pa;

	if (kernel->has && !report->by_code[LUO_K12] && !report->by_code[LUO_K13] &&
	    !report->by_code[LUO_C10] && !report->by_code[LUO_C11])
		luo_list_walk(answer, &view, &pa);
}
