/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of one interface: found, connected, disconnected, gone. Owns the
 * rings, the event channel and every grant between connect and disconnect.
 * Source: xen/io/netif.h, xen/io/xenbus.h.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/parse.h>
#include <pith/room.h>
#include <pith/string.h>

static const struct netdev_ops ops = {
    .transmit = tx_transmit,
    .flush = tx_flush,
    .poll = rx_poll,
};

int shared_page_make(struct netfront *nf, bool readonly,
                     struct shared_page *out)
{
    void *page = page_alloc_zeroed(0);
    int rc;

    if (!page)
        return -XEN_ENOMEM;
    rc = grant_access(nf->bus->peer_domid, page, readonly, &out->ref);
    if (rc)
        page_free(page, 0);
    else
        out->page = page;
    return rc;
}

int half_init(struct netfront *nf, struct half *half, uint32_t slot_bytes,
              unsigned page_limit)
{
    int rc = shared_page_make(nf, false, &half->ring_page);

    if (rc)
        return rc;
    front_ring_init(&half->ring, half->ring_page.page, PAGE_SIZE, slot_bytes);
    half->page_limit = page_limit;
    return 0;
}

void half_end_ring(struct half *half)
{
    if (half->ring_page.page)
        grant_end_and_free(half->ring_page.ref, half->ring_page.page);
    half->ring_page.page = NULL;
}

void half_fini(struct half *half)
{
    for (unsigned i = 0; i < half->page_count; i++)
        grant_end_and_free(half->pages[i].ref, half->pages[i].page);
    half_end_ring(half);
    half->page_count = 0;
    memset(&half->slots, 0, sizeof(half->slots));
}

void netfront_lied(struct netfront *nf, const char *why, uint64_t value)
{
    nf->up = false;
    xenbus_fail_deferred(nf->bus, why, value);
}

void half_push(struct netfront *nf, struct half *half)
{
    if (!front_ring_push(&half->ring))
        return;
    atomic_add(&nf->netdev.stats.notifications, 1); /* of both halves */
    evtchn_notify(nf->port);
}

/* Upcall context. One channel serves both directions: the client looks. */
static void on_event(evtchn_port_t port, void *arg)
{
    struct netfront *nf = arg;
    const struct netdev_client *client = READ_ONCE(nf->netdev.client);

    nf->netdev.stats.events++;
    if (!front_ring_moved(&nf->tx.ring) && !front_ring_moved(&nf->rx.ring))
        evtchn_useless(port);
    if (client)
        client->wake(nf->netdev.client_arg);
}

/* A key that is 0 or 1 and may be absent (0); -XEN_EINVAL for anything else. */
static int flag_value(const struct xs_op *op)
{
    uint64_t value = 0;

    if (op->result < 0)
        return op->result == -XEN_ENOENT ? 0 : (int)op->result;
    return parse_u64(op->buf, 1, &value) ? -XEN_EINVAL : (int)value;
}

static int read_features(struct netfront *nf)
{
    const char *peer = nf->bus->peer_path;
    char rx_copy[8], no_csum[8];
    struct xs_op read[] = {
        {XS_OP_READ, peer, "feature-rx-copy", rx_copy, sizeof(rx_copy), 0},
        {XS_OP_READ, peer, "feature-no-csum-offload", no_csum, sizeof(no_csum),
         0},
    };

    /* Each result is judged by itself: a key may be absent. */
    xs_batch(XS_NO_TXN, read, ARRAY_SIZE(read));
    for (size_t i = 0; i < ARRAY_SIZE(read); i++) {
        int value = flag_value(&read[i]);

        if (value < 0) {
            xenbus_fail(nf->bus, "%s of the backend: %s", read[i].node,
                        read[i].result < 0 ? errno_name(value) : read[i].buf);
            return value;
        }
    }
    if (!flag_value(&read[0])) {
        xenbus_fail(nf->bus, "the backend has no feature-rx-copy");
        return -XEN_ENODEV;
    }
    nf->netdev.offload = flag_value(&read[1]) ? 0 : NETDEV_CSUM_BLANK;
    return 0;
}

/* What is not written counts as 0: no feature-sg and no gso, so that every
 * frame comes in one page; no feature-no-csum-offload, so that the peer may
 * leave IPv4 checksums blank. */
static int publish(struct netfront *nf)
{
    const char *own = nf->bus->own_path;
    char tx_ref[12], rx_ref[12], port[12], one[] = "1";
    struct xs_op write[] = {
        {XS_OP_WRITE, own, "tx-ring-ref", tx_ref, 0, 0},
        {XS_OP_WRITE, own, "rx-ring-ref", rx_ref, 0, 0},
        {XS_OP_WRITE, own, "event-channel", port, 0, 0},
        {XS_OP_WRITE, own, "request-rx-copy", one, 0, 0},
        {XS_OP_WRITE, own, "feature-rx-notify", one, 0, 0},
    };

    format(tx_ref, sizeof(tx_ref), "%u", nf->tx.ring_page.ref);
    format(rx_ref, sizeof(rx_ref), "%u", nf->rx.ring_page.ref);
    format(port, sizeof(port), "%u", nf->port);
    return xenbus_publish(nf->bus, write, ARRAY_SIZE(write));
}

