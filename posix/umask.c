/* SPDX-License-Identifier: BSD-2-Clause */
/* umask. Permissions are kept and shown, but never checked: the one user is
 * root. */

#include "private.h"
#include <sys/stat.h>

/* Exchanged as a whole. */
static mode_t current = 022;

mode_t umask(mode_t mask)
{
    return __atomic_exchange_n(&current, mask & 0777, __ATOMIC_RELAXED);
}

unsigned umask_apply(unsigned mode)
{
    return mode & 07777 & ~(unsigned)current;
}
