/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Decompressing a kernel, with an end to what a hostile file can ask for. */
#ifndef HOST_WRAP_INFLATE_H
#define HOST_WRAP_INFLATE_H

#include "../../luo/types.h"

/*
 * No Image is larger: those of distributions have some tens of MiB. It is also the most memory that
 * a file with a made-up image_size gets.
 */
#define INFLATE_MAX (512ULL << 20)

/**
 * enum inflate_result - how it ended
 * @INFLATE_OK:        all of it is there
 * @INFLATE_NO_MEMORY: malloc() failed
 * @INFLATE_NO_IMAGE:  the first bytes that came out are not those of what was wanted
 * @INFLATE_LARGE:     more came out than the Image's own image_size, or than INFLATE_MAX
 * @INFLATE_DAMAGED:   the library found an error
 * @INFLATE_WINDOW:    zstd wants to look back by more than 128 MiB, libzstd's limit
 * @INFLATE_CUT:       the input ends too early
 * @INFLATE_MORE:      bytes follow behind the end of the compressed data
 */
enum inflate_result {
	INFLATE_OK,
	INFLATE_NO_MEMORY,
	INFLATE_NO_IMAGE,
	INFLATE_LARGE,
	INFLATE_DAMAGED,
	INFLATE_WINDOW,
	INFLATE_CUT,
	INFLATE_MORE,
};

/** enum inflate_want - what is to come out; an Image says how large it is. */
enum inflate_want {
	INFLATE_IMAGE,
	INFLATE_ELF,
	INFLATE_ANY,
};

/**
 * struct inflated - what came out
 * @want:  set by the caller, the rest is 0
 * @data:  to be freed by the caller, whatever the result
 * @size:  bytes of it
 * @room:  bytes allocated
 * @limit: bytes that it may grow to
 */
struct inflated {
	enum inflate_want want;
	u8 *data;
	size_t size;
	size_t room;
	size_t limit;
};

typedef enum inflate_result inflate_fn(const u8 *in, size_t size, struct inflated *out);

inflate_fn inflate_gzip, inflate_zstd, inflate_xz;

#endif