static int netfront_connect(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;
    int rc = read_features(nf);

    if (rc)
        return rc;
    rc = tx_init(nf);
    if (!rc)
        rc = rx_init(nf);
    if (rc)
        goto err_halves;
    rc = evtchn_alloc_unbound(bus->peer_domid, on_event, nf, &nf->port);
    if (rc)
        goto err_halves;
    rc = publish(nf);
    if (rc)
        goto err_port;
    return 0;
err_port:
    evtchn_close(nf->port);
err_halves:
    half_fini(&nf->tx);
    half_fini(&nf->rx);
    return rc;
}

static int netfront_connected(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;

    bool again;

    mutex_lock(&nf->rx.lock);
    mutex_lock(&nf->tx.lock);
    nf->up = true;
    again = nf->lost;
    nf->lost = false;
    mutex_unlock(&nf->tx.lock);
    mutex_unlock(&nf->rx.lock);
    evtchn_unmask(nf->port);
    /* The network is to hear from us: switches have to learn the way, and the
     * lease is to be confirmed. */
    if (again)
        netdev_set_link(&nf->netdev, false);
    netdev_set_link(&nf->netdev, true);
    return 0;
}

static void netfront_suspend(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;

    mutex_lock(&nf->rx.lock);
    mutex_lock(&nf->tx.lock);
}

static void netfront_resume(struct xenbus_device *bus, bool lost)
{
    struct netfront *nf = bus->driver_data;

    if (lost) {
        nf->port = 0;
        nf->lost |= nf->up;
        nf->up = false;
    }
    mutex_unlock(&nf->tx.lock);
    mutex_unlock(&nf->rx.lock);
}

static void netfront_disconnect(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;

    mutex_lock(&nf->rx.lock);
    mutex_lock(&nf->tx.lock);
    if (nf->port)
        evtchn_close(nf->port);
    if (nf->lost)
        tx_keep(nf);
    else
        tx_fini(nf);
    half_fini(&nf->rx);
    nf->up = false;
    mutex_unlock(&nf->tx.lock);
    mutex_unlock(&nf->rx.lock);
    if (!nf->lost)
        netdev_set_link(&nf->netdev, false);
}

/* The toolstack's keys: mac must be there, mtu may be. */
static int read_identity(struct netfront *nf)
{
    const char *own = nf->bus->own_path;
    char mac[20], mtu[8];
    struct xs_op read[] = {
        {XS_OP_READ, own, "mac", mac, sizeof(mac), 0},
        {XS_OP_READ, own, "mtu", mtu, sizeof(mtu), 0},
    };
    uint64_t value = NETFRONT_MTU_MAX;

    xs_batch(XS_NO_TXN, read, ARRAY_SIZE(read));
    if (read[0].result < 0 || parse_mac(mac, nf->netdev.mac)) {
        xenbus_fail(nf->bus, "mac is none: %s",
                    read[0].result < 0 ? errno_name((int)read[0].result) : mac);
        return -XEN_EINVAL;
    }
    if (read[1].result != -XEN_ENOENT &&
        (read[1].result < 0 || parse_u64(mtu, 65535, &value) || value < 68)) {
        xenbus_fail(nf->bus, "mtu is not 68 to 65535: %s",
                    read[1].result < 0 ? errno_name((int)read[1].result) : mtu);
        return -XEN_EINVAL;
    }
    nf->netdev.mtu = MIN(value, NETFRONT_MTU_MAX);
    return 0;
}

/* The address is what the network knows us by. */
static int netfront_renew(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;
    uint8_t mac[sizeof(nf->netdev.mac)];
    char text[20] = "";
    long length = xs_read(XS_NO_TXN, bus->own_path, "mac", text, sizeof(text));

    if (length >= 0 && !parse_mac(text, mac) &&
        !memcmp(mac, nf->netdev.mac, sizeof(mac)))
        return 0;
    xenbus_fail(bus, "its mac is another one now: %s",
                length < 0 ? errno_name((int)length) : text);
    netdev_set_link(&nf->netdev, false);
    return -XEN_EINVAL;
}

static int netfront_probe(struct xenbus_device *bus)
{
    struct netfront *nf = heap_zalloc(sizeof(*nf));
    int rc;

    if (!nf)
        return -XEN_ENOMEM;
    nf->bus = bus;
    mutex_init(&nf->tx.lock);
    mutex_init(&nf->rx.lock);
    nf->netdev.ops = &ops;
    nf->netdev.index = bus->id;
    bus->driver_data = nf;
    rc = read_identity(nf);
    if (!rc)
        rc = netdev_register(&nf->netdev);
    if (rc)
        heap_free(nf);
    return rc;
}

static void netfront_remove(struct xenbus_device *bus)
{
    struct netfront *nf = bus->driver_data;

    netdev_unregister(&nf->netdev);
    half_fini(&nf->tx); /* what a restore kept */
    heap_free(nf);
}

static struct xenbus_driver driver = {
    .type = "vif",
    .probe = netfront_probe,
    .connect = netfront_connect,
    .after_connect = XenbusStateConnected,
    .connected = netfront_connected,
    .disconnect = netfront_disconnect,
    .remove = netfront_remove,
    .suspend = netfront_suspend,
    .resume = netfront_resume,
    .renew = netfront_renew,
};

static int netfront_init(void)
{
    return xenbus_register(&driver);
}

ROOM("080", netfront, netfront_init, true);
