/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error numbers used inside Pith: Xen's own, spelled XEN_EINVAL and so on.
 *
 * Functions return 0 or a positive result, or a negative number such as
 * -XEN_ENOMEM. newlib's numbers differ for the same names (ENOSYS 38/88), so
 * only posix/ translates, once, where a call returns to the program.
 * Source: xen/errno.h.
 */
#ifndef PITH_ERRNO_H
#define PITH_ERRNO_H

#include <xen/errno.h>

/* What a socket or a file can say beyond Xen's list; the values continue its
 * source, Linux's numbers. */
/* clang-format off */
#define PITH_ERRNO_EXTRA(X) \
    X(EINTR, 4) X(ENOTTY, 25) X(EFBIG, 27) X(ESPIPE, 29) X(EPIPE, 32) \
    X(ELOOP, 40) \
    X(EDESTADDRREQ, 89) X(EPROTOTYPE, 91) X(ENOPROTOOPT, 92) \
    X(EPROTONOSUPPORT, 93) \
    X(EAFNOSUPPORT, 97) X(ENETUNREACH, 101) X(ECONNABORTED, 103) \
    X(ECONNRESET, 104) X(EHOSTUNREACH, 113) X(EALREADY, 114) \
    X(EINPROGRESS, 115)
/* clang-format on */

enum pith_errno {
#define PITH_ERRNO(name, value) XEN_##name = (value),
    PITH_ERRNO_EXTRA(PITH_ERRNO)
#undef PITH_ERRNO
};

/* The name of Xen error number err (positive or negative), "E?" if unknown.
 * Any context. lib/. */
const char *errno_name(int err);

#endif
