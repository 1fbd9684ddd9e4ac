/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm_fake_cpu.h with upcalls between vCPUs (flags: -include): they come where
 * a vCPU waits for a lock, accesses something by READ_ONCE or WRITE_ONCE, and
 * before a compare-and-exchange of its own memory.
 */
#ifndef MM_FAKE_UPCALLS_H
#define MM_FAKE_UPCALLS_H

void fake_upcall(void); /* the test's: what another vCPU wants of this one */
#define FAKE_UPCALL fake_upcall
#define FAKE_VOLATILE_ACCESS fake_upcall

#include "mm_fake_cpu.h"

#define atomic_local_compare_exchange(p, expected, desired) \
    ({ \
        uint64_t expected_ = (expected); \
        fake_upcall(); \
        __atomic_compare_exchange_n(p, &expected_, desired, false, \
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED); \
    })

#endif
