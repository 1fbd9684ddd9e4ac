/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the devices of each registered driver below device/, at boot and when
 * the toolstack attaches or detaches one, and hands them to handshake.c.
 */

#include "bus.h"
#include "private.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/string.h>
#include <xen/xen.h>

/* A directory listing with the names of some hundred devices. */
#define LISTING_BYTES 2048
#define DOMID_MAX (DOMID_FIRST_RESERVED - 1)

struct bus bus = {.mutex = MUTEX_INIT(bus.mutex),
                  .ready = WAITQ_INIT(bus.ready),
                  .devices = LIST_INIT(bus.devices)};

void bus_state_changed(void)
{
    waitq_wake_all(&bus.ready);
}

/* On xenwatch: devices that died outside of a callback. */
static void bury_the_dead(void)
{
    struct xenbus_device *dev;

    mutex_lock(&bus.mutex);
    list_for_each (dev, &bus.devices, link)
        if (READ_ONCE(dev->dead))
            handshake_bury(dev);
    mutex_unlock(&bus.mutex);
}

void bus_device_died(void)
{
    static struct xs_work work = {.fn = bury_the_dead};

    bus_state_changed();
    xs_defer(&work);
}

struct xenbus_device *bus_device_find(const struct xenbus_driver *driver,
                                      unsigned id)
{
    struct xenbus_device *dev;

    list_for_each (dev, &bus.devices, link)
        if (dev->driver == driver && dev->id == id)
            return dev;
    return NULL;
}

/* In xenwatch. An event whose change a later read has seen already is old. */
static void peer_state_fired(struct xs_watch *watch, const char *path)
{
    struct xenbus_device *dev =
        container_of(watch, struct xenbus_device, peer_watch);

    mutex_lock(&bus.mutex);
    if (!bus.closed && (int32_t)(watch_event_seq() - dev->seen_seq) > 0)
        handshake_continue(dev);
    mutex_unlock(&bus.mutex);
}

void bus_device_remove(struct xenbus_device *dev)
{
    handshake_stop(dev);
    if (!list_empty(&dev->peer_watch.link))
        xs_unwatch(&dev->peer_watch);
    if (dev->probed)
        dev->driver->remove(dev);
    spin_lock(&bus.lock);
    list_remove(&dev->link);
    spin_unlock(&bus.lock);
    heap_free(dev);
    bus_state_changed();
}

int bus_peer_find(struct xenbus_device *dev)
{
    char domid_text[8] = "";
    uint64_t domid;
    struct xs_op ops[] = {{.kind = XS_OP_READ,
                           .dir = dev->own_path,
                           .node = "backend",
                           .buf = dev->peer_path,
                           .size = sizeof(dev->peer_path)},
                          {.kind = XS_OP_READ,
                           .dir = dev->own_path,
                           .node = "backend-id",
                           .buf = domid_text,
                           .size = sizeof(domid_text)}};
    int rc = xs_batch(XS_NO_TXN, ops, ARRAY_SIZE(ops));

    if (rc == -XEN_ENOENT)
        return rc;
    if (rc)
        xenbus_fail(dev, "cannot read backend, backend-id: %s", errno_name(rc));
    else if (xs_parse_u64(domid_text, DOMID_MAX, &domid))
        xenbus_fail(dev, "backend-id is no domain: %s", domid_text);
    else if (!bus_peer_path_valid(dev->peer_path, (unsigned)domid))
        xenbus_fail(dev, "backend is no path of domain %u: %s", (unsigned)domid,
                    dev->peer_path);
    else
        dev->peer_domid = (uint16_t)domid;
    return 0;
}

static void device_add(struct xenbus_driver *driver, unsigned id, bool at_boot)
{
    struct xenbus_device *dev = heap_zalloc(sizeof(*dev));
    int rc;

    if (!dev) {
        log_error("%s/%u: no memory", driver->type, id);
        return;
    }
    dev->driver = driver;
    dev->id = id;
    dev->at_boot = at_boot;
    dev->own_state = XenbusStateInitialising;
    dev->peer_watch.fired = peer_state_fired;
    list_init(&dev->peer_watch.link);
    format(dev->own_path, sizeof(dev->own_path), "device/%s/%u", driver->type,
           id);
    if (bus_peer_find(dev)) {
        heap_free(dev);
        return;
    }
    spin_lock(&bus.lock);
    list_push_back(&bus.devices, &dev->link);
    spin_unlock(&bus.lock);
    rc = dev->dead ? 0 : driver->probe(dev);
    dev->probed = !dev->dead && !rc;
    if (rc)
        xenbus_fail(dev, "cannot use it: %s", errno_name(rc));
    if (dev->dead)
        handshake_bury(dev);
    else
        handshake_begin(dev);
}

static bool listing_has(const char *list, size_t bytes, unsigned id)
{
    unsigned other;

    for (size_t at = 0; at < bytes; at += strlen(list + at) + 1)
        if (!bus_id_parse(list + at, &other) && other == id)
            return true;
    return false;
}

