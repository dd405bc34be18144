/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo wrap: put the payload in front of a kernel, as one file that kexec takes for a bzImage or an
 * arm64 Image. Which of the two is told by what the kernel's file holds. Everything is checked
 * before anything is written.
 */
#include "wrap.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "message.h"

static const char usage[] =
	"usage: luo wrap --kernel FILE [-o OUT] [--payload FILE]\n"
	"\n"
	"Writes a kernel image with the payload in front of it. Give it to kexec_file_load() with\n"
	"the same initrd and command line as the kernel itself. The kernel's bytes stay as they\n"
	"are, but a compressed arm64 kernel is unpacked; a signature has to be made for the new\n"
	"file (sbsign).\n"
	"\n"
	"  --kernel FILE   x86_64: bzImage, boot protocol 2.12 or later\n"
	"                  arm64: Image, Linux 4.6 or later, also compressed with gzip or zstd,\n"
	"                  or as EFI zboot image (vmlinuz.efi) with one of the two\n"
	"  -o, --output    default: the kernel's name with .luo\n"
	"  --payload FILE  default: x86_64/luo.bzImage or aarch64/luo.Image in $LUO_PAYLOAD_DIR,\n"
	"                  in the folder above this program's, or the installed one\n";

/** struct wrap_options - the command line. */
struct wrap_options {
	const char *kernel;
	const char *output;
	const char *payload;
};

/* Answers -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct wrap_options *opt)
{
	static const struct option longs[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "output", required_argument, NULL, 'o' },
		{ "payload", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longs, NULL)) != -1) {
		if (c == 'k') {
			opt->kernel = optarg;
		} else if (c == 'o') {
			opt->output = optarg;
		} else if (c == 'p') {
			opt->payload = optarg;
		} else if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		} else {
			host_error("wrap: %s: %s; see 'luo wrap --help'", argv[optind - 1],
				   c == ':' ? "a value is missing" : "unknown option");
			return HOST_USAGE;
		}
	}
	if (!opt->kernel || optind != argc) {
		host_error("wrap: %s; see 'luo wrap --help'",
			   opt->kernel ? "too many arguments" : "--kernel FILE is missing");
		return HOST_USAGE;
	}
	return -1;
}

static char *default_output(const char *kernel)
{
	size_t len = strlen(kernel) + sizeof(".luo");
	char *name = malloc(len);

	if (name)
		snprintf(name, len, "%s.luo", kernel);
	return name;
}

/* Overwriting an input would leave the user without it when something goes wrong. */
static int check_output(const char *path, const struct wrap_file *kernel,
			const struct wrap_file *payload)
{
	struct stat st;

	if (stat(path, &st))
		return 0;
	if ((st.st_dev == kernel->st.st_dev && st.st_ino == kernel->st.st_ino) ||
	    (st.st_dev == payload->st.st_dev && st.st_ino == payload->st.st_ino)) {
		host_error("%s: output and input are the same file; give another -o", path);
		return HOST_FAILED;
	}
	if (!S_ISREG(st.st_mode)) {
		host_error("%s: not a regular file; give another -o", path);
		return HOST_FAILED;
	}
	return 0;
}

static int build(const char *path, const struct wrap_arch *arch, const struct wrap_file *kernel,
		 const struct wrap_file *payload)
{
	struct wrap_plan plan;
	u8 *out;
	int status = arch->lay_out(kernel, payload, &plan);

	if (status)
		return status;
	out = calloc(1, plan.file_size);
	if (!out) {
		host_error("%s: out of memory", path);
		return HOST_FAILED;
	}
	memcpy(out, payload->data, payload->size);
	memcpy(out + plan.kernel_at, kernel->data, kernel->size);
	arch->fill(out, kernel, &plan);
	status = wrap_write(path, out, plan.file_size, kernel->st.st_mode);
	free(out);
	return status;
}

/* Reads and checks the kernel, and finds out what it is. */
static int read_kernel(struct wrap_file *kernel, const char *path, const struct wrap_arch **arch)
{
	int status = wrap_read(kernel, path, "kernel");

	if (!status)
		status = wrap_unpack(kernel);
	if (status)
		return status;
	*arch = wrap_arch_of(kernel);
	if (!*arch)
		return wrap_refuse(kernel, "not a bzImage, nor an arm64 Image "
					   "(give the file that kexec would be given)");
	return (*arch)->check_kernel(kernel);
}

static int read_payload(struct wrap_file *payload, const char *path, const struct wrap_arch *arch)
{
	int status = wrap_read(payload, path, "payload");

	return status ? status : wrap_check_payload(payload, arch);
}

static int wrap(const struct wrap_options *opt, const char *output)
{
	struct wrap_file kernel = { 0 }, payload = { 0 };
	const struct wrap_arch *arch;
	char *payload_path = NULL;
	int status = read_kernel(&kernel, opt->kernel, &arch);

	if (!status) {
		payload_path = wrap_find_payload(opt->payload, arch);
		status = payload_path ? read_payload(&payload, payload_path, arch) : HOST_FAILED;
	}
	if (!status)
		status = check_output(output, &kernel, &payload);
	if (!status)
		status = build(output, arch, &kernel, &payload);
	free(kernel.data);
	free(payload.data);
	free(payload_path);
	return status;
}

/**
 * luo_wrap_main() - the command `luo wrap`
 * @argv: "wrap" and its arguments
 *
 * Return: 0, HOST_FAILED or HOST_USAGE, the latter two after one line on stderr.
 */
int luo_wrap_main(int argc, char **argv)
{
	struct wrap_options opt = { 0 };
	char *output;
	int status = parse(argc, argv, &opt);

	if (status >= 0)
		return status;
	output = opt.output ? strdup(opt.output) : default_output(opt.kernel);
	status = output ? wrap(&opt, output) : HOST_FAILED;
	free(output);
	return status;
}
