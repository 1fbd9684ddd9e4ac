/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domtime [DOMID]: prints "domid cpu_time_ns shutdown_reason flags" for each
 * domain, straight from the hypervisor. `xl list` rounds the time to 0.1 s.
 * domtime DOMID SECONDS: the same, but first waits at most so long until the
 * domain is shut down or gone. A loop in shell would take the guest's time.
 *
 * The reason is -1 while it runs. Exit status 1: no such domain, or an error.
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
#include <time.h>
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

static int shutdown_reason(const struct domctl *ctl)
{
    uint32_t flags = ctl->info.flags;

    if (!(flags & DOMINF_SHUTDOWN))
        return -1;
    return (flags >> DOMINF_SHUTDOWN_SHIFT) & 0xff;
}

static void domain_print(const struct domctl *ctl)
{
    printf("%u %llu %d 0x%x\n", ctl->info.domain,
           (unsigned long long)ctl->info.cpu_time, shutdown_reason(ctl),
           ctl->info.flags);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Waits up to limit_s for its shutdown, then prints the domain. */
static int domain_report(int fd, struct domctl *ctl, uint16_t domid,
                         double limit_s)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    double deadline = now_s() + limit_s;
    int rc;

    for (;;) {
        rc = domain_info_get(fd, ctl, domid);
        if (rc < 0)
            return rc;
        if (ctl->info.domain != domid)
            return -ESRCH;
        if (shutdown_reason(ctl) >= 0 || now_s() >= deadline)
            break;
        nanosleep(&pause, NULL);
    }
    domain_print(ctl);
    return 0;
}

static int domains_list(int fd, struct domctl *ctl)
{
    unsigned int domid = 0;
    int rc;

    while ((rc = domain_info_get(fd, ctl, (uint16_t)domid)) == 0) {
        domain_print(ctl);
        domid = ctl->info.domain + 1u;
    }
    return rc == -ESRCH ? 0 : rc;
}

int main(int argc, char **argv)
{
    int fd = open("/proc/xen/privcmd", O_RDWR | O_CLOEXEC);
    struct domctl *ctl = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    int rc;

    if (fd < 0 || ctl == MAP_FAILED) {
        perror("domtime: /proc/xen/privcmd");
        return 1;
    }
    if (argc > 1)
        rc = domain_report(fd, ctl, (uint16_t)atoi(argv[1]),
                           argc > 2 ? atof(argv[2]) : 0);
    else
        rc = domains_list(fd, ctl);
    if (rc < 0)
        fprintf(stderr, "domtime: %s\n", strerror(-rc));
    return rc < 0;
}
