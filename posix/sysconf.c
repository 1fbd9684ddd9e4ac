/* SPDX-License-Identifier: BSD-2-Clause */
/* sysconf: each name that <unistd.h> has. -1 without an error: there is no
 * such option, or no limit that could be named. */

#include "private.h"
#include <errno.h>
#include <limits.h>
#include <pith/page.h>
#include <pith/smp.h>
#include <time.h>
#include <unistd.h>

#define POSIX_2008 200809L
#define NOT_THERE (-1)

/* One for each name: values are from POSIX.1-2017 <limits.h> and <unistd.h>
 * unless the system has its own. What is not listed is NOT_THERE. */
#define ENTRY(name, value) [_SC_##name] = (value) + 1L

static const long values[] = {
    ENTRY(ARG_MAX, 4096),
    ENTRY(CHILD_MAX, 0),
    ENTRY(CLK_TCK, CLOCKS_PER_SEC),
    ENTRY(NGROUPS_MAX, 0),
    ENTRY(OPEN_MAX, FD_LIMIT),
    ENTRY(SAVED_IDS, 1),
    ENTRY(VERSION, POSIX_2008),
    ENTRY(PAGESIZE, PAGE_SIZE),
    ENTRY(RTSIG_MAX, 32),
    ENTRY(SEM_VALUE_MAX, SEM_VALUE_MAX),
    ENTRY(TZNAME_MAX, 10),
    ENTRY(FSYNC, POSIX_2008),
    ENTRY(MAPPED_FILES, POSIX_2008),
    ENTRY(MEMORY_PROTECTION, POSIX_2008),
    ENTRY(REALTIME_SIGNALS, POSIX_2008),
    ENTRY(SEMAPHORES, POSIX_2008),
    ENTRY(SYNCHRONIZED_IO, POSIX_2008),
    ENTRY(TIMERS, POSIX_2008),
    ENTRY(DELAYTIMER_MAX, INT_MAX),
    ENTRY(TIMER_MAX, TIMER_LIMIT),
    ENTRY(SIGQUEUE_MAX, SIGNAL_QUEUE_LIMIT),
    ENTRY(THREAD_KEYS_MAX, PTHREAD_KEYS_MAX),
    ENTRY(THREAD_STACK_MIN, PTHREAD_STACK_MIN),
    ENTRY(TTY_NAME_MAX, 32),
    ENTRY(THREADS, POSIX_2008),
    ENTRY(THREAD_ATTR_STACKADDR, POSIX_2008),
    ENTRY(THREAD_ATTR_STACKSIZE, POSIX_2008),
    ENTRY(THREAD_PRIORITY_SCHEDULING, POSIX_2008),
    ENTRY(THREAD_PROCESS_SHARED, POSIX_2008),
    ENTRY(THREAD_CPUTIME, POSIX_2008),
    ENTRY(CPUTIME, POSIX_2008),
    ENTRY(THREAD_SAFE_FUNCTIONS, POSIX_2008),
    ENTRY(GETGR_R_SIZE_MAX, 64),
    ENTRY(GETPW_R_SIZE_MAX, 64),
    ENTRY(LOGIN_NAME_MAX, 32),
    ENTRY(THREAD_DESTRUCTOR_ITERATIONS, PTHREAD_DESTRUCTOR_ITERATIONS),
    ENTRY(ADVISORY_INFO, POSIX_2008),
    ENTRY(ATEXIT_MAX, LONG_MAX - 1),
    ENTRY(BARRIERS, POSIX_2008),
    ENTRY(BC_BASE_MAX, 99),
    ENTRY(BC_DIM_MAX, 2048),
    ENTRY(BC_SCALE_MAX, 99),
    ENTRY(BC_STRING_MAX, 1000),
    ENTRY(CLOCK_SELECTION, POSIX_2008),
    ENTRY(COLL_WEIGHTS_MAX, 2),
    ENTRY(EXPR_NEST_MAX, 32),
    ENTRY(HOST_NAME_MAX, 64),
    ENTRY(IOV_MAX, IOV_MAX),
    ENTRY(LINE_MAX, 2048),
    ENTRY(MONOTONIC_CLOCK, POSIX_2008),
    ENTRY(READER_WRITER_LOCKS, POSIX_2008),
    ENTRY(REGEXP, 1),
    ENTRY(RE_DUP_MAX, 255),
    ENTRY(SPIN_LOCKS, POSIX_2008),
    ENTRY(SYMLOOP_MAX, 40),
    ENTRY(TIMEOUTS, POSIX_2008),
    ENTRY(V7_LP64_OFF64, 1),
    ENTRY(XOPEN_VERSION, 700),
    ENTRY(STREAM_MAX, FD_LIMIT),
};

long sysconf(int name)
{
    struct page_stats pages;

    if (name < 0 || name > _SC_POSIX_26_VERSION)
        return posix_fail(EINVAL);
    switch (name) {
    case _SC_NPROCESSORS_CONF:
        return smp_count();
    case _SC_NPROCESSORS_ONLN:
        return smp_online_count();
    case _SC_PHYS_PAGES:
        page_get_stats(&pages);
        return (long)pages.total_pages;
    case _SC_AVPHYS_PAGES:
        page_get_stats(&pages);
        return (long)pages.free_pages;
    default:
        return (size_t)name < ARRAY_SIZE(values) ? values[name] - 1 : NOT_THERE;
    }
}
