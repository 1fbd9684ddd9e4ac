/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host unit tests: TEST(name) { CHECK...; } bodies in one file, gathered by
 * constructors and run by main here. Prints "PASS name seconds" or
 * "FAIL name ..." for each; exits 1 if any failed or none ran.
 */
#ifndef PITH_HOST_TEST_H
#define PITH_HOST_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cases.h"

static int test_failures;

#define CHECK(cond) \
    do { \
        if (!(cond)) { \
            test_failures++; \
            printf("%s:%d: expected %s\n", __FILE__, __LINE__, #cond); \
        } \
    } while (0)

#define CHECK_EQ(got, want) \
    do { \
        long long got_ = (long long)(got), want_ = (long long)(want); \
        if (got_ != want_) { \
            test_failures++; \
            printf("%s:%d: %s: expected %lld, got %lld\n", __FILE__, __LINE__, \
                   #got, want_, got_); \
        } \
    } while (0)

#define CHECK_STR(got, want) \
    do { \
        const char *got_ = (got), *want_ = (want); \
        if (strcmp(got_, want_)) { \
            test_failures++; \
            printf("%s:%d: %s: expected \"%s\", got \"%s\"\n", __FILE__, \
                   __LINE__, #got, want_, got_); \
        } \
    } while (0)

/* Trace points are in many rooms; in host tests tracing is off, unless one
 * defines TEST_OWN_TRACE and has arch/'s. */
#ifndef TEST_OWN_TRACE
__attribute__((weak)) unsigned char trace_on;
struct trace_event;
__attribute__((weak)) void trace_put(const struct trace_event *event,
                                     unsigned long a, unsigned long b)
{
    __builtin_trap();
}
#endif

int main(void)
{
    int failed = 0, ran = 0;

    for (struct test_case *t = test_first; t; t = t->next, ran++) {
        clock_t start = clock();

        test_failures = 0;
        t->fn();
        printf("%s %s %.2f\n", test_failures ? "FAIL" : "PASS", t->name,
               (double)(clock() - start) / CLOCKS_PER_SEC);
        failed += test_failures != 0;
    }
    return failed || !ran;
}

#endif
