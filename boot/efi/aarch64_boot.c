/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * aarch64: the kernel is started as the EFI image that it is. Its stub takes the device tree of
 * the configuration table (aarch64_tree.c), and asks firmware for all memory it uses: what was
 * claimed is safe from it.
 */
#include "aarch64_tree.h"
#include "device_tree.h"
#include "reserve.h"

#include "../../fdt/next.h"

/**
 * efi_arch_next() - what firmware's device tree tells, but for the memory map; see boot.h
 *
 * With UEFI the kernel takes firmware's: efi_init(), drivers/firmware/efi/efi-init.c (7.3). Where a
 * loader in front of firmware has put things does not matter.
 */
void efi_arch_next(struct luo_next *next, struct efi_work *w)
{
	const void *tree = efi_device_tree();
	const struct efi_map *map;

	if (tree)
		fdt_next(next, &w->phys, (u64)(size_t)tree, 0, &w->report);
	for (u32 i = 0; i < next->nr_parts; i++)
		next->part[i].loaded = false;
	for (u32 i = 0; i < w->opt->nr_reserve; i++)
		luo_next_part(next, w->opt->reserve[i].start, w->opt->reserve[i].size, "--reserve",
			      false);
	next->nr_ram = 0;
	next->full = false;
	if (!efi_map_now(&map))
		luo_next_efi_map(next, map->bytes, map->size, map->each);
}

/* EFI_LOAD_FILE2_PROTOCOL, UEFI 2.10, 13.2; gnu-efi 3.0.15 has no declaration of it. */
struct load_file2 {
	EFI_STATUS(EFIAPI *load)
	(struct load_file2 *this, EFI_DEVICE_PATH *path, BOOLEAN boot_policy, UINTN *size,
	 void *buffer);
};

static EFI_GUID load_file2_guid = {
	0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
};
static EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;

/* LINUX_EFI_INITRD_MEDIA_GUID of linux/efi.h: where a stub looks for its initrd. */
static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH tail;
} __attribute__((packed)) initrd_path = {
	.vendor = { { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, { sizeof(VENDOR_DEVICE_PATH), 0 } },
		    { 0x5568e427,
		      0x68fc,
		      0x4f3d,
		      { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } } },
	.tail = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { 4, 0 } },
};

static struct efi_file *initrd;

static EFI_STATUS EFIAPI load_initrd(struct load_file2 *this, EFI_DEVICE_PATH *path,
				     BOOLEAN boot_policy, UINTN *size, void *buffer)
{
	(void)path;
	if (!this || !size)
		return EFI_INVALID_PARAMETER;
	if (boot_policy)
		return EFI_UNSUPPORTED;
	if (!buffer || *size < initrd->size) {
		*size = initrd->size;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = initrd->size;
	return efi_file_read(initrd, buffer);
}

static struct load_file2 loader = { load_initrd };

/* Another loader's initrd, such as that of QEMU's -initrd, has to make way. */
static EFI_STATUS offer_initrd(struct efi_boot *b, EFI_HANDLE *handle)
{
	EFI_DEVICE_PATH *path = &initrd_path.vendor.Header;
	void *theirs;

	*handle = NULL;
	if (!b->has_initrd)
		return EFI_SUCCESS;
	initrd = &b->initrd;
	if (!app.bs->LocateDevicePath(&load_file2_guid, &path, handle) &&
	    path->Type == END_DEVICE_PATH_TYPE &&
	    !app.bs->HandleProtocol(*handle, &load_file2_guid, &theirs))
		return app.bs->ReinstallProtocolInterface(*handle, &load_file2_guid, theirs,
							  &loader);
	*handle = NULL;
	return app.bs->InstallMultipleProtocolInterfaces(handle, &path_guid, &initrd_path,
							 &load_file2_guid, &loader, NULL);
}

/* Load options are UTF-16. */
static EFI_STATUS set_cmdline(struct efi_boot *b, EFI_HANDLE image)
{
	static EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	const char *text = b->opt->cmdline ? b->opt->cmdline : "";
	EFI_LOADED_IMAGE *loaded;
	size_t len = 0;
	CHAR16 *wide;
	EFI_STATUS status = app.bs->HandleProtocol(image, &guid, (void **)&loaded);

	while (text[len])
		len++;
	wide = status ? NULL : efi_pages((len + 1) * 2);
	if (!wide)
		return status ? status : EFI_OUT_OF_RESOURCES;
	for (size_t i = 0; i <= len; i++)
		wide[i] = (CHAR16)text[i];
	loaded->LoadOptions = wide;
	loaded->LoadOptionsSize = (UINT32)((len + 1) * 2);
	return EFI_SUCCESS;
}

static EFI_STATUS load_kernel(struct efi_boot *b, EFI_HANDLE *image)
{
	void *file = efi_pages(b->kernel.size + 1);
	EFI_STATUS status;

	if (!file)
		return efi_refuse(b->kernel.name, "there is no room for this kernel",
				  EFI_OUT_OF_RESOURCES);
	status = efi_file_read(&b->kernel, file);
	if (status)
		return status;
	status = efi_image_load(file, b->kernel.size, image);
	app.bs->FreePages((EFI_PHYSICAL_ADDRESS)(size_t)file, (b->kernel.size + 4096) >> 12);
	if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED) {
		efi_say_status(b->kernel.name, "secure boot does not accept this kernel", status);
		return EFI_SECURITY_VIOLATION;
	}
	if (status)
		efi_say_status(b->kernel.name,
			       "is no kernel that firmware can load (an EFI stub "
			       "is needed)",
			       status);
	return status;
}

static EFI_STATUS load_and_start(struct efi_boot *b)
{
	EFI_HANDLE image, handle = NULL;
	const void *old = NULL;
	EFI_STATUS status = load_kernel(b, &image);

	if (status)
		return status;
	status = set_cmdline(b, image);
	if (!status)
		status = offer_initrd(b, &handle);
	if (!status)
		status = efi_tree_install(b, &old);
	if (!status) {
		efi_say("starting the next kernel");
		status = app.bs->StartImage(image, NULL, NULL);
		app.bs->InstallConfigurationTable(&efi_dtb_guid, (void *)(size_t)old);
	}
	if (handle)
		app.bs->UninstallMultipleProtocolInterfaces(handle, &path_guid, &initrd_path,
							    &load_file2_guid, &loader, NULL);
	app.bs->UnloadImage(image);
	efi_say_status(b->kernel.name, "was not started, or came back", status);
	return status;
}

/** efi_arch_boot() - start the next kernel; see boot.h. */
EFI_STATUS efi_arch_boot(struct efi_boot *b)
{
	EFI_STATUS status;

	efi_reserve_take(b->opt);
	status = load_and_start(b);
	efi_reserve_give();
	return status;
}
