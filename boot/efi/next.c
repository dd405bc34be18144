/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The next kernel, looked at before it is loaded: what it reads, the memory map and the command
 * line that it will be given. A state may be sound and lost all the same when these do not go
 * with it. What is loaded for it needs no look here: it is put where nothing preserved lies, by
 * firmware or by pool.c, because all that is preserved is claimed.
 *
 * There is no room here for what unpacks a kernel, so of a compressed one the release tells.
 */
#include "anchor.h"
#include "boot.h"

#include "../../luo/bzimage.h"
#include "../../luo/next_image.h"
#include "../../luo/str.h"

static struct luo_next next;
static struct luo_image image;

static u64 pages_of(u64 size)
{
	return (size + 4095) >> 12;
}

/* A wrapped kernel is opened; the payload in front of it does not matter. */
static bool look_into(const u8 *p, u64 size)
{
	struct luo_range inner;
	u64 setup = luo_bzimage_is(p, size) ? luo_bzimage_setup(p) : 0;

	if (setup < size && efi_arch_inner(p + setup, size - setup, &inner)) {
		p += setup + inner.start;
		size = inner.size;
	}
	if (luo_bzimage_is(p, size))
		luo_image_bzimage(&image, p, size);
	else if (luo_image_is_arm64(p, size))
		luo_image_arm64(&image, p, size);
	else
		return size > 2 && p[0] == 'M' && p[1] == 'Z'; /* packed, as an EFI application */
	return true;
}

/* The file is only looked at: the one that is started is read again, and checked by secure boot. */
static EFI_STATUS open_kernel(const char *name, u8 **text, u64 *size)
{
	struct efi_file file;
	EFI_STATUS status = efi_file_open(name, &file);

	if (status)
		return status;
	*size = file.size;
	*text = efi_work_alloc(file.size + 1);
	if (*text)
		status = efi_file_read(&file, *text);
	else
		status = efi_refuse(name, "there is no room to look into this kernel",
				    EFI_OUT_OF_RESOURCES);
	efi_file_close(&file);
	if (!status && !look_into(*text, *size))
		status = efi_refuse(name, "is no kernel (bzImage, arm64 Image or an EFI image)",
				    EFI_UNSUPPORTED);
	return status;
}

static EFI_STATUS check_kernel(struct efi_work *w, const char *name)
{
	const struct luo_answer answer = {
		.tool = EFI_TOOL,
		.phys = &w->phys,
		.found = &w->found,
		.state = &w->state,
		.report = &w->report,
	};
	u8 *text = NULL;
	u64 size = 0;
	EFI_STATUS status;

	image = (struct luo_image){ 0 };
	status = open_kernel(name, &text, &size);
	if (!status) {
		luo_next_kernel(&image.kernel, &w->state, &w->report);
		luo_next_handlers(&image.kernel, &answer, &w->report);
	}
	if (text)
		app.bs->FreePages((EFI_PHYSICAL_ADDRESS)(size_t)text, pages_of(size + 1));
	return status;
}

/* What the kernel gets; it may be built with another (CONFIG_CMDLINE), of which nothing is known.
 */
static void take_cmdline(const struct efi_options *opt)
{
	const char *text = opt->cmdline;

	/* arm64's stub leaves a device tree's alone when it is given none */
	if (!text && opt->command->boots && !next.cmdline.s)
		text = "";
	if (text)
		next.cmdline = (struct luo_text){ text, luo_strnlen(text, LUO_CMDLINE_MAX) };
}

/**
 * efi_next() - hold the state against what the next kernel is and gets
 * @w: verified, and held against its anchor; findings are added and the verdict is drawn again;
 *     @w->sound and @w->hidable are of the state alone, whatever the next kernel makes of it
 *
 * Without a kernel or a command line (of verify) only the memory map is looked at.
 *
 * Return: EFI_SUCCESS, or why the kernel's file could not be looked into, after a message.
 */
EFI_STATUS efi_next(struct efi_work *w)
{
	const char *name = w->opt->kernel ? w->opt->kernel : w->opt->next_kernel;
	struct luo_report *r = &w->report;
	EFI_STATUS status = EFI_SUCCESS;
	struct luo_map map;
	bool sound;

	w->sound = r->verdict != LUO_VERDICT_ERRORS && !w->trodden;
	w->hidable = efi_anchor_map_clean(r);
	if (!w->phys.page_shift || !w->state.kho)
		return status;
	if (name)
		status = check_kernel(w, name);
	if (status)
		return status;
	next = (struct luo_next){ 0 };
	efi_arch_next(&next, w);
	take_cmdline(w->opt);
	sound = w->state.has_map && luo_owners_map_sound(r);
	if (sound)
		luo_map_open(&map, &w->phys, w->state.kho->map, w->state.map_pa);
	luo_next_check(&next, &w->phys, sound ? &map : NULL, r);
	if (r->by_code[LUO_B06] || r->by_code[LUO_B07])
		w->sound = w->hidable = false;
	luo_report_close(r);
	return status;
}
