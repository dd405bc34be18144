/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * x86_64: what `luo wrap` asks of a bzImage and of the payload, and how the two are laid out. The
 * layout is described in arch/x86_64/image.h.
 */
#include "wrap.h"

#include <string.h>

#include "../../arch/x86_64/image.h"
#include "../../luo/bzimage.h"

#define MIN_TAIL (1ULL << 20) /* working memory of the payload behind the kernel's file */

static bool is_bzimage(const struct wrap_file *f)
{
	return luo_bzimage_is(f->data, f->size);
}

static const struct luo_wrap_info *info_of(const struct wrap_file *f, struct luo_wrap_info *info)
{
	u64 at = luo_bzimage_setup(f->data) + LUO_INFO_AT;

	if (f->size < at + sizeof(*info))
		return NULL;
	memcpy(info, f->data + at, sizeof(*info));
	return memcmp(info->magic, LUO_INFO_MAGIC, sizeof(info->magic)) ? NULL : info;
}

static int check_kernel(const struct wrap_file *kernel)
{
	struct luo_wrap_info info;
	struct luo_bzimage header;
	const char *why;

	if (info_of(kernel, &info))
		return wrap_refuse(kernel,
				   "already wrapped; give the kernel that it was made from");
	why = luo_bzimage_read(kernel->data, kernel->size, &header);
	return why ? wrap_refuse(kernel, why) : 0;
}

static bool is_payload(const struct wrap_file *f)
{
	struct luo_wrap_info info;

	return is_bzimage(f) && luo_bzimage_setup(f->data) == LUO_SETUP_BYTES && info_of(f, &info);
}

static int check_payload(const struct wrap_file *payload)
{
	struct luo_wrap_info info;

	info_of(payload, &info);
	if (info.version != LUO_INFO_VERSION || info.size != sizeof(info))
		return wrap_refuse(payload, "a payload of another version; build it again");
	if (info.next_setup)
		return wrap_refuse(payload,
				   "already wrapped; give luo.bzImage itself as the payload");
	if (payload->size != (u64)LUO_SETUP_BYTES + info.payload_file ||
	    info.payload_mem < info.payload_file || info.payload_mem % WRAP_PAGE ||
	    info.efi_at >= info.payload_file || info.payload_file % 512)
		return wrap_refuse(payload, "payload damaged: sizes contradict each other");
	return 0;
}

static int lay_out(const struct wrap_file *kernel, const struct wrap_file *payload,
		   struct wrap_plan *plan)
{
	u64 align = luo_get32(kernel->data + HDR_KERNEL_ALIGNMENT);
	u64 setup = luo_bzimage_setup(kernel->data);
	struct luo_wrap_info info;
	u64 pm, end, init;

	info_of(payload, &info);
	pm = wrap_round_up(info.payload_mem + setup, align);
	end = pm + kernel->size - setup;
	init = pm + luo_get32(kernel->data + HDR_INIT_SIZE);
	if (init < wrap_round_up(end, WRAP_PAGE) + MIN_TAIL)
		init = wrap_round_up(end, WRAP_PAGE) + MIN_TAIL;
	init = wrap_round_up(init, WRAP_PAGE);
	if (init >= 1ULL << 32) /* kexec rounds up in 32 bits, so 4 GiB itself is too much */
		return wrap_refuse(kernel,
				   "init_size is too large: with the payload it reaches 4 GiB");
	*plan = (struct wrap_plan){
		.file_size = LUO_SETUP_BYTES + wrap_round_up(end, 512),
		.kernel_at = LUO_SETUP_BYTES + pm - setup,
		.next_pm = (u32)pm,
		.next_end = (u32)end,
		.mem_size = (u32)init,
	};
	return 0;
}

/* The text that file(1) and boot menus show; absent in odd kernels. */
static void copy_version(u8 *out, const struct wrap_file *kernel)
{
	u32 setup = luo_bzimage_setup(kernel->data);
	u32 at = wrap_get16(kernel->data + HDR_KERNEL_VERSION) + 0x200;
	u8 *text = out + LUO_KVER_AT;

	memset(text, 0, LUO_KVER_BYTES);
	if (at == 0x200 || at >= setup)
		return;
	for (u32 i = 0; i < LUO_KVER_BYTES - 1 && at + i < setup && kernel->data[at + i]; i++)
		text[i] = kernel->data[at + i];
}

/* The setup header must say what kexec must do for both parts. */
static void fill_header(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan)
{
	const u8 *k = kernel->data;
	u16 version = wrap_get16(k + HDR_VERSION), xload = wrap_get16(k + HDR_XLOADFLAGS);
	u16 keep = XLF_EFI_KEXEC | XLF_5LEVEL | XLF_5LEVEL_ENABLED | XLF_MEM_ENCRYPTION;

	wrap_put16(out + HDR_VERSION, version < 0x20f ? version : 0x20f);
	wrap_put16(out + HDR_XLOADFLAGS, (u16)(XLF_KERNEL_64 | XLF_ABOVE_4G | (xload & keep)));
	wrap_put32(out + HDR_SYSSIZE, (u32)((plan->file_size - LUO_SETUP_BYTES + 15) / 16));
	wrap_put32(out + HDR_INIT_SIZE, plan->mem_size);
	memcpy(out + HDR_ROOT_FLAGS, k + HDR_ROOT_FLAGS, 2);
	memcpy(out + HDR_VID_MODE, k + HDR_VID_MODE, 2);
	memcpy(out + HDR_ROOT_DEV, k + HDR_ROOT_DEV, 2);
	memcpy(out + HDR_INITRD_ADDR_MAX, k + HDR_INITRD_ADDR_MAX, 4);
	memcpy(out + HDR_KERNEL_ALIGNMENT, k + HDR_KERNEL_ALIGNMENT, 4);
	memcpy(out + HDR_MIN_ALIGNMENT, k + HDR_MIN_ALIGNMENT, 1);
	memcpy(out + HDR_CMDLINE_SIZE, k + HDR_CMDLINE_SIZE, 4);
	memcpy(out + HDR_PREF_ADDRESS, k + HDR_PREF_ADDRESS, 8);
	copy_version(out, kernel);
}

static void fill(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan)
{
	u8 *at = out + LUO_SETUP_BYTES + LUO_INFO_AT;
	struct luo_wrap_info info;

	memcpy(&info, at, sizeof(info));
	info.next_setup = (u32)(plan->kernel_at - LUO_SETUP_BYTES);
	info.next_pm = plan->next_pm;
	info.next_end = plan->next_end;
	info.init_size = plan->mem_size;
	memcpy(at, &info, sizeof(info));
	fill_header(out, kernel, plan);
	wrap_fill_pe(out, plan->file_size,
		     &(struct wrap_pe){
			     .at = LUO_PE_AT,
			     .sbat_at = LUO_SBAT_AT,
			     .text_at = LUO_SETUP_BYTES,
			     .text = info.payload_file,
			     .shift = LUO_PE_SHIFT,
			     .entry = LUO_SETUP_BYTES + info.efi_at,
		     });
}

const struct wrap_arch wrap_x86_64 = {
	.name = "x86_64",
	.payload = "luo.bzImage",
	.make = "make payload",
	.is_kernel = is_bzimage,
	.is_payload = is_payload,
	.check_kernel = check_kernel,
	.check_payload = check_payload,
	.lay_out = lay_out,
	.inner = luo_wrap_inner,
	.fill = fill,
};
