/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `xl vcpu-set`, and maxvcpus above vcpus at boot: the toolstack writes
 * "online" or "offline" to cpu/N/availability. Source:
 * docs/misc/xenstore-paths.pandoc, "~/cpu/[0-9]+/availability".
 */

#include "private.h"
#include <pith/deadlock.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/log.h>
#include <pith/smp.h>
#include <pith/string.h>
#include <pith/xenstore.h>

static void set_online(unsigned cpu, bool online)
{
    int rc;

    if (cpu == 0) {
        if (!online)
            log_warning("control: vCPU 0 stays online");
        return;
    }
    rc = smp_set_online(cpu, online);
    if (rc)
        log_warning("control: vCPU %u cannot go %s: %s", cpu,
                    online ? "online" : "offline", errno_name(rc));
}

/* Does what the toolstack wants of a vCPU. */
static void check(unsigned cpu)
{
    char node[32], value[16];
    long length;

    format(node, sizeof(node), "%u/availability", cpu);
    length = xs_read(XS_NO_TXN, "cpu", node, value, sizeof(value));
    if (length == -XEN_ENOENT)
        return;
    if (length < 0)
        log_warning("control: cannot read cpu/%s: %s", node,
                    errno_name((int)length));
    else if (!strcmp(value, "online"))
        set_online(cpu, true);
    else if (!strcmp(value, "offline"))
        set_online(cpu, false);
    else
        log_warning("control: cpu/%s is \"%s\": wants online or offline", node,
                    value);
}

/* The number N of .../cpu/N/availability, -1 for anything else. */
static long number_in(const char *path)
{
    const char *end = strrchr(path, '/'), *at = end;
    char text[8];
    uint64_t cpu;

    if (!end || strcmp(end, "/availability"))
        return -1;
    while (at > path && at[-1] != '/')
        at--;
    if (at == path || (size_t)(end - at) >= sizeof(text))
        return -1;
    memcpy(text, at, (size_t)(end - at));
    text[end - at] = '\0';
    return xs_parse_u64(text, CPU_MAX - 1, &cpu) ? -1 : (long)cpu;
}

/* The watch's first event names cpu/ itself: all are looked at. */
static void cpu_fired(struct xs_watch *watch, const char *path)
{
    long cpu = number_in(path);

    if (cpu >= 0 && (unsigned long)cpu < smp_count())
        check((unsigned)cpu);
    else if (cpu < 0 && !strchr(path, '/'))
        for (unsigned i = 1; i < smp_count(); i++)
            check(i);
}

int vcpu_watch_start(void)
{
    static struct xs_watch watch = {.fired = cpu_fired};

    int rc;

    if (smp_count() == 1) /* nothing to do, and no round trip to spend */
        return 0;
    rc = xs_watch(&watch, "cpu", NULL);
    if (!rc)
        deadlock_source(-1); /* it wakes nobody who waits for a thread */
    return rc;
}
