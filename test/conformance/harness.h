/* SPDX-License-Identifier: BSD-2-Clause */
/* What harness.c runs: a table that test/conformance/run writes. */
#ifndef SUITE_HARNESS_H
#define SUITE_HARNESS_H

extern const struct suite_test {
    const char *name;
    int (*fn)(); /* main of any form */
} suite_tests[];

void suite_exit(int status);

#endif
