/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of what runs in which order: threads on kernel_fake_machine.h's
 * vCPU write a trace. */
#ifndef KERNEL_FAKE_TRACE_H
#define KERNEL_FAKE_TRACE_H

#include "kernel_fake_machine.h"

static char trace[4096];

static void begin(void)
{
    machine_begin();
    trace[0] = '\0';
}

static void note(const char *text)
{
    strcat(trace, text);
}

static void start(void (*fn)(void *arg), const char *arg)
{
    CHECK(thread_start("t", 65536, fn, (void *)arg) != NULL);
}

/* Until all have ended. */
static void run_all(void)
{
    thread_sleep_until(now_ns + 1000 * NS_PER_SEC);
    CHECK_EQ(thread_list(NULL, 0), 0);
    CHECK(fake_interrupts);
    CHECK_EQ(test_thread.pending, 0);
}

#endif
