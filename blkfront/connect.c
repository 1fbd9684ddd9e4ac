/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a disk: found, connected, disconnected, gone, and what it reads
 * from and publishes to its backend. Source: xen/io/blkif.h.
 */

#include "private.h"

#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/page.h>
#include <pith/room.h>
#include <pith/string.h>
#include <xen/io/protocols.h>

/* How long boot and a reconnect wait for disks. */
#define READY_NS (10 * NS_PER_SEC)
/* How long a disconnect waits for what is on the ring. */
#define DRAIN_NS (2 * NS_PER_SEC)
/* How long requests wait for a backend that went away, say for a restart. */
#define PATIENCE_NS (30 * NS_PER_SEC)

static int blk_probe(struct xenbus_device *bus)
{
    struct blkfront *disk = worker_find(bus->id);
    char name[sizeof(disk->blkdev.name)];
    int rc = blk_name(bus->id, name, sizeof(name));

    if (rc)
        return rc;
    if (!disk) {
        disk = heap_zalloc(sizeof(*disk));
        if (!disk)
            return -XEN_ENOMEM;
        disk->blkdev.ops = &blk_ops;
        str_copy(disk->blkdev.name, name, sizeof(disk->blkdev.name));
        disk->vdev = bus->id;
        disk->give_up_ns = DEADLINE_NEVER;
        list_init(&disk->queue);
        list_init(&disk->sent);
        waitq_init(&disk->drained);
        rc = worker_add(disk);
        if (rc) {
            heap_free(disk);
            return rc;
        }
    }
    disk->bus = bus;
    bus->driver_data = disk;
    return 0;
}

/* The connection stays until its port is closed. */
static void backend_event(evtchn_port_t port, void *arg)
{
    struct blkfront *disk = arg;
    const struct blk_connection *c = READ_ONCE(disk->connection);

    if (c && !front_ring_moved(&c->ring))
        evtchn_useless(port);
    worker_wake(disk);
}

static void connection_free(struct blk_connection *c)
{
    if (c->port)
        evtchn_close(c->port);
    pool_fini(&c->pool);
    if (c->ring_page)
        grant_end_and_free(c->ring_ref, c->ring_page);
    heap_free(c);
}

/* A ring, its pages and its event channel. 0 or -XEN_E*. */
static int connection_make(struct blkfront *disk, uint16_t domid,
                           struct blk_connection **out)
{
    struct blk_connection *c = heap_zalloc(sizeof(*c));
    void *page = page_alloc_zeroed(0);
    int rc = c && page ? grant_access(domid, page, false, &c->ring_ref)
                       : -XEN_ENOMEM;

    if (rc) {
        if (page)
            page_free(page, 0);
        heap_free(c);
        return rc;
    }
    c->ring_page = page;
    front_ring_init(&c->ring, page, PAGE_SIZE, sizeof(union blk_slot));
    while (c->free_count < BLK_FLIGHTS) {
        c->free[c->free_count] = (uint8_t)c->free_count;
        c->free_count++;
    }
    rc = pool_init(&c->pool, domid);
    if (!rc)
        rc = evtchn_alloc_unbound(domid, backend_event, disk, &c->port);
    if (rc)
        connection_free(c);
    else
        *out = c;
    return rc;
}

static int publish(struct xenbus_device *bus, const struct blk_connection *c)
{
    char ring_ref[12], port[12], protocol[] = XEN_IO_PROTO_ABI_NATIVE,
                                 persistent[] = "1";
    struct xs_op keys[] = {
        {.kind = XS_OP_WRITE, .node = "ring-ref", .buf = ring_ref},
        {.kind = XS_OP_WRITE, .node = "event-channel", .buf = port},
        {.kind = XS_OP_WRITE, .node = "protocol", .buf = protocol},
        {.kind = XS_OP_WRITE, .node = "feature-persistent", .buf = persistent},
    };

    format(ring_ref, sizeof(ring_ref), "%u", c->ring_ref);
    format(port, sizeof(port), "%u", c->port);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        keys[i].dir = bus->own_path;
    return xenbus_publish(bus, keys, ARRAY_SIZE(keys));
}

