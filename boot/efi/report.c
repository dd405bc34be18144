/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where an answer goes: to the console, or to the file of --report on the volume that the program
 * was started from, with only the verdict line on the console.
 */
#include "file.h"
#include "work.h"

static struct {
	EFI_FILE_HANDLE file;
	EFI_STATUS status;
	UINTN used;
	char buf[4096];
} report;

static void flush(void)
{
	UINTN size = report.used;

	if (size && !report.status)
		report.status = report.file->Write(report.file, &size, report.buf);
	report.used = 0;
}

static void write_report(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++) {
		if (report.used == sizeof(report.buf))
			flush();
		report.buf[report.used++] = text[i];
	}
}

static EFI_STATUS to_file(const struct efi_work *w,
			  void (*print)(const struct efi_work *w, const struct luo_out *out))
{
	static const struct luo_out out = { .write = write_report };
	const char *name = w->opt->report;

	report.used = 0;
	report.status = efi_file_create(name, &report.file);
	if (report.status)
		return report.status;
	print(w, &out);
	flush();
	report.file->Close(report.file);
	if (report.status)
		efi_say_status(name, "the report cannot be written", report.status);
	else
		luo_print_line(&efi_console, &w->report, NULL);
	return report.status;
}

/**
 * efi_answer() - print the answer of a command
 * @w:     the run
 * @print: prints it
 *
 * Return: the verdict's status, or firmware's when a file could not be written.
 */
EFI_STATUS efi_answer(const struct efi_work *w,
		      void (*print)(const struct efi_work *w, const struct luo_out *out))
{
	EFI_STATUS status = EFI_SUCCESS;

	if (w->opt->report)
		status = to_file(w, print);
	else
		print(w, &efi_console);
	return status ? status : efi_work_status(w);
}
