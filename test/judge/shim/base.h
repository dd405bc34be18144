/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Types, the compiler, printing, errors, locks: what has no memory behind it. */
#ifndef JUDGE_SHIM_BASE_H
#define JUDGE_SHIM_BASE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_64BIT	      1
#define CONFIG_KEXEC_HANDOVER 1
#define CONFIG_LIVEUPDATE     1
#define IS_ENABLED(option)    0 /* nothing that a reader depends on */
#define KBUILD_MODNAME	      "judge"

typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16;
typedef uint32_t u32, __u32;
typedef int32_t __s32;
typedef unsigned long long u64, __u64, __aligned_u64;
typedef u64 phys_addr_t;
typedef unsigned int gfp_t;
typedef unsigned long pgoff_t, ulong;
typedef long loff_t, ssize_t;
struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	struct hlist_node *next, **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};

/* the compiler */
#define __init
#define __initdata
#define __ref
#define __ro_after_init
#define __user
#define __private
#define __packed __attribute__((packed))
#define __must_check
#define __maybe_unused __attribute__((unused))
#define __free(function)
#define __guarded_by(...)
#define __context_unsafe(...)
#define no_free_ptr(p)		 (p)
#define ACCESS_PRIVATE(p, field) ((p)->field)
#define READ_ONCE(x)		 (x)
#define WRITE_ONCE(x, v)	 ((x) = (v))
#define smp_load_acquire(p)	 (*(p))
#define smp_store_release(p, v)	 (*(p) = (v))
#define static_assert _Static_assert
#define unlikely(x) (x)
#define likely(x)   (x)
#define typeof __typeof__
#define typecheck(type, x)	((void)0)
#define get_unaligned(p)	(*(p))
#define EXPORT_SYMBOL_GPL(name) _Static_assert(1, "")
#define THIS_MODULE		NULL
#define POISON_POINTER_DELTA	0
#define LIST_POISON1		((void *)0x100)
#define LIST_POISON2		((void *)0x122)
#define data_race(x)		(x)

/* numbers */
#define U64_MAX			     UINT64_MAX
#define SZ_64K			     0x10000
#define SZ_1G			     0x40000000
#define BITS_PER_BYTE		     8
#define BITS_PER_LONG		     64
#define BIT(n)			     (1UL << (n))
#define ARRAY_SIZE(a)		     (sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)		     (((x) + (a)-1) / (a) * (a))
#define round_up(x, a)		     ALIGN(x, a)
#define DIV_ROUND_UP(n, d)	     (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	     DIV_ROUND_UP(n, d)
#define min(a, b)		     ((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	     min((type)(a), (type)(b))
#define const_ilog2(n)		     (63 - __builtin_clzll(n))
#define ilog2(n)		     (63 - __builtin_clzll(n))
#define fls64(n)		     ((n) ? 64 - __builtin_clzll(n) : 0)
#define count_trailing_zeros(n)	     ((n) ? __builtin_ctzll(n) : 64)
#define offsetofend(type, field)     (offsetof(type, field) + sizeof(((type *)0)->field))
#define container_of(p, type, field) ((type *)((char *)(p)-offsetof(type, field)))
#define BUILD_BUG_ON_ZERO(e)	     ((int)sizeof(struct { int : (-!!(e)); }))
#define DECLARE_BITMAP(name, n)	     unsigned long name[(n) / 64]
#define __set_bit(i, map)	     ((map)[(i) / 64] |= 1UL << (i) % 64)
#define __clear_bit(i, map)	     ((map)[(i) / 64] &= ~(1UL << (i) % 64))
#define for_each_set_bit(i, map, n)                                                                \
	for ((i) = 0; (i) < (n); (i)++)                                                            \
		if ((map)[(i) / 64] >> (i) % 64 & 1)

