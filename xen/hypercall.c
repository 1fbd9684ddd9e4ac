/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed hypercalls over the page that boot/ had Xen fill. Source: xen/xen.h
 * and the header named beside each prototype in pith/hypercall.h.
 */
#include <pith/hypercall.h>
#include <xen/xen.h>

long hypercall_memory_op(unsigned cmd, void *arg)
{
    return hypercall2(__HYPERVISOR_memory_op, cmd, (uint64_t)arg);
}

long hypercall_event_channel_op(unsigned cmd, void *arg)
{
    return hypercall2(__HYPERVISOR_event_channel_op, cmd, (uint64_t)arg);
}

long hypercall_grant_table_op(unsigned cmd, void *ops, unsigned count)
{
    return hypercall3(__HYPERVISOR_grant_table_op, cmd, (uint64_t)ops, count);
}

long hypercall_hvm_op(unsigned cmd, void *arg)
{
    return hypercall2(__HYPERVISOR_hvm_op, cmd, (uint64_t)arg);
}

long hypercall_sched_op(unsigned cmd, void *arg)
{
    return hypercall2(__HYPERVISOR_sched_op, cmd, (uint64_t)arg);
}

long hypercall_vcpu_op(unsigned cmd, unsigned vcpu, void *arg)
{
    return hypercall3(__HYPERVISOR_vcpu_op, cmd, vcpu, (uint64_t)arg);
}

long hypercall_xen_version(unsigned cmd, void *arg)
{
    return hypercall2(__HYPERVISOR_xen_version, cmd, (uint64_t)arg);
}

long hypercall_console_write(const char *text, size_t length)
{
    return hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, length,
                      (uint64_t)text);
}

long hypercall_set_timer_op(uint64_t deadline_ns)
{
    return hypercall1(__HYPERVISOR_set_timer_op, deadline_ns);
}
