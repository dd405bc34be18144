/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The records that kernels leave in memory, and the table of ABI versions.
 *
 * Wire records are structs only so that their offsets can be asserted; code reads their fields
 * with luo_get64(base + offsetof(...)), because the memory is untrusted and may be unaligned.
 */
#ifndef LUO_ABI_H
#define LUO_ABI_H

#include "types.h"

#define LUO_ASSERT_WIRE(type, field, off)                                                          \
	_Static_assert(offsetof(type, field) == (off), #type "." #field)

#define LUO_NAME_LEN   64 /* uapi/linux/liveupdate.h: LIVEUPDATE_SESSION_NAME_LENGTH */
#define LUO_COMPAT_LEN 48 /* include/linux/kho/abi/luo.h: LIVEUPDATE_HNDL_COMPAT_LENGTH */

/** struct luo_block_ser - header of a linked block: Linux 7.2+ include/linux/kho/abi/block.h,
 * and luo-session-v3 as posted in April 2026.
 */
struct luo_block_ser {
	u64 next;  /* physical address of the next block, 0: last */
	u64 count; /* entries in use in this block */
};
_Static_assert(sizeof(struct luo_block_ser) == 16, "luo_block_ser");
LUO_ASSERT_WIRE(struct luo_block_ser, count, 8);

/** struct luo_session_ser - one session: 6.19 to 7.3, include/linux/kho/abi/luo.h. */
struct luo_session_ser {
	char name[LUO_NAME_LEN];
	u64 files; /* physical address of the file array or of the first file block */
	u64 count; /* files in all */
};
_Static_assert(sizeof(struct luo_session_ser) == 80, "luo_session_ser");
LUO_ASSERT_WIRE(struct luo_session_ser, files, 64);
LUO_ASSERT_WIRE(struct luo_session_ser, count, 72);

/** luo_has_files() - does a session's record speak of files? One of the two words is enough. */
static inline bool luo_has_files(const void *record)
{
	const u8 *p = record;

	return luo_get64(p + offsetof(struct luo_session_ser, files)) |
	       luo_get64(p + offsetof(struct luo_session_ser, count));
}

/** struct luo_file_ser - one preserved file: 6.19 to 7.3, include/linux/kho/abi/luo.h. */
struct luo_file_ser {
	char compatible[LUO_COMPAT_LEN];
	u64 data;  /* opaque to LUO; for memfd the address of its record */
	u64 token; /* chosen by the user, unique in its session */
};
_Static_assert(sizeof(struct luo_file_ser) == 64, "luo_file_ser");
LUO_ASSERT_WIRE(struct luo_file_ser, data, 48);
LUO_ASSERT_WIRE(struct luo_file_ser, token, 56);

/** struct luo_vmalloc_ser - memory from vmalloc(): 6.18 to 7.3, struct kho_vmalloc in
 * include/linux/kho/abi/kexec_handover.h.
 */
struct luo_vmalloc_ser {
	u64 first;	 /* physical address of the first chunk */
	u32 total_pages; /* in all runs together */
	u16 flags;	 /* LUO_VMALLOC_FLAGS */
	u16 order;	 /* a run is 2^order pages */
};
_Static_assert(sizeof(struct luo_vmalloc_ser) == 16, "luo_vmalloc_ser");
LUO_ASSERT_WIRE(struct luo_vmalloc_ser, total_pages, 8);
LUO_ASSERT_WIRE(struct luo_vmalloc_ser, flags, 12);
LUO_ASSERT_WIRE(struct luo_vmalloc_ser, order, 14);

#define LUO_VMALLOC_FLAGS 3 /* KHO_VMALLOC_ALLOC, KHO_VMALLOC_HUGE_VMAP */

/** struct luo_memfd_v1_ser - a memfd: 6.19 and 7.0, include/linux/kho/abi/memfd.h. */
struct luo_memfd_v1_ser {
	u64 pos;
	u64 size; /* bytes of the file */
	u64 nr_folios;
	struct luo_vmalloc_ser folios; /* an array of struct luo_folio_ser */
};
_Static_assert(sizeof(struct luo_memfd_v1_ser) == 40, "luo_memfd_v1_ser");

/** struct luo_memfd_v2_ser - a memfd: 7.1 to 7.3, same file; begins like memfd-v1. */
struct luo_memfd_v2_ser {
	u64 pos;
	u64 size;
	u32 seals; /* F_SEAL_... of the uapi, LUO_MEMFD_SEALS at most */
	u32 flags; /* 0 */
	u64 nr_folios;
	struct luo_vmalloc_ser folios;
};
_Static_assert(sizeof(struct luo_memfd_v2_ser) == 48, "luo_memfd_v2_ser");
LUO_ASSERT_WIRE(struct luo_memfd_v2_ser, size, offsetof(struct luo_memfd_v1_ser, size));
LUO_ASSERT_WIRE(struct luo_memfd_v2_ser, flags, 20);
LUO_ASSERT_WIRE(struct luo_memfd_v2_ser, folios, 32);

#define LUO_MEMFD_SEALS 0x3f /* SEAL, SHRINK, GROW, WRITE, FUTURE_WRITE, EXEC */

/** struct luo_folio_ser - one folio of a memfd: 6.19 to 7.3, same file. */
struct luo_folio_ser {
	u64 pfn;   /* page frame in bits 0 to 51, LUO_FOLIO_FLAGS above; frame 0: none */
	u64 index; /* in pages from the start of the file */
};
_Static_assert(sizeof(struct luo_folio_ser) == 16, "luo_folio_ser");

#define LUO_FOLIO_PFN	((1ULL << 52) - 1)
#define LUO_FOLIO_FLAGS 3 /* dirty, up to date */

/** struct luo_flb_header_ser - head of the page of FLBs: 7.0 to 7.3, include/linux/kho/abi/luo.h.
 */
struct luo_flb_header_ser {
	u64 pgcnt; /* 1; nobody reads it */
	u64 count; /* entries that follow */
};
_Static_assert(sizeof(struct luo_flb_header_ser) == 16, "luo_flb_header_ser");

/** struct luo_flb_ser - one FLB (state that files share): same file. */
struct luo_flb_ser {
	char name[LUO_COMPAT_LEN];
	u64 data; /* the FLB's business */
	u64 count;
};
_Static_assert(sizeof(struct luo_flb_ser) == 64, "luo_flb_ser");

#define LUO_METADATA_VERSION 1
#define LUO_RELEASE_LEN	     65 /* __NEW_UTS_LEN + 1, NUL included */

/**
 * struct luo_kexec_metadata_ser - data of the sub-node kexec-metadata, include/linux/kho/abi/
 * kexec_metadata.h, 7.1 to 7.3
 * @previous_release: of the kernel that did the last kexec
 * @kexec_count:      kexecs since the last cold boot
 */
struct luo_kexec_metadata_ser {
	u32 version;
	char previous_release[LUO_RELEASE_LEN];
	u32 kexec_count;
} __attribute__((packed));

LUO_ASSERT_WIRE(struct luo_kexec_metadata_ser, previous_release, 4);
LUO_ASSERT_WIRE(struct luo_kexec_metadata_ser, kexec_count, 69);
_Static_assert(sizeof(struct luo_kexec_metadata_ser) == 73, "luo_kexec_metadata_ser");

/** struct luo_kho_setup - payload of the x86 setup_data node of type 10, Linux 6.16 to 7.3,
 * arch/x86/include/uapi/asm/setup_data.h.
 */
struct luo_kho_setup {
	u64 fdt_addr;
	u64 fdt_size; /* page size of the old kernel, not the tree's size */
	u64 scratch_addr;
	u64 scratch_size; /* bytes of the list: 16 for each area */
};
_Static_assert(sizeof(struct luo_kho_setup) == 32, "luo_kho_setup");
LUO_ASSERT_WIRE(struct luo_kho_setup, fdt_size, 8);
LUO_ASSERT_WIRE(struct luo_kho_setup, scratch_addr, 16);
LUO_ASSERT_WIRE(struct luo_kho_setup, scratch_size, 24);

#define LUO_SETUP_KEXEC_KHO 10

/** enum luo_severity - what the next kernel will do about a finding, worst last. */
enum luo_severity {
	LUO_SEV_NONE, /* not a finding at all under this ABI */
	LUO_SEV_NOTE,
	LUO_SEV_LEAK,
	LUO_SEV_LOSE,
	LUO_SEV_REFUSE,
	LUO_SEV_PANIC,
};

/** enum luo_tested - what of this project's tests has met a version; the best that it has. */
enum luo_tested {
	LUO_TESTED_SYNTHETIC, /* states that the tests write themselves */
	LUO_TESTED_PATCHED,   /* a released kernel with a patch of ours */
	LUO_TESTED_KERNEL,    /* a released kernel on either side of the payload */
};

enum luo_map_kind {
	LUO_MAP_RADIX,	/* a tree of bitmaps */
	LUO_MAP_CHUNKS, /* a list of bitmaps */
};

/**
 * struct luo_kho_abi - one version of the KHO root FDT
 * @name:      root compatible string
 * @kernels:   who speaks it; not in a program that defines LUO_WITHOUT_KERNELS and never says so
 * @map:       form of the preserved-memory map
 * @blob_prop: name of a sub-node's address property
 * @has_size:  sub-nodes carry blob-size too
 * @empty:     the address of the map may be 0, for an empty one, where there is no LUO
 * @tested:    enum luo_tested
 * @read_only: may still change before a release has it: verified, but never written to
 * @flb_node:  a luo-v1 container beside it must have a node of FLBs
 * @with_luo:  the map is read only beside a LUO node: kernels without LUO use the same string for
 *             another form
 */
struct luo_kho_abi {
	const char *name;
#ifndef LUO_WITHOUT_KERNELS
	const char *kernels;
#endif
	u8 map;
	const char *blob_prop;
	bool has_size;
	bool empty;
	bool flb_node;
	bool with_luo;
	bool read_only;
	u8 tested;
};

enum luo_container_kind {
	LUO_CONTAINER_FDT,	  /* luo-v1: a flattened tree with a luo-session sub-node */
	LUO_CONTAINER_FDT_STRUCT, /* luo-v2: a flattened tree that leads to the three numbers */
	LUO_CONTAINER_STRUCT,	  /* luo-v3 and later: string, number, sessions_pa, flbs_pa */
	LUO_CONTAINER_BITS,	  /* feature words of 128 bytes instead of the string */
};

/**
 * struct luo_chain_abi - how one kind of list (sessions, files) lies in memory
 * @linked:      blocks start with struct luo_block_ser; else there is one piece
 * @order:       a block is 2^order pages in one allocation, preserved as one entry
 * @header:      bytes before the first entry: 16 linked, 8 a count only, 0 none
 * @entry:       bytes of an entry
 * @empty:       severity of a block whose count is 0
 * @overfull:    severity of a count beyond the capacity
 * @loop:        severity of a cycle or of more than LUO_MAX_BLOCKS blocks
 * @total:       severity when counts do not add up to what the owner says
 * @drop_empty:  compaction may unlink empty blocks and merge others
 * @keep_one:    ... but the list must keep one block
 * @nameless:    severity of an entry without a name (lists of sessions)
 * @vacant:      an entry of zeros is no entry: a serialization that failed left it and the count
 */
struct luo_chain_abi {
	bool linked;
	u8 order;
	u8 header;
	u8 entry;
	u8 empty;
	u8 overfull;
	u8 loop;
	u8 total;
	bool drop_empty;
	bool keep_one;
	u8 nameless;
	bool vacant;
};

/**
 * struct luo_abi - one version of LUO's state: the only place that knows versions
 * @name:      what reports call it (the session ABI)
 * @container: string of the container
 * @session:   string of the luo-session sub-node, NULL when the container implies it
 * @kernels:   who speaks it, as there
 * @kind:      form of the container
 * @sessions, @files: the two kinds of lists
 * @head_zero: severity of a head pointer of 0
 * @tested:    enum luo_tested
 * @read_only: may still change before a release has it: verified, but never written to
 */
struct luo_abi {
	const char *name;
	const char *container;
	const char *session;
#ifndef LUO_WITHOUT_KERNELS
	const char *kernels;
#endif
	u8 kind;
	struct luo_chain_abi sessions;
	struct luo_chain_abi files;
	u8 head_zero;
	u8 tested;
	bool read_only;
};

/* Why there is nothing to compact in versions without chains. */
#define LUO_NO_CHAIN "this version keeps its sessions in one array"

#define LUO_MAX_BLOCKS 10000 /* LUO_MAX_BLOCKS / KHO_MAX_BLOCKS of every kernel with chains */

/** luo_capacity() - entries that one block of a list holds, for a page size of 2^page_shift. */
static inline u64 luo_capacity(const struct luo_chain_abi *c, u32 page_shift)
{
	return ((1ULL << (page_shift + c->order)) - c->header) / c->entry;
}

/** luo_block_bytes() - bytes of one block of a list, for a page size of 2^page_shift. */
static inline u64 luo_block_bytes(const struct luo_chain_abi *c, u32 page_shift)
{
	return 1ULL << (page_shift + c->order);
}

/**
 * struct luo_release - what the kernels of a range of releases read
 * @first, @last: major * 100 + minor
 * @kho: name of a row of the KHO table
 * @luo: name of a row of the LUO table, NULL for kernels without LUO
 */
struct luo_release {
	u16 first;
	u16 last;
	const char *kho;
	const char *luo;
};

/**
 * struct luo_handler_abi - a file handler whose records we can follow
 * @name:   string of the handler
 * @record: bytes of its record, which is one preserved page of its own
 * @seals:  where in it seals and flags are, 0 for none
 * @folios: where in it the number of folios is; the array of them is described behind
 */
struct luo_handler_abi {
	const char *name;
	u16 record;
	u8 seals;
	u8 folios;
};

const struct luo_handler_abi *luo_handler_find(const char *name);
const struct luo_kho_abi *luo_kho_abi_find(const char *compatible);
bool luo_kho_abi_like(const char *compatible);
const struct luo_abi *luo_abi_find(const char *container, const char *session);
bool luo_container_known(const char *container);
const struct luo_kho_abi *luo_kho_abi_row(u32 row);
const struct luo_abi *luo_abi_row(u32 row);
const struct luo_release *luo_release_find(const char *release);
const struct luo_handler_abi *luo_handler_row(u32 row);

#endif
