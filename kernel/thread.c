/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: their memory, their names and the list of all of them. */

#include "private.h"
#include <pith/corenote.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/map.h>
#include <pith/string.h>

/* lock protects all of it; no upcall takes it. */
static struct {
    struct spinlock lock;
    struct list all;
    size_t count;
    struct thread *dead; /* ended; may still be leaving their stacks */
    uint64_t switches;   /* to those that were freed */
} threads = {.all = LIST_INIT(threads.all)};

static const struct {
    struct core_note_head head;
    struct core_threads body;
} __packed core_note CORE_NOTE = {
    CORE_NOTE_HEAD(CORE_NOTE_THREADS, struct core_threads),
    {
        .list = (uint64_t)&threads.all,
        .link = offsetof(struct thread, all_link),
        .context = offsetof(struct thread, context.sp),
        .name = offsetof(struct thread, name),
        .name_bytes = sizeof(((struct thread *)NULL)->name),
    },
};

const struct list *threads_all(void)
{
    return &threads.all;
}

static void enter(void *arg)
{
    struct thread *self = arg;

    irq_enable(); /* the second half of the switch to it */
    self->fn(self->arg);
    thread_exit();
}

static void enlist(struct thread *thread)
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);

    list_push_back(&threads.all, &thread->all_link);
    threads.count++;
    spin_unlock_irqrestore(&threads.lock, flags);
}

static void delist(struct thread *thread)
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);

    list_remove(&thread->all_link);
    threads.count--;
    thread->next_dead = threads.dead;
    WRITE_ONCE(threads.dead, thread);
    spin_unlock_irqrestore(&threads.lock, flags);
}

/* One that has left its stack. */
static struct thread *take_dead(void)
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);
    struct thread **link = &threads.dead, *thread;

    while (*link && !((*link)->state == THREAD_ENDED &&
                      !atomic_load(&(*link)->context.running)))
        link = &(*link)->next_dead;
    thread = *link;
    if (thread) {
        *link = thread->next_dead;
        threads.switches += thread->switches;
    }
    spin_unlock_irqrestore(&threads.lock, flags);
    return thread;
}

bool thread_reap(void)
{
    struct thread *thread;

    while (READ_ONCE(threads.dead) && (thread = take_dead())) {
        if (!thread->stack_borrowed)
            kstack_free(thread->stack, thread->stack_bytes);
        thread_tls_free(thread);
        heap_free(thread);
    }
    return READ_ONCE(threads.dead);
}

static int make_stack(struct thread *thread, const struct thread_spec *spec)
{
    thread->stack_borrowed = spec->stack != NULL;
    thread->stack = spec->stack;
    thread->stack_bytes = spec->stack_bytes;
    if (spec->stack)
        return 0;
    thread->stack_bytes = ALIGN_UP(spec->stack_bytes, PAGE_SIZE);
    thread->stack = kstack_alloc(thread->stack_bytes);
    return thread->stack ? 0 : -XEN_ENOMEM;
}

struct thread *thread_prepare(const struct thread_spec *spec)
{
    struct thread *thread;

    thread_reap();
    thread = heap_zalloc(sizeof(*thread));
    if (!thread)
        return NULL;
    if (make_stack(thread, spec))
        goto err_thread;
    if (thread_tls_alloc(thread))
        goto err_stack;
    thread->home = this_sched();
    thread->level = spec->priority ? spec->priority : THREAD_NORMAL;
    thread->bound = spec->affinity != NULL;
    if (spec->affinity)
        thread->affinity = *spec->affinity;
    thread->waiter.thread = thread;
    thread->fn = spec->fn;
    thread->arg = spec->arg;
    str_copy(thread->name, spec->name, sizeof(thread->name));
    context_init(
        &thread->context,
        (void *)ALIGN_DOWN((uint64_t)thread->stack + thread->stack_bytes, 16),
        enter, thread);
    return thread;

err_stack:
    if (!thread->stack_borrowed)
        kstack_free(thread->stack, thread->stack_bytes);
err_thread:
    heap_free(thread);
    return NULL;
}