static int blk_connect(struct xenbus_device *bus)
{
    struct blkfront *disk = bus->driver_data;
    struct blk_connection *c;
    int rc = connection_make(disk, bus->peer_domid, &c);

    if (rc)
        return rc;
    rc = publish(bus, c);
    if (rc) {
        connection_free(c);
        return rc;
    }
    spin_lock(&disk->lock);
    disk->connection = c;
    spin_unlock(&disk->lock);
    return 0;
}

/* What the backend says about the disk. */
enum { SECTORS, SECTOR_SIZE, INFO, FLUSH_CACHE, BARRIER, FACTS };

static const struct {
    const char *node;
    uint64_t max;
    bool needed; /* else 0 where it is absent */
} facts[FACTS] = {
    [SECTORS] = {"sectors", UINT64_MAX, true},
    [SECTOR_SIZE] = {"sector-size", UINT32_MAX, true},
    [INFO] = {"info", UINT32_MAX, false},
    [FLUSH_CACHE] = {"feature-flush-cache", 1, false},
    [BARRIER] = {"feature-barrier", 1, false},
};

/* A bad value kills the device and is named. */
static int read_facts(struct xenbus_device *bus, uint64_t values[FACTS],
                      bool *readonly)
{
    char texts[FACTS][24], mode[8] = "";
    struct xs_op ops[FACTS + 1];

    for (unsigned i = 0; i < FACTS; i++)
        ops[i] = (struct xs_op){XS_OP_READ, bus->peer_path,   facts[i].node,
                                texts[i],   sizeof(texts[i]), 0};
    ops[FACTS] = (struct xs_op){XS_OP_READ, bus->peer_path, "mode",
                                mode,       sizeof(mode),   0};
    xs_batch(XS_NO_TXN, ops, ARRAY_SIZE(ops));
    for (unsigned i = 0; i < FACTS; i++) {
        values[i] = 0;
        if (ops[i].result == -XEN_ENOENT && !facts[i].needed)
            continue;
        if (ops[i].result >= 0 &&
            !xs_parse_u64(texts[i], facts[i].max, &values[i]))
            continue;
        xenbus_fail(bus, "%s of the backend: %s", facts[i].node,
                    ops[i].result < 0 ? errno_name((int)ops[i].result)
                                      : texts[i]);
        return -XEN_EINVAL;
    }
    *readonly = (values[INFO] & VDISK_READONLY) || mode[0] == 'r';
    return 0;
}

static enum blk_flush_kind flush_kind(const struct blkfront *disk,
                                      const uint64_t values[FACTS])
{
    if (values[FLUSH_CACHE])
        return BLK_FLUSH_CACHE;
    if (values[BARRIER])
        return BLK_FLUSH_BARRIER;
    if (!disk->registered)
        log_info("%s: the backend offers no flush", disk->blkdev.name);
    return BLK_FLUSH_NONE;
}

static int blk_connected(struct xenbus_device *bus)
{
    struct blkfront *disk = bus->driver_data;
    uint64_t values[FACTS], size_bytes;
    bool readonly;
    int rc = read_facts(bus, values, &readonly);

    if (rc)
        return rc;
    rc = blk_size(values[SECTORS], values[SECTOR_SIZE], &size_bytes);
    if (rc) {
        xenbus_fail(bus, "no such disk can be: sectors %llu, sector-size %llu",
                    (unsigned long long)values[SECTORS],
                    (unsigned long long)values[SECTOR_SIZE]);
        return rc;
    }
    if (disk->registered &&
        (size_bytes < disk->blkdev.size_bytes ||
         values[SECTOR_SIZE] != disk->blkdev.sector_bytes)) {
        xenbus_fail(bus,
                    "it has become smaller: %llu bytes, not %llu, in sectors "
                    "of %llu, not %u",
                    (unsigned long long)size_bytes,
                    (unsigned long long)disk->blkdev.size_bytes,
                    (unsigned long long)values[SECTOR_SIZE],
                    disk->blkdev.sector_bytes);
        return -XEN_EINVAL;
    }
    spin_lock(&disk->lock);
    disk->blkdev.size_bytes = size_bytes;
    disk->blkdev.sector_bytes = (uint32_t)values[SECTOR_SIZE];
    disk->blkdev.readonly = readonly;
    disk->blkdev.lost = false;
    disk->flush = flush_kind(disk, values);
    disk->running = true;
    spin_unlock(&disk->lock);
    evtchn_unmask(disk->connection->port);
    io_start(disk);
    if (!disk->registered)
        rc = blkdev_register(&disk->blkdev);
    disk->registered = !rc;
    return rc;
}

