/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by pages. Never writable and executable at once: mmap and mprotect
 * refuse that with EACCES. malloc's memory cannot be given other rights. */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01 /* with MAP_ANONYMOUS: there is but one process */
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON MAP_ANONYMOUS
#define MAP_NORESERVE 0x4000 /* always so */
#define MAP_POPULATE 0x8000
#define MAP_STACK 0x20000 /* means nothing */
#define MAP_FIXED_NOREPLACE 0x100000

#define MAP_FAILED ((void *)-1)

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP 16
#define MADV_DODUMP 17

#define POSIX_MADV_NORMAL MADV_NORMAL
#define POSIX_MADV_RANDOM MADV_RANDOM
#define POSIX_MADV_SEQUENTIAL MADV_SEQUENTIAL
#define POSIX_MADV_WILLNEED MADV_WILLNEED
#define POSIX_MADV_DONTNEED MADV_DONTNEED

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

#ifdef __cplusplus
extern "C" {
#endif

/* Of files only MAP_PRIVATE: a copy, made at once. */
void *mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t bytes);
int mprotect(void *addr, size_t bytes, int prot);
int msync(void *addr, size_t bytes, int flags);
int madvise(void *addr, size_t bytes, int advice);
int posix_madvise(void *addr, size_t bytes, int advice);

#ifdef __cplusplus
}
#endif

#endif