/* errors and what is printed; reader.c keeps the last line and counts warnings */
#define ERR_PTR(e)   ((void *)(long)(e))
#define PTR_ERR(p)   ((long)(p))
#define IS_ERR(p)    ((unsigned long)(p) >= (unsigned long)-4095L)
#define EPROBE_DEFER 517
#define ENOIOCTLCMD  515
void judge_print(const char *format, ...);
void judge_warn(const char *file, int line);
void judge_panic(const char *format, ...) __attribute__((noreturn));
long judge_never(const char *what) __attribute__((noreturn));
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_err(...)		 judge_print(__VA_ARGS__)
#define pr_warn(...)		 judge_print(__VA_ARGS__)
#define pr_warn_ratelimited(...) judge_print(__VA_ARGS__)
#define pr_notice(...)		 judge_print(__VA_ARGS__)
#define pr_info(...)		 judge_print(__VA_ARGS__)
#define pr_debug(...)		 ((void)0)
#define panic(...)		 judge_panic(__VA_ARGS__)
#define WARN_ON(x)                                                                                 \
	({                                                                                         \
		bool bad_ = !!(x);                                                                 \
		if (bad_)                                                                          \
			judge_warn(__FILE__, __LINE__);                                            \
		bad_;                                                                              \
	})
#define WARN_ON_ONCE(x) WARN_ON(x)

/* locks */
struct mutex {
	int nothing;
};
struct rw_semaphore {
	int nothing;
};
struct lock_class_key {
	int nothing;
};
typedef int spinlock_t;
#define DECLARE_RWSEM(name)   struct rw_semaphore name
#define DEFINE_SPINLOCK(name) spinlock_t name
#define __RWSEM_INITIALIZER(name)                                                                  \
	{                                                                                          \
		0                                                                                  \
	}
#define __MUTEX_INITIALIZER(name)                                                                  \
	{                                                                                          \
		0                                                                                  \
	}
#define mutex_init(m)			((void)(m))
#define mutex_destroy(m)		((void)(m))
#define mutex_lock(m)			((void)(m))
#define mutex_unlock(m)			((void)(m))
#define down_read(s)			((void)(s))
#define up_read(s)			((void)(s))
#define down_write(s)			((void)(s))
#define up_write(s)			((void)(s))
#define guard(kind)			(void)
#define scoped_guard(kind, lock)	if (((void)(lock), 1))
#define lockdep_assert_held(lock)	((void)(lock))
#define lockdep_assert_held_write(lock) ((void)(lock))
#define lockdep_set_class(lock, key)	((void)(key))
#define might_sleep()			((void)0)
typedef struct {
	int counter;
} atomic_t, refcount_t;
#define ATOMIC_INIT(n)                                                                             \
	{                                                                                          \
		n                                                                                  \
	}
#define atomic_set(a, n) ((a)->counter = (n))
#define atomic_cmpxchg(a, old, new)                                                                \
	({                                                                                         \
		int was_ = (a)->counter;                                                           \
		if (was_ == (old))                                                                 \
			(a)->counter = (new);                                                      \
		was_;                                                                              \
	})
#define refcount_read(r)	 ((r)->counter)
#define refcount_set(r, n)	 ((r)->counter = (n))
#define refcount_inc(r)		 ((r)->counter++)
#define refcount_dec_and_test(r) (!--(r)->counter)

/* start-up: the functions keep a name by which reader.c calls them in their order */
#define early_param(name, fn) int (*const judge_##fn)(char *) = fn
#define early_initcall(fn)    int (*const judge_##fn)(void) = fn
#define fs_initcall(fn)	      int (*const judge_##fn)(void) = fn
#define late_initcall(fn)     int (*const judge_##fn)(void) = fn
static inline int kstrtobool(const char *text, bool *value)
{
	*value = !strcmp(text, "on");
	return 0;
}
#define strscpy(to, from, n) judge_strscpy(to, from, n)
void judge_strscpy(char *to, const char *from, size_t n);
#define kstrtouint(...) (int)judge_never("kstrtouint")
#define memparse(...)	(unsigned long)judge_never("memparse")
struct module;
#define try_module_get(owner) ((void)(owner), true)
#define module_put(owner)     ((void)(owner))

#endif