static bool ring_is_drained(struct blkfront *disk)
{
    bool drained;

    spin_lock(&disk->lock);
    drained = disk->connection->free_count == BLK_FLIGHTS;
    spin_unlock(&disk->lock);
    return drained;
}

/* What was not answered waits for the next connection, unless there can be
 * none. A backend that still listens gets time to answer first. */
static void blk_disconnect(struct xenbus_device *bus)
{
    struct blkfront *disk = bus->driver_data;
    struct blk_connection *c = disk->connection;
    uint64_t now_ns = clock_monotonic_ns();

    spin_lock(&disk->lock);
    disk->running = false;
    disk->give_up_ns = now_ns + PATIENCE_NS;
    spin_unlock(&disk->lock);
    if (!bus->dead && (bus->peer_state == XenbusStateConnected ||
                       bus->peer_state == XenbusStateClosing))
        WAITQ_WAIT_UNTIL(&disk->drained, ring_is_drained(disk),
                         now_ns + DRAIN_NS);
    spin_lock(&disk->lock);
    disk->connection = NULL;
    io_requeue_locked(disk);
    disk->blkdev.lost = bus->dead;
    spin_unlock(&disk->lock);
    connection_free(c);
    if (bus->dead)
        io_fail_queue(disk);
    worker_wake(disk);
}

/* Nothing may be under way when the domain is saved. What a backend writes into
 * pages that it has mapped is in no log of changed ones, so that an answer may
 * be saved without its data; and what it has yet to write to the disk could
 * come after what the restored domain writes there. */
static void blk_suspend(struct xenbus_device *bus)
{
    struct blkfront *disk = bus->driver_data;

    spin_lock(&disk->lock);
    disk->running = false;
    disk->give_up_ns = DEADLINE_NEVER;
    spin_unlock(&disk->lock);
    if (!bus->dead && bus->peer_state == XenbusStateConnected &&
        WAITQ_WAIT_UNTIL(&disk->drained, ring_is_drained(disk),
                         clock_monotonic_ns() + DRAIN_NS))
        log_warning("%s: suspended with requests that are not answered",
                    disk->blkdev.name);
}

static void blk_resume(struct xenbus_device *bus, bool lost)
{
    struct blkfront *disk = bus->driver_data;

    if (lost) {
        disk->connection->port = 0;
        return;
    }
    spin_lock(&disk->lock);
    disk->running = bus->started && !bus->dead;
    spin_unlock(&disk->lock);
    worker_wake(disk);
}

static void blk_remove(struct xenbus_device *bus)
{
    struct blkfront *disk = bus->driver_data;

    spin_lock(&disk->lock);
    disk->bus = NULL;
    disk->blkdev.lost = true;
    spin_unlock(&disk->lock);
    io_fail_queue(disk);
    if (disk->registered)
        blkdev_unregister(&disk->blkdev);
    disk->registered = false;
}

static struct xenbus_driver blk_driver = {
    .type = "vbd",
    .probe = blk_probe,
    .connect = blk_connect,
    .after_connect = XenbusStateInitialised,
    .connected = blk_connected,
    .disconnect = blk_disconnect,
    .remove = blk_remove,
    .suspend = blk_suspend,
    .resume = blk_resume,
};

int blk_reconnect(struct blkdev *dev)
{
    struct blkfront *disk = container_of(dev, struct blkfront, blkdev);

    return xenbus_reconnect(&blk_driver, disk->vdev,
                            clock_monotonic_ns() + READY_NS);
}

static int blkfront_init(void)
{
    return xenbus_register(&blk_driver);
}

/* After the other drivers have begun, so that all handshakes overlap. A disk
 * that is late was named in the log; it may still come. */
static int blkfront_ready(void)
{
    xenbus_wait_ready("vbd", clock_monotonic_ns() + READY_NS);
    return 0;
}

ROOM("080", blkfront, blkfront_init, true);
ROOM("085", blkfront_ready, blkfront_ready, true);
