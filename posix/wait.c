/* SPDX-License-Identifier: BSD-2-Clause */
/* How calls on descriptors block: on a queue, without the lock of what they
 * wait for. */

#include "wait.h"
#include <pith/errno.h>

int wait_on(struct waitq *q, struct mutex *m, uint64_t deadline_ns)
{
    struct waiter w;
    int rc;

    if (!deadline_ns)
        return -XEN_EAGAIN;
    waitq_prepare(q, &w);
    mutex_unlock(m);
    rc = waitq_block_on_interruptible(&w, deadline_ns);
    waitq_cancel(&w);
    mutex_lock(m);
    return rc;
}
