/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What `luo wrap` asks of a kernel and of a payload, and how the two are laid out. */
#include "wrap.h"

#include <string.h>

#include "../../arch/x86_64/bzimage.h"
#include "message.h"

#define PAGE	  4096ULL
#define MIN_TAIL  (1ULL << 20) /* working memory of the payload behind the kernel's file */
#define MAX_ALIGN (1ULL << 30)

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

static u64 round_up(u64 v, u64 to)
{
	return (v + to - 1) / to * to;
}

static int refuse(const struct wrap_file *file, const char *why)
{
	host_error("%s: %s", file->path, why);
	return HOST_FAILED;
}

/* Bytes of the setup sectors; 0 stands for 4, says boot.rst. */
static u32 setup_bytes(const u8 *image)
{
	u32 sectors = image[HDR_SETUP_SECTS];

	return ((sectors ? sectors : 4) + 1) * 512;
}

static bool is_bzimage(const struct wrap_file *f)
{
	return f->size >= 1024 && !memcmp(f->data + HDR_MAGIC, "HdrS", 4) &&
	       wrap_get16(f->data + HDR_BOOT_FLAG) == 0xaa55;
}

static const struct luo_wrap_info *info_of(const struct wrap_file *f, struct luo_wrap_info *info)
{
	u64 at = setup_bytes(f->data) + LUO_INFO_AT;

	if (f->size < at + sizeof(*info))
		return NULL;
	memcpy(info, f->data + at, sizeof(*info));
	return memcmp(info->magic, LUO_INFO_MAGIC, sizeof(info->magic)) ? NULL : info;
}

/* Sizes that contradict each other: kexec would fail later and with less to say. */
static int check_sizes(const struct wrap_file *kernel)
{
	u32 align = luo_get32(kernel->data + HDR_KERNEL_ALIGNMENT);
	u32 init = luo_get32(kernel->data + HDR_INIT_SIZE);
	u32 setup = setup_bytes(kernel->data);

	if (kernel->size <= setup + LUO_ENTRY64)
		return refuse(kernel, "cut short: its setup sectors are not all there");
	/* syssize counts 16 bytes; makers before 6.x rounded it up (arch/x86/boot/tools/build.c) */
	if ((u64)luo_get32(kernel->data + HDR_SYSSIZE) * 16 > kernel->size - setup + 15)
		return refuse(kernel, "cut short: the file is smaller than its header says");
	if (align < PAGE || align > MAX_ALIGN || (align & (align - 1)))
		return refuse(kernel, "kernel_alignment is no power of two from 4 KiB to 1 GiB");
	if (init < kernel->size - setup)
		return refuse(kernel, "init_size is smaller than the kernel itself");
	return 0;
}

/**
 * wrap_check_kernel() - is this a kernel that can be wrapped?
 *
 * The questions are those of bzImage64_probe(), arch/x86/kernel/kexec-bzimage64.c (6.16 to 7.3).
 *
 * Return: 0, or HOST_FAILED after a line that says why not.
 */
int wrap_check_kernel(const struct wrap_file *kernel)
{
	const u8 *h = kernel->data;
	struct luo_wrap_info info;
	u16 xload;

	if (kernel->size >= 64 && !memcmp(h + 56, "ARM\x64", 4))
		return refuse(kernel, "an arm64 Image; this version wraps x86_64 kernels only");
	if (!is_bzimage(kernel))
		return refuse(kernel, "not a bzImage (give the file that kexec would be given)");
	if (info_of(kernel, &info))
		return refuse(kernel, "already wrapped; give the kernel that it was made from");
	if (wrap_get16(h + HDR_VERSION) < 0x20c)
		return refuse(kernel, "too old: boot protocol 2.12 (Linux 3.8) is needed");
	if (!(h[HDR_LOADFLAGS] & LOADFLAG_LOADED_HIGH))
		return refuse(kernel, "a zImage, not a bzImage");
	xload = wrap_get16(h + HDR_XLOADFLAGS);
	if (!(xload & XLF_KERNEL_64))
		return refuse(kernel, "not a 64-bit kernel");
	if (!h[HDR_RELOCATABLE] || !(xload & XLF_ABOVE_4G))
		return refuse(kernel, "not relocatable (CONFIG_RELOCATABLE is needed)");
	return check_sizes(kernel);
}

/**
 * wrap_check_payload() - is this a payload, whole and not wrapped around anything yet?
 *
 * Return: 0, or HOST_FAILED after a line that says why not.
 */
