/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console ring to xenconsoled, and the emergency console before and beside
 * it. xen/. Source: xen/io/console.h, CONSOLEIO_write, port 0xE9.
 */
#ifndef PITH_CONSOLE_H
#define PITH_CONSOLE_H

#include <pith/compiler.h>

/* Writes to Xen's own log (dom0: to its console). Any context. */
void emergency_write(const char *text, size_t length);

/* Puts what fits into the ring and returns how many bytes that was; -XEN_ENODEV
 * when there is no console ring (dom0), or no more since the other end gave an
 * impossible index (said once on the emergency console). LF becomes CR LF:
 * done by kernel/'s tty, not here. Any context. Never blocks. */
long console_write(const char *text, size_t length);
/* Takes what is there, up to size; 0 when nothing; -XEN_ENODEV as above. */
long console_read(char *buf, size_t size);
/* Called in upcall context when the other end moved either index. Before the
 * first call of this function events wait. */
void console_set_event_handler(void (*handler)(void));
/* Free bytes of the output ring; 0 if there is no ring. */
size_t console_room(void);

/* Takes the ring's lock from whoever holds it, for the last words of a system
 * whose other vCPUs were stopped, perhaps with the lock. */
void console_break_lock(void);

#endif
