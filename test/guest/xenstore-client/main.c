/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of the store against the real daemon. The guest may write below
 * its own data/, 2048 bytes a node. */
/* cc: --checks */
/* clang-format off */
/* dom0: xenstore-write /pith-test/long "$(seq -s , 1 1000 | head -c 3000)"; xenstore-chmod /pith-test/long r0 */
/* check: xenstore-rm /pith-test */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/thread.h>
#include <pith/waitq.h>
#include <pith/xenstore.h>

#include "guest_test.h"
#include <stdlib.h>

#define DIR "data/test"
#define LONG_BYTES 1900
#define THREADS 8
#define ROUNDS 50

static struct waitq changed = WAITQ_INIT(changed);

static uint64_t soon(void)
{
    return clock_monotonic_ns() + 10 * NS_PER_SEC;
}

/* The value of DIR/node, or the error's number. */
static const char *value(const char *node)
{
    static char buf[64];
    long rc = xs_read(XS_NO_TXN, DIR, node, buf, sizeof(buf));

    if (rc < 0)
        snprintf(buf, sizeof(buf), "error %ld", rc);
    return buf;
}

TEST(xenstore_value_is_read_as_written)
{
    char buf[8];

    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "a", "one"), 0);
    CHECK_STR(value("a"), "one");
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "a", ""), 0);
    CHECK_EQ(xs_read(XS_NO_TXN, DIR, "a", buf, sizeof(buf)), 0);
    CHECK_STR(buf, "");
    CHECK_EQ(xs_writef(XS_NO_TXN, DIR "/a", NULL, "%d-%s", 5, "x"), 0);
    CHECK_STR(value("a"), "5-x");
}

TEST(xenstore_number_is_checked)
{
    uint64_t number = 77;

    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "n", "4711"), 0);
    CHECK_EQ(xs_read_u64(XS_NO_TXN, DIR, "n", 4710, &number), -XEN_EINVAL);
    CHECK_EQ(xs_read_u64(XS_NO_TXN, DIR, "a", 4711, &number), -XEN_EINVAL);
    CHECK_EQ(number, 77);
    CHECK_EQ(xs_read_u64(XS_NO_TXN, DIR, "n", 4711, &number), 0);
    CHECK_EQ(number, 4711);
}

/* The ring has 1024 bytes: long messages go through it in pieces. */
TEST(xenstore_long_values_pass_the_ring)
{
    static char out[LONG_BYTES + 1], in[LONG_BYTES + 1];

    for (size_t length = 990; length <= LONG_BYTES; length += 130) {
        for (size_t i = 0; i < length; i++)
            out[i] = (char)('a' + (i * 7 + length) % 26);
        out[length] = '\0';
        CHECK_EQ(xs_write(XS_NO_TXN, DIR, "long", out), 0);
        CHECK_EQ(xs_read(XS_NO_TXN, DIR, "long", in, sizeof(in)), length);
        CHECK_EQ(strcmp(in, out), 0);
    }
    CHECK_EQ(xs_read(XS_NO_TXN, DIR, "long", in, 100), -XEN_E2BIG);
    CHECK_STR(value("a"), "5-x"); /* the stream is still in step */
}

/* Written by dom0, which may write more. */
TEST(xenstore_value_of_3000_bytes_is_read_whole)
{
    static char in[3001];
    const char *at = in;

    CHECK_EQ(xs_read(XS_NO_TXN, "/pith-test", "long", in, 3000), -XEN_E2BIG);
    CHECK_EQ(xs_read(XS_NO_TXN, "/pith-test", "long", in, sizeof(in)), 3000);
    for (int i = 1; strlen(at) > 4; i++) {
        CHECK_EQ(atoi(at), i);
        at = strchr(at, ',') + 1;
    }
    CHECK_EQ(xs_write(XS_NO_TXN, "/pith-test", "long", "x"), -XEN_EACCES);
}

