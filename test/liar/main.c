/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * liar vbd|vif DOMID ID LIE AFTER
 *
 * Plays the backend of device ID of a guest, whose nodes the caller has made
 * in xenstore (test/system/hostile.sh): answers AFTER requests (vbd) or pings
 * (vif) truly, then lies. Status 0: the frontend did what it should, which is
 * to close the device after a lie, and to go on where there was none.
 */
#include "liar.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_S 20.0
#define CLOSE_S 10.0

static const struct {
    const char *name;
    enum lie lie;
    bool fatal;
} lies[] = {
    {"honest", HONEST, false},
    {"restart", RESTART, false},
    {"vanish", VANISH, false},
    {"silent", SILENT, false},
    {"storm", STORM, false},
    {"error", ERROR, false},
    {"negative", NEGATIVE, false},
    {"rsp-prod", RSP_PROD, true},
    {"id-unknown", ID_UNKNOWN, true},
    {"id-idle", ID_IDLE, true},
    {"id-twice", ID_TWICE, true},
    {"operation", OPERATION, true},
    {"status", STATUS, true},
    {"offset", OFFSET, true},
    {"huge-status", HUGE_STATUS, true},
    {"extra-info", EXTRA_INFO, true},
    {"more-data", MORE_DATA, true},
    {"tx-rsp-prod", TX_RSP_PROD, true},
    {"tx-id-unknown", TX_ID_UNKNOWN, true},
    {"tx-id-twice", TX_ID_TWICE, true},
};

void die(const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "liar: ");
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

enum xenbus_state front_state(struct liar *liar)
{
    char text[8] = "0";

    if (xs_fired()) {
        xs_get(liar->front, "state", text, sizeof(text));
        liar->seen = (enum xenbus_state)atoi(text);
    }
    return liar->seen;
}

void back_state(const struct liar *liar, enum xenbus_state state)
{
    char text[8];

    snprintf(text, sizeof(text), "%u", state);
    xs_put(liar->back, "state", text);
}

static void wait_for_xenstore(const struct liar *liar, int milliseconds)
{
    struct pollfd fd = {.fd = liar->xs_fd, .events = POLLIN};

    if (poll(&fd, 1, milliseconds) > 0)
        xs_take_event();
}

/* Waits for one of two states; false when the frontend is gone. */
static bool await(struct liar *liar, enum xenbus_state a, enum xenbus_state b,
                  double seconds)
{
    double end = now_s() + seconds;
    enum xenbus_state state;

    while ((state = front_state(liar)) != a && state != b) {
        if (state == XenbusStateUnknown)
            return false;
        if (now_s() > end)
            die("the frontend's state is %u and not %u", state, a);
        wait_for_xenstore(liar, 1000);
    }
    return true;
}

/* One connection. False: it was the last. */
static bool connection(struct liar *liar, void (*serve)(struct liar *))
{
    bool restart = false;

    back_state(liar, XenbusStateInitWait);
    if (!await(liar, XenbusStateInitialised, XenbusStateConnected, CONNECT_S))
        return false;
    serve(liar);
    if (liar->done || (liar->lie == VANISH && liar->lied))
        return false;
    if (liar->lie == RESTART && front_state(liar) == XenbusStateConnected) {
        back_state(liar, XenbusStateClosing);
        liar->lie = HONEST;
        restart = true;
    }
    /* Mapped until then: the guest must not reuse these pages yet. */
    if (!await(liar, XenbusStateClosed, XenbusStateClosed, CLOSE_S))
        return false;
    channel_close();
    if (liar->lied && liar->fatal)
        return false;
    back_state(liar, XenbusStateClosed);
    /* A frontend that closed by itself and wants to go on says Initialising. */
    while (!restart && front_state(liar) == XenbusStateClosed)
        wait_for_xenstore(liar, 1000);
    return front_state(liar) != XenbusStateUnknown;
}

int main(int argc, char **argv)
{
    struct liar liar = {0};
    bool vbd = argc > 1 && !strcmp(argv[1], "vbd");
    size_t i = 0;

    if (argc != 6 || (!vbd && strcmp(argv[1], "vif")))
        die("usage: liar vbd|vif DOMID ID LIE AFTER");
    while (i < sizeof(lies) / sizeof(*lies) && strcmp(lies[i].name, argv[4]))
        i++;
    if (i == sizeof(lies) / sizeof(*lies))
        die("no lie has the name %s", argv[4]);
    liar.lie = lies[i].lie;
    liar.fatal = lies[i].fatal;
    liar.domid = (unsigned)atoi(argv[2]);
    liar.after = (unsigned)atoi(argv[5]);
    snprintf(liar.front, sizeof(liar.front), "/local/domain/%s/device/%s/%s",
             argv[2], argv[1], argv[3]);
    snprintf(liar.back, sizeof(liar.back),
             "/local/domain/0/backend/liar-%s/%s/%s", argv[1], argv[2],
             argv[3]);
    liar.xs_fd = xs_open();
    xs_watch(liar.front, "state");
    while (connection(&liar, vbd ? vbd_serve : vif_serve))
        ;
    return 0;
}
