/* SPDX-License-Identifier: BSD-2-Clause */
/* What there is of what: resource limits and use, priorities. */

#include "private.h"
#include <errno.h>
#include <pith/page.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILE_BYTES (1ul << 40) /* of ramfs; memory ends before */

static bool limit_of(int resource, struct rlimit *out)
{
    rlim_t limit = RLIM_INFINITY;

    if (resource < 0 || resource >= RLIM_NLIMITS)
        return false;
    if (resource == RLIMIT_NOFILE)
        limit = FD_LIMIT;
    else if (resource == RLIMIT_FSIZE)
        limit = FILE_BYTES;
    else if (resource == RLIMIT_CORE)
        limit = 0; /* the toolstack dumps guests */
    *out = (struct rlimit){limit, limit};
    return true;
}

int getrlimit(int resource, struct rlimit *out)
{
    return limit_of(resource, out) ? 0 : posix_fail(EINVAL);
}

/* The limits are the system's own. What asks for at least what there is gets
 * it; a lower limit would not be kept, so it is refused. */
int setrlimit(int resource, const struct rlimit *wanted)
{
    struct rlimit now;

    if (!limit_of(resource, &now) || wanted->rlim_cur > wanted->rlim_max)
        return posix_fail(EINVAL);
    if (wanted->rlim_max > now.rlim_max)
        return posix_fail(EPERM);
    return wanted->rlim_cur == now.rlim_cur ? 0 : posix_fail(EINVAL);
}

/* The guest runs nothing else: as clock() and times(), time since the start
 * stands for time used. */
int getrusage(int who, struct rusage *out)
{
    uint64_t us = (clock_monotonic_ns() - clock_boot_ns()) / NS_PER_US;
    struct page_stats pages;

    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
        return posix_fail(EINVAL);
    *out = (struct rusage){0};
    if (who == RUSAGE_CHILDREN)
        return 0;
    page_get_stats(&pages);
    out->ru_utime.tv_sec = (time_t)(us / 1000000);
    out->ru_utime.tv_usec = (suseconds_t)(us % 1000000);
    out->ru_maxrss =
        (long)((pages.total_pages - pages.free_pages) * (PAGE_SIZE / 1024));
    return 0;
}

/* --- priorities: a thread's, as on Linux --- */

static __thread int niceness;

static void set_nice(int value)
{
    niceness = MAX(PRIO_MIN, MIN(value, PRIO_MAX - 1));
    if (niceness > 0)
        thread_set_priority(THREAD_LOW);
    else
        thread_set_priority(niceness ? THREAD_HIGH : THREAD_NORMAL);
}

int nice(int increment)
{
    set_nice(niceness + MAX(-2 * PRIO_MAX, MIN(increment, 2 * PRIO_MAX)));
    return niceness;
}

/* Is it this program that is meant? 0 or errno's number. */
static int check_who(int which, id_t who)
{
    if (which < PRIO_PROCESS || which > PRIO_USER)
        return EINVAL;
    return who == 0 || (which != PRIO_USER && who == (id_t)getpid()) ? 0
                                                                     : ESRCH;
}

int getpriority(int which, id_t who)
{
    int err = check_who(which, who);

    return err ? posix_fail(err) : niceness;
}

int setpriority(int which, id_t who, int value)
{
    int err = check_who(which, who);

    if (err)
        return posix_fail(err);
    set_nice(value);
    return 0;
}
