/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system console as programs see it: LF to CR LF, blocking reads by line.
 * kernel/ over xen/'s console ring.
 */
#ifndef PITH_TTY_H
#define PITH_TTY_H

#include <pith/waitq.h>
#include <stdbool.h>

/* How input is taken and output given: a terminal's settings, as POSIX has them
 * (chapter 11 of its definitions). */
enum {
    TTY_CANONICAL = 1,    /* in lines, with editing */
    TTY_ECHO = 2,         /* and of these: */
    TTY_ECHO_NL = 4,      /* line feeds, even without TTY_ECHO */
    TTY_ECHO_CONTROL = 8, /* control characters as ^X */
    TTY_SIGNALS = 16,     /* interrupt, quit and suspend are no data */
    TTY_NO_FLUSH = 32,    /* they leave what was typed before */
    TTY_CR_TO_NL = 64,
    TTY_NL_TO_CR = 128,
    TTY_IGNORE_CR = 256,
    TTY_CRLF = 512, /* output: LF as CR LF */
};

/* Places of tty_mode.chars; 0 there: none. */
enum {
    TTY_CHAR_INTERRUPT,
    TTY_CHAR_QUIT,
    TTY_CHAR_SUSPEND,
    TTY_CHAR_ERASE, /* BS and DEL both, whichever is set */
    TTY_CHAR_KILL,
    TTY_CHAR_ERASE_WORD,
    TTY_CHAR_END,
    TTY_CHAR_LINE, /* ends a line, besides LF */
    TTY_CHARS
};

struct tty_mode {
    uint32_t flags;
    uint8_t chars[TTY_CHARS];
    /* Without TTY_CANONICAL: a read waits for so many bytes; and so many tenths
     * of a second for the next one, or for the first if min_bytes is 0. */
    uint8_t min_bytes, tenths;
};

void tty_get_mode(struct tty_mode *out);
/* flush: forgets what was typed and not read. Thread context. */
void tty_set_mode(const struct tty_mode *mode, bool flush);
void tty_flush_input(void);
/* Calls fn in upcall context with TTY_CHAR_INTERRUPT, _QUIT or _SUSPEND when
 * that was typed. Without fn these are data. */
void tty_set_signal_hook(void (*fn)(int which));
/* Blocks until the console has taken all output, as long as it makes progress
 * every second. Thread context. */
void tty_drain(void);
/* A read would not block. Any context. */
bool tty_ready(void);

/* Writes all of text. While the ring is full only the caller waits, up to one
 * second without progress; after that what is left is dropped and counted.
 * Returns length. Thread context. Falls back to the emergency console when
 * there is no ring. */
long tty_write(const char *text, size_t length);
/* Up to size bytes of input, of one line at most if it is in lines; blocks
 * until there is some or deadline_ns passed (-XEN_ETIME); interruptible
 * (-XEN_EINTR). 0 after ^D in lines, when the mode's tenths are over, and
 * always when there is no ring. Thread context. */
long tty_read(char *buf, size_t size, uint64_t deadline_ns);
/* Bytes that wait, in lines those of whole ones; ^D counts as one. Any
 * context. */
size_t tty_readable(void);
/* Woken when input arrives. */
struct waitq *tty_input_waitq(void);
/* Output bytes dropped since boot. */
uint64_t tty_dropped_bytes(void);

#endif
