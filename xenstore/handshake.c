/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handshake of one frontend with its backend: follows the peer's state
 * and calls the driver. The bus's mutex is held all through.
 *
 *   peer             we
 *   Initialising     if Closed: Initialising, so that the peer goes on
 *   InitWait         connect (again, if the peer has restarted)
 *   Connected        connected, Connected
 *   Closing, Closed  disconnect, Closed; another InitWait connects again
 *   gone             disconnect
 *
 * Source: xen/io/xenbus.h.
 */

#include "bus.h"
#include "private.h"

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/log.h>
#include <pith/string.h>
#include <stdarg.h>

static int write_state_if_present(uint32_t txn, void *arg)
{
    struct xenbus_device *dev = arg;
    char before[8];
    long length = xs_read(txn, dev->own_path, "state", before, sizeof(before));

    if (length < 0)
        return (int)length;
    return xs_writef(txn, dev->own_path, "state", "%u", dev->own_state);
}

/*
 * A blind write would make the node again if the toolstack has removed the
 * device meanwhile, and the next device of that number would find it. Only
 * before the first connection of a device that was there at boot, nobody can
 * have removed it yet: libxl waits for the handshake before it detaches.
 */
int xenbus_set_state(struct xenbus_device *dev, enum xenbus_state state)
{
    bool may_be_gone = !dev->at_boot || state > XenbusStateConnected ||
                       dev->own_state > XenbusStateConnected;

    dev->own_state = state;
    bus_state_changed();
    if (!may_be_gone)
        return xs_writef(XS_NO_TXN, dev->own_path, "state", "%u", state);
    return xs_transaction(write_state_if_present, dev);
}

/* What the peer's state node holds, as a state. A node that is gone says
 * EACCES where we may not look at the directory that it was in. 0 or
 * -XEN_EINVAL. */
static int state_from_text(long length, const char *text,
                           enum xenbus_state *out)
{
    uint64_t state = XenbusStateUnknown;
    bool gone = length == -XEN_ENOENT || length == -XEN_EACCES;

    if (!gone &&
        (length < 0 || xs_parse_u64(text, XenbusStateReconfigured, &state)))
        return -XEN_EINVAL;
    *out = (enum xenbus_state)state;
    return 0;
}

/* Notes what a read of the peer's state gave. covered: stream_event_seq()
 * from before the read was sent. */
static void note_peer_state(struct xenbus_device *dev, long length,
                            const char *text, uint32_t covered)
{
    dev->seen_seq = covered;
    if (state_from_text(length, text, &dev->seen))
        xenbus_fail(dev, "the peer's state is no state: %s",
                    length < 0 ? errno_name((int)length) : text);
}

/* One batch: the keys, our state, and the peer's state once more, which spares
 * a round trip for the event that the fresh watch on it has fired. */
static int publish_with_state(struct xenbus_device *dev,
                              const struct xs_op *keys, unsigned count)
{
    struct xs_op ops[XENBUS_PUBLISH_MAX + 2];
    uint32_t covered = stream_event_seq();
    char own[8], peer[8] = "";
    int rc = 0;

    memcpy(ops, keys, count * sizeof(*keys));
    format(own, sizeof(own), "%u", dev->driver->after_connect);
    ops[count] = (struct xs_op){
        .kind = XS_OP_WRITE, .dir = dev->own_path, .node = "state", .buf = own};
    ops[count + 1] = (struct xs_op){.kind = XS_OP_READ,
                                    .dir = dev->peer_path,
                                    .node = "state",
                                    .buf = peer,
                                    .size = sizeof(peer)};
    xs_batch(XS_NO_TXN, ops, count + 2);
    for (unsigned i = 0; i <= count && !rc; i++)
        rc = (int)MIN(ops[i].result, 0);
    if (rc)
        return rc;
    dev->own_state = dev->driver->after_connect;
    note_peer_state(dev, ops[count + 1].result, peer, covered);
    bus_state_changed();
    return 0;
}

struct keys {
    struct xenbus_device *dev;
    const struct xs_op *ops;
    unsigned count;
};

static int write_keys_if_present(uint32_t txn, void *arg)
{
    const struct keys *keys = arg;
    struct xs_op ops[XENBUS_PUBLISH_MAX];
    int rc = write_state_if_present(txn, keys->dev);

    memcpy(ops, keys->ops, keys->count * sizeof(*ops));
    return rc ? rc : xs_batch(txn, ops, keys->count);
}

