/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Secure boot: is it on, and is an image accepted? docs/efi.md has the policy.
 */
#include "boot.h"

static EFI_GUID global = EFI_GLOBAL_VARIABLE;
/* shim.h of shim, SHIM_LOCK_GUID */
static EFI_GUID shim_guid = {
	0x605dab50, 0xe046, 0x4300, { 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 }
};

/* shim's functions are in the convention of Linux, whatever firmware's is. */
#ifdef __x86_64__
#define SHIM_API __attribute__((sysv_abi))
#else
#define SHIM_API
#endif

/* The part of shim's protocol that is used. */
struct shim_lock {
	EFI_STATUS(SHIM_API *verify)(void *buffer, UINT32 size);
};

static bool variable_is(CHAR16 *name, u8 wanted)
{
	u8 value = 0;
	UINTN size = sizeof(value);

	return !app.rt->GetVariable(name, &global, NULL, &size, &value) && value == wanted;
}

/** efi_secure_boot() - does firmware check signatures? UEFI 2.10, 3.3: SecureBoot, SetupMode. */
bool efi_secure_boot(void)
{
	static CHAR16 secure[] = u"SecureBoot", setup[] = u"SetupMode";

	return variable_is(secure, 1) && !variable_is(setup, 1);
}

/* A device path for an image in memory: UEFI 2.10, 10.3.2.2. */
struct memory_path {
	EFI_DEVICE_PATH head;
	UINT32 type;
	UINT64 start;
	UINT64 end;
	EFI_DEVICE_PATH tail;
} __attribute__((packed));

/**
 * efi_image_load() - have firmware load an image from memory, and check it if it checks any
 * @image:  all of its file
 * @size:   bytes
 * @handle: filled in
 *
 * Return: firmware's answer; on anything but EFI_SUCCESS nothing stays loaded.
 */
EFI_STATUS efi_image_load(const void *image, u64 size, EFI_HANDLE *handle)
{
	struct memory_path path = {
		.head = { HARDWARE_DEVICE_PATH, HW_MEMMAP_DP, { sizeof(path) - 4, 0 } },
		.type = EfiLoaderData,
		.start = (UINT64)(size_t)image,
		.end = (UINT64)(size_t)image + size - 1,
		.tail = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { 4, 0 } },
	};
	EFI_STATUS status;

	*handle = NULL;
	status = app.bs->LoadImage(FALSE, app.image, &path.head, (void *)(size_t)image, size,
				   handle);
	if (status && *handle) { /* EFI_SECURITY_VIOLATION: loaded, but not to be started */
		app.bs->UnloadImage(*handle);
		*handle = NULL;
	}
	return status;
}

static bool shim_accepts(const void *image, u64 size)
{
	struct shim_lock *shim;

	return size <= ~0U && !app.bs->LocateProtocol(&shim_guid, NULL, (void **)&shim) &&
	       !shim->verify((void *)(size_t)image, (UINT32)size);
}

/**
 * efi_accept() - is an image that we are going to enter ourselves accepted?
 * @image: all of its file, where it will be entered
 * @size:  bytes
 * @name:  for the message
 *
 * Return: EFI_SUCCESS, or EFI_SECURITY_VIOLATION after a message.
 */
EFI_STATUS efi_accept(const void *image, u64 size, const char *name)
{
	EFI_HANDLE handle;
	EFI_STATUS status;

	if (shim_accepts(image, size))
		return EFI_SUCCESS;
	status = efi_image_load(image, size, &handle);
	if (!status) {
		app.bs->UnloadImage(handle);
		return EFI_SUCCESS;
	}
	efi_say_status(name, "secure boot does not accept this kernel", status);
	return EFI_SECURITY_VIOLATION;
}
