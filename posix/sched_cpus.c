/* SPDX-License-Identifier: BSD-2-Clause */
/* Which vCPU this is, and sets of vCPUs. */

#include "private.h"
#include <pith/heap.h>
#include <pith/smp.h>
#include <sched.h>

/* It may be another one by the time the caller looks. */
int sched_getcpu(void)
{
    return (int)cpu_read(id);
}

int __sched_cpu_count(size_t size, const cpu_set_t *set)
{
    int count = 0;

    for (size_t i = 0; i < size / sizeof(long); i++)
        count += __builtin_popcountl(set->__bits[i]);
    return count;
}

cpu_set_t *__sched_cpu_alloc(size_t count)
{
    return heap_zalloc(CPU_ALLOC_SIZE(count));
}

void __sched_cpu_free(cpu_set_t *set)
{
    heap_free(set);
}
