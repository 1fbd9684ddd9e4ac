/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `xl sysrq DOMAIN KEY`: the toolstack writes a letter to control/sysrq; it is
 * taken away and the report of that letter (pith/report.h) printed on the
 * console, or on the emergency console where that takes nothing any more.
 * Nothing else happens: what else a letter means elsewhere has its own verb.
 */

#include "private.h"
#include <pith/console.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/report.h>
#include <pith/string.h>
#include <pith/tty.h>
#include <pith/xenstore.h>

/* Used by the thread xenwatch alone. The console's ring costs an event for each
 * write, so lines go there together. */
static struct {
    size_t length;
    char text[1024];
} page;

static void page_flush(void)
{
    uint64_t dropped = tty_dropped_bytes();

    tty_write(page.text, page.length);
    if (tty_dropped_bytes() != dropped)
        emergency_write(page.text, page.length);
    page.length = 0;
}

static void page_print(const char *text, size_t length)
{
    while (length) {
        size_t n = MIN(length, sizeof(page.text) - page.length);

        memcpy(page.text + page.length, text, n);
        page.length += n;
        text += n;
        length -= n;
        if (page.length == sizeof(page.text))
            page_flush();
    }
}

/* Takes the letter away, unless the toolstack has written another one. */
static int acknowledge(uint32_t txn, void *arg)
{
    const char *request = arg;
    char now[8];
    long length = xs_read(txn, "control", "sysrq", now, sizeof(now));

    if (length < 0)
        return (int)length;
    if (strcmp(now, request))
        return -XEN_ENOENT;
    return xs_write(txn, "control", "sysrq", "");
}

void sysrq_check(void)
{
    char request[8];
    long length =
        xs_read(XS_NO_TXN, "control", "sysrq", request, sizeof(request));
    int rc;

    if (length == -XEN_ENOENT || length == 0)
        return; /* no request, or our own acknowledgement */
    if (length != 1) {
        log_warning("control: control/sysrq: wants one letter");
        return;
    }
    rc = xs_transaction(acknowledge, request);
    if (rc == -XEN_ENOENT)
        return; /* its own event is on the way */
    if (rc)
        log_warning("control: cannot acknowledge sysrq %s: %s", request,
                    errno_name(rc));
    report_printf(page_print, "pith: sysrq %s\n", request);
    if (report_write(request[0], page_print)) {
        report_printf(page_print, "no such report; there are:\n");
        report_write('h', page_print);
    }
    report_printf(page_print, "pith: sysrq %s ends\n", request);
    page_flush();
}
