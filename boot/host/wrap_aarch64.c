/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * aarch64: what `luo wrap` asks of an arm64 Image and of the payload, and how the two are laid
 * out. The layout is described in arch/aarch64/image.h.
 */
#include "wrap.h"

#include <string.h>

#include "../../arch/aarch64/image.h"
#include "../../luo/next_image.h"

/*
 * Memory behind the wrapped file for the signature that sbsign appends: kexec loads that too, and
 * refuses a file larger than its image_size (sanity_check_segment_list(), kernel/kexec_core.c,
 * 7.3). An Image has its .bss there, but one from a zboot image brings it along as zeros.
 */
#define SIGN_ROOM 0x10000

/** wrap_image_size() - how much memory an Image asks for; 0 before Linux 3.17. */
u64 wrap_image_size(const u8 *image)
{
	return luo_get64(image + IMG_SIZE);
}

static bool is_image(const struct wrap_file *f)
{
	return luo_image_is_arm64(f->data, f->size);
}

static bool info_of(const struct wrap_file *f, struct luo_wrap_info *info)
{
	if (f->size < LUO_INFO_AT + sizeof(*info))
		return false;
	memcpy(info, f->data + LUO_INFO_AT, sizeof(*info));
	return !memcmp(info->magic, LUO_INFO_MAGIC, sizeof(info->magic));
}

/* Sizes that contradict each other: kexec would refuse later and say less, or load a stump. */
static int check_sizes(const struct wrap_file *kernel)
{
	u64 text_offset = luo_get64(kernel->data + IMG_TEXT_OFFSET);

	if (text_offset >= LUO_IMAGE_ALIGN || text_offset % WRAP_PAGE)
		return wrap_refuse(kernel, "text_offset is no multiple of 4 KiB below 2 MiB");
	if (kernel->size > wrap_image_size(kernel->data))
		return wrap_refuse(kernel, "image_size is smaller than the kernel itself");
	if (kernel->size < wrap_pe_end(kernel))
		return wrap_refuse(kernel,
				   "cut short: the file is smaller than its PE header says");
	return 0;
}

/*
 * Asked is what image_load() of arch/arm64/kernel/kexec_image.c (7.3) asks, and what
 * Documentation/arch/arm64/booting.rst says of kernels before 4.6. A state is in the byte order of
 * its kernel, and the core reads little-endian ones only.
 */
static int check_kernel(const struct wrap_file *kernel)
{
	u64 flags = luo_get64(kernel->data + IMG_FLAGS);
	struct luo_wrap_info info;

	if (info_of(kernel, &info))
		return wrap_refuse(kernel,
				   "already wrapped; give the kernel that it was made from");
	if (!wrap_image_size(kernel->data))
		return wrap_refuse(kernel, "too old: no image_size (Linux 3.17 and later have it)");
	if (flags & IMG_FLAG_BE)
		return wrap_refuse(kernel,
				   "a big-endian kernel (CONFIG_CPU_LITTLE_ENDIAN is needed)");
	if (!(flags & IMG_FLAG_PHYS_BASE))
		return wrap_refuse(kernel, "too old: it must lie at the start of memory "
					   "(Linux 4.6 and later need not)");
	return check_sizes(kernel);
}

static bool is_payload(const struct wrap_file *f)
{
	struct luo_wrap_info info;

	return is_image(f) && info_of(f, &info);
}

static int check_payload(const struct wrap_file *payload)
{
	struct luo_wrap_info info;

	info_of(payload, &info);
	if (info.version != LUO_INFO_VERSION || info.size != sizeof(info))
		return wrap_refuse(payload, "a payload of another version; build it again");
	if (info.next)
		return wrap_refuse(payload,
				   "already wrapped; give luo.Image itself as the payload");
	if (payload->size != info.payload_file || info.payload_file % 512 ||
	    info.payload_mem < info.payload_file || info.payload_mem % WRAP_PAGE ||
	    info.efi_at < LUO_TEXT_AT || info.efi_at >= info.payload_file)
		return wrap_refuse(payload, "payload damaged: sizes contradict each other");
	return 0;
}

static int lay_out(const struct wrap_file *kernel, const struct wrap_file *payload,
		   struct wrap_plan *plan)
{
	const u64 max = 1ULL << 32;
	struct luo_wrap_info info;
	u64 next, end, file_size, size = wrap_image_size(kernel->data);

	info_of(payload, &info);
	next = wrap_round_up((u64)info.payload_mem + LUO_FRONT_ROOM, LUO_IMAGE_ALIGN) +
	       luo_get64(kernel->data + IMG_TEXT_OFFSET);
	end = next + kernel->size;
	file_size = wrap_round_up(end, 512);
	if (size < max)
		size = wrap_round_up(next + size, WRAP_PAGE);
	if (size < file_size + SIGN_ROOM)
		size = wrap_round_up(file_size + SIGN_ROOM, WRAP_PAGE);
	if (size >= max)
		return wrap_refuse(kernel,
				   "image_size is too large: with the payload it reaches 4 GiB");
	*plan = (struct wrap_plan){
		.file_size = file_size,
		.kernel_at = next,
		.next_end = (u32)end,
		.mem_size = (u32)size,
	};
	return 0;
}

static void fill(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan)
{
	struct luo_wrap_info info;

	memcpy(&info, out + LUO_INFO_AT, sizeof(info));
	info.next = (u32)plan->kernel_at;
	info.next_end = plan->next_end;
	info.image_size = plan->mem_size;
	memcpy(out + LUO_INFO_AT, &info, sizeof(info));
	wrap_put64(out + IMG_TEXT_OFFSET, 0);
	wrap_put64(out + IMG_SIZE, plan->mem_size);
	memcpy(out + IMG_FLAGS, kernel->data + IMG_FLAGS, 8);
	wrap_fill_pe(out, plan->file_size,
		     &(struct wrap_pe){
			     .at = LUO_PE_AT,
			     .sbat_at = LUO_SBAT_AT,
			     .text_at = LUO_TEXT_AT,
			     .text = info.payload_file - LUO_TEXT_AT,
			     .shift = LUO_PE_SHIFT,
			     .entry = info.efi_at,
		     });
}

const struct wrap_arch wrap_aarch64 = {
	.name = "aarch64",
	.payload = "luo.Image",
	.make = "make payload ARCH=aarch64",
	.is_kernel = is_image,
	.is_payload = is_payload,
	.check_kernel = check_kernel,
	.check_payload = check_payload,
	.lay_out = lay_out,
	.inner = luo_wrap_inner,
	.fill = fill,
};
