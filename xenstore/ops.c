/* SPDX-License-Identifier: BSD-2-Clause */
/* The requests about one node, and several of them at once. */

#include "private.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/parse.h>
#include <pith/string.h>

/* Calls of a batch that are on the way together. */
#define BATCH_CALLS 16

static long run_one(struct xs_call *call, char *buf, size_t size)
{
    call->buf = buf;
    call->size = size;
    client_run(call, 1);
    return call->result;
}

/* A request about a node that is answered with text in buf, or just OK. */
static long request(uint32_t type, uint32_t txn, const char *dir,
                    const char *node, char *buf, size_t size)
{
    struct xs_call call;
    int rc = call_init(&call, type, txn, dir, node);

    return rc ? rc : run_one(&call, buf, size);
}

/* A request about a node that carries bytes at value and is answered OK. */
static int request_with(uint32_t type, uint32_t txn, const char *dir,
                        const char *node, const char *value, size_t bytes)
{
    struct xs_call call;
    int rc = call_init(&call, type, txn, dir, node);

    if (!rc)
        rc = call_add(&call, value, bytes);
    return rc ? rc : (int)run_one(&call, NULL, 0);
}

long xs_read(uint32_t txn, const char *dir, const char *node, char *buf,
             size_t size)
{
    return request(XS_READ, txn, dir, node, buf, size);
}

int xs_read_u64(uint32_t txn, const char *dir, const char *node, uint64_t max,
                uint64_t *out)
{
    char text[24];
    long length = xs_read(txn, dir, node, text, sizeof(text));

    if (length == -XEN_E2BIG)
        return -XEN_EINVAL;
    if (length < 0)
        return (int)length;
    return xs_parse_u64(text, max, out);
}

int xs_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
    /* parse_u64 would take hexadecimal too, which no node is written in. */
    if (strchr(text, 'x') || strchr(text, 'X') || parse_u64(text, max, out))
        return -XEN_EINVAL;
    return 0;
}

int xs_write(uint32_t txn, const char *dir, const char *node, const char *value)
{
    return request_with(XS_WRITE, txn, dir, node, value, strlen(value));
}

int xs_writef(uint32_t txn, const char *dir, const char *node, const char *fmt,
              ...)
{
    char value[256];
    va_list args;
    int length;

    va_start(args, fmt);
    length = vformat(value, sizeof(value), fmt, args);
    va_end(args);
    if ((size_t)length >= sizeof(value))
        return -XEN_E2BIG;
    return xs_write(txn, dir, node, value);
}

static long list_check(long bytes, const char *buf)
{
    return bytes > 0 && !wire_list_valid(buf, (size_t)bytes) ? -XEN_EIO : bytes;
}

long xs_directory(uint32_t txn, const char *dir, const char *node, char *buf,
                  size_t size)
{
    return list_check(request(XS_DIRECTORY, txn, dir, node, buf, size), buf);
}

int xs_remove(uint32_t txn, const char *dir, const char *node)
{
    return (int)request(XS_RM, txn, dir, node, NULL, 0);
}

int xs_set_perms(uint32_t txn, const char *dir, const char *node,
                 const char *perms, size_t bytes)
{
    if (!wire_perms_valid(perms, bytes))
        return -XEN_EINVAL;
    return request_with(XS_SET_PERMS, txn, dir, node, perms, bytes);
}

long xs_get_perms(uint32_t txn, const char *dir, const char *node, char *buf,
                  size_t size)
{
    long bytes = request(XS_GET_PERMS, txn, dir, node, buf, size);

    if (bytes >= 0 && !wire_perms_valid(buf, (size_t)bytes))
        return -XEN_EIO;
    return bytes;
}

static struct xs_watch *watch_of(const struct xs_op *op)
{
    return (struct xs_watch *)(void *)op->buf;
}

static int op_to_call(const struct xs_op *op, uint32_t txn,
                      struct xs_call *call)
{
    static const uint32_t types[] = {[XS_OP_READ] = XS_READ,
                                     [XS_OP_WRITE] = XS_WRITE,
                                     [XS_OP_DIRECTORY] = XS_DIRECTORY};
    int rc;

    if (op->kind == XS_OP_WATCH) {
        rc = watch_add(watch_of(op), op->dir, op->node);
        if (!rc)
            watch_call_init(call, XS_WATCH, watch_of(op));
        return rc;
    }
    rc = call_init(call, types[op->kind], txn, op->dir, op->node);
    if (rc)
        return rc;
    if (op->kind == XS_OP_WRITE)
        return call_add(call, op->buf, strlen(op->buf));
    call->buf = op->buf;
    call->size = op->size;
    return 0;
}

/* Fills in calls for all ops, or says which one cannot be. */
static int ops_to_calls(const struct xs_op *ops, unsigned count, uint32_t txn,
                        struct xs_call *calls)
{
    unsigned i;
    int rc = 0;

    for (i = 0; i < count && !rc; i++)
        rc = op_to_call(&ops[i], txn, &calls[i]);
    while (rc && --i)
        if (ops[i - 1].kind == XS_OP_WATCH)
            watch_drop(watch_of(&ops[i - 1]));
    return rc;
}

/* calls NULL: they were not sent because of rc. Returns the first error. */
static int take_results(struct xs_op *ops, unsigned count,
                        const struct xs_call *calls, int rc)
{
    for (unsigned i = 0; i < count; i++) {
        ops[i].result = calls ? calls[i].result : rc;
        if (calls && ops[i].kind == XS_OP_DIRECTORY)
            ops[i].result = list_check(calls[i].result, ops[i].buf);
        if (calls && ops[i].kind == XS_OP_WATCH && ops[i].result < 0)
            watch_drop(watch_of(&ops[i]));
        if (ops[i].result < 0 && !rc)
            rc = (int)ops[i].result;
    }
    return rc;
}

int xs_batch(uint32_t txn, struct xs_op *ops, unsigned count)
{
    struct xs_call calls[BATCH_CALLS];
    int rc = 0;

    for (unsigned i = 0; i < count; i += BATCH_CALLS) {
        unsigned now = MIN(count - i, BATCH_CALLS);
        int bad = ops_to_calls(ops + i, now, txn, calls);

        if (!bad)
            client_run(calls, now);
        bad = take_results(ops + i, now, bad ? NULL : calls, bad);
        if (!rc)
            rc = bad;
    }
    return rc;
}

int xs_watch_with(struct xs_watch *watch, const char *dir, const char *node,
                  struct xs_op *ops, unsigned count)
{
    struct xs_call calls[BATCH_CALLS];
    int rc = count < BATCH_CALLS ? 0 : -XEN_E2BIG;

    if (!rc)
        rc = ops_to_calls(ops, count, XS_NO_TXN, calls + 1);
    if (!rc)
        rc = watch_add(watch, dir, node);
    if (rc) {
        take_results(ops, count, NULL, rc);
        return rc;
    }
    watch_call_init(&calls[0], XS_WATCH, watch);
    client_run(calls, count + 1);
    take_results(ops, count, calls + 1, 0);
    if (calls[0].result < 0)
        watch_drop(watch);
    return (int)MIN(calls[0].result, 0);
}

int xs_watch(struct xs_watch *watch, const char *dir, const char *node)
{
    return xs_watch_with(watch, dir, node, NULL, 0);
}
