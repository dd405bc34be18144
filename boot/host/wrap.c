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
	"usage: luo wrap --kernel FILE [-o OUT] [--payload FILE] [--check CERT] [--sign KEY CERT]\n"
	"\n"
	"Writes a kernel image with the payload in front of it. Give it to kexec_file_load() with\n"
	"the same initrd and command line as the kernel itself. The kernel's bytes stay as they\n"
	"are, but a compressed arm64 kernel is unpacked.\n"
	"\n"
	"A kernel that checks signatures checks that of the new file alone (--sign, or sbsign\n"
	"afterwards). It covers the kernel inside, whose own signature nobody looks at any more:\n"
	"--check does so before the kernel is wrapped.\n"
	"\n"
	"  --kernel FILE   x86_64: bzImage, boot protocol 2.12 or later\n"
	"                  arm64: Image, Linux 4.6 or later, also compressed with gzip or zstd,\n"
	"                  or as EFI zboot image (vmlinuz.efi) with one of the two\n"
	"  -o, --output    default: the kernel's name with .luo\n"
	"  --payload FILE  default: x86_64/luo.bzImage or aarch64/luo.Image in $LUO_PAYLOAD_DIR,\n"
	"                  in the folder above this program's, or the installed one\n"
	"  --check CERT    refuse a kernel that is not signed by CERT (PEM; needs sbverify)\n"
	"  --sign KEY CERT sign the new file (both PEM; needs sbsign)\n";

/** struct wrap_options - the command line. */
struct wrap_options {
	const char *kernel;
	const char *output;
	const char *payload;
	const char *check;
	const char *key;
	const char *cert;
};

/* Keeps the value of an option. False when it is none that has one. */
static bool keep(int c, int argc, char **argv, struct wrap_options *opt)
{
	if (c == 'k') {
		opt->kernel = optarg;
	} else if (c == 'o') {
		opt->output = optarg;
	} else if (c == 'p') {
		opt->payload = optarg;
	} else if (c == 'c') {
		opt->check = optarg;
	} else if (c == 's') {
		opt->key = optarg;
		opt->cert = optind < argc ? argv[optind++] : NULL; /* its second value */
	} else {
		return false;
	}
	return true;
}

static const char *missing(const struct wrap_options *opt)
{
	if (!opt->kernel)
		return "--kernel FILE is missing";
	if (opt->key && !opt->cert)
		return "--sign KEY CERT: the certificate is missing";
	return NULL;
}

/* Answers -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct wrap_options *opt)
{
	static const struct option longs[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "output", required_argument, NULL, 'o' },
		{ "payload", required_argument, NULL, 'p' },
		{ "check", required_argument, NULL, 'c' },
		{ "sign", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (!keep(c, argc, argv, opt)) {
			host_error("wrap: %s: %s; see 'luo wrap --help'", argv[optind - 1],
				   c == ':' ? "a value is missing" : "unknown option");
			return HOST_USAGE;
		}
	}
	if (missing(opt) || optind != argc) {
		host_error("wrap: %s; see 'luo wrap --help'",
			   missing(opt) ? missing(opt) : "too many arguments");
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

static int build(const struct wrap_options *opt, const char *path, const struct wrap_arch *arch,
		 const struct wrap_file *kernel, const struct wrap_file *payload)
{
	struct wrap_file out = { .path = path };
	struct wrap_plan plan;
	int status = arch->lay_out(kernel, payload, &plan);

	if (status)
		return status;
	out.size = plan.file_size;
	out.data = calloc(1, out.size);
	if (!out.data) {
		host_error("%s: out of memory", path);
		return HOST_FAILED;
	}
	memcpy(out.data, payload->data, payload->size);
	memcpy(out.data + plan.kernel_at, kernel->data, kernel->size);
	arch->fill(out.data, kernel, &plan);
	if (opt->key)
		status = wrap_sign(&out, opt->key, opt->cert);
	if (!status)
		status = wrap_write(path, out.data, out.size, kernel->st.st_mode);
	free(out.data);
	return status;
}

/*
 * Unpacks the kernel when it is compressed. What a signature is of is the PE image: the file that
 * was given (EFI zboot too), or what it unpacks to (Image.gz).
 */
static int check_and_unpack(struct wrap_file *kernel, const char *cert, bool *is_signed)
{
	bool pe = wrap_pe_end(kernel);
	int status = pe && cert ? wrap_check_signed(kernel, cert) : 0;

	*is_signed = wrap_pe_signed(kernel);
	if (!status)
		status = wrap_unpack(kernel);
	if (status || pe)
		return status;
	*is_signed = wrap_pe_signed(kernel);
	return cert ? wrap_check_signed(kernel, cert) : 0;
}

/* Reads and checks the kernel, and finds out what it is. */
static int read_kernel(struct wrap_file *kernel, const struct wrap_options *opt,
		       const struct wrap_arch **arch, bool *is_signed)
{
	int status = wrap_read(kernel, opt->kernel, "kernel");

	if (!status)
		status = check_and_unpack(kernel, opt->check, is_signed);
	if (status)
		return status;
	*arch = wrap_arch_of(kernel);
	if (!*arch)
		return wrap_refuse(kernel, "not a bzImage, nor an arm64 Image "
					   "(give the file that kexec would be given)");
	return (*arch)->check_kernel(kernel);
}

/* What whoever signs or trusts signatures should know, once the file is there. */
static void tell(const struct wrap_options *opt, const char *output, bool is_signed)
{
	if (opt->check)
		host_note("%s: signed by %s; from here on only the signature of %s counts",
			  opt->kernel, opt->check, output);
	else if (is_signed)
		host_note("%s: has a signature, which kexec no longer checks: it checks that of %s "
			  "alone; --check CERT checks it here",
			  opt->kernel, output);
	else if (opt->key)
		host_note("%s: has no signature of its own; that of %s vouches for it", opt->kernel,
			  output);
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
	bool is_signed = false;
	int status = read_kernel(&kernel, opt, &arch, &is_signed);

	if (!status) {
		payload_path = wrap_find_payload(opt->payload, arch);
		status = payload_path ? read_payload(&payload, payload_path, arch) : HOST_FAILED;
	}
	if (!status)
		status = check_output(output, &kernel, &payload);
	if (!status)
		status = build(opt, output, arch, &kernel, &payload);
	if (!status)
		tell(opt, output, is_signed);
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
