/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The command line: where it lies, and an edited copy of it for the next kernel. */
#include "bootdata.h"
#include "cpu.h"

#include "../../luo/error.h"

#define MAX_COPY 8192 /* Linux's own COMMAND_LINE_SIZE is 2048 on x86 */

static char copy[MAX_COPY] LUO_NOINIT;

/**
 * luo_arch_cmdline() - the incoming command line, in place
 * @len: bytes before its NUL
 * @max: how many bytes the next kernel would read
 *
 * Return: the text; its length is 0 when the loader gave none.
 */
const char *luo_arch_cmdline(size_t *len, size_t *max)
{
	const char *text =
		(const char *)bp_get(luo_zero_page, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);

	*len = 0;
	*max = luo_get32(luo_zero_page + HDR_CMDLINE_SIZE);
	if (!text)
		return "";
	while (*len < *max && text[*len])
		(*len)++;
	return text;
}

/** luo_arch_crash_kernel() - only the command line tells, elfcorehdr=. */
bool luo_arch_crash_kernel(void)
{
	return false;
}

/**
 * luo_arch_set_cmdline() - give the next kernel another command line
 *
 * Return: 0, or LUO_E_LIMIT when it is longer than the next kernel's cmdline_size or our room.
 */
int luo_arch_set_cmdline(const char *text, size_t len)
{
	u64 at = (u64)copy;
	u32 low = (u32)at, high = (u32)(at >> 32);

	if (len >= MAX_COPY || len > luo_get32(luo_zero_page + HDR_CMDLINE_SIZE))
		return LUO_E_LIMIT;
	__builtin_memcpy(copy, text, len);
	copy[len] = '\0';
	__builtin_memcpy(luo_zero_page + HDR_CMD_LINE_PTR, &low, sizeof(low));
	__builtin_memcpy(luo_zero_page + BP_EXT_CMD_LINE_PTR, &high, sizeof(high));
	return 0;
}
