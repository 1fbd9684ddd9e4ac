/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of threads: kept as they are, and checked when they are set. */

#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/page.h>
#include <string.h>

int pthread_attr_init(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t){
        .__magic = POSIX_ATTR_MAGIC,
        .__stack_bytes = PTHREAD_STACK_DEFAULT,
        .__guard_bytes = PAGE_SIZE,
    };
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    attr->__magic = 0;
    return 0;
}

/* Sets one of two values. */
static int set_choice(int *to, int value)
{
    if (value != 0 && value != 1)
        return EINVAL;
    *to = value;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *out)
{
    *out = attr->__detached;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    return set_choice(&attr->__detached, state);
}

int pthread_attr_getguardsize(const pthread_attr_t *restrict attr,
                              size_t *restrict out)
{
    *out = attr->__guard_bytes;
    return 0;
}

/* Remembered: there is always one page that faults. */
int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    attr->__guard_bytes = size;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *restrict attr,
                                 int *restrict out)
{
    *out = attr->__inherit;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    return set_choice(&attr->__inherit, inherit);
}

int pthread_attr_getschedparam(const pthread_attr_t *restrict attr,
                               struct sched_param *restrict out)
{
    *out = attr->__param;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *restrict attr,
                               const struct sched_param *restrict param)
{
    if (!posix_sched_valid(attr->__policy, param->sched_priority))
        return EINVAL;
    attr->__param = *param;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attr,
                                int *restrict out)
{
    *out = attr->__policy;
    return 0;
}

/* A priority that the policy has not becomes its lowest. */
int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    int lowest = sched_get_priority_min(policy);

    if (lowest < 0)
        return EINVAL;
    attr->__policy = policy;
    if (!posix_sched_valid(policy, attr->__param.sched_priority))
        attr->__param.sched_priority = lowest;
    return 0;
}

int pthread_attr_getscope(const pthread_attr_t *restrict attr,
                          int *restrict out)
{
    *out = PTHREAD_SCOPE_SYSTEM;
    return 0;
}

int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    if (scope == PTHREAD_SCOPE_PROCESS)
        return ENOTSUP;
    return scope == PTHREAD_SCOPE_SYSTEM ? 0 : EINVAL;
}

int pthread_attr_getstack(const pthread_attr_t *restrict attr,
                          void **restrict stack, size_t *restrict size)
{
    *stack = attr->__stack;
    *size = attr->__stack_bytes;
    return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    if (size < PTHREAD_STACK_MIN || !stack || (uint64_t)stack % 16)
        return EINVAL;
    attr->__stack = stack;
    attr->__stack_bytes = size;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *restrict attr,
                              size_t *restrict out)
{
    *out = attr->__stack_bytes;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN)
        return EINVAL;
    attr->__stack_bytes = size;
    return 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size,
                                cpu_set_t *set)
{
    if (size < sizeof(struct cpuset))
        return EINVAL;
    memset(set, 0, size);
    if (attr->__bound)
        memcpy(set, &attr->__cpus, MIN(size, sizeof(cpu_set_t)));
    else
        memset(set, 0xff, size);
    return 0;
}

int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size,
                                const cpu_set_t *set)
{
    attr->__bound = size && set;
    memset(&attr->__cpus, 0, sizeof(attr->__cpus));
    if (attr->__bound)
        memcpy(&attr->__cpus, set, MIN(size, sizeof(cpu_set_t)));
    return 0;
}

int pthread_getattr_np(pthread_t id, pthread_attr_t *attr)
{
    unsigned long flags = spin_lock_irqsave(&posix_threads.lock);
    struct posix_thread *thread = posix_thread_find_locked(id);

    if (!thread || !thread->kernel) {
        spin_unlock_irqrestore(&posix_threads.lock, flags);
        return ESRCH;
    }
    pthread_attr_init(attr);
    attr->__stack = thread_stack(thread->kernel, &attr->__stack_bytes);
    attr->__guard_bytes = thread->stack_borrowed ? 0 : PAGE_SIZE;
    attr->__detached = !(thread->state & THREAD_HAS_HANDLE);
    attr->__policy = thread->policy;
    attr->__param.sched_priority = thread->priority;
    attr->__inherit = PTHREAD_EXPLICIT_SCHED;
    attr->__bound = thread->bound;
    memcpy(&attr->__cpus, &thread->affinity, sizeof(thread->affinity));
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    return 0;
}
