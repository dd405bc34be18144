/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Looking into a kernel's bytes: where strings count, and where nothing can be read. */
#include <stdlib.h>
#include <string.h>

#include "../../luo/next_image.h"
#include "world.h"

/* In memory of their own size, so that a look behind the end is seen. */
static u8 *copy(const void *bytes, size_t size)
{
	u8 *p = malloc(size);

	assert_non_null(p);
	return memcpy(p, bytes, size);
}

static void find(void **state)
{
	static const char text[] = "abababc abd";
	u8 *p = copy(text, sizeof(text) - 1);
	u8 many[300];

	(void)state;
	assert_ptr_equal(luo_find_bytes(p, 11, "ababc", 5), p + 2);
	assert_ptr_equal(luo_find_bytes(p, 11, "d", 1), p + 10);
	assert_ptr_equal(luo_find_bytes(p, 11, text, 11), p);
	assert_null(luo_find_bytes(p, 11, "abe", 3));
	assert_null(luo_find_bytes(p, 11, text, 12));
	assert_null(luo_find_bytes(p, 11, "", 0));
	assert_null(luo_find_bytes(p, 0, "a", 1));
	memset(many, 'x', sizeof(many));
	assert_ptr_equal(luo_find_bytes(many, sizeof(many), many, 255), many);
	assert_null(luo_find_bytes(many, sizeof(many), many, 256));
	free(p);
}

/* All strings up to four letters against a search of the simplest kind. */
static void find_all(void **state)
{
	u8 text[64];

	(void)state;
	for (u32 i = 0; i < sizeof(text); i++)
		text[i] = (u8)('a' + (i * i / 3 + i) % 3);
	for (u32 at = 0; at < sizeof(text); at++) {
		for (u32 len = 1; len <= 4 && at + len <= sizeof(text); len++) {
			const u8 *p = text;

			while (memcmp(p, text + at, len))
				p++;
			assert_ptr_equal(luo_find_bytes(text, sizeof(text), text + at, len), p);
		}
	}
}

static void look(struct luo_image *k, u8 **p, const void *bytes, size_t size)
{
	*k = (struct luo_image){ 0 };
	*p = copy(bytes, size);
	luo_image_text(k, *p, size);
}

#define BANNER "junk\0Linux version 7.3.4-x (a@b) #1\0xkho-v3\0kho-v4\0luo-v5"

static void text(void **state)
{
	struct luo_image k;
	u8 *p;

	(void)state;
	look(&k, &p, BANNER, sizeof(BANNER));
	assert_string_equal(k.kernel.release, "7.3.4-x");
	assert_true(k.kernel.has(k.kernel.ctx, "kho-v4"));
	assert_true(k.kernel.has(k.kernel.ctx, "luo-v5"));
	assert_true(k.kernel.has(k.kernel.ctx, "junk"));
	/* the end of a longer string, and the start of one */
	assert_false(k.kernel.has(k.kernel.ctx, "kho-v3"));
	assert_false(k.kernel.has(k.kernel.ctx, "kho"));
	free(p);
	/* its last string is cut */
	look(&k, &p, BANNER, sizeof(BANNER) - 1);
	assert_false(k.kernel.has(k.kernel.ctx, "luo-v5"));
	free(p);
	look(&k, &p, "Linux version ", 14);
	assert_string_equal(k.kernel.release, "");
	free(p);
	look(&k, &p, "Linux versio", 12);
	assert_null(k.kernel.has);
	assert_string_equal(k.kernel.release, "");
	free(p);
}

/* Where the release is stands at 0x20e of a bzImage, less 0x200; 0x1f1: its setup sectors, less 1.
 */
static void bzimage(void **state)
{
	static const struct {
		u16 at;
		u8 sectors;
		const char *release;
	} rows[] = {
		{ 0x100, 1, "6.19.1" },	  { 0, 1, "" },
		{ 0x1fd, 1, "6.1" },	  { 0x200, 1, "" },
		{ 0xff00, 1, "" },	  { 0x700, 0, "6.19.1" }, /* 0 stands for 4 */
		{ 0x700, 200, "6.19.1" },			  /* more than the file has */
	};

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(rows); i++) {
		u8 file[5 * 512 + 16] = { 0 };
		struct luo_image k = { 0 };

		file[0x1f1] = rows[i].sectors;
		file[0x20e] = (u8)rows[i].at;
		file[0x20f] = (u8)(rows[i].at >> 8);
		if (rows[i].at + 0x200U < 5 * 512)
			memcpy(file + 0x200 + rows[i].at, "6.19.1 (x", 9);
		luo_image_bzimage(&k, file, 5 * 512);
		assert_int_equal(k.kernel.page_size, 4096);
		assert_string_equal(k.kernel.release, rows[i].release);
	}
}

/* Page size in bits 1 and 2 of the flags; strings as in any text. */
static void arm64(void **state)
{
	static const u32 sizes[] = { 0, 4096, 16384, 65536 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(sizes); i++) {
		u8 image[64 + sizeof(BANNER)] = { 0 };
		struct luo_image k = { 0 };

		assert_false(luo_image_is_arm64(image, sizeof(image)));
		memcpy(image + 0x38, "ARM\x64", 4);
		image[0x18] = (u8)(i << 1 | 8);
		memcpy(image + 64, BANNER, sizeof(BANNER));
		assert_true(luo_image_is_arm64(image, 64));
		assert_false(luo_image_is_arm64(image, 63));
		luo_image_arm64(&k, image, sizeof(image));
		assert_int_equal(k.kernel.page_size, sizes[i]);
		assert_string_equal(k.kernel.release, "7.3.4-x");
		assert_true(k.kernel.has(k.kernel.ctx, "luo-v5"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find),	   cmocka_unit_test(find_all), cmocka_unit_test(text),
		cmocka_unit_test(bzimage), cmocka_unit_test(arm64),
	};

	return cmocka_run_group_tests_name("next image", tests, NULL, NULL);
}
