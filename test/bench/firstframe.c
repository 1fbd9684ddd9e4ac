/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says how much processor time the guest had used when its first frame was on
 * the way: main runs once each interface has its address, which net/ announces
 * by a gratuitous ARP. The time is Xen's own account of this vCPU.
 */

#include <pith/hypercall.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xen/vcpu.h>
#include <xen/xen.h>

int main(void)
{
    struct vcpu_runstate_info info;
    int fd = socket(AF_INET, SOCK_DGRAM, 0); /* links the network in */

    if (fd < 0 || hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &info))
        return 1;
    printf("first frame after %llu ns\n",
           (unsigned long long)info.time[RUNSTATE_running]);
    return close(fd);
}
