/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices as their users see them: wait until they are ready, connect one
 * anew, close them all at the end.
 */

#include "bus.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/string.h>

/* Devices that are told of the end in one round trip. */
#define CLOSE_BATCH 16

static bool device_is_ready(const struct xenbus_device *dev)
{
    return READ_ONCE(dev->dead) ||
           (READ_ONCE(dev->own_state) == XenbusStateConnected &&
            READ_ONCE(dev->started));
}

/* How many devices of type are not ready; says which if report. */
static unsigned count_slow(const char *type, bool report)
{
    struct xenbus_device *dev;
    unsigned slow = 0;

    spin_lock(&bus.lock);
    list_for_each (dev, &bus.devices, link) {
        if (strcmp(dev->driver->type, type) || device_is_ready(dev))
            continue;
        slow++;
        if (report)
            log_warning("%s/%u: the backend %s is not ready: its state is %u",
                        type, dev->id, dev->peer_path, dev->peer_state);
    }
    spin_unlock(&bus.lock);
    return slow;
}

int xenbus_wait_ready(const char *type, uint64_t deadline_ns)
{
    int rc =
        WAITQ_WAIT_UNTIL(&bus.ready, !count_slow(type, false), deadline_ns);

    if (rc)
        count_slow(type, true);
    return rc;
}

/* One step of a reconnect: stops the device and takes our half to state. */
static int restart(struct xenbus_driver *driver, unsigned id,
                   enum xenbus_state state)
{
    struct xenbus_device *dev;
    int rc = -XEN_EIO;

    mutex_lock(&bus.mutex);
    dev = bus.closed ? NULL : bus_device_find(driver, id);
    if (dev && !dev->dead) {
        handshake_stop(dev);
        rc = xenbus_set_state(dev, state);
    }
    mutex_unlock(&bus.mutex);
    return rc;
}

/* Has the handshake come to the peer's Closed, or to a new connection? Or can
 * it no more: then *alive is false. */
static bool restart_is_at(struct xenbus_driver *driver, unsigned id,
                          enum xenbus_state state, bool *alive)
{
    struct xenbus_device *dev;
    bool there;

    spin_lock(&bus.lock);
    dev = bus_device_find(driver, id);
    *alive = dev && !READ_ONCE(dev->dead);
    there = *alive && (state == XenbusStateClosed
                           ? READ_ONCE(dev->peer_state) == XenbusStateClosed
                           : device_is_ready(dev));
    spin_unlock(&bus.lock);
    return there || !*alive;
}

int xenbus_reconnect(struct xenbus_driver *driver, unsigned id,
                     uint64_t deadline_ns)
{
    bool alive = true;
    int rc = restart(driver, id, XenbusStateClosed);

    if (!rc)
        rc = WAITQ_WAIT_UNTIL(
            &bus.ready, restart_is_at(driver, id, XenbusStateClosed, &alive),
            deadline_ns);
    /* A backend that is Closed begins anew when it sees us do so. */
    if (!rc && alive)
        rc = restart(driver, id, XenbusStateInitialising);
    if (!rc && alive)
        rc = WAITQ_WAIT_UNTIL(
            &bus.ready, restart_is_at(driver, id, XenbusStateConnected, &alive),
            deadline_ns);
    return rc || alive ? rc : -XEN_EIO;
}

static void tell_closed(struct xs_op *ops, unsigned count)
{
    char closed[8];

    format(closed, sizeof(closed), "%u", XenbusStateClosed);
    for (unsigned i = 0; i < count; i++)
        ops[i].buf = closed;
    /* The system ends: there is nothing to be done about an error. */
    xs_batch(XS_NO_TXN, ops, count);
}

void xenbus_close_all(void)
{
    struct xs_op ops[CLOSE_BATCH];
    struct xenbus_device *dev;
    unsigned count = 0;

    mutex_lock(&bus.mutex);
    bus.closed = true;
    list_for_each (dev, &bus.devices, link) {
        handshake_stop(dev);
        if (dev->own_state == XenbusStateClosed)
            continue;
        if (count == CLOSE_BATCH) {
            tell_closed(ops, count);
            count = 0;
        }
        ops[count++] = (struct xs_op){
            .kind = XS_OP_WRITE, .dir = dev->own_path, .node = "state"};
    }
    tell_closed(ops, count);
    mutex_unlock(&bus.mutex);
}

LIFECYCLE_HOOK("080", xenbus, xenbus_close_all);