TEST(xenstore_message_beyond_the_limit_is_e2big)
{
    static char out[5000];

    memset(out, 'x', sizeof(out) - 1);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "long", out), -XEN_E2BIG);
    CHECK_STR(value("a"), "5-x");
}

static int has_name(const char *names, long bytes, const char *name)
{
    for (const char *at = names; at < names + bytes; at += strlen(at) + 1)
        if (strcmp(at, name) == 0)
            return 1;
    return 0;
}

TEST(xenstore_directory_lists_children)
{
    char names[64], few[3];
    long bytes;

    CHECK_EQ(xs_write(XS_NO_TXN, DIR "/dir", "one", "1"), 0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR "/dir", "two", "2"), 0);
    bytes = xs_directory(XS_NO_TXN, DIR, "dir", names, sizeof(names));
    CHECK_EQ(bytes, 8);
    CHECK(has_name(names, bytes, "one"));
    CHECK(has_name(names, bytes, "two"));
    CHECK_EQ(xs_directory(XS_NO_TXN, DIR, "dir", few, sizeof(few)), -XEN_E2BIG);
    CHECK_EQ(xs_directory(XS_NO_TXN, DIR, "dir/one", names, sizeof(names)), 0);
}

TEST(xenstore_remove_takes_what_is_below)
{
    char buf[8];

    CHECK_EQ(xs_remove(XS_NO_TXN, DIR, "dir"), 0);
    CHECK_EQ(xs_read(XS_NO_TXN, DIR, "dir/one", buf, sizeof(buf)), -XEN_ENOENT);
    CHECK_EQ(xs_directory(XS_NO_TXN, DIR, "dir", buf, sizeof(buf)),
             -XEN_ENOENT);
}

TEST(xenstore_errors_are_the_daemons)
{
    char buf[64];

    CHECK_EQ(xs_read(XS_NO_TXN, DIR, "none", buf, sizeof(buf)), -XEN_ENOENT);
    CHECK_EQ(xs_write(XS_NO_TXN, "/local/domain/0", "pith", "x"), -XEN_EACCES);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "bad node", "x"), -XEN_EINVAL);
    CHECK_EQ(xs_write(4711, DIR, "a", "x"), -XEN_ENOENT); /* no transaction */
    CHECK_STR(value("a"), "5-x");
}

TEST(xenstore_permissions_are_kept)
{
    char buf[64];
    long bytes = xs_get_perms(XS_NO_TXN, DIR, "a", buf, sizeof(buf));
    unsigned own;

    CHECK(bytes > 2);
    CHECK_EQ(sscanf(buf, "n%u", &own), 1);
    CHECK(own > 0);
    bytes = snprintf(buf, sizeof(buf), "n%u%cr0", own, 0) + 1;
    CHECK_EQ(xs_set_perms(XS_NO_TXN, DIR, "a", buf, (size_t)bytes), 0);
    memset(buf, 0, sizeof(buf));
    CHECK_EQ(xs_get_perms(XS_NO_TXN, DIR, "a", buf, sizeof(buf)), bytes);
    CHECK_STR(buf + strlen(buf) + 1, "r0");
}

TEST(xenstore_batch_gives_each_its_result)
{
    char a[16], none[16], names[64];
    struct xs_op ops[] = {
        {XS_OP_WRITE, DIR, "b", (char *)"batched", 0, 1},
        {XS_OP_READ, DIR, "b", a, sizeof(a), 1},
        {XS_OP_READ, DIR, "none", none, sizeof(none), 1},
        {XS_OP_DIRECTORY, DIR, NULL, names, sizeof(names), 1},
    };

    CHECK_EQ(xs_batch(XS_NO_TXN, ops, 4), -XEN_ENOENT);
    CHECK_EQ(ops[0].result, 0);
    CHECK_EQ(ops[1].result, 7);
    CHECK_STR(a, "batched");
    CHECK_EQ(ops[2].result, -XEN_ENOENT);
    CHECK(ops[3].result > 0);
    CHECK(has_name(names, ops[3].result, "b"));
}

