/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one handshake of split drivers, both halves. xenstore/.
 * Source: xen/io/xenbus.h.
 *
 * A driver describes a device type; the bus finds its devices below device/
 * (frontends), watches the peer's state and calls the driver. Every callback
 * runs in the thread "xenwatch" or at boot in "main", never two at once for
 * one device, and may block on xenstore.
 */
#ifndef PITH_XENBUS_H
#define PITH_XENBUS_H

#include <pith/list.h>
#include <pith/waitq.h>
#include <pith/xenstore.h>
#include <xen/io/xenbus.h>

struct xenbus_device {
    const struct xenbus_driver *driver;
    unsigned id;                /* the number below device/TYPE/ */
    uint16_t peer_domid;
    char own_path[64];          /* device/vif/0 */
    char peer_path[128];        /* /local/domain/0/backend/vif/5/0 */
    enum xenbus_state own_state, peer_state;
    struct xs_watch peer_watch;
    struct waitq state_waitq;   /* woken at every change of either state */
    bool dead;                  /* failed for good; logged once */
    void *driver_data;
    struct list link;
};

struct xenbus_driver {
    const char *type;           /* "vif" */
    struct list link;           /* xenstore/'s */
    /* A device was found: allocate driver_data. 0 or an error (then dead). */
    int (*probe)(struct xenbus_device *dev);
    /* The peer reached InitWait: read its features, make rings, publish keys.
     * The bus then moves to next_state. */
    int (*connect)(struct xenbus_device *dev);
    enum xenbus_state after_connect; /* Initialised, or Connected at once */
    /* The peer is Connected: read its final keys, start. */
    int (*connected)(struct xenbus_device *dev);
    /* Stop, revoke grants, fail what is in flight: the peer is closing, lied
     * or vanished. Called once for each connect; the device may connect again. */
    void (*disconnect)(struct xenbus_device *dev);
    /* Disappeared or shutdown: free driver_data. */
    void (*remove)(struct xenbus_device *dev);
};

/* Announces a driver (borrowed for ever), finds its devices and starts their
 * handshakes; does not wait for the peers. 0 or -XEN_E*. Thread context. */
int xenbus_register(struct xenbus_driver *driver);

/* Moves our half to state, in xenstore too, if the node still exists. */
int xenbus_set_state(struct xenbus_device *dev, enum xenbus_state state);

/* The peer lied or failed: logs "TYPE/ID: what" once, calls disconnect, goes
 * to Closing and then Closed, marks the device dead. From thread context;
 * from an upcall use xenbus_fail_deferred. */
void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
    __printf(2, 3);
/* Same from any context; why is a string constant, value is logged. */
void xenbus_fail_deferred(struct xenbus_device *dev, const char *why,
                          uint64_t value);

/* Blocks until every device known now is Connected or dead, or the deadline
 * passed (-XEN_ETIME, and a log line names the slow ones). */
int xenbus_wait_ready(const char *type, uint64_t deadline_ns);

/* Disconnects all devices in order: at the end of the system. */
void xenbus_close_all(void);

#endif
