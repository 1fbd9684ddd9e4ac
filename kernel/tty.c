/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console as programs see it, over xen/'s ring. Programs may wait for
 * room; log lines and echo never do. Each write to the ring costs an event, so
 * text goes there in pieces as large as fit, not by line.
 */

#include "private.h"
#include <pith/console.h>
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/tty.h>
#include <xen/io/console.h>

#define RING_BYTES sizeof(((struct xencons_interface *)NULL)->out)
#define PATIENCE_NS NS_PER_SEC
#define LINE_STAGE_BYTES 320 /* a log line with its CR */

static struct {
    bool ring;           /* set once */
    bool stalled;        /* nobody takes output: do not wait again */
    struct mutex writer; /* protects stage, dropped_bytes; thread context */
    uint64_t dropped_bytes;
    struct waitq room_waitq;
    struct spinlock input_lock; /* protects input; interrupts off */
    struct tty_input input;
    struct waitq input_waitq;
    void (*signal_hook)(int which); /* set once */
} tty = {.writer = MUTEX_INIT(tty.writer),
         .room_waitq = WAITQ_INIT(tty.room_waitq),
         .input_waitq = WAITQ_INIT(tty.input_waitq)};

static char stage[RING_BYTES]; /* of tty, apart from it to stay in .bss */

/* How much of text is at most limit bytes, if crlf with LF as CR LF;
 * *out_bytes says how many that are. */
static size_t fitting(const char *text, size_t length, bool crlf, size_t limit,
                      size_t *out_bytes)
{
    size_t at, bytes = 0;

    for (at = 0; at < length; at++) {
        size_t need = crlf && text[at] == '\n' ? 2 : 1;

        if (bytes + need > limit)
            break;
        bytes += need;
    }
    *out_bytes = bytes;
    return at;
}

/* tty_put by way of buf, of size bytes. */
static long put_by(char *buf, size_t size, const char *text, size_t length,
                   bool crlf)
{
    size_t bytes, at = 0, count;
    long written;

    count = fitting(text, length, crlf, MIN(size, console_room()), &bytes);
    for (size_t i = 0; i < count; i++) {
        if (crlf && text[i] == '\n')
            buf[at++] = '\r';
        buf[at++] = text[i];
    }
    written = console_write(buf, bytes);
    if (written < 0 || (size_t)written == bytes)
        return written < 0 ? written : (long)count;
    /* Another writer was faster; a CR without its LF is written again. */
    return (long)fitting(text, count, crlf, (size_t)written, &bytes);
}

long tty_put(const char *text, size_t length)
{
    char buf[LINE_STAGE_BYTES];
    size_t at = 0;
    long n;

    do {
        n = put_by(buf, sizeof(buf), text + at, length - at, true);
        if (n < 0)
            return n;
        at += (size_t)n;
    } while (n && at < length);
    return (long)at;
}

static void log_line(const char *line, size_t length)
{
    /* Half a line would run into the program's next one. */
    if (console_room() <= length || tty_put(line, length) < (long)length)
        emergency_write(line, length);
}

/* Waits for more room than room. False when none came in time. */
static bool wait_room(size_t room)
{
    uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;

    return WAITQ_WAIT_UNTIL(&tty.room_waitq, console_room() > room,
                            deadline_ns) == 0;
}

/* Returns how much was written before the console stalled, -XEN_ENODEV if it
 * is broken. The writer's mutex is held. */
static long write_patiently(const char *text, size_t length)
{
    bool crlf = READ_ONCE(tty.input.mode.flags) & TTY_CRLF;
    size_t at = 0;

    while (at < length) {
        long n = put_by(stage, sizeof(stage), text + at, length - at, crlf);

        if (n < 0)
            return n;
        at += (size_t)n;
        if (n || (!READ_ONCE(tty.stalled) && wait_room(1)))
            continue;
        WRITE_ONCE(tty.stalled, true);
        break;
    }
    return (long)at;
}

long tty_write(const char *text, size_t length)
{
    long written = -XEN_ENODEV;

    if (tty.ring) {
        mutex_lock(&tty.writer);
        written = write_patiently(text, length);
        if (written >= 0)
            tty.dropped_bytes += length - (size_t)written;
        mutex_unlock(&tty.writer);
    }
    if (written < 0)
        emergency_write(text, length);
    return (long)length;
}

void tty_drain(void)
{
    size_t room;

    while (tty.ring && (room = console_room()) < RING_BYTES)
        if (!wait_room(room))
            break;
}

/* Echo never waits: what the ring has no room for is not shown. */
static void show(struct tty_echo *echo)
{
    if (echo->length)
        console_write(echo->text, echo->length);
    echo->length = 0;
}

