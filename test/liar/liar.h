/* SPDX-License-Identifier: BSD-2-Clause */
/* liar: a backend in dom0's user space that serves a frontend honestly for a
 * while and then lies in one chosen way. */
#ifndef LIAR_H
#define LIAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/ring.h>
#include <xen/io/xenbus.h>

enum lie {
    HONEST,
    RESTART,    /* goes through Closing and Closed, and comes back */
    VANISH,     /* ends without a word */
    SILENT,     /* answers no more */
    STORM,      /* sends events all the time, and answers */
    RSP_PROD,   /* a producer index that cannot be */
    ID_UNKNOWN, /* an id that is none */
    ID_IDLE,    /* an id that could be, but is not in flight */
    ID_TWICE,   /* the id of an answer given before */
    OPERATION,  /* the answer to another operation; vbd */
    STATUS,     /* a status that does not exist; vbd */
    ERROR,      /* no lie: an I/O error; vbd */
    NEGATIVE,   /* no lie: a frame that the backend could not copy; vif */
    OFFSET,     /* a frame that leaves its page, and so on; vif */
    HUGE_STATUS,
    EXTRA_INFO,
    MORE_DATA,
    TX_RSP_PROD, /* the same, on the ring of frames that the guest sends */
    TX_ID_UNKNOWN,
    TX_ID_TWICE,
};

/* main.c */
struct liar {
    unsigned domid;
    char front[64], back[80]; /* directories in xenstore */
    enum lie lie;
    bool fatal; /* the frontend must close the device */
    unsigned after;
    bool lied, done;
    int xs_fd;
    enum xenbus_state seen; /* the frontend's, as last read */
};

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
double now_s(void);
/* The frontend's state; XenbusStateUnknown when it is gone. */
enum xenbus_state front_state(struct liar *liar);
void back_state(const struct liar *liar, enum xenbus_state state);

/* xenstore.c */
int xs_open(void);
/* Wakes channel_wait when node changes or goes. */
void xs_watch(const char *dir, const char *node);
/* Has a watch fired since the last call? */
bool xs_fired(void);
/* Takes what has arrived at the descriptor that xs_open returned. */
void xs_take_event(void);
/* False if there is no such node. */
bool xs_get(const char *dir, const char *node, char *buf, size_t size);
unsigned xs_get_number(const char *dir, const char *node);
void xs_put(const char *dir, const char *node, const char *value);

/* channel.c: one connection at a time. */
void channel_open(const struct liar *liar);
/* Ends the channel and every mapping. */
void channel_close(void);
void channel_notify(void);
/* Waits for an event here or in xenstore, but not longer than this. */
void channel_wait(int milliseconds);
void *grant_map(unsigned ref);
/* Copies between our memory and a page of the frontend, which may refuse. */
bool grant_read(unsigned ref, unsigned offset, void *to, size_t bytes);
bool grant_write(unsigned ref, unsigned offset, const void *from, size_t bytes);

DEFINE_RING_TYPES(any, uint8_t, uint8_t);

struct ring {
    struct any_sring *shared;
    size_t slot_bytes;
    uint32_t size, req_cons, rsp_prod;
};

/* Maps the ring that node of the frontend names. */
void ring_attach(struct ring *ring, const struct liar *liar, const char *node,
                 size_t slot_bytes, uint32_t size);
bool ring_take(struct ring *ring, void *request, size_t bytes);
void ring_put(struct ring *ring, const void *response, size_t bytes);
void ring_push(struct ring *ring);
/* Asks for an event at the next request. */
void ring_arm(struct ring *ring);

/* One connection, from the frontend's Initialised or Connected to its end.
 * Returns after a lie that ends it, or when the frontend closes. */
void vbd_serve(struct liar *liar);
void vif_serve(struct liar *liar);

#endif