/* Makes our devices those of the listing of device/TYPE. */
static void apply_listing(struct xenbus_driver *driver, const char *list,
                          size_t bytes, bool at_boot)
{
    struct xenbus_device *dev, *next;
    unsigned id;

    list_for_each_safe (dev, next, &bus.devices, link)
        if (dev->driver == driver && !listing_has(list, bytes, dev->id))
            bus_device_remove(dev);
    for (size_t at = 0; at < bytes; at += strlen(list + at) + 1)
        if (!bus_id_parse(list + at, &id) && !bus_device_find(driver, id))
            device_add(driver, id, at_boot);
}

static void scan(struct xenbus_driver *driver)
{
    char list[LISTING_BYTES];
    uint32_t covered = stream_event_seq();
    long bytes =
        xs_directory(XS_NO_TXN, "device", driver->type, list, sizeof(list));

    if (bytes < 0 && bytes != -XEN_ENOENT) {
        log_error("xenbus: cannot list device/%s: %s", driver->type,
                  errno_name((int)bytes));
        return;
    }
    driver->scan_seq = driver->watch_seq = covered;
    apply_listing(driver, list, bytes > 0 ? (size_t)bytes : 0, false);
}

/* A directory event for a device that we know and that is there: it was made
 * anew if it names another backend, or if its state is the toolstack's first
 * one and not the one that we wrote. */
static bool was_replaced(const struct xenbus_device *dev)
{
    char backend[sizeof(dev->peer_path)] = "", state[8] = "";
    struct xs_op ops[] = {{.kind = XS_OP_READ,
                           .dir = dev->own_path,
                           .node = "backend",
                           .buf = backend,
                           .size = sizeof(backend)},
                          {.kind = XS_OP_READ,
                           .dir = dev->own_path,
                           .node = "state",
                           .buf = state,
                           .size = sizeof(state)}};
    uint64_t value;

    if (xs_batch(XS_NO_TXN, ops, ARRAY_SIZE(ops)) ||
        xs_parse_u64(state, XenbusStateReconfigured, &value))
        return false;
    return strcmp(backend, dev->peer_path) ||
           (value == XenbusStateInitialising && value != dev->own_state);
}

static void check_directory(struct xenbus_driver *driver, unsigned id)
{
    struct xenbus_device *dev = bus_device_find(driver, id);

    if (!dev || !was_replaced(dev))
        return;
    bus_device_remove(dev);
    device_add(driver, id, false);
}

/* True if an event brings no news. That of a device directory does not if it
 * came before the last scan was sent. That of device/TYPE does not either if it
 * is the one that every fresh watch fires: whatever changes a device fires
 * for the device's own directory, too. */
static bool event_is_old(const struct xenbus_driver *driver,
                         enum bus_event event)
{
    uint32_t seen = event == BUS_EVENT_TYPE ? driver->watch_seq
                                            : driver->scan_seq;

    return (int32_t)(watch_event_seq() - seen) <= 0;
}

/* In xenwatch: something below device/TYPE changed, most often by ourselves.
 * Only directories that came or went concern the bus. */
static void type_fired(struct xs_watch *watch, const char *path)
{
    struct xenbus_driver *driver =
        container_of(watch, struct xenbus_driver, watch);
    struct xenbus_device *dev = NULL;
    unsigned id;
    enum bus_event event = bus_event_parse(driver->type, path, &id);

    if (event == BUS_EVENT_OTHER)
        return;
    mutex_lock(&bus.mutex);
    if (event != BUS_EVENT_TYPE)
        dev = bus_device_find(driver, id);
    if (!bus.closed && !(event == BUS_EVENT_BELOW && dev) &&
        !event_is_old(driver, event)) {
        scan(driver);
        if (dev)
            check_directory(driver, id);
    }
    mutex_unlock(&bus.mutex);
}

int xenbus_register(struct xenbus_driver *driver)
{
    char list[LISTING_BYTES];
    struct xs_op op = {.kind = XS_OP_DIRECTORY,
                       .dir = "device",
                       .node = driver->type,
                       .buf = list,
                       .size = sizeof(list)};
    int rc;

    driver->watch.fired = type_fired;
    mutex_lock(&bus.mutex);
    driver->scan_seq = stream_event_seq();
    rc = xs_watch_with(&driver->watch, "device", driver->type, &op, 1);
    driver->watch_seq = stream_event_seq();
    if (!rc && op.result > 0)
        apply_listing(driver, list, (size_t)op.result, true);
    else if (!rc && op.result != -XEN_ENOENT)
        rc = (int)op.result;
    mutex_unlock(&bus.mutex);
    return rc == -XEN_ENODEV ? 0 : rc;
}

SUSPEND_HOOK("080", xenbus, bus_suspend, bus_forget_peers, bus_resume);
