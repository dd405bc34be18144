/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Files. What is read is looked for on the volume that the program was started from, then on all
 * others in firmware's order: QEMU's -kernel, for one, starts it from a volume that holds nothing
 * else. What is written goes to the former alone.
 */
#include "file.h"

#define MAX_NAME    512
#define MAX_VOLUMES 64
#define CHUNK	    (8U << 20) /* some drivers fail on more at once */

static EFI_GUID fs_guid = {
	0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
};
static EFI_GUID info_guid = EFI_FILE_INFO_ID;

/* Firmware's name of a file: UTF-16, parts divided by backslashes. */
static const CHAR16 *wide(const char *name)
{
	static CHAR16 buf[MAX_NAME];
	u32 n = 0;

	for (; name[n]; n++) {
		if (n == MAX_NAME - 1)
			return NULL;
		buf[n] = name[n] == '/' ? '\\' : (CHAR16)name[n];
	}
	buf[n] = 0;
	return n ? buf : NULL;
}

static EFI_STATUS open_on(EFI_HANDLE volume, const CHAR16 *name, UINT64 mode, EFI_FILE_HANDLE *file)
{
	EFI_FILE_IO_INTERFACE *fs;
	EFI_FILE_HANDLE root;
	EFI_STATUS status =
		volume ? app.bs->HandleProtocol(volume, &fs_guid, (void **)&fs) : EFI_NOT_FOUND;

	if (status)
		return status;
	status = fs->OpenVolume(fs, &root);
	if (status)
		return status;
	status = root->Open(root, file, (CHAR16 *)name, mode, 0);
	root->Close(root);
	return status;
}

/**
 * efi_file_create() - a new, empty file on the volume that we were started from
 * @name: its path there; one that exists is replaced
 * @file: the opened file
 *
 * Return: EFI_SUCCESS, or another status after a message.
 */
EFI_STATUS efi_file_create(const char *name, EFI_FILE_HANDLE *file)
{
	const CHAR16 *path = wide(name);
	UINT64 mode = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;
	EFI_STATUS status = EFI_INVALID_PARAMETER;

	if (path) {
		status = open_on(app.loaded->DeviceHandle, path, mode, file);
		if (!status)
			(*file)->Delete(*file);
		status = open_on(app.loaded->DeviceHandle, path, mode | EFI_FILE_MODE_CREATE, file);
	}
	if (status)
		efi_say_status(name,
			       "cannot be written on the volume that luo.efi was started "
			       "from",
			       status);
	return status;
}

static EFI_STATUS open_elsewhere(const CHAR16 *path, EFI_FILE_HANDLE *file)
{
	static EFI_HANDLE volume[MAX_VOLUMES];
	UINTN size = sizeof(volume);
	EFI_STATUS status = EFI_NOT_FOUND;

	if (app.bs->LocateHandle(ByProtocol, &fs_guid, NULL, &size, volume))
		return status;
	for (UINTN i = 0; status && i < size / sizeof(volume[0]); i++)
		if (volume[i] != app.loaded->DeviceHandle)
			status = open_on(volume[i], path, EFI_FILE_MODE_READ, file);
	return status;
}

/* Firmware that boots without a look at its disks has not started their drivers. */
static void connect_all(void)
{
	EFI_HANDLE *handle;
	UINTN nr;

	if (app.bs->LocateHandleBuffer(AllHandles, NULL, NULL, &nr, &handle))
		return;
	for (UINTN i = 0; i < nr; i++)
		app.bs->ConnectController(handle[i], NULL, NULL, TRUE);
	app.bs->FreePool(handle);
}

static EFI_STATUS open_anywhere(const CHAR16 *path, EFI_FILE_HANDLE *file)
{
	EFI_STATUS status = open_on(app.loaded->DeviceHandle, path, EFI_FILE_MODE_READ, file);

	if (status)
		status = open_elsewhere(path, file);
	if (status) {
		connect_all();
		status = open_elsewhere(path, file);
	}
	return status;
}

static EFI_STATUS size_of(EFI_FILE_HANDLE handle, u64 *size)
{
	static struct {
		EFI_FILE_INFO info;
		CHAR16 name[MAX_NAME];
	} buf;
	UINTN len = sizeof(buf);
	EFI_STATUS status = handle->GetInfo(handle, &info_guid, &len, &buf);

	if (!status && buf.info.Attribute & EFI_FILE_DIRECTORY)
		return EFI_NOT_FOUND;
	*size = buf.info.FileSize;
	return status;
}

/**
 * efi_file_open() - open a file for reading
 * @name: its path
 * @file: filled in
 *
 * Return: EFI_SUCCESS, or another status after a message.
 */
EFI_STATUS efi_file_open(const char *name, struct efi_file *file)
{
	const CHAR16 *path = wide(name);
	EFI_STATUS status = path ? open_anywhere(path, &file->handle) : EFI_NOT_FOUND;

	file->name = name;
	if (!status) {
		status = size_of(file->handle, &file->size);
		if (status)
			file->handle->Close(file->handle);
	}
	if (status)
		efi_say_status(name, "cannot be opened", status);
	return status;
}

static EFI_STATUS read_bytes(struct efi_file *file, u8 *to, u64 bytes)
{
	for (u64 at = 0; at < bytes;) {
		UINTN size = bytes - at < CHUNK ? bytes - at : CHUNK;
		EFI_STATUS status = file->handle->Read(file->handle, &size, to + at);

		if (!status && !size)
			status = EFI_END_OF_FILE;
		if (status) {
			efi_say_status(file->name, "cannot be read", status);
			return status;
		}
		at += size;
	}
	return EFI_SUCCESS;
}

/**
 * efi_file_peek() - read the start of a file
 * @file: opened; efi_file_read() still reads all of it
 * @head: room for @size bytes; those behind a short file are zeros
 * @size: bytes wanted
 *
 * Return: EFI_SUCCESS, or another status after a message.
 */
EFI_STATUS efi_file_peek(struct efi_file *file, u8 *head, u64 size)
{
	u64 have = file->size < size ? file->size : size;
	EFI_STATUS status;

	__builtin_memset(head, 0, size);
	status = read_bytes(file, head, have);
	if (!status)
		status = file->handle->SetPosition(file->handle, 0);
	return status;
}

/**
 * efi_file_read() - read all of a file
 * @file: opened
 * @to:   room for @file->size bytes
 *
 * Return: EFI_SUCCESS, or another status after a message.
 */
EFI_STATUS efi_file_read(struct efi_file *file, void *to)
{
	return read_bytes(file, to, file->size);
}

/** efi_file_close() - close it. */
void efi_file_close(struct efi_file *file)
{
	file->handle->Close(file->handle);
}
