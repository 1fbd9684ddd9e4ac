/* SPDX-License-Identifier: BSD-2-Clause */
/* The base of thread-local variables. Source: SDM volume 4, IA32_FS_BASE. */

#include <pith/cpu.h>
#include <pith/thread.h>

#define MSR_FS_BASE 0xC0000100

void thread_set_tls_base(void *base)
{
    msr_write(MSR_FS_BASE, (uint64_t)base);
}
