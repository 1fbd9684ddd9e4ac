/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest tests: TEST(name) { CHECK...; } bodies in main.c and the files beside
 * it, which boot as one guest. Prints "PASS name seconds" or "FAIL name ..." a
 * case.
 * Lines of main.c that steer test/run:
 *   cmdline: words; once a boot           xl: a line for the xl config
 *   expect: reason=0 exit=0               dom0: shell run in dom0 before
 *   cc: options for pith-cc (--checks)
 *   console: what must be printed         xen: the same, on Xen's console
 *   check: shell run in dom0 after, which must succeed; $log is the console
 * each a comment of one line of its own; console and xen are regular
 * expressions.
 * One that is indented by more than a space belongs to the cmdline above it,
 * the others to every boot.
 */
#ifndef PITH_GUEST_TEST_H
#define PITH_GUEST_TEST_H

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../cases.h"

/* Of all files of the test. */
__attribute__((weak)) char test_message[160];

/* The first failure of a case ends it. */
#define CHECK(cond) \
    do { \
        if (!(cond)) { \
            snprintf(test_message, sizeof(test_message), \
                     "line %d: expected %s", __LINE__, #cond); \
            return; \
        } \
    } while (0)

#define CHECK_EQ(got, want) \
    do { \
        long long got_ = (long long)(got), want_ = (long long)(want); \
        if (got_ != want_) { \
            snprintf(test_message, sizeof(test_message), \
                     "line %d: %s: expected %lld, got %lld", __LINE__, #got, \
                     want_, got_); \
            return; \
        } \
    } while (0)

/* The call returns -1 with that errno (<errno.h> is the test's). */
#define FAILS(call, err) \
    do { \
        errno = 0; \
        CHECK_EQ((call), -1); \
        CHECK_EQ(errno, err); \
    } while (0)

#define CHECK_STR(got, want) \
    do { \
        const char *got_ = (got), *want_ = (want); \
        if (strcmp(got_, want_)) { \
            snprintf(test_message, sizeof(test_message), \
                     "line %d: %.40s: expected \"%.40s\", got \"%.40s\"", \
                     __LINE__, #got, want_, got_); \
            return; \
        } \
    } while (0)

static inline double test_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Runs every case. Returns the status for main. */
static inline int test_run_all(void)
{
    int failed = 0;

    for (struct test_case *t = test_first; t; t = t->next) {
        double start = test_seconds();

        test_message[0] = '\0';
        t->fn();
        if (test_message[0])
            printf("FAIL %s %s\n", t->name, test_message);
        else
            printf("PASS %s %.3f\n", t->name, test_seconds() - start);
        failed += test_message[0] != '\0';
    }
    return failed != 0;
}

#endif