TEST(xenstore_transaction_is_seen_as_one)
{
    char buf[16];
    uint32_t txn;

    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "t", "before"), 0);
    CHECK_EQ(xs_transaction_start(&txn), 0);
    CHECK(txn != XS_NO_TXN);
    CHECK_EQ(xs_write(txn, DIR, "t", "inside"), 0);
    CHECK_EQ(xs_read(txn, DIR, "t", buf, sizeof(buf)), 6);
    CHECK_STR(value("t"), "before");
    CHECK_EQ(xs_transaction_end(txn, true), 0);
    CHECK_STR(value("t"), "inside");
    CHECK_EQ(xs_transaction_start(&txn), 0);
    CHECK_EQ(xs_write(txn, DIR, "t", "aborted"), 0);
    CHECK_EQ(xs_transaction_end(txn, false), 0);
    CHECK_STR(value("t"), "inside");
}

TEST(xenstore_transaction_conflict_is_eagain)
{
    char buf[16];
    uint32_t txn;

    CHECK_EQ(xs_transaction_start(&txn), 0);
    CHECK_EQ(xs_read(txn, DIR, "t", buf, sizeof(buf)), 6);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "t", "outside"), 0);
    CHECK_EQ(xs_write(txn, DIR, "t", "inside"), 0);
    CHECK_EQ(xs_transaction_end(txn, true), -XEN_EAGAIN);
    CHECK_STR(value("t"), "outside");
}

static struct {
    int running, bodies;
    long failed; /* the first error */
} workers;

static void worker_ends(long rc)
{
    if (rc && !workers.failed)
        workers.failed = rc;
    workers.running--;
    waitq_wake_all(&changed);
}

/* Adds one to DIR/count; the first *arg times somebody else does so as well,
 * between its reading and its writing. */
static int increment(uint32_t txn, void *arg)
{
    int *interferences = arg;
    uint64_t number;
    int rc = xs_read_u64(txn, DIR, "count", 1000, &number);

    workers.bodies++;
    if (!rc && *interferences) {
        --*interferences;
        rc = xs_writef(XS_NO_TXN, DIR, "count", "%u", (unsigned)number + 1);
    }
    return rc ? rc : xs_writef(txn, DIR, "count", "%u", (unsigned)number + 1);
}

TEST(xenstore_transaction_is_repeated_on_conflict)
{
    int interferences = 3;

    workers.bodies = 0;
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "count", "0"), 0);
    CHECK_EQ(xs_transaction(increment, &interferences), 0);
    CHECK_EQ(workers.bodies, 4);
    CHECK_STR(value("count"), "4");
    interferences = 1000;
    CHECK_EQ(xs_transaction(increment, &interferences), -XEN_EAGAIN);
    CHECK_EQ(workers.bodies, 4 + 16);
}

static void increment_often(void *arg)
{
    int none = 0, rc = 0;

    (void)arg;
    for (int i = 0; !rc && i < 20; i++)
        rc = xs_transaction(increment, &none);
    worker_ends(rc);
}

/* In step with each other they would conflict until one gave up. */
TEST(xenstore_transactions_of_two_threads_both_end)
{
    workers.running = 2;
    workers.bodies = workers.failed = 0;
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "count", "0"), 0);
    for (int i = 0; i < 2; i++)
        CHECK(thread_start("increment", THREAD_STACK_BYTES, increment_often,
                           NULL));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, !workers.running, soon()), 0);
    CHECK_EQ(workers.failed, 0);
    CHECK_STR(value("count"), "40");
}

static int refuse(uint32_t txn, void *arg)
{
    (void)arg;
    xs_write(txn, DIR, "t", "refused");
    return -XEN_EDOM;
}

TEST(xenstore_transaction_body_that_fails_aborts)
{
    CHECK_EQ(xs_transaction(refuse, NULL), -XEN_EDOM);
    CHECK_STR(value("t"), "outside");
}

