/* SPDX-License-Identifier: BSD-2-Clause */
/* What bus.c and handshake.c share. */
#ifndef PITH_XENSTORE_BUS_H
#define PITH_XENSTORE_BUS_H

#include <pith/mutex.h>
#include <pith/xenbus.h>

/* bus.c's; ready.c looks at it, too. */
extern struct bus {
    /* Held during handshakes: callbacks of drivers never run two at once. May
     * be held for as long as xenstore takes to answer. xs_unwatch is called
     * with it held by the thread xenwatch only: elsewhere a callback that it
     * waits for may in turn wait for this. */
    struct mutex mutex;
    bool closed;        /* the system ends; by mutex */
    struct waitq ready; /* woken when any device's state changed */
    /* Protects linkage of devices; changes need the mutex, too. */
    struct spinlock lock;
    struct list devices;
} bus;

/* What a path that a watch on device/TYPE reported is about. */
enum bus_event {
    BUS_EVENT_OTHER,  /* nothing that concerns this type */
    BUS_EVENT_TYPE,   /* the directory of all devices */
    BUS_EVENT_DEVICE, /* the directory of one device: made or removed */
    BUS_EVENT_BELOW,  /* a node in it */
};
/* path.c; pure. Sets *id for _DEVICE and _BELOW. */
enum bus_event bus_event_parse(const char *type, const char *path,
                               unsigned *id);
/* A device's name: a decimal number without leading zeros. 0 or -XEN_EINVAL. */
int bus_id_parse(const char *name, unsigned *id);
/* True if path lies where domain domid keeps its backends. */
bool bus_peer_path_valid(const char *path, unsigned domid);

/* bus.c. Where the toolstack says the peer is. 0, also if that killed the
 * device; -XEN_ENOENT: it says nothing. */
int bus_peer_find(struct xenbus_device *dev);
/* Ends the device and forgets it. By the bus's mutex. */
void bus_device_remove(struct xenbus_device *dev);
/* bus.c. By either lock of the bus. */
struct xenbus_device *bus_device_find(const struct xenbus_driver *driver,
                                      unsigned id);
/* Wakes who waits in xenbus_wait_ready, and has xenwatch bury devices
 * that died outside of a callback. Any context. */
void bus_state_changed(void);
void bus_device_died(void);

/* suspend.c: of the bus's suspend hook. */
void bus_suspend(void);
void bus_forget_peers(void);
void bus_resume(bool renewed);

/* handshake.c. The bus's mutex is held. Reads where the peer is and acts on
 * it; begin watches the peer first. */
void handshake_begin(struct xenbus_device *dev);
void handshake_continue(struct xenbus_device *dev);
/* Disconnects if connected; a dead device also goes to Closed, once. */
void handshake_stop(struct xenbus_device *dev);
void handshake_bury(struct xenbus_device *dev);

#endif
