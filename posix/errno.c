/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place where Xen's error numbers become newlib's. Many names have
 * different numbers (ENOSYS 38/88), so the table is made from names.
 */

#include "private.h"
#include <errno.h>
#include <pith/errno.h>

#define NAME(name) {XEN_##name, name},
#define EXTRA(name, value) {XEN_##name, name},

static const struct {
    unsigned char xen, newlib;
} table[] = {
    /* clang-format off */
    NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EIO) NAME(ENXIO) NAME(E2BIG)
    NAME(ENOEXEC) NAME(EBADF) NAME(ECHILD) NAME(EAGAIN) NAME(ENOMEM)
    NAME(EACCES) NAME(EFAULT) NAME(EBUSY) NAME(EEXIST) NAME(EXDEV)
    NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR) NAME(EINVAL) NAME(ENFILE)
    NAME(EMFILE) NAME(ENOSPC) NAME(EROFS) NAME(EMLINK) NAME(EDOM)
    NAME(ERANGE) NAME(EDEADLK) NAME(ENAMETOOLONG) NAME(ENOLCK) NAME(ENOSYS)
    NAME(ENOTEMPTY) NAME(ENODATA) NAME(ETIME) NAME(EBADMSG) NAME(EOVERFLOW)
    NAME(EILSEQ) NAME(ENOTSOCK) NAME(EMSGSIZE) NAME(EOPNOTSUPP)
    NAME(EADDRINUSE) NAME(EADDRNOTAVAIL) NAME(ENOBUFS) NAME(EISCONN)
    NAME(ENOTCONN) NAME(ETIMEDOUT) NAME(ECONNREFUSED)
    PITH_ERRNO_EXTRA(EXTRA)
    /* clang-format on */
};

/* The whole point: a number passed on as it is would mean something else. */
_Static_assert(ENOSYS != (int)XEN_ENOSYS && ETIMEDOUT != (int)XEN_ETIMEDOUT,
               "newlib's numbers are not Xen's");

int errno_from_xen(int xen_err)
{
    int n = xen_err < 0 ? -xen_err : xen_err;

    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i].xen == n)
            return table[i].newlib;
    return EIO;
}

int posix_fail(int err)
{
    errno = err;
    return -1;
}

long posix_result(long rc)
{
    return rc < 0 ? posix_fail(errno_from_xen((int)rc)) : rc;
}
