/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domtime [DOMID]: prints "domid cpu_time_ns shutdown_reason flags" for each
 * domain, straight from the hypervisor. `xl list` rounds the time to 0.1 s.
 *
 * Uses XEN_DOMCTL_getdomaininfo (xen/include/public/domctl.h). The start of
 * its structure, as far as cpu_time, is the same in all interface versions
 * from 0x15 (Xen 4.17) on; the version that this Xen speaks is found by trying.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define HYPERVISOR_DOMCTL 36
#define DOMCTL_GETDOMAININFO 5
#define DOMCTL_VERSION_MIN 0x15
#define DOMCTL_VERSION_MAX 0x20
#define DOMINF_SHUTDOWN (1u << 2)
#define DOMINF_SHUTDOWN_SHIFT 16

struct domctl {
    uint32_t cmd;
    uint32_t interface_version;
    uint16_t domain;
    uint16_t pad[3];
    struct {
        uint16_t domain;
        uint16_t pad;
        uint32_t flags;
        uint64_t tot_pages;
        uint64_t max_pages;
        uint64_t outstanding_pages;
        uint64_t shr_pages;
        uint64_t paged_pages;
        uint64_t shared_info_frame;
        uint64_t cpu_time;
        uint8_t rest[512];
    } info;
};

struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};

#define IOCTL_PRIVCMD_HYPERCALL \
    _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

static uint32_t version = DOMCTL_VERSION_MIN;

/* The first domain at or above domid; 0 or a negative errno. */
static int domain_info_get(int fd, struct domctl *ctl, uint16_t domid)
{
    struct privcmd_hypercall call = {
        .op = HYPERVISOR_DOMCTL,
        .arg = {(uintptr_t)ctl},
    };

    for (; version <= DOMCTL_VERSION_MAX; version++) {
        memset(ctl, 0, sizeof(*ctl));
        ctl->cmd = DOMCTL_GETDOMAININFO;
        ctl->interface_version = version;
        ctl->domain = domid;
        if (ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call) >= 0)
            return 0;
        if (errno != EACCES)
            return -errno;
    }
    return -EACCES;
}

static void domain_print(const struct domctl *ctl)
{
    uint32_t flags = ctl->info.flags;
    int reason = -1;

    if (flags & DOMINF_SHUTDOWN)
        reason = (flags >> DOMINF_SHUTDOWN_SHIFT) & 0xff;
    printf("%u %llu %d 0x%x\n", ctl->info.domain,
           (unsigned long long)ctl->info.cpu_time, reason, flags);
}

int main(int argc, char **argv)
{
    int fd = open("/proc/xen/privcmd", O_RDWR | O_CLOEXEC);
    unsigned int domid = argc > 1 ? (unsigned int)atoi(argv[1]) : 0;
    struct domctl *ctl = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    int rc;

    if (fd < 0 || ctl == MAP_FAILED) {
        perror("domtime: /proc/xen/privcmd");
        return 1;
    }
    while ((rc = domain_info_get(fd, ctl, (uint16_t)domid)) == 0) {
        if (argc > 1 && ctl->info.domain != domid) {
            rc = -ESRCH;
            break;
        }
        domain_print(ctl);
        if (argc > 1)
            return 0;
        domid = ctl->info.domain + 1u;
    }
    if (argc == 1 && rc == -ESRCH)
        return 0;
    fprintf(stderr, "domtime: domain %u: %s\n", domid, strerror(-rc));
    return 1;
}
