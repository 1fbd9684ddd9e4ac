/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies, priorities and vCPUs of threads. kernel/ has three levels: what
 * asks for more is remembered, and said again when asked.
 */

#include "private.h"
#include "thread.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What POSIX wants at least. */
#define PRIORITY_MAX 32
/* kernel/sched.c: a turn, at most. */
#define TURN_NS 10000000

unsigned posix_sched_level(int policy)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        return THREAD_HIGH;
    case SCHED_BATCH:
    case SCHED_IDLE:
        return THREAD_LOW;
    default:
        return THREAD_NORMAL;
    }
}

int sched_get_priority_min(int policy)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        return 1;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return 0;
    default:
        return posix_fail(EINVAL);
    }
}

int sched_get_priority_max(int policy)
{
    int lowest = sched_get_priority_min(policy);

    return lowest > 0 ? PRIORITY_MAX : lowest;
}

bool posix_sched_valid(int policy, int priority)
{
    bool real = policy == SCHED_FIFO || policy == SCHED_RR;
    bool known = real || policy == SCHED_OTHER || policy == SCHED_BATCH ||
                 policy == SCHED_IDLE;

    return known && priority >= real && priority <= real * PRIORITY_MAX;
}

/* With the thread that id stands for locked: NULL, unlocked, if it has ended.
 */
static struct posix_thread *lock_living(pthread_t id, unsigned long *flags)
{
    struct posix_thread *thread;

    *flags = spin_lock_irqsave(&posix_threads.lock);
    thread = posix_thread_find_locked(id);
    if (thread && thread == posix_self() && !thread->kernel)
        thread->kernel = thread_current(); /* one of the kernel's */
    if (thread && thread->kernel)
        return thread;
    spin_unlock_irqrestore(&posix_threads.lock, *flags);
    return NULL;
}

static void unlock(unsigned long flags)
{
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    preempt_check();
}

int pthread_setschedparam(pthread_t id, int policy,
                          const struct sched_param *param)
{
    struct posix_thread *thread;
    unsigned long flags;

    if (!posix_sched_valid(policy, param->sched_priority))
        return EINVAL;
    thread = lock_living(id, &flags);
    if (!thread)
        return ESRCH;
    thread->policy = policy;
    thread->priority = param->sched_priority;
    thread_change_priority(thread->kernel, posix_sched_level(policy));
    unlock(flags);
    return 0;
}

int pthread_getschedparam(pthread_t id, int *restrict policy,
                          struct sched_param *restrict param)
{
    unsigned long flags;
    struct posix_thread *thread = lock_living(id, &flags);

    if (!thread)
        return ESRCH;
    *policy = thread->policy;
    param->sched_priority = thread->priority;
    unlock(flags);
    return 0;
}

int pthread_setschedprio(pthread_t id, int priority)
{
    struct sched_param param;
    int policy, err = pthread_getschedparam(id, &policy, &param);

    param.sched_priority = priority;
    return err ? err : pthread_setschedparam(id, policy, &param);
}

static int set_affinity(struct posix_thread *thread, const struct cpuset *set)
{
    if (thread_change_affinity(thread->kernel, set))
        return EINVAL;
    thread->bound = true;
    thread->affinity = *set;
    return 0;
}

int pthread_setaffinity_np(pthread_t id, size_t size, const cpu_set_t *set)
{
    struct posix_thread *thread;
    struct cpuset cpus = {{0}};
    unsigned long flags;
    int err;

    memcpy(&cpus, set, MIN(size, sizeof(cpus)));
    thread = lock_living(id, &flags);
    if (!thread)
        return ESRCH;
    err = set_affinity(thread, &cpus);
    unlock(flags);
    return err;
}

int pthread_getaffinity_np(pthread_t id, size_t size, cpu_set_t *set)
{
    struct posix_thread *thread;
    struct cpuset cpus = {{0}};
    unsigned long flags;
    bool bound;

    if (size < sizeof(cpus) || size % sizeof(long))
        return EINVAL;
    thread = lock_living(id, &flags);
    if (!thread)
        return ESRCH;
    bound = thread->bound;
    if (bound)
        cpus = thread->affinity;
    unlock(flags);
    for (unsigned cpu = 0; !bound && cpu < smp_count(); cpu++)
        if (smp_is_online(cpu))
            cpuset_add(&cpus, cpu);
    memset(set, 0, size);
    memcpy(set, &cpus, sizeof(cpus));
    return 0;
}

int pthread_setconcurrency(int level)
{
    return level < 0 ? EINVAL : 0;
}

/* All threads are the kernel's: there is nothing to set. */
int pthread_getconcurrency(void)
{
    return 0;
}

/* --- names --- */

int pthread_setname_np(pthread_t id, const char *name)
{
    struct posix_thread *thread;
    unsigned long flags;

    if (strlen(name) > 15)
        return ERANGE;
    thread = lock_living(id, &flags);
    if (!thread)
        return ESRCH;
    thread_rename(thread->kernel, name);
    unlock(flags);
    return 0;
}

int pthread_getname_np(pthread_t id, char *name, size_t size)
{
    struct posix_thread *thread;
    unsigned long flags;
    int err = 0;

    thread = lock_living(id, &flags);
    if (!thread)
        return ESRCH;
    if (strlen(thread_name(thread->kernel)) >= size)
        err = ERANGE;
    else
        strcpy(name, thread_name(thread->kernel));
    unlock(flags);
    return err;
}

/* --- sched.h: pid is a thread's number, getpid()'s is main's --- */

int sched_yield(void)
{
    thread_yield();
    return 0;
}

int pthread_yield(void)
{
    return sched_yield();
}

/* 0 if there is none. */
static pthread_t thread_by_number(pid_t pid)
{
    struct posix_thread *thread;
    unsigned long flags;
    pthread_t id = 0;

    if (pid == 0 || (uint32_t)pid == posix_thread_id())
        return pthread_self();
    flags = spin_lock_irqsave(&posix_threads.lock);
    list_for_each (thread, &posix_threads.all, link)
        if (thread->id == (uint32_t)pid && thread->kernel)
            id = (pthread_t)thread;
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    return id;
}

static int result(int err)
{
    return err ? posix_fail(err) : 0;
}

int sched_getparam(pid_t pid, struct sched_param *param)
{
    int policy;

    return result(pthread_getschedparam(thread_by_number(pid), &policy, param));
}

int sched_getscheduler(pid_t pid)
{
    struct sched_param param;
    int policy,
        err = pthread_getschedparam(thread_by_number(pid), &policy, &param);

    return err ? posix_fail(err) : policy;
}

int sched_setparam(pid_t pid, const struct sched_param *param)
{
    return result(
        pthread_setschedprio(thread_by_number(pid), param->sched_priority));
}

/* The policy before, as POSIX has it. */
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    int before = sched_getscheduler(pid), err;

    if (before < 0)
        return -1;
    err = pthread_setschedparam(thread_by_number(pid), policy, param);
    return err ? posix_fail(err) : before;
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
    if (!thread_by_number(pid))
        return posix_fail(ESRCH);
    *interval = (struct timespec){.tv_nsec = TURN_NS};
    return 0;
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    return result(pthread_getaffinity_np(thread_by_number(pid), size, set));
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    return result(pthread_setaffinity_np(thread_by_number(pid), size, set));
}
