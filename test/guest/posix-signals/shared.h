/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this test share: handlers that note what they saw, and who
 * sends signals. */
#ifndef SIGNALS_TEST_H
#define SIGNALS_TEST_H

#define _GNU_SOURCE
#include <pith/clock.h>
#include <pith/thread.h>

#include "guest_test.h"
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

extern volatile int seen[NSIG], last_code, last_value;
extern volatile sigset_t mask_seen;
extern sigjmp_buf jump;

void note(int sig);
void note_info(int sig, siginfo_t *info, void *context);
sigset_t set_of(int sig);
/* handler with flags; nothing seen yet, nothing blocked. */
void begin(int sig, void (*handler)(int), int flags);
void begin_info(int sig, int flags);
uint64_t after_ms(unsigned ms);
/* A thread beside the program's sends it sig once main has had time to wait; if
 * it comes sooner, it is pending, which the wait sees as well. */
void soon(int sig);

#endif