void thread_launch(struct thread *thread)
{
    unsigned long flags;

    enlist(thread);
    flags = irq_save();
    place_thread(thread);
    irq_restore(flags);
    preempt_check();
}

struct thread *thread_start(const char *name, size_t stack_bytes,
                            void (*fn)(void *arg), void *arg)
{
    const struct thread_spec spec = {
        .name = name, .stack_bytes = stack_bytes, .fn = fn, .arg = arg};
    struct thread *thread = thread_prepare(&spec);

    if (thread)
        thread_launch(thread);
    return thread;
}

struct thread *thread_new_idle(void)
{
    struct thread *thread = heap_zalloc(sizeof(*thread));

    if (thread)
        str_copy(thread->name, "idle", sizeof(thread->name));
    return thread;
}

void thread_exit(void)
{
    thread_tls_end(current());
    delist(current());
    sched_exit();
}

struct thread *thread_current(void)
{
    return current();
}

const char *thread_name(const struct thread *thread)
{
    return thread->name;
}

void thread_rename(struct thread *thread, const char *name)
{
    str_copy(thread->name, name, sizeof(thread->name));
}

void *thread_tls_base(const struct thread *thread)
{
    return thread->tls_base;
}

void *thread_stack(const struct thread *thread, size_t *out_bytes)
{
    *out_bytes = thread->stack_bytes;
    return thread->stack;
}

void thread_sleep_until(uint64_t deadline_ns)
{
    static const uint32_t never;

    sched_block(&never, deadline_ns);
}

void thread_set_at_rest(bool at_rest)
{
    current()->at_rest = at_rest;
}

void *thread_user_data(const struct thread *thread)
{
    return thread->user_data;
}

void thread_set_user_data(struct thread *thread, void *data)
{
    thread->user_data = data;
}

void thread_change_priority(struct thread *thread,
                            enum thread_priority priority)
{
    WRITE_ONCE(thread->level, priority);
    sched_look_again(thread);
}

void thread_set_priority(enum thread_priority priority)
{
    thread_change_priority(current(), priority);
}

int thread_change_affinity(struct thread *thread, const struct cpuset *set)
{
    bool any = !set;

    for (unsigned cpu = 0; set && cpu < smp_count(); cpu++)
        any |= cpuset_has(set, cpu) && smp_is_online(cpu);
    if (!any)
        return -XEN_EINVAL;
    if (set)
        thread->affinity = *set;
    thread->homeless = 0; /* what it was bound to then does not count */
    atomic_store(&thread->bound, set != NULL);
    sched_look_again(thread);
    return 0;
}

int thread_set_affinity(const struct cpuset *set)
{
    return thread_change_affinity(current(), set);
}

void thread_describe(const struct thread *thread, struct thread_info *out)
{
    str_copy(out->name, thread->name, sizeof(out->name));
    out->state = READ_ONCE(thread->state) != THREAD_RUNNABLE ? "blocked"
                 : READ_ONCE(thread->context.running)        ? "running"
                                                             : "ready";
    out->cpu = thread->home->cpu;
    out->switches = thread->switches;
}

size_t thread_list(struct thread_info *out, size_t max)
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);
    struct thread *thread;
    size_t count = threads.count;

    list_for_each (thread, &threads.all, all_link) {
        if (!max--)
            break;
        thread_describe(thread, out++);
    }
    spin_unlock_irqrestore(&threads.lock, flags);
    return count;
}

uint64_t thread_switches(void)
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);
    uint64_t sum = threads.switches;
    struct thread *thread;

    list_for_each (thread, &threads.all, all_link)
        sum += READ_ONCE(thread->switches);
    for (thread = threads.dead; thread; thread = thread->next_dead)
        sum += READ_ONCE(thread->switches);
    spin_unlock_irqrestore(&threads.lock, flags);
    return sum;
}

bool thread_visit(size_t n, void (*fn)(const struct thread *thread))
{
    unsigned long flags = spin_lock_irqsave(&threads.lock);
    struct thread *thread;
    bool found = false;

    list_for_each (thread, &threads.all, all_link)
        if (!n--) {
            fn(thread);
            found = true;
            break;
        }
    spin_unlock_irqrestore(&threads.lock, flags);
    return found;
}
