/* SPDX-License-Identifier: BSD-2-Clause */
/* TEST(name) { body }: one case, gathered in order by a constructor into the
 * list from test_first, which the files of one test share. For the host's
 * test.h and for guest_test.h. */
#ifndef PITH_TEST_CASES_H
#define PITH_TEST_CASES_H

#include <stddef.h>

struct test_case {
    const char *name;
    void (*fn)(void);
    struct test_case *next;
};
__attribute__((weak)) struct test_case *test_first;
__attribute__((weak)) struct test_case **test_last = &test_first;

#define TEST(name_) \
    static void test_##name_(void); \
    static struct test_case case_##name_ = {#name_, test_##name_, NULL}; \
    __attribute__((constructor)) static void add_##name_(void) \
    { \
        *test_last = &case_##name_; \
        test_last = &case_##name_.next; \
    } \
    static void test_##name_(void)

#endif
