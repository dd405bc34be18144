/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The command line: where it lies, and an edited one for the next kernel. */
#include "cpu.h"

#include "../../fdt/edit.h"
#include "../../luo/error.h"
#include "../../luo/str.h"

#define CMDLINE_MAX 2047 /* COMMAND_LINE_SIZE less its NUL, arch/arm64/include/uapi/asm/setup.h */

/**
 * luo_arch_cmdline() - the incoming command line, in place
 * @len: bytes before its NUL
 * @max: how many bytes the next kernel would read
 *
 * Return: the text; its length is 0 when there is none.
 */
const char *luo_arch_cmdline(size_t *len, size_t *max)
{
	u32 room;
	const char *p = (const char *)luo_dtb_chosen("bootargs", &room);

	*max = CMDLINE_MAX;
	*len = p ? luo_strnlen(p, room) : 0;
	return p ? p : "";
}

/**
 * luo_arch_crash_kernel() - is the next kernel one that saves a dead one's memory?
 *
 * kexec does not put elfcorehdr= on the command line here (drivers/of/kexec.c, 7.3).
 */
bool luo_arch_crash_kernel(void)
{
	u32 len;

	return luo_dtb_chosen("linux,elfcorehdr", &len);
}

/**
 * luo_arch_set_cmdline() - give the next kernel another command line
 *
 * Return: 0, or LUO_E_LIMIT when it is longer than the next kernel's limit or there is no tree to
 * put it in.
 */
int luo_arch_set_cmdline(const char *text, size_t len)
{
	void *copy = len > CMDLINE_MAX ? NULL : luo_dtb_copy();
	u8 *value = copy ? fdt_edit_chosen_len(copy, "bootargs", (u32)len + 1) : NULL;

	if (!value)
		return LUO_E_LIMIT;
	__builtin_memcpy(value, text, len);
	value[len] = '\0';
	return 0;
}
