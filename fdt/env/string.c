/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The few mem and str functions of freestanding builds, as the C standard has them. They are
 * short rather than fast: nothing large is copied on the way from one kernel to the next.
 * Build with -ffreestanding, or a compiler may turn a loop into a call of the function around it.
 */
#include <string.h>

typedef size_t __attribute__((may_alias)) word;

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
	const unsigned char *s = src;
	unsigned char *d = dst;

	/* Structures are copied with it. */
	if (!(((size_t)d | (size_t)s) % sizeof(word)))
		for (; len >= sizeof(word); len -= sizeof(word)) {
			*(word *)d = *(const word *)s;
			d += sizeof(word);
			s += sizeof(word);
		}

	while (len--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
	const unsigned char *s = src;
	unsigned char *d = dst;

	if (d <= s) {
		while (len--)
			*d++ = *s++;
		return dst;
	}
	while (len--)
		d[len] = s[len];
	return dst;
}

/* Page tables are cleared with it: that is worth eight words at a time. */
void *memset(void *dst, int byte, size_t len)
{
	const word fill = (unsigned char)byte * (~(word)0 / 255);
	unsigned char *d = dst;

	if (!((size_t)d % sizeof(word)))
		for (; len >= 8 * sizeof(word); len -= 8 * sizeof(word), d += 8 * sizeof(word)) {
			word *w = (word *)d;

			w[0] = fill;
			w[1] = fill;
			w[2] = fill;
			w[3] = fill;
			w[4] = fill;
			w[5] = fill;
			w[6] = fill;
			w[7] = fill;
		}
	while (len--)
		*d++ = (unsigned char)byte;
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	for (; len; len--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}

void *memchr(const void *s, int byte, size_t len)
{
	const unsigned char *p = s;

	for (; len; len--, p++)
		if (*p == (unsigned char)byte)
			return (void *)(size_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)(size_t)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)(size_t)last;
	}
}