static struct {
    int fired;
    char path[128], value[16];
} seen;

static void on_watch(struct xs_watch *watch, const char *path)
{
    char now[16] = "";

    (void)watch;
    /* Callbacks may ask the store. */
    xs_read(XS_NO_TXN, path, NULL, now, sizeof(now));
    snprintf(seen.path, sizeof(seen.path), "%s", path);
    snprintf(seen.value, sizeof(seen.value), "%s", now);
    seen.fired++;
    waitq_wake_all(&changed);
}

TEST(xenstore_watch_fires_at_once_and_on_changes)
{
    static struct xs_watch watch = {.fired = on_watch};
    int fired;

    memset(&seen, 0, sizeof(seen));
    CHECK_EQ(xs_watch(&watch, DIR, "w"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, seen.fired == 1, soon()), 0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "w", "first"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, !strcmp(seen.value, "first"), soon()),
             0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "w/below", "second"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, !strcmp(seen.value, "second"), soon()),
             0);
    CHECK(strstr(seen.path, "w/below") != NULL);
    fired = seen.fired;
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "wide", "other"), 0);
    CHECK_EQ(xs_unwatch(&watch), 0);
    CHECK_EQ(seen.fired, fired); /* not for its neighbour */
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "w", "third"), 0);
    CHECK_STR(value("w"), "third");
    thread_sleep_until(clock_monotonic_ns() + 50 * NS_PER_MS);
    CHECK_EQ(seen.fired, fired); /* not after unwatch */
}

TEST(xenstore_two_watches_on_a_node_both_fire)
{
    static struct xs_watch one = {.fired = on_watch}, two = {.fired = on_watch};

    memset(&seen, 0, sizeof(seen));
    CHECK_EQ(xs_watch(&one, DIR, "w"), 0);
    CHECK_EQ(xs_watch(&two, DIR, "w"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, seen.fired == 2, soon()), 0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "w", "both"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, seen.fired == 4, soon()), 0);
    CHECK_EQ(xs_unwatch(&one), 0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "w", "two"), 0);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, seen.fired == 5, soon()), 0);
    CHECK_EQ(xs_unwatch(&two), 0);
}

static void busy(void *arg)
{
    int number = (int)(intptr_t)arg;
    char node[16], want[32], got[32];
    long rc = 0;

    snprintf(node, sizeof(node), "busy%d", number);
    for (int i = 0; rc >= 0 && i < ROUNDS; i++) {
        snprintf(want, sizeof(want), "%d of %d", i, number);
        rc = xs_write(XS_NO_TXN, DIR, node, want);
        if (rc >= 0)
            rc = xs_read(XS_NO_TXN, DIR, node, got, sizeof(got));
        if (rc >= 0 && strcmp(got, want) != 0)
            rc = -XEN_EILSEQ; /* an answer went to another caller */
    }
    worker_ends(rc < 0 ? rc : 0);
}

TEST(xenstore_concurrent_callers_get_their_own_answers)
{
    workers.running = THREADS;
    workers.failed = 0;
    for (intptr_t i = 0; i < THREADS; i++)
        CHECK(thread_start("busy", THREAD_STACK_BYTES, busy, (void *)i));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, !workers.running, soon()), 0);
    CHECK_EQ(workers.failed, 0);
}

TEST(xenstore_quota_is_an_error_not_an_end)
{
    int rc = 0, n;
    char node[16];

    for (n = 0; !rc && n < 3000; n++) {
        snprintf(node, sizeof(node), "quota/%d", n);
        rc = xs_write(XS_NO_TXN, DIR, node, "x");
    }
    CHECK_EQ(rc, -XEN_ENOSPC);
    CHECK_EQ(xs_remove(XS_NO_TXN, DIR, "quota"), 0);
    CHECK_EQ(xs_write(XS_NO_TXN, DIR, "a", "again"), 0);
    CHECK_STR(value("a"), "again");
}

int main(void)
{
    return test_run_all();
}
