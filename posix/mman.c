/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory by pages, over pith/area.h. Pages come when they are touched; those
 * of a file that is mapped shared are the file's own, a private map of one is a
 * copy, made at once. Errors where POSIX leaves a
 * choice are Linux's.
 */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/area.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(PROT_READ == AREA_READ && PROT_WRITE == AREA_WRITE &&
                   PROT_EXEC == AREA_EXEC,
               "prot is passed on as it is");

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)

/* 0: it is more than there are addresses. */
static uint64_t whole_pages(size_t bytes)
{
    return ALIGN_UP((uint64_t)bytes, PAGE_SIZE);
}

static bool misaligned(const void *addr)
{
    return (uint64_t)addr % PAGE_SIZE != 0;
}

static int area_flags(int flags)
{
    int out = flags & MAP_POPULATE ? AREA_POPULATE : 0;

    if (flags & MAP_FIXED_NOREPLACE)
        return out | AREA_FIXED | AREA_NOREPLACE;
    return flags & MAP_FIXED ? out | AREA_FIXED : out;
}

static int check_arguments(const void *addr, size_t bytes, int prot, int flags,
                           off_t offset)
{
    int kind = flags & (MAP_SHARED | MAP_PRIVATE);

    if (!bytes || offset % (off_t)PAGE_SIZE ||
        (kind != MAP_SHARED && kind != MAP_PRIVATE))
        return -XEN_EINVAL;
    if (!whole_pages(bytes))
        return -XEN_ENOMEM;
    if (area_flags(flags) & AREA_FIXED && misaligned(addr))
        return -XEN_EINVAL;
    return prot & PROT_WRITE && prot & PROT_EXEC ? -XEN_EACCES : 0;
}

/* Can file be mapped like this? 0 or -XEN_E*. */
static int check_file(const struct file *file, int prot, int flags,
                      off_t offset)
{
    int mode = file->flags & O_ACCMODE;
    bool shared = !(flags & MAP_PRIVATE);

    if (!file->seekable || file->type == FILE_DIRECTORY ||
        (shared && !file->ops->map))
        return -XEN_ENODEV;
    if (mode == O_WRONLY || (shared && prot & PROT_WRITE && mode != O_RDWR))
        return -XEN_EACCES;
    return offset < 0 ? -XEN_EINVAL : 0;
}

/* Reads the file into new memory; what lies behind its end stays zero. */
static int copy_file(int fd, char *to, size_t bytes, off_t offset)
{
    for (size_t at = 0; at < bytes;) {
        ssize_t n = pread(fd, to + at, bytes - at, offset + (off_t)at);

        if (n < 0)
            return -XEN_EIO;
        if (n == 0)
            break;
        at += (size_t)n;
    }
    return 0;
}

static int map_shared(struct area_request *request, struct file *file,
                      off_t offset, uint64_t *out_vaddr)
{
    int rc = file->ops->map(file, request);

    if (rc)
        return rc;
    request->offset = (uint64_t)offset;
    rc = area_map(request, out_vaddr);
    if (rc)
        request->ops->put(request->object);
    return rc;
}

static int map_private(struct area_request *request, int fd, size_t bytes,
                       off_t offset, uint64_t *out_vaddr)
{
    unsigned prot = request->prot;
    int rc;

    request->prot = AREA_READ | AREA_WRITE;
    rc = area_map(request, out_vaddr);
    if (rc)
        return rc;
    rc = copy_file(fd, (char *)*out_vaddr, bytes, offset);
    if (!rc)
        rc = area_protect(*out_vaddr, request->bytes, prot);
    if (rc)
        area_unmap(*out_vaddr, request->bytes);
    return rc;
}

static int map_file(struct area_request *request, int fd, size_t bytes,
                    int flags, off_t offset, uint64_t *out_vaddr)
{
    struct file *file = fd_get(fd);
    int rc;

    if (!file)
        return -XEN_EBADF;
    rc = check_file(file, (int)request->prot, flags, offset);
    if (!rc)
        rc = flags & MAP_PRIVATE
                 ? map_private(request, fd, bytes, offset, out_vaddr)
                 : map_shared(request, file, offset, out_vaddr);
    file_put(file);
    return rc;
}

void *mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    struct area_request request = {
        .hint = ALIGN_UP((uint64_t)addr, PAGE_SIZE),
        .bytes = whole_pages(bytes),
        .prot = (unsigned)prot & PROT_ALL,
        .flags = (unsigned)area_flags(flags),
    };
    int rc = check_arguments(addr, bytes, prot, flags, offset);
    uint64_t vaddr = 0;

    if (!rc && flags & MAP_ANONYMOUS)
        rc = area_map(&request, &vaddr);
    else if (!rc)
        rc = map_file(&request, fd, bytes, flags, offset, &vaddr);
    return posix_result(rc) ? MAP_FAILED : (void *)vaddr;
}

int munmap(void *addr, size_t bytes)
{
    return (int)posix_result(area_unmap((uint64_t)addr, whole_pages(bytes)));
}

/* The result for a range of which mm/ says that it cannot be one of areas. */
static int range_result(const void *addr, int rc)
{
    if (rc == -XEN_EINVAL && !misaligned(addr))
        rc = -XEN_ENOMEM;
    return (int)posix_result(rc);
}

int mprotect(void *addr, size_t bytes, int prot)
{
    if (!bytes && !misaligned(addr))
        return 0;
    return range_result(addr, area_protect((uint64_t)addr, whole_pages(bytes),
                                           (unsigned)prot & PROT_ALL));
}

/* 0, or -XEN_ENOMEM if some of the range is no area. */
static int check_mapped(const void *addr, size_t bytes)
{
    uint64_t at = (uint64_t)addr, end = at + whole_pages(bytes);
    struct area_info info;

    for (; at < end; at = info.end)
        if (area_find(at, &info) || info.start > at)
            return -XEN_ENOMEM;
    return end < (uint64_t)addr ? -XEN_ENOMEM : 0;
}

/* What is mapped shared is the file already. */
int msync(void *addr, size_t bytes, int flags)
{
    if (misaligned(addr) || flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return posix_fail(EINVAL);
    return (int)posix_result(check_mapped(addr, bytes));
}

int madvise(void *addr, size_t bytes, int advice)
{
    bool drop = advice == MADV_DONTNEED || advice == MADV_FREE;

    if (misaligned(addr) || advice < MADV_NORMAL ||
        (advice > MADV_DONTNEED && advice != MADV_FREE &&
         advice < MADV_HUGEPAGE) ||
        advice > MADV_DODUMP)
        return posix_fail(EINVAL);
    if (!bytes)
        return 0;
    return range_result(addr,
                        drop ? area_discard((uint64_t)addr, whole_pages(bytes))
                             : check_mapped(addr, bytes));
}

/* Returns the error itself; may not lose contents. */
int posix_madvise(void *addr, size_t bytes, int advice)
{
    if (misaligned(addr) || advice < POSIX_MADV_NORMAL ||
        advice > POSIX_MADV_DONTNEED)
        return EINVAL;
    return check_mapped(addr, bytes) ? ENOMEM : 0;
}
