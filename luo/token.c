/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Words of a kernel command line, as next_arg() of lib/cmdline.c (7.3) sees them: separated by
 * white space outside double quotes; quotes around a value or a whole word are not part of it.
 */
#include "token.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void unquote(struct luo_text *t)
{
	if (!t->len || t->s[0] != '"')
		return;
	t->s++;
	t->len--;
	if (t->len && t->s[t->len - 1] == '"')
		t->len--;
}

static void split(struct luo_token *token)
{
	struct luo_text t = token->all;
	size_t at = 0;

	unquote(&t);
	while (at < t.len && t.s[at] != '=')
		at++;
	token->name = (struct luo_text){ t.s, at };
	token->value = (struct luo_text){ t.s + at, 0 };
	if (at < t.len)
		token->value = (struct luo_text){ t.s + at + 1, t.len - at - 1 };
	unquote(&token->value);
}

/**
 * luo_next_token() - take the next word off a command line
 * @rest:  what is left; shortened
 * @token: the word
 *
 * Return: false at the end. A word "--" is answered like any other.
 */
bool luo_next_token(struct luo_text *rest, struct luo_token *token)
{
	bool quoted = false;
	size_t n = 0;

	while (rest->len && is_space(*rest->s)) {
		rest->s++;
		rest->len--;
	}
	while (n < rest->len && (quoted || !is_space(rest->s[n])))
		quoted ^= rest->s[n++] == '"';
	if (!n)
		return false;
	token->all = (struct luo_text){ rest->s, n };
	rest->s += n;
	rest->len -= n;
	split(token);
	return true;
}

/** luo_text_is() - is this text that word? */
bool luo_text_is(const struct luo_text *t, const char *word)
{
	size_t i = 0;

	while (i < t->len && word[i] && t->s[i] == word[i])
		i++;
	return i == t->len && !word[i];
}

/** luo_name_is() - the same for a parameter's name, in which the kernel takes - for _. */
bool luo_name_is(const struct luo_text *name, const char *word)
{
	size_t i = 0;

	while (i < name->len && word[i] && (name->s[i] == '-' ? '_' : name->s[i]) == word[i])
		i++;
	return i == name->len && !word[i];
}
