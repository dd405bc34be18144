/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Files: /dev/liveupdate, sessions, and memfds with a page cache that remembers its folios. */
#ifndef JUDGE_SHIM_FS_H
#define JUDGE_SHIM_FS_H

#include "base.h"

#include "mm.h"

struct inode;
struct file;
struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
};

/** struct judge_cached - a folio in the page cache: @nr pages from @index on. */
struct judge_cached {
	struct judge_cached *next;
	struct folio *folio;
	u64 index, nr;
};
struct address_space {
	struct judge_cached *folios;
};
struct inode {
	struct address_space *i_mapping;
	struct address_space mapping;
	u64 size;
	unsigned int i_nlink;
};
struct file {
	const struct file_operations *f_op;
	void *private_data;
	struct inode *inode;
	u64 f_pos;
	int refs;
};
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
};
#define MISC_DYNAMIC_MINOR 255
extern struct miscdevice *judge_device;
#define misc_register(device) (judge_device = (device), 0)

struct file *judge_file(const struct file_operations *ops, void *data);
#define anon_inode_getfile(name, ops, data, flags) judge_file(ops, data)
#define get_file(file)				   ((file)->refs++)
#define fput(file)				   ((void)(file))
#define file_inode(file)			   ((file)->inode)
#define O_RDWR					   2
#define O_CLOEXEC				   02000000
#define MAX_LFS_FILESIZE			   ((loff_t)0x7fffffffffffffffL)

/* memfds and shmem */
#define MFD_ALLOW_SEALING   2U
#define F_SEAL_SEAL	    1
#define F_SEAL_SHRINK	    2
#define F_SEAL_GROW	    4
#define F_SEAL_WRITE	    8
#define F_SEAL_FUTURE_WRITE 0x10
#define F_SEAL_EXEC	    0x20
int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, u64 index,
			    void *expected, gfp_t gfp);
void judge_setpos(struct file *file, u64 pos);
#define memfd_alloc_file(name, flags)	  judge_file(NULL, NULL)
#define memfd_add_seals(file, seals)	  ((void)(seals), 0)
#define vfs_setpos(file, pos, max)	  judge_setpos(file, pos)
#define i_size_write(inode, n)		  ((inode)->size = (n))
#define i_size_read(inode)		  ((inode)->size)
#define mapping_gfp_mask(mapping)	  0
#define mem_cgroup_charge(folio, mm, gfp) 0
#define shmem_inode_acct_blocks(inode, n) ((void)(n), 0)
#define shmem_recalc_inode(inode, a, b)	  ((void)(a))
#define filemap_remove_folio(folio)	  judge_never("filemap_remove_folio")
#define __folio_set_locked(folio)	  ((void)(folio))
#define __folio_set_swapbacked(folio)	  ((void)(folio))
#define folio_mark_uptodate(folio)	  ((void)(folio))
#define folio_mark_dirty(folio)		  ((void)(folio))
#define folio_add_lru(folio)		  ((folio)->page.refs++)
#define folio_lock(folio)		  ((void)(folio))
#define folio_unlock(folio)		  ((void)(folio))

/* the writer's side, and the ioctls, which reader.c does without */
#define fget(fd)			 ((struct file *)judge_never("fget"))
#define get_unused_fd_flags(flags)	 ((int)judge_never("get_unused_fd_flags"))
#define put_unused_fd(fd)		 ((void)(fd))
#define fd_install(fd, file)		 ((void)(file))
#define get_user(x, p)			 ((int)judge_never("get_user"))
#define copy_struct_from_user(...)	 ((int)judge_never("copy_struct_from_user"))
#define copy_to_user(to, from, n)	 ((int)judge_never("copy_to_user"))
#define _IOC_NR(cmd)			 ((cmd)&0xff)
#define _IO(type, nr)			 ((type) << 8 | (nr))
#define shmem_freeze(inode, on)		 ((void)(on))
#define shmem_file(file)		 ((void)(file), true)
#define memfd_get_seals(file)		 ((int)judge_never("memfd_get_seals"))
#define memfd_pin_folios(...)		 judge_never("memfd_pin_folios")
#define unpin_folio(folio)		 ((void)(folio))
#define unpin_folios(folios, n)		 ((void)(folios))
#define pfn_folio(pfn)			 page_folio(judge_page(pfn))
#define folio_test_uptodate(folio)	 ((void)(folio), true)
#define folio_zero_range(folio, from, n) ((void)(folio))
#define folio_size(folio)		 (PAGE_SIZE << (folio)->page.order)
#define flush_dcache_folio(folio)	 ((void)(folio))
#define inode_lock(inode)		 ((void)(inode))
#define inode_unlock(inode)		 ((void)(inode))

/* files in the making, by number */
struct xarray {
	int nothing;
};
#define DEFINE_XARRAY(name)	   struct xarray name
#define xa_insert(xa, key, p, gfp) ((void)(key), (void)(p), 0)
#define xa_erase(xa, key)	   ((void)(key))

#endif
