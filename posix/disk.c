/* SPDX-License-Identifier: BSD-2-Clause */
/* pith_disk_reconnect(). */

#include "private.h"
#include <errno.h>
#include <pith.h>
#include <pith/blkdev.h>
#include <pith/errno.h>

int pith_disk_reconnect(const char *name)
{
    struct blkdev *dev = blkdev_find(name);

    if (!dev)
        return posix_fail(ENODEV);
    return (int)posix_result(dev->ops->reconnect ? dev->ops->reconnect(dev)
                                                 : -XEN_ENOSYS);
}
