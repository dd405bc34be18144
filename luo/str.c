/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* String questions. One copy of each: a payload has no room for one in every file that asks. */
#include "str.h"

/** luo_streq() - are two terminated strings the same? */
bool luo_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/**
 * luo_word() - one of several words
 * @words: each with its NUL, one behind the other: no pointers, which would have to be relocated
 * @i:     which, from 0; it is there
 */
const char *luo_word(const char *words, u32 i)
{
	for (; i; words++)
		i -= !*words;
	return words;
}

/** luo_strnlen() - bytes before the NUL in a field of @max bytes, @max when there is none. */
size_t luo_strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

/**
 * luo_strcopy() - copy the text of a fixed-size field into a terminated buffer
 * @dst:  destination
 * @size: its bytes, at least 1; longer text is cut
 * @src:  field of @max bytes, terminated or not
 * @max:  bytes of the field
 */
void luo_strcopy(char *dst, size_t size, const char *src, size_t max)
{
	size_t n = luo_strnlen(src, max);

	if (n > size - 1)
		n = size - 1;
	for (size_t i = 0; i < n; i++)
		dst[i] = src[i];
	dst[n] = '\0';
}
