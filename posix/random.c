/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers for programs, all from the kernel's one generator: what
 * newlib's arc4random would keep of its own, a resumed copy of the system would
 * repeat. GRND_RANDOM changes nothing: both device files are the same, too.
 */

#include "private.h"
#include <errno.h>
#include <limits.h>
#include <pith/panic.h>
#include <pith/random.h>
#include <reent.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define GETENTROPY_MAX 256 /* POSIX.1-2024 */

ssize_t getrandom(void *buf, size_t size, unsigned flags)
{
    int rc;

    if (flags & ~(GRND_NONBLOCK | GRND_RANDOM) || size > LONG_MAX)
        return posix_fail(EINVAL);
    rc = random_read(buf, size, !(flags & GRND_NONBLOCK));
    return rc ? posix_result(rc) : (ssize_t)size;
}

int getentropy(void *buf, size_t size)
{
    if (size > GETENTROPY_MAX)
        return posix_fail(EIO);
    return (int)posix_result(random_read(buf, size, true));
}

int _getentropy_r(struct _reent *reent, void *buf, size_t size)
{
    return getentropy(buf, size);
}

/* It has no way to fail, and its callers take its numbers for secrets. */
void arc4random_buf(void *buf, size_t size)
{
    int rc = random_read(buf, size, true);

    if (rc)
        panic("arc4random: no random numbers: error %d", rc);
}

uint32_t arc4random(void)
{
    uint32_t value;

    arc4random_buf(&value, sizeof(value));
    return value;
}