int xenbus_publish(struct xenbus_device *dev, const struct xs_op *keys,
                   unsigned count)
{
    struct keys all = {dev, keys, count};

    if (count > XENBUS_PUBLISH_MAX)
        return -XEN_EINVAL;
    if (dev->at_boot && dev->own_state == XenbusStateInitialising)
        return publish_with_state(dev, keys, count);
    dev->own_state = dev->driver->after_connect;
    bus_state_changed();
    return xs_transaction(write_keys_if_present, &all);
}

static void connect_device(struct xenbus_device *dev)
{
    int rc = dev->driver->connect(dev);

    if (!rc) {
        dev->connected = true;
        if (dev->own_state != dev->driver->after_connect)
            rc = xenbus_set_state(dev, dev->driver->after_connect);
    }
    if (rc)
        xenbus_fail(dev, "cannot connect: %s", errno_name(rc));
}

static void start_device(struct xenbus_device *dev)
{
    int rc = 0;

    if (!dev->connected || dev->started)
        return;
    dev->started = true;
    if (dev->driver->connected)
        rc = dev->driver->connected(dev);
    if (!rc && dev->own_state != XenbusStateConnected)
        rc = xenbus_set_state(dev, XenbusStateConnected);
    if (rc)
        xenbus_fail(dev, "cannot start: %s", errno_name(rc));
    bus_state_changed();
}

void handshake_stop(struct xenbus_device *dev)
{
    if (!dev->connected)
        return;
    dev->connected = dev->started = false;
    dev->driver->disconnect(dev);
}

static void close_device(struct xenbus_device *dev)
{
    handshake_stop(dev);
    /* A peer that was Closed before we began waits for our Initialising. */
    if (dev->own_state == XenbusStateClosed ||
        (dev->own_state == XenbusStateInitialising &&
         dev->peer_state != XenbusStateClosing))
        return;
    /* Gone with the device, or it fails again at the next step: no matter. */
    xenbus_set_state(dev, XenbusStateClosed);
}

static void act(struct xenbus_device *dev)
{
    switch (dev->peer_state) {
    case XenbusStateInitialising:
        handshake_stop(dev);
        if (dev->own_state != XenbusStateInitialising)
            xenbus_set_state(dev, XenbusStateInitialising);
        break;
    case XenbusStateInitWait:
        handshake_stop(dev);
        connect_device(dev);
        break;
    case XenbusStateConnected:
        start_device(dev);
        break;
    case XenbusStateClosing:
    case XenbusStateClosed:
    case XenbusStateUnknown:
        close_device(dev);
        break;
    default: /* Initialised, Reconfiguring, Reconfigured ask nothing of us. */
        break;
    }
}

void handshake_bury(struct xenbus_device *dev)
{
    if (dev->buried)
        return;
    dev->buried = true;
    handshake_stop(dev);
    xenbus_set_state(dev, XenbusStateClosing);
    xenbus_set_state(dev, XenbusStateClosed);
}

/* Acts until the peer is where we saw it. */
static void follow(struct xenbus_device *dev)
{
    while (!dev->dead && dev->peer_state != dev->seen) {
        dev->peer_state = dev->seen;
        act(dev);
    }
    if (dev->dead)
        handshake_bury(dev);
    bus_state_changed();
}

void handshake_continue(struct xenbus_device *dev)
{
    uint32_t covered = stream_event_seq();
    char text[8] = "";
    long length;

    if (!dev->dead) {
        length =
            xs_read(XS_NO_TXN, dev->peer_path, "state", text, sizeof(text));
        note_peer_state(dev, length, text, covered);
    }
    follow(dev);
}

void handshake_begin(struct xenbus_device *dev)
{
    uint32_t covered = stream_event_seq();
    char text[8] = "";
    struct xs_op op = {.kind = XS_OP_READ,
                       .dir = dev->peer_path,
                       .node = "state",
                       .buf = text,
                       .size = sizeof(text)};
    int rc = xs_watch_with(&dev->peer_watch, dev->peer_path, "state", &op, 1);

    if (rc)
        xenbus_fail(dev, "cannot watch the peer: %s", errno_name(rc));
    else
        note_peer_state(dev, op.result, text, covered);
    follow(dev);
}

void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
{
    char text[160];
    va_list args;

    if (atomic_exchange(&dev->dead, true))
        return;
    va_start(args, fmt);
    vformat(text, sizeof(text), fmt, args);
    va_end(args);
    log_error("%s/%u: %s", dev->driver->type, dev->id, text);
    bus_device_died();
}

void xenbus_fail_deferred(struct xenbus_device *dev, const char *why,
                          uint64_t value)
{
    xenbus_fail(dev, "%s: %llu", why, (unsigned long long)value);
}
