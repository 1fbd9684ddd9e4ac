/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines with a level, kept in a ring of 8 KiB and handed to a sink.
 *
 * Lines read "room: text". pith.loglevel= sets what reaches the sink
 * (default: warning); the ring keeps everything down to debug. Any context,
 * upcalls included; never blocks. lib/ owns the ring, xen/ registers the
 * emergency console as first sink, kernel/ the console ring later.
 */
#ifndef PITH_LOG_H
#define PITH_LOG_H

#include <pith/compiler.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

typedef void log_sink_fn(const char *line, size_t length);

/* A line longer than 255 characters is cut. fmt without a final newline. */
void log_print(enum log_level level, const char *fmt, ...) __printf(2, 3);

#define log_error(...) log_print(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

void log_set_level(enum log_level level);
/* Replaces the sink; NULL: only the ring. sink gets whole lines with their
 * newline, in the context of the caller of log_print, and must not block. */
void log_set_sink(log_sink_fn *sink);
/* Copies the newest at most size bytes of the ring, whole lines, into buf.
 * Returns the bytes copied; no NUL is added. */
size_t log_read(char *buf, size_t size);

#endif
