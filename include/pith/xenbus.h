/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one handshake of split drivers, both halves. xenstore/.
 * Source: xen/io/xenbus.h.
 *
 * A driver describes a device type; the bus finds its devices below device/
 * (frontends), watches the peer's state and calls the driver. Every callback
 * runs in the thread "xenwatch", at boot in "main", and at the end in the
 * thread that ends the system; never two at once, and they may block on
 * xenstore. They must not call xs_unwatch.
 */
#ifndef PITH_XENBUS_H
#define PITH_XENBUS_H

#include <pith/list.h>
#include <pith/waitq.h>
#include <pith/xenstore.h>
#include <xen/io/xenbus.h>

struct xenbus_device {
    const struct xenbus_driver *driver;
    unsigned id; /* the number below device/TYPE/ */
    uint16_t peer_domid;
    char own_path[64];   /* device/vif/0 */
    char peer_path[120]; /* /local/domain/0/backend/vif/5/0 */
    enum xenbus_state own_state, peer_state;
    bool dead; /* failed for good; logged once */
    void *driver_data;

    /* xenstore/'s: */
    struct xs_watch peer_watch;
    enum xenbus_state seen; /* the peer's state as last read, and */
    uint32_t seen_seq;      /* the events that this read covers */
    bool at_boot;           /* found by xenbus_register */
    bool probed;            /* between probe and remove */
    bool connected;         /* between connect and disconnect */
    bool started;           /* connected has run since connect */
    bool buried;            /* dead, and disconnected and Closed */
    struct list link;
};

struct xenbus_driver {
    const char *type; /* "vif" */
    /* A device was found: allocate driver_data. 0 or an error (then dead). */
    int (*probe)(struct xenbus_device *dev);
    /* The peer reached InitWait: read its features, make rings, publish keys.
     * The bus then moves to after_connect unless xenbus_publish did. An error
     * kills the device; connect has undone its work then, disconnect is not
     * called. */
    int (*connect)(struct xenbus_device *dev);
    enum xenbus_state after_connect; /* Initialised, or Connected at once */
    /* The peer is Connected: read its final keys, start. May be NULL. An error
     * kills the device, and disconnect is called. */
    int (*connected)(struct xenbus_device *dev);
    /* Stop, revoke grants, fail what is in flight: the peer is closing, lied
     * or vanished. Called once for each connect; the device may connect again.
     */
    void (*disconnect)(struct xenbus_device *dev);
    /* Disappeared: free driver_data. */
    void (*remove)(struct xenbus_device *dev);
    /* The domain is about to be saved, the device connected: no event is sent
     * from now on until resume, which comes soon, in the same thread. lost: in
     * a restored domain. The port is gone then, the grants are to nobody and
     * end as ever, and disconnect follows; the next connection is with another
     * backend. Both or neither may be NULL. */
    void (*suspend)(struct xenbus_device *dev);
    void (*resume)(struct xenbus_device *dev, bool lost);
    /* In a restored domain, after disconnect: is this the same device still? 0;
     * an error kills the device, and the driver says why. May be NULL. */
    int (*renew)(struct xenbus_device *dev);

    /* xenstore/'s: */
    struct xs_watch watch; /* on device/TYPE */
    uint32_t scan_seq;     /* the events that the last scan covers */
    uint32_t watch_seq;    /* and those up to the answer to the watch */
};

/* Announces a driver (borrowed for ever), finds its devices and starts their
 * handshakes; does not wait for the peers. 0 (also where there is no
 * xenstore: there are no devices then) or -XEN_E*. Thread context. */
int xenbus_register(struct xenbus_driver *driver);

/* Moves our half to state, in xenstore too, if the node still exists. */
int xenbus_set_state(struct xenbus_device *dev, enum xenbus_state state);

/* In connect: writes the driver's keys (at most 12 writes in keys) and moves to
 * after_connect, at boot in one round trip. 0 or -XEN_E*. */
#define XENBUS_PUBLISH_MAX 12
int xenbus_publish(struct xenbus_device *dev, const struct xs_op *keys,
                   unsigned count);

/* The peer lied or failed: logs "TYPE/ID: what" and marks the device dead,
 * once; disconnect, Closing and Closed follow soon in xenwatch, or when the
 * callback that called this returns. Any context. */
void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
    __printf(2, 3);

/* The same with a number: why is a string constant, value is logged. */
void xenbus_fail_deferred(struct xenbus_device *dev, const char *why,
                          uint64_t value);

/* Blocks until every device known now is Connected or dead, or the deadline
 * passed (-XEN_ETIME, and a log line names the slow ones). */
int xenbus_wait_ready(const char *type, uint64_t deadline_ns);

/* Closes device id of driver and makes a new connection: both halves go
 * through Closed. 0 once it is Connected, -XEN_EIO if it is gone or dead,
 * -XEN_ETIME. Thread context, not in a callback; blocks. */
int xenbus_reconnect(struct xenbus_driver *driver, unsigned id,
                     uint64_t deadline_ns);

/* Disconnects all devices in order and tells their peers: at the end of the
 * system. A lifecycle hook of level 080 calls it. */
void xenbus_close_all(void);

#endif
