/* SPDX-License-Identifier: BSD-2-Clause */
/* pith_status(): the guest's facts in one struct. */

#include <pith.h>
#include <pith/blkdev.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/netdev.h>
#include <pith/page.h>
#include <pith/report.h>
#include <pith/sock.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <string.h>

/* Weak: a program without sockets has no network to ask, one without disks no
 * disks, and this must not link them and their drivers. */
__typeof__(net_interface_get) net_interface_get __attribute__((weak));
__typeof__(netdev_for_each) netdev_for_each __attribute__((weak));
__typeof__(blkdev_for_each) blkdev_for_each __attribute__((weak));

static void add_interface(struct netdev *dev, void *status)
{
    struct pith_status *out = status;
    struct net_interface facts;
    struct pith_interface *it;

    if (out->interface_count++ >= PITH_MAX_INTERFACES)
        return;
    it = &out->interfaces[out->interface_count - 1];
    format(it->name, sizeof(it->name), "net%u", dev->index);
    memcpy(it->mac, dev->mac, sizeof(it->mac));
    it->link_up = dev->link_up;
    it->mtu = dev->mtu;
    it->rx_frames = dev->stats.rx_frames;
    it->rx_bytes = dev->stats.rx_bytes;
    it->rx_dropped = dev->stats.rx_dropped;
    it->tx_frames = dev->stats.tx_frames;
    it->tx_bytes = dev->stats.tx_bytes;
    it->tx_dropped = dev->stats.tx_dropped;
    it->notifications = dev->stats.notifications;
    it->events = dev->stats.events;
    if (!net_interface_get || net_interface_get(dev->index, &facts))
        return;
    it->ipv4 = facts.ipv4;
    it->netmask = facts.netmask;
    it->gateway = facts.gateway;
    it->configured = facts.configured;
}

static void add_disk(struct blkdev *dev, void *status)
{
    struct pith_status *out = status;
    struct pith_disk *disk;

    if (out->disk_count++ >= PITH_MAX_DISKS)
        return;
    disk = &out->disks[out->disk_count - 1];
    memcpy(disk->name, dev->name, sizeof(disk->name));
    disk->size_bytes = dev->size_bytes;
    disk->sector_bytes = dev->sector_bytes;
    disk->readonly = dev->readonly;
    disk->lost = dev->lost;
    disk->reads = dev->stats.reads;
    disk->writes = dev->stats.writes;
    disk->flushes = dev->stats.flushes;
    disk->read_bytes = dev->stats.read_bytes;
    disk->written_bytes = dev->stats.written_bytes;
    disk->errors = dev->stats.errors;
}

static void add_threads(struct pith_status *out)
{
    struct thread_info threads[PITH_MAX_THREADS];

    out->thread_count = (uint32_t)thread_list(threads, PITH_MAX_THREADS);
    for (size_t i = 0; i < MIN(out->thread_count, PITH_MAX_THREADS); i++) {
        struct pith_thread *t = &out->threads[i];

        memcpy(t->name, threads[i].name, sizeof(t->name));
        strncpy(t->state, threads[i].state, sizeof(t->state) - 1);
        t->switches = threads[i].switches;
    }
}

int pith_status(struct pith_status *out)
{
    struct page_stats pages;
    struct heap_stats heap;

    memset(out, 0, sizeof(*out));
    out->uptime_ns = clock_monotonic_ns() - clock_boot_ns();
    page_get_stats(&pages);
    out->memory_bytes = pages.total_pages * PAGE_SIZE;
    out->memory_free_bytes = pages.free_pages * PAGE_SIZE;
    heap_get_stats(&heap);
    out->heap_bytes = heap.pages * PAGE_SIZE;
    out->heap_used_bytes = heap.used_bytes;
    out->heap_allocations = heap.allocations;
    out->tracing = tracing_is_on();
    out->profiling = profile_is_on();
    if (netdev_for_each)
        netdev_for_each(add_interface, out);
    if (blkdev_for_each)
        blkdev_for_each(add_disk, out);
    add_threads(out);
    return 0;
}
