/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long it took from the guest's start to main, as Xen counts what its vCPU
 * ran: "FIGURE start_to_main NS". Links what hello links, with xenstore and the
 * console up; more facilities have more to begin with.
 */

#include <pith/hypercall.h>
#include <stdint.h>
#include <stdio.h>
#include <xen/vcpu.h>
#include <xen/xen.h>

int main(void)
{
    struct vcpu_runstate_info info;

    if (hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &info))
        return 1;
    printf("FIGURE start_to_main %llu\n",
           (unsigned long long)info.time[RUNSTATE_running]);
    return 0;
}
