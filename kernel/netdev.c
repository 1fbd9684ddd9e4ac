/* SPDX-License-Identifier: BSD-2-Clause */
/* The class of network interfaces: the list of them, and who uses them. */

#include "private.h"
#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/netdev.h>
#include <pith/report.h>

ROOM_NEEDS_LIST(netdev_drivers);
REPORT_NEEDS(kernel_netdevs);

/* list_lock protects devices. client_lock is taken before it and makes attach
 * and detach come one at a time; they may look at the list. */
static struct {
    struct mutex client_lock, list_lock;
    struct list devices; /* in order of index */
    void (*attach)(struct netdev *dev);
    void (*detach)(struct netdev *dev);
} netdevs = {.client_lock = MUTEX_INIT(netdevs.client_lock),
             .list_lock = MUTEX_INIT(netdevs.list_lock),
             .devices = LIST_INIT(netdevs.devices)};

static int insert(struct netdev *dev)
{
    struct netdev *other;
    int rc = 0;

    mutex_lock(&netdevs.list_lock);
    list_for_each (other, &netdevs.devices, link) {
        if (other->index >= dev->index)
            break;
    }
    /* other is the first one that comes after, or stands for the head */
    if (&other->link != &netdevs.devices && other->index == dev->index)
        rc = -XEN_EEXIST;
    else
        list_push_back(&other->link, &dev->link);
    mutex_unlock(&netdevs.list_lock);
    return rc;
}

/* A device that the client has not seen, marked as seen. */
static struct netdev *next_unattached(void)
{
    struct netdev *dev, *found = NULL;

    mutex_lock(&netdevs.list_lock);
    list_for_each (dev, &netdevs.devices, link) {
        if (!dev->attached) {
            dev->attached = true;
            found = dev;
            break;
        }
    }
    mutex_unlock(&netdevs.list_lock);
    return found;
}

/* client_lock is held. */
static void attach_all(void)
{
    struct netdev *dev;

    while (netdevs.attach && (dev = next_unattached()))
        netdevs.attach(dev);
}

int netdev_register(struct netdev *dev)
{
    int rc;

    dev->attached = false;
    dev->client = NULL;
    rc = insert(dev);
    if (rc)
        return rc;
    log_info("net%u: is there", dev->index);
    mutex_lock(&netdevs.client_lock);
    attach_all();
    mutex_unlock(&netdevs.client_lock);
    return 0;
}

void netdev_unregister(struct netdev *dev)
{
    mutex_lock(&netdevs.client_lock);
    mutex_lock(&netdevs.list_lock);
    list_remove(&dev->link);
    mutex_unlock(&netdevs.list_lock);
    if (dev->attached && netdevs.detach)
        netdevs.detach(dev);
    mutex_unlock(&netdevs.client_lock);
    log_info("net%u: is gone", dev->index);
}

void netdev_set_link(struct netdev *dev, bool up)
{
    const struct netdev_client *client;

    WRITE_ONCE(dev->link_up, up);
    barrier_full(); /* with net/'s attach: one of us sees the other's store */
    client = atomic_load(&dev->client);
    if (client)
        client->link(dev->client_arg, up);
}

void netdev_set_attach(void (*attach)(struct netdev *dev),
                       void (*detach)(struct netdev *dev))
{
    mutex_lock(&netdevs.client_lock);
    netdevs.attach = attach;
    netdevs.detach = detach;
    attach_all();
    mutex_unlock(&netdevs.client_lock);
}

struct netdev *netdev_find(unsigned index)
{
    struct netdev *dev, *found = NULL;

    mutex_lock(&netdevs.list_lock);
    list_for_each (dev, &netdevs.devices, link)
        if (dev->index == index)
            found = dev;
    mutex_unlock(&netdevs.list_lock);
    return found;
}

void netdev_for_each(void (*fn)(struct netdev *dev, void *arg), void *arg)
{
    struct netdev *dev;

    mutex_lock(&netdevs.list_lock);
    list_for_each (dev, &netdevs.devices, link)
        fn(dev, arg);
    mutex_unlock(&netdevs.list_lock);
}
