/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo_payload.* on the kernel command line. The kernel itself ignores dotted names of no module.
 * The last one wins; what is not understood gets a line later on, and the default.
 */
#include "payload.h"

#include "../../luo/str.h"

#define PREFIX	   "luo_payload."
#define PREFIX_LEN (sizeof(PREFIX) - 1)

/* Values in the order of the enums, the default first; an empty one ends. */
#define MODES	 "verify\0compact\0off\0"
#define THENS	 "boot\0reset\0"
#define ONERRORS "pass\0drop\0drop-luo\0halt\0reset\0"
#define REPORTS	 "line\0text\0ktap\0off\0"
#define DIGESTS	 "meta\0all\0"
#define SWITCHES "off\0on\0"

static void reject(struct luo_params *p, const struct luo_token *token)
{
	if (p->nr_rejected < LUO_MAX_REJECTED)
		p->rejected[p->nr_rejected++] = token->all;
}

static u8 choose(struct luo_params *p, const struct luo_token *token, const char *word)
{
	for (u8 i = 0; *word; i++, word = luo_word(word, 1))
		if (luo_text_is(&token->value, word))
			return i;
	reject(p, token);
	return 0;
}

static void set_nonce(struct luo_params *p, const struct luo_text *value)
{
	size_t n = value->len < sizeof(p->nonce) - 1 ? value->len : sizeof(p->nonce) - 1;

	__builtin_memcpy(p->nonce, value->s, n);
	p->nonce[n] = '\0';
}

static void set(struct luo_params *p, const struct luo_token *token)
{
	struct luo_text name = { token->name.s + PREFIX_LEN, token->name.len - PREFIX_LEN };

	if (luo_name_is(&name, "mode"))
		p->mode = choose(p, token, MODES);
	else if (luo_name_is(&name, "then"))
		p->then = choose(p, token, THENS);
	else if (luo_name_is(&name, "onerror"))
		p->onerror = choose(p, token, ONERRORS);
	else if (luo_name_is(&name, "report"))
		p->report = choose(p, token, REPORTS);
	else if (luo_name_is(&name, "digest"))
		p->digest = choose(p, token, DIGESTS);
	else if (luo_name_is(&name, "verdict"))
		p->verdict = choose(p, token, SWITCHES);
	else if (luo_name_is(&name, "nonce"))
		set_nonce(p, &token->value);
	else if (!luo_name_is(&name, "console") && !luo_name_is(&name, "result"))
		reject(p, token);
}

/**
 * luo_params_parse() - read all of ours
 * @cmdline: the command line; what follows a word "--" is init's
 * @params:  filled in
 */
void luo_params_parse(const struct luo_text *cmdline, struct luo_params *params)
{
	struct luo_text rest = *cmdline;
	struct luo_token token;

	*params = (struct luo_params){ 0 };
	while (luo_next_token(&rest, &token) && !luo_text_is(&token.all, "--")) {
		struct luo_text start = { token.name.s, PREFIX_LEN };

		if (luo_name_is(&token.name, "elfcorehdr"))
			params->crash = true;
		else if (token.name.len > PREFIX_LEN && luo_name_is(&start, PREFIX))
			set(params, &token);
	}
	luo_uart_pick(cmdline, &params->uart);
}
