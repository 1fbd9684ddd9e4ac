/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hypercalls through the page that Xen fills. Each returns what Xen returns: 0
 * or more, or -XEN_E*. Any context. xen/ (the page itself: boot/).
 * Arguments passed by address may lie anywhere in mapped memory; Xen walks the
 * page tables to them, which is cheapest in the direct map. Source: xen/xen.h.
 */
#ifndef PITH_HYPERCALL_H
#define PITH_HYPERCALL_H

#include <pith/compiler.h>

extern char hypercall_page[];

static inline long hypercall1(unsigned nr, uint64_t a1)
{
    long ret;

    __asm__ volatile("call *%[entry]"
                     : "=a"(ret), "+D"(a1)
                     : [entry] "r"(hypercall_page + nr * 32)
                     : "memory");
    return ret;
}

static inline long hypercall2(unsigned nr, uint64_t a1, uint64_t a2)
{
    long ret;

    __asm__ volatile("call *%[entry]"
                     : "=a"(ret), "+D"(a1), "+S"(a2)
                     : [entry] "r"(hypercall_page + nr * 32)
                     : "memory");
    return ret;
}

static inline long hypercall3(unsigned nr, uint64_t a1, uint64_t a2,
                              uint64_t a3)
{
    long ret;

    __asm__ volatile("call *%[entry]"
                     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3)
                     : [entry] "r"(hypercall_page + nr * 32)
                     : "memory");
    return ret;
}

/* Typed calls, named after Xen's; cmd and arguments are those of the header
 * named beside each. */
long hypercall_memory_op(unsigned cmd, void *arg);        /* xen/memory.h */
long hypercall_event_channel_op(unsigned cmd, void *arg); /* event_channel.h */
long hypercall_grant_table_op(unsigned cmd, void *ops, unsigned count);
long hypercall_hvm_op(unsigned cmd, void *arg);   /* hvm/hvm_op.h */
long hypercall_sched_op(unsigned cmd, void *arg); /* xen/sched.h */
long hypercall_vcpu_op(unsigned cmd, unsigned vcpu, void *arg); /* vcpu.h */
long hypercall_xen_version(unsigned cmd, void *arg); /* xen/version.h */
long hypercall_console_write(const char *text, size_t length);
/* Absolute system time in ns; 0 disarms. Registers only. */
long hypercall_set_timer_op(uint64_t deadline_ns);

#endif
