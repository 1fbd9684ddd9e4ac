/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system console as programs see it: LF to CR LF, blocking reads by line.
 * kernel/ over xen/'s console ring.
 */
#ifndef PITH_TTY_H
#define PITH_TTY_H

#include <pith/waitq.h>

/* Writes all of text. While the ring is full only the caller waits, up to one
 * second without progress; after that what is left is dropped and counted.
 * Returns length. Thread context. Falls back to the emergency console when
 * there is no ring. */
long tty_write(const char *text, size_t length);
/* Up to size bytes of input, of one line at most; blocks until there is some or
 * deadline_ns passed (-XEN_ETIME); interruptible (-XEN_EINTR). Input is in
 * lines, with echo and backspace; 0 after ^D, and always when there is no ring.
 * Thread context. */
long tty_read(char *buf, size_t size, uint64_t deadline_ns);
/* Bytes of whole lines that wait; ^D counts as one. Not 0: tty_read does not
 * block. Any context. */
size_t tty_readable(void);
/* Woken when input arrives. */
struct waitq *tty_input_waitq(void);
/* Output bytes dropped since boot. */
uint64_t tty_dropped_bytes(void);

#endif
