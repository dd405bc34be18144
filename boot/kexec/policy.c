/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What happens to a bad state, and what the next kernel is told. */
#include "payload.h"

#include "../../fdt/hide.h"

#define RESULT "luo_payload.result="

/* Hand over a copy of the KHO tree without LUO's node. */
static int drop_luo(struct luo_job_state *job)
{
	void *fdt;
	int err = luo_arch_swap_kho_fdt(&job->phys, &job->handover, &fdt);

	if (!err)
		err = fdt_hide_luo(fdt, job->handover.fdt_size);
	if (!err)
		luo_arch_swap_commit();
	return err;
}

/**
 * luo_reset() - reset the machine, or stop with a line that says why not
 *
 * A function of its own also when everything is optimised at once: debuggers stop here.
 */
LUO_OWN_FUNCTION _Noreturn void luo_reset(void)
{
	if (luo_arch_can_reset()) {
		luo_say("reset");
		luo_arch_reset();
	}
	luo_say("halted: no way to reset this machine is known");
	luo_arch_halt();
}

/**
 * luo_onerror() - carry out luo_payload.onerror= on a bad state
 * @job:       the run; nothing outside our image is written
 * @map_clean: the map was verified and is sound, which drop-luo needs: the next kernel goes on
 *             to reserve what the map says
 *
 * Comes back when the next kernel is to be booted.
 */
void luo_onerror(struct luo_job_state *job, bool map_clean)
{
	switch (job->params.onerror) {
	case LUO_ONERROR_DROP:
		if (!job->have_phys || luo_arch_drop_kho(&job->phys))
			luo_say("onerror=drop not possible, state passed as it is");
		else
			luo_say("dropped: the next kernel does not see KHO");
		break;
	case LUO_ONERROR_DROP_LUO:
		if (!map_clean || !job->have_kho || drop_luo(job))
			luo_say("onerror=drop-luo not possible, state passed as it is");
		else
			luo_say("dropped: the next kernel sees KHO without LUO");
		break;
	case LUO_ONERROR_HALT:
		luo_say("halted");
		luo_arch_halt();
	case LUO_ONERROR_RESET:
		luo_reset();
	}
}

/** struct edit - a command line under construction; @len says what it takes, room or not. */
struct edit {
	char text[8192];
	size_t len;
};

static void append(struct edit *e, const char *s, size_t n)
{
	if (n && n <= sizeof(e->text) && e->len <= sizeof(e->text) - n)
		__builtin_memcpy(e->text + e->len, s, n);
	e->len += n;
}

static void append_word(struct edit *e, const char *s, size_t n)
{
	append(e, " ", 1);
	append(e, s, n);
}

/* All but earlier results, which are only ours to remove in front of "--". */
static void copy_without_result(struct edit *e, struct luo_text rest)
{
	struct luo_token token;

	while (luo_next_token(&rest, &token)) {
		if (luo_text_is(&token.all, "--")) {
			append_word(e, token.all.s, token.all.len + rest.len);
			return;
		}
		if (!luo_name_is(&token.name, "luo_payload.result"))
			append_word(e, token.all.s, token.all.len);
	}
}

/**
 * luo_tell_next() - with luo_payload.verdict=on, put the verdict on the next command line
 * @params: parameters
 * @word:   the verdict
 *
 * It goes in front, so that it is the kernel's and not init's; one from an earlier boot is
 * replaced. When the line gets too long it stays as it is.
 */
void luo_tell_next(const struct luo_params *params, const char *word)
{
	static struct edit e LUO_NOINIT;
	struct luo_text old;
	size_t max;

	if (!params->verdict)
		return;
	old.s = luo_arch_cmdline(&old.len, &max);
	e.len = 0;
	append(&e, RESULT, sizeof(RESULT) - 1);
	for (const char *w = word; *w; w++)
		append(&e, w, 1);
	copy_without_result(&e, old);
	if (e.len > sizeof(e.text) || luo_arch_set_cmdline(e.text, e.len))
		luo_say("verdict does not fit the command line");
}
