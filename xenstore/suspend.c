/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices of a domain that is saved, and restored or not. The bus's mutex is
 * held from the beginning to the end: no handshake goes on meanwhile.
 *
 * A restored domain's devices are the toolstack's new ones: each of ours is
 * disconnected and begins a handshake with the backend that it has now.
 */

#include "bus.h"
#include "private.h"

#include <pith/errno.h>
#include <pith/log.h>

void bus_suspend(void)
{
    struct xenbus_device *dev;

    mutex_lock(&bus.mutex);
    list_for_each (dev, &bus.devices, link)
        if (dev->connected && dev->driver->suspend)
            dev->driver->suspend(dev);
}

void bus_forget_peers(void)
{
    struct xenbus_device *dev;

    list_for_each (dev, &bus.devices, link)
        if (!list_empty(&dev->peer_watch.link))
            watch_forget(&dev->peer_watch);
}

/* Nobody can have removed it before its first connection, as at boot. */
static void device_renew(struct xenbus_device *dev)
{
    handshake_stop(dev);
    dev->own_state = XenbusStateInitialising;
    dev->at_boot = true;
    dev->buried = false;
    if (bus_peer_find(dev)) {
        log_error("%s/%u: the restored domain does not have it",
                  dev->driver->type, dev->id);
        bus_device_remove(dev);
        return;
    }
    if (!dev->dead && dev->driver->renew && dev->driver->renew(dev))
        xenbus_fail(dev, "it is not what it was");
    if (dev->dead)
        handshake_bury(dev);
    else
        handshake_begin(dev);
}

void bus_resume(bool renewed)
{
    struct xenbus_device *dev, *next;

    list_for_each (dev, &bus.devices, link) {
        /* Nobody answers any more, so nobody is waited for. */
        if (renewed)
            dev->peer_state = dev->seen = XenbusStateUnknown;
        if (dev->connected && dev->driver->resume)
            dev->driver->resume(dev, renewed);
    }
    if (renewed)
        list_for_each_safe (dev, next, &bus.devices, link)
            device_renew(dev);
    mutex_unlock(&bus.mutex);
    if (renewed)
        bus_state_changed();
}