int wrap_check_payload(const struct wrap_file *payload)
{
	struct luo_wrap_info info;

	if (!is_bzimage(payload) || setup_bytes(payload->data) != LUO_SETUP_BYTES ||
	    !info_of(payload, &info))
		return refuse(payload, "not a luo payload (make payload builds luo.bzImage)");
	if (info.version != LUO_INFO_VERSION || info.size != sizeof(info))
		return refuse(payload, "a payload of another version; build it again");
	if (info.next_setup)
		return refuse(payload, "already wrapped; give luo.bzImage itself as the payload");
	if (payload->size != (u64)LUO_SETUP_BYTES + info.payload_file ||
	    info.payload_mem < info.payload_file || info.payload_mem % PAGE ||
	    info.efi_at >= info.payload_file || info.payload_file % 512)
		return refuse(payload, "payload damaged: sizes contradict each other");
	return 0;
}

/**
 * wrap_lay_out() - compute where everything goes
 *
 * Return: 0, or HOST_FAILED when the result would not fit the header's 32 bits.
 */
int wrap_lay_out(const struct wrap_file *kernel, const struct wrap_file *payload,
		 struct wrap_plan *plan)
{
	u64 align = luo_get32(kernel->data + HDR_KERNEL_ALIGNMENT);
	u64 setup = setup_bytes(kernel->data);
	struct luo_wrap_info info;
	u64 pm, end, init;

	info_of(payload, &info);
	pm = round_up(info.payload_mem + setup, align);
	end = pm + kernel->size - setup;
	init = pm + luo_get32(kernel->data + HDR_INIT_SIZE);
	if (init < round_up(end, PAGE) + MIN_TAIL)
		init = round_up(end, PAGE) + MIN_TAIL;
	init = round_up(init, PAGE);
	if (init >= 1ULL << 32) /* kexec rounds up in 32 bits, so 4 GiB itself is too much */
		return refuse(kernel, "init_size is too large: with the payload it reaches 4 GiB");
	*plan = (struct wrap_plan){
		.setup = (u32)setup,
		.next_setup = (u32)(pm - setup),
		.next_pm = (u32)pm,
		.next_end = (u32)end,
		.init_size = (u32)init,
		.file_size = LUO_SETUP_BYTES + round_up(end, 512),
	};
	return 0;
}

/* The text that file(1) and boot menus show; absent in odd kernels. */
static void copy_version(u8 *out, const struct wrap_file *kernel, u32 setup)
{
	u32 at = wrap_get16(kernel->data + HDR_KERNEL_VERSION) + 0x200;
	u8 *text = out + LUO_KVER_AT;

	memset(text, 0, LUO_KVER_BYTES);
	if (at == 0x200 || at >= setup)
		return;
	for (u32 i = 0; i < LUO_KVER_BYTES - 1 && at + i < setup && kernel->data[at + i]; i++)
		text[i] = kernel->data[at + i];
}

/** wrap_fill_header() - make the setup header say what kexec must do for both parts. */
void wrap_fill_header(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan)
{
	const u8 *k = kernel->data;
	u16 version = wrap_get16(k + HDR_VERSION), xload = wrap_get16(k + HDR_XLOADFLAGS);
	u16 keep = XLF_EFI_KEXEC | XLF_5LEVEL | XLF_5LEVEL_ENABLED | XLF_MEM_ENCRYPTION;
	u8 *info = out + LUO_SETUP_BYTES + LUO_INFO_AT;

	wrap_put16(out + HDR_VERSION, version < 0x20f ? version : 0x20f);
	wrap_put16(out + HDR_XLOADFLAGS, (u16)(XLF_KERNEL_64 | XLF_ABOVE_4G | (xload & keep)));
	wrap_put32(out + HDR_SYSSIZE, (u32)((plan->file_size - LUO_SETUP_BYTES + 15) / 16));
	wrap_put32(out + HDR_INIT_SIZE, plan->init_size);
	memcpy(out + HDR_ROOT_FLAGS, k + HDR_ROOT_FLAGS, 2);
	memcpy(out + HDR_VID_MODE, k + HDR_VID_MODE, 2);
	memcpy(out + HDR_ROOT_DEV, k + HDR_ROOT_DEV, 2);
	memcpy(out + HDR_INITRD_ADDR_MAX, k + HDR_INITRD_ADDR_MAX, 4);
	memcpy(out + HDR_KERNEL_ALIGNMENT, k + HDR_KERNEL_ALIGNMENT, 4);
	memcpy(out + HDR_MIN_ALIGNMENT, k + HDR_MIN_ALIGNMENT, 1);
	memcpy(out + HDR_CMDLINE_SIZE, k + HDR_CMDLINE_SIZE, 4);
	memcpy(out + HDR_PREF_ADDRESS, k + HDR_PREF_ADDRESS, 8);
	copy_version(out, kernel, plan->setup);
	wrap_put32(info + offsetof(struct luo_wrap_info, next_setup), plan->next_setup);
	wrap_put32(info + offsetof(struct luo_wrap_info, next_pm), plan->next_pm);
	wrap_put32(info + offsetof(struct luo_wrap_info, next_end), plan->next_end);
	wrap_put32(info + offsetof(struct luo_wrap_info, init_size), plan->init_size);
}