/* Takes what was typed and echoes it. Upcall context. */
static void take_input(void)
{
    uint32_t before = tty.input.committed;
    struct tty_echo echo = {.flush = show};
    char typed[32];
    long n;

    while ((n = console_read(typed, sizeof(typed))) > 0) {
        uint32_t signals = 0;

        spin_lock(&tty.input_lock);
        for (long i = 0; i < n; i++) {
            int which = tty_input_put(&tty.input, typed[i], &echo);

            if (which != TTY_NO_SIGNAL)
                signals |= 1u << which;
        }
        spin_unlock(&tty.input_lock);
        show(&echo);
        for (int which = 0; signals; which++, signals >>= 1)
            if (signals & 1)
                tty.signal_hook(which);
    }
    if (before != tty.input.committed)
        waitq_wake_all(&tty.input_waitq);
}

static void console_event(void)
{
    WRITE_ONCE(tty.stalled, false);
    waitq_wake_all(&tty.room_waitq);
    take_input();
}

static int wait_bytes(size_t count, uint64_t deadline_ns)
{
    return WAITQ_WAIT_INTERRUPTIBLE(&tty.input_waitq, tty_readable() >= count,
                                    deadline_ns);
}

/* Until a read of size bytes may return by the mode: 0, or an error. */
static int wait_input(size_t size, uint64_t deadline_ns)
{
    struct tty_mode mode;
    uint64_t pause_ns;
    size_t want, have;
    int rc;

    tty_get_mode(&mode);
    pause_ns = mode.tenths * (NS_PER_SEC / 10);
    if (mode.flags & TTY_CANONICAL)
        return wait_bytes(1, deadline_ns);
    if (!mode.min_bytes) {
        rc = wait_bytes(1, MIN(deadline_ns, clock_monotonic_ns() + pause_ns));
        return rc == -XEN_ETIME ? 0 : rc;
    }
    want = MAX(MIN(size, mode.min_bytes), 1);
    if (!pause_ns)
        return wait_bytes(want, deadline_ns);
    rc = wait_bytes(1, deadline_ns);
    while (!rc && (have = tty_readable()) < want)
        rc = wait_bytes(have + 1, clock_monotonic_ns() + pause_ns);
    return rc == -XEN_ETIME && tty_readable() ? 0 : rc;
}

long tty_read(char *buf, size_t size, uint64_t deadline_ns)
{
    unsigned long flags;
    size_t count;
    int rc;

    if (!tty.ring)
        return 0;
    rc = wait_input(size, deadline_ns);
    if (rc)
        return rc;
    flags = spin_lock_irqsave(&tty.input_lock);
    count = tty_input_get(&tty.input, buf, size);
    spin_unlock_irqrestore(&tty.input_lock, flags);
    return (long)count;
}

size_t tty_readable(void)
{
    unsigned long flags = spin_lock_irqsave(&tty.input_lock);
    size_t count = tty.input.committed - tty.input.read;

    spin_unlock_irqrestore(&tty.input_lock, flags);
    return count;
}

bool tty_ready(void)
{
    struct tty_mode mode;
    size_t want = 1;

    tty_get_mode(&mode);
    if (!(mode.flags & TTY_CANONICAL) && !mode.tenths && mode.min_bytes)
        want = mode.min_bytes;
    return tty_readable() >= want;
}

void tty_get_mode(struct tty_mode *out)
{
    unsigned long flags = spin_lock_irqsave(&tty.input_lock);

    *out = tty.input.mode;
    spin_unlock_irqrestore(&tty.input_lock, flags);
}

void tty_set_mode(const struct tty_mode *mode, bool flush)
{
    unsigned long flags = spin_lock_irqsave(&tty.input_lock);

    if (flush)
        tty_input_flush(&tty.input);
    tty_input_set_mode(&tty.input, mode);
    spin_unlock_irqrestore(&tty.input_lock, flags);
    waitq_wake_all(&tty.input_waitq); /* what was typed may be enough now */
}

void tty_flush_input(void)
{
    unsigned long flags = spin_lock_irqsave(&tty.input_lock);

    tty_input_flush(&tty.input);
    spin_unlock_irqrestore(&tty.input_lock, flags);
}

void tty_set_signal_hook(void (*fn)(int which))
{
    unsigned long flags = spin_lock_irqsave(&tty.input_lock);

    tty.signal_hook = fn;
    tty.input.signals = fn;
    spin_unlock_irqrestore(&tty.input_lock, flags);
}

struct waitq *tty_input_waitq(void)
{
    return &tty.input_waitq;
}

uint64_t tty_dropped_bytes(void)
{
    return READ_ONCE(tty.dropped_bytes);
}

void tty_start(void)
{
    tty.ring = console_write("", 0) == 0;
    if (!tty.ring)
        return;
    tty_input_init(&tty.input);
    log_set_sink(log_line);
    console_set_event_handler(console_event);
}

static void go_on(bool renewed)
{
    if (renewed && tty.ring)
        console_event();
}

SUSPEND_HOOK("060", tty, NULL, NULL, go_on);
