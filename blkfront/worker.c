/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread "blkfront": takes answers when the upcall says there are some,
 * and fails what has waited too long for a backend to come back. Owns the list
 * of all disks that ever were; it only grows, so the upcall and the thread
 * need not fear that one goes away.
 */

#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/thread.h>

static struct {
    struct waitq waitq;
    bool woken; /* atomic */
    bool started;
    /* Protects disks, which only bus callbacks change. */
    struct spinlock lock;
    struct list disks;
} worker = {.waitq = WAITQ_INIT(worker.waitq),
            .disks = LIST_INIT(worker.disks)};

/* The disk after disk, or the first; NULL at the end. */
static struct blkfront *disk_after(struct blkfront *disk)
{
    struct list *link;

    spin_lock(&worker.lock);
    link = disk ? disk->link.next : worker.disks.next;
    spin_unlock(&worker.lock);
    return link == &worker.disks ? NULL
                                 : list_entry(link, struct blkfront, link);
}

/* When disk fails what it queues; DEADLINE_NEVER while it has a backend. */
static uint64_t give_up_time_locked(const struct blkfront *disk)
{
    return disk->running || disk->blkdev.lost ? DEADLINE_NEVER
                                              : disk->give_up_ns;
}

/* Gives up if it is time; else says when it will be. Both under one lock: a
 * backend may come back in another thread at any moment, and a disk that has
 * one must not be called lost. */
static uint64_t serve_patience(struct blkfront *disk)
{
    uint64_t time;
    bool lost;

    spin_lock(&disk->lock);
    time = give_up_time_locked(disk);
    lost = time != DEADLINE_NEVER && time <= clock_monotonic_ns();
    if (lost)
        disk->blkdev.lost = true;
    spin_unlock(&disk->lock);
    if (!lost)
        return time;
    log_error("%s: no backend came back", disk->blkdev.name);
    io_fail_queue(disk);
    return DEADLINE_NEVER;
}

/* Looks at every disk; returns when the next one's patience ends. */
static uint64_t serve_all(void)
{
    uint64_t next = DEADLINE_NEVER;

    for (struct blkfront *disk = NULL; (disk = disk_after(disk));) {
        uint64_t time;

        if (atomic_exchange(&disk->event, false))
            io_drain(disk);
        time = serve_patience(disk);
        next = MIN(next, time);
    }
    return next;
}

static void blkfront_thread(void *arg)
{
    for (;;) {
        uint64_t deadline_ns;

        /* A full barrier, with worker_wake's stores in the other order: an
         * event that we do not see below finds the flag cleared and sets it. */
        (void)atomic_exchange(&worker.woken, false);
        deadline_ns = serve_all();
        WAITQ_WAIT_UNTIL(&worker.waitq, atomic_load(&worker.woken),
                         deadline_ns);
    }
}

void worker_wake(struct blkfront *disk)
{
    atomic_store(&disk->event, true);
    atomic_store(&worker.woken, true);
    waitq_wake_one(&worker.waitq);
}

struct blkfront *worker_find(unsigned vdev)
{
    for (struct blkfront *disk = NULL; (disk = disk_after(disk));)
        if (disk->vdev == vdev)
            return disk;
    return NULL;
}

int worker_add(struct blkfront *disk)
{
    if (!worker.started &&
        !thread_start("blkfront", THREAD_STACK_BYTES, blkfront_thread, NULL))
        return -XEN_ENOMEM;
    worker.started = true;
    spin_lock(&worker.lock);
    list_push_back(&worker.disks, &disk->link);
    spin_unlock(&worker.lock);
    return 0;
}
