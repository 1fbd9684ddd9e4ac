/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page-fault entry of images that use areas (pith/area.h): asks mm/ for
 * the page, and goes on where there is one. All other faults are reported.
 *
 * It answers on the exception stack, with interrupts off: no pager blocks. The
 * fault may come with spin locks held, since nothing that holds one of mm/'s
 * touches an area; but not in an upcall on top of code with spin locks, since
 * those may be mm/'s. Source: SDM volume 3, "Page-Fault Exceptions".
 */

#include "private.h"
#include <pith/area.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/panic.h>
#include <pith/vectors.h>

/* Bits of the error code. */
enum { FAULT_WRITE = 2, FAULT_RESERVED_BIT = 8, FAULT_EXEC = 16 };

/* While an address is read that nothing maps: where to go on, and which address
 * the fault told. Written with interrupts off. */
static struct {
    uint64_t resume_rip; /* 0: it is over */
    uint64_t told;
} probe;

#define PROBE_BYTES 8 /* no less than the instruction that reads */

static bool in_upcall_over_locks(void)
{
    return this_cpu()->upcall_depth && cpu_read(preempt) & ~PREEMPT_NOT_DUE;
}

static int answer(const struct trap_frame *frame, uint64_t addr)
{
    unsigned access = frame->error_code & FAULT_EXEC    ? AREA_EXEC
                      : frame->error_code & FAULT_WRITE ? AREA_WRITE
                                                        : AREA_READ;

    if (addr < AREA_START || addr >= AREA_END ||
        frame->error_code & FAULT_RESERVED_BIT)
        return -XEN_ENOENT;
    if (in_upcall_over_locks())
        return -XEN_EBUSY;
    return area_fault(addr, access);
}

/* Another vCPU changes the area, and will be done soon: if this one answers its
 * interrupts. */
static bool may_repeat(const struct trap_frame *frame)
{
    return frame->rflags & RFLAGS_IF && !this_cpu()->upcall_depth;
}

static void page_fault(struct trap_frame *frame)
{
    uint64_t addr = fault_address();
    int rc = answer(frame, addr);

    if (!rc || (rc == -XEN_EAGAIN && may_repeat(frame)))
        return;
    if (probe.resume_rip - frame->rip <= PROBE_BYTES) {
        probe.told = addr;
        frame->rip = probe.resume_rip;
        return;
    }
    if (rc != -XEN_EBUSY && fault_divert &&
        fault_divert(frame, addr, rc != -XEN_ENOENT))
        return;
    if (rc == -XEN_ENOMEM)
        panic_trap(frame, "out of memory: page fault: %s of 0x%lx",
                   fault_kind(frame), addr);
    if (rc != -XEN_ENOENT)
        panic_trap(frame, "page fault: %s of 0x%lx has no answer now: %s",
                   fault_kind(frame), addr, errno_name(rc));
    fault_report(frame);
}

/* Does a fault tell its address? No area is there yet. */
static bool faults_tell(void)
{
    unsigned long flags = irq_save();

    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, %0\n\t"
                     "movb (%1), %%al\n"
                     "1:"
                     : "=m"(probe.resume_rip)
                     : "r"(AREA_START)
                     : "rax", "memory");
    probe.resume_rip = 0;
    irq_restore(flags);
    return probe.told == AREA_START;
}

static int pagefault_init(void)
{
    vector_set_handler(VECTOR_PAGE_FAULT, page_fault);
    if (!faults_tell()) {
        /* Xen 4.17 on QEMU's SVM: docs/architecture.md. */
        log_warning("kernel: page faults do not tell their address here: "
                    "memory is mapped at once, not when it is touched");
        area_set_eager();
    }
    return 0;
}

ROOM("060", kernel_pagefault, pagefault_init, 0);
