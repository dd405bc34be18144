/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Setup headers of x86 kernels: what a loader relies on, and the first value on the wrong side of
 * each bound. Offsets are those of Documentation/arch/x86/boot.rst.
 */
#include <string.h>

#include "../../luo/bzimage.h"
#include "world.h"

#define SETUP 2560 /* four setup sectors and the boot sector */
#define SIZE  (SETUP + 8192)

static u8 file[SIZE];

static void put(u32 at, u32 bytes, u32 value)
{
	memcpy(file + at, &value, bytes);
}

/* A kernel that can be booted. */
static void sound(void)
{
	memset(file, 0, sizeof(file));
	put(0x1f1, 1, 4);
	put(0x1f4, 4, 8192 / 16);
	put(0x1fe, 2, 0xaa55);
	memcpy(file + 0x202, "HdrS", 4);
	put(0x206, 2, 0x20f);
	put(0x211, 1, 0x01);
	put(0x230, 4, 1U << 21);
	put(0x234, 1, 1);
	put(0x236, 2, 0x03);
	put(0x238, 4, 2047);
	put(0x260, 4, 65536);
}

struct change {
	const char *name;
	u32 at, bytes, value;
	u32 size;	 /* of the file; 0: all of it */
	const char *why; /* how the answer starts; NULL: it can be booted */
};

static const struct change changes[] = {
	{ "sound", 0, 1, 0, 0, NULL },
	{ "setup_sects 0 stands for 4", 0x1f1, 1, 0, 0, NULL },
	{ "setup sectors and 64-bit entry end the file", 0x1f1, 1, 4, SETUP + 0x200,
	  "cut short: its" },
	{ "one byte behind the entry", 0x1f4, 4, 0, SETUP + 0x201, NULL },
	{ "only setup sectors", 0x1f1, 1, 20, 0, "cut short: its" },
	{ "syssize rounded up by 15", 0x1f4, 4, 8192 / 16, SIZE - 15, NULL },
	{ "syssize one byte too much", 0x1f4, 4, 8192 / 16, SIZE - 16, "cut short: the" },
	{ "syssize whose bytes need 36 bits", 0x1f4, 4, 0x10000001, 0, "cut short: the" },
	{ "alignment 4 KiB", 0x230, 4, 4096, 0, NULL },
	{ "alignment 2 KiB", 0x230, 4, 2048, 0, "kernel_alignment" },
	{ "alignment 0", 0x230, 4, 0, 0, "kernel_alignment" },
	{ "alignment 1 GiB", 0x230, 4, 1U << 30, 0, NULL },
	{ "alignment 2 GiB", 0x230, 4, 1U << 31, 0, "kernel_alignment" },
	{ "alignment 12 KiB", 0x230, 4, 12288, 0, "kernel_alignment" },
	{ "init_size of the file", 0x260, 4, 8192, 0, NULL },
	{ "init_size one byte too small", 0x260, 4, 8191, 0, "init_size" },
	{ "protocol 2.12", 0x206, 2, 0x20c, 0, NULL },
	{ "protocol 2.11", 0x206, 2, 0x20b, 0, "too old" },
	{ "zImage", 0x211, 1, 0x80, 0, "a zImage" },
	{ "32-bit", 0x236, 2, 0x02, 0, "not a 64-bit" },
	{ "below 4 GiB only", 0x236, 2, 0x01, 0, "not relocatable" },
	{ "not relocatable", 0x234, 1, 0, 0, "not relocatable" },
};

static void read_header(void **state)
{
	const struct change *c = *state;
	struct luo_bzimage k;
	const char *why;

	sound();
	if (c->at)
		put(c->at, c->bytes, c->value);
	why = luo_bzimage_read(file, c->size ? c->size : SIZE, &k);
	if (!c->why) {
		assert_null(why);
		assert_int_equal(k.setup, SETUP);
		assert_int_equal(k.cmdline, 2047);
		return;
	}
	assert_non_null(why);
	if (strncmp(why, c->why, strlen(c->why)))
		fail_msg("%s", why);
}

static void is_one(void **state)
{
	(void)state;
	sound();
	assert_true(luo_bzimage_is(file, 1024));
	assert_false(luo_bzimage_is(file, 1023));
	for (u32 at = 0x1fe; at < 0x206; at++) {
		if (at == 0x200 || at == 0x201)
			continue;
		file[at] ^= 1;
		assert_false(luo_bzimage_is(file, SIZE));
		file[at] ^= 1;
	}
	put(0x206, 2, 0x200);
	assert_true(luo_bzimage_is(file, SIZE)); /* too old, but one */
}

int main(void)
{
	struct CMUnitTest test[LUO_ARRAY_SIZE(changes) + 1] = { cmocka_unit_test(is_one) };

	for (u32 i = 0; i < LUO_ARRAY_SIZE(changes); i++)
		test[i + 1] = (struct CMUnitTest){ changes[i].name, read_header, NULL, NULL,
						   (void *)&changes[i] };
	return _cmocka_run_group_tests("bzimage", test, LUO_ARRAY_SIZE(test), NULL, NULL);
}
