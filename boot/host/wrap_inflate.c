/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Decompressing a kernel with zlib, libzstd and liblzma. Sizes that the compressed file names are
 * not believed: the output grows as it is filled. It starts as large as an Image's header; when
 * that is none, nothing more is decompressed, and when it is one, its image_size is the most that
 * the Image can have. So a small file that would unpack to terabytes costs nothing. What is no
 * Image ends at INFLATE_MAX.
 */
#include "wrap_inflate.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "../../luo/next_image.h"
#include "wrap.h"

#define HEADER	   64
#define FIRST_ROOM (1ULL << 20)

/* With the header there: is it one, and how large may the Image become? */
static enum inflate_result check_header(struct inflated *out)
{
	u64 size;

	out->limit = INFLATE_MAX;
	if (out->want == INFLATE_ANY)
		return INFLATE_OK;
	if (out->want == INFLATE_ELF)
		return out->size >= 4 && !memcmp(out->data, "\177ELF", 4) ? INFLATE_OK
									  : INFLATE_NO_IMAGE;
	if (!luo_image_is_arm64(out->data, out->size))
		return INFLATE_NO_IMAGE;
	size = wrap_image_size(out->data);
	out->limit = size && size < INFLATE_MAX ? size : INFLATE_MAX;
	return INFLATE_OK;
}

/* Called with @out full: more room, or a reason to stop. One byte over the limit shows too much. */
static enum inflate_result grow(struct inflated *out)
{
	size_t room = HEADER;
	u8 *data;

	if (out->room == HEADER && check_header(out))
		return INFLATE_NO_IMAGE;
	if (out->room) {
		room = out->room == HEADER ? FIRST_ROOM : 2 * out->room;
		room = room > out->limit + 1 ? out->limit + 1 : room;
	}
	if (room <= out->size)
		return INFLATE_LARGE;
	data = realloc(out->data, room);
	if (!data)
		return INFLATE_NO_MEMORY;
	out->data = data;
	out->room = room;
	return INFLATE_OK;
}

/* At the end; @size bytes of input are left. Zeros are padding, as gzip(1) takes them. */
static enum inflate_result finish(struct inflated *out, const u8 *rest, size_t size)
{
	if (out->room == HEADER && check_header(out)) /* so short that it never had to grow */
		return INFLATE_NO_IMAGE;
	if (out->size > out->limit)
		return INFLATE_LARGE;
	while (size--)
		if (*rest++)
			return INFLATE_MORE;
	return INFLATE_OK;
}

static enum inflate_result gzip_step(z_stream *s, struct inflated *out, bool *done)
{
	int ret;

	s->next_out = out->data + out->size;
	s->avail_out = (uInt)(out->room - out->size);
	ret = inflate(s, Z_NO_FLUSH);
	out->size = out->room - s->avail_out;
	*done = ret == Z_STREAM_END;
	if (ret == Z_MEM_ERROR)
		return INFLATE_NO_MEMORY;
	if (ret == Z_BUF_ERROR || (ret == Z_OK && !s->avail_in && s->avail_out))
		return INFLATE_CUT;
	return ret == Z_OK || *done ? INFLATE_OK : INFLATE_DAMAGED;
}

/**
 * inflate_gzip() - a gzip file, RFC 1952, of one member
 * @in:   @size bytes, less than 4 GiB
 */
enum inflate_result inflate_gzip(const u8 *in, size_t size, struct inflated *out)
{
	z_stream s = { .next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)size };
	enum inflate_result r = INFLATE_OK;
	bool done = false;

	if (inflateInit2(&s, 16 + MAX_WBITS) != Z_OK) /* 16: with gzip's header and check sum */
		return INFLATE_NO_MEMORY;
	while (!r && !done) {
		if (out->size == out->room)
			r = grow(out);
		if (!r)
			r = gzip_step(&s, out, &done);
	}
	if (!r)
		r = finish(out, s.next_in, s.avail_in);
	inflateEnd(&s);
	return r;
}

static enum inflate_result zstd_step(ZSTD_DStream *s, ZSTD_inBuffer *in, struct inflated *out,
				     bool *done)
{
	ZSTD_outBuffer to = { .dst = out->data, .size = out->room, .pos = out->size };
	size_t ret = ZSTD_decompressStream(s, &to, in);

	out->size = to.pos;
	*done = !ret;
	switch (ZSTD_getErrorCode(ret)) {
	case ZSTD_error_no_error:
		break;
	case ZSTD_error_memory_allocation:
		return INFLATE_NO_MEMORY;
	case ZSTD_error_frameParameter_windowTooLarge:
		return INFLATE_WINDOW;
	default:
		return INFLATE_DAMAGED;
	}
	return ret && in->pos == in->size && to.pos < to.size ? INFLATE_CUT : INFLATE_OK;
}

/**
 * inflate_zstd() - a zstd file, RFC 8878, of one frame
 *
 * The window is at most 128 MiB, libzstd's default and what the kernel's own zstd -22 uses.
 */
enum inflate_result inflate_zstd(const u8 *in, size_t size, struct inflated *out)
{
	ZSTD_inBuffer from = { .src = in, .size = size };
	ZSTD_DStream *s = ZSTD_createDStream();
	enum inflate_result r = s ? INFLATE_OK : INFLATE_NO_MEMORY;
	bool done = false;

	while (!r && !done) {
		if (out->size == out->room)
			r = grow(out);
		if (!r)
			r = zstd_step(s, &from, out, &done);
	}
	if (!r)
		r = finish(out, in + from.pos, from.size - from.pos);
	ZSTD_freeDStream(s);
	return r;
}

static enum inflate_result xz_step(lzma_stream *s, struct inflated *out, bool *done)
{
	lzma_ret ret;

	s->next_out = out->data + out->size;
	s->avail_out = out->room - out->size;
	ret = lzma_code(s, LZMA_RUN);
	out->size = out->room - s->avail_out;
	*done = ret == LZMA_STREAM_END;
	if (ret == LZMA_MEM_ERROR || ret == LZMA_MEMLIMIT_ERROR)
		return INFLATE_NO_MEMORY;
	if (ret == LZMA_BUF_ERROR || (ret == LZMA_OK && !s->avail_in && s->avail_out))
		return INFLATE_CUT;
	return ret == LZMA_OK || *done ? INFLATE_OK : INFLATE_DAMAGED;
}

/**
 * inflate_xz() - an xz file of one stream, or the older lzma format
 *
 * The dictionary is at most 256 MiB; the kernel's own xz takes 32.
 */
enum inflate_result inflate_xz(const u8 *in, size_t size, struct inflated *out)
{
	lzma_stream s = LZMA_STREAM_INIT;
	enum inflate_result r = INFLATE_OK;
	bool done = false;

	if (lzma_auto_decoder(&s, 256 << 20, 0) != LZMA_OK)
		return INFLATE_NO_MEMORY;
	s.next_in = in;
	s.avail_in = size;
	while (!r && !done) {
		if (out->size == out->room)
			r = grow(out);
		if (!r)
			r = xz_step(&s, out, &done);
	}
	if (!r)
		r = finish(out, s.next_in, s.avail_in);
	lzma_end(&s);
	return r;
}
