/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The architectures of `luo wrap`, told apart by what a file holds, and what they share. */
#include "wrap.h"

#include <string.h>

#include "message.h"

static const struct wrap_arch *const archs[] = { &wrap_x86_64, &wrap_aarch64 };

/** wrap_arch_of() - the architecture of a kernel, or NULL when its bytes are those of none. */
const struct wrap_arch *wrap_arch_of(const struct wrap_file *kernel)
{
	for (size_t i = 0; i < LUO_ARRAY_SIZE(archs); i++)
		if (archs[i]->is_kernel(kernel))
			return archs[i];
	return NULL;
}

/**
 * wrap_check_payload() - is this a payload for @arch, whole and not wrapped around anything yet?
 *
 * Return: 0, or HOST_FAILED after a line that says why not.
 */
int wrap_check_payload(const struct wrap_file *payload, const struct wrap_arch *arch)
{
	if (arch->is_payload(payload))
		return arch->check_payload(payload);
	for (size_t i = 0; i < LUO_ARRAY_SIZE(archs); i++) {
		if (!archs[i]->is_payload(payload))
			continue;
		host_error("%s: a payload for %s, but the kernel is for %s; give its %s",
			   payload->path, archs[i]->name, arch->name, arch->payload);
		return HOST_FAILED;
	}
	host_error("%s: not a luo payload (%s builds %s)", payload->path, arch->make,
		   arch->payload);
	return HOST_FAILED;
}

/** wrap_refuse() - one line about a file; the answer is HOST_FAILED, to be passed on. */
int wrap_refuse(const struct wrap_file *file, const char *why)
{
	host_error("%s: %s", file->path, why);
	return HOST_FAILED;
}

/** wrap_round_up() - @v or the next multiple of @to; both well below 2^63. */
u64 wrap_round_up(u64 v, u64 to)
{
	return (v + to - 1) / to * to;
}

u16 wrap_get16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

void wrap_put16(u8 *p, u16 v)
{
	memcpy(p, &v, sizeof(v));
}

void wrap_put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

void wrap_put64(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}
