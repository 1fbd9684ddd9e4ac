/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions. A conflict is normal: the body runs again on fresh values. */

#include "private.h"

#include <pith/errno.h>
#include <pith/mutex.h>
#include <pith/string.h>

#define TRANSACTION_TRIES 16

/* One body of ours at a time: two threads in step would make each other start
 * again until one has no try left. */
static struct mutex transacting = MUTEX_INIT(transacting);

int xs_transaction_start(uint32_t *out_txn)
{
    struct xs_call call;
    char text[16];
    uint64_t txn;

    call_init(&call, XS_TRANSACTION_START, XS_NO_TXN, NULL, NULL);
    call_add(&call, "", 1);
    call.buf = text;
    call.size = sizeof(text);
    if (client_run(&call, 1))
        return (int)call.result;
    if (xs_parse_u64(text, STREAM_TXN_MAX, &txn) || txn == XS_NO_TXN)
        return -XEN_EIO;
    *out_txn = (uint32_t)txn + call.txn_base;
    return 0;
}

int xs_transaction_end(uint32_t txn, bool commit)
{
    struct xs_call call;

    call_init(&call, XS_TRANSACTION_END, txn, NULL, NULL);
    call_add(&call, commit ? "T" : "F", 2);
    return client_run(&call, 1);
}

static int transact(int (*body)(uint32_t txn, void *arg), void *arg)
{
    int rc = -XEN_EAGAIN;

    for (int i = 0; i < TRANSACTION_TRIES && rc == -XEN_EAGAIN; i++) {
        uint32_t txn;

        rc = xs_transaction_start(&txn);
        if (rc)
            return rc;
        rc = body(txn, arg);
        if (rc) {
            xs_transaction_end(txn, false);
            return rc;
        }
        rc = xs_transaction_end(txn, true);
    }
    return rc;
}

int xs_transaction(int (*body)(uint32_t txn, void *arg), void *arg)
{
    int rc;

    mutex_lock(&transacting);
    rc = transact(body, arg);
    mutex_unlock(&transacting);
    return rc;
}
