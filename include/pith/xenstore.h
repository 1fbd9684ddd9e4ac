/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XenStore client: any thread may call, many requests may be under way.
 * xenstore/. Source: xen/io/xs_wire.h, docs/misc/xenstore.txt.
 *
 * All block for the answer, at most 10 s (-XEN_ETIME). Errors are the
 * daemon's: -XEN_ENOENT, -XEN_EACCES, -XEN_EAGAIN (transaction conflict),
 * -XEN_ENOSPC (quota), -XEN_EIO (nonsense from the daemon), and
 * -XEN_E2BIG (does not fit). Paths are absolute or relative to
 * /local/domain/<own id>.
 */
#ifndef PITH_XENSTORE_H
#define PITH_XENSTORE_H

#include <pith/list.h>
#include <stdbool.h>

#define XS_PATH_MAX 3072
#define XS_NO_TXN 0u

/* The value of dir/node (node may be NULL), NUL-terminated in buf. Returns its
 * length. -XEN_E2BIG if it does not fit. */
long xs_read(uint32_t txn, const char *dir, const char *node, char *buf,
             size_t size);
/* The value as a decimal number of at most max; -XEN_EINVAL if it is none. */
int xs_read_u64(uint32_t txn, const char *dir, const char *node, uint64_t max,
                uint64_t *out);
int xs_write(uint32_t txn, const char *dir, const char *node,
             const char *value);
int xs_writef(uint32_t txn, const char *dir, const char *node, const char *fmt,
              ...) __printf(4, 5);
/* Names of the children, each ended by a NUL, in buf. Returns the bytes. */
long xs_directory(uint32_t txn, const char *dir, const char *node, char *buf,
                  size_t size);
int xs_remove(uint32_t txn, const char *dir, const char *node);
/* perms as "n0" NUL "r5" NUL, bytes long in all. */
int xs_set_perms(uint32_t txn, const char *dir, const char *node,
                 const char *perms, size_t bytes);
long xs_get_perms(uint32_t txn, const char *dir, const char *node, char *buf,
                  size_t size);

int xs_transaction_start(uint32_t *out_txn);
/* commit false aborts. -XEN_EAGAIN: somebody interfered, start again. */
int xs_transaction_end(uint32_t txn, bool commit);
/* Runs body(txn, arg) in a transaction, again on every conflict, at most 16
 * times; a body that fails aborts and its error is returned. One at a time:
 * body must not call this. */
int xs_transaction(int (*body)(uint32_t txn, void *arg), void *arg);

/* text as a decimal number of at most max, else -XEN_EINVAL. Any context. */
int xs_parse_u64(const char *text, uint64_t max, uint64_t *out);

/* Several requests in flight at once, one wake-up: for handshakes. */
struct xs_op {
    enum { XS_OP_READ, XS_OP_WRITE, XS_OP_DIRECTORY, XS_OP_WATCH } kind;
    const char *dir, *node;
    /* write: the value, NUL-terminated; watch: the struct xs_watch, as xs_watch
     * takes it; others: out */
    char *buf;
    size_t size; /* read, directory: of buf */
    long result; /* out: length or -XEN_E* */
};
/* Sends all in order, then waits for all. 0, or the first error; all results
 * are set. */
int xs_batch(uint32_t txn, struct xs_op *ops, unsigned count);

/*
 * A watch on dir/node and all below. Fires once at once. fired runs in the
 * thread "xenwatch" and may block on other xenstore calls; path is borrowed.
 * The struct is borrowed until xs_unwatch returned; after that fired does not
 * run any more.
 */
struct xs_watch {
    char path[128];
    char token[24];
    void (*fired)(struct xs_watch *watch, const char *path);
    void *arg;
    struct list link;
};
int xs_watch(struct xs_watch *watch, const char *dir, const char *node);
/* xs_watch and then ops, as xs_batch, in the same round trip. Returns the
 * watch's result; ops have their own. */
int xs_watch_with(struct xs_watch *watch, const char *dir, const char *node,
                  struct xs_op *ops, unsigned count);
int xs_unwatch(struct xs_watch *watch);

/* What the thread "xenwatch" is to do besides callbacks: the caller sets fn,
 * and keeps the work. */
struct xs_work {
    void (*fn)(void);
    struct xs_work *next;
    uint32_t waits;
};
/* Runs work->fn on xenwatch soon, once for any number of calls before it
 * starts. Any context. */
void xs_defer(struct xs_work *work);

#endif
