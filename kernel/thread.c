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
        thread_tls_free(thread);
        kstack_free(thread->stack, thread->stack_bytes);
        heap_free(thread);
    }
    return READ_ONCE(threads.dead);
}

struct thread *thread_start(const char *name, size_t stack_bytes,
                            void (*fn)(void *arg), void *arg)
{
    struct thread *thread;
    unsigned long flags;

    thread_reap();
    thread = heap_zalloc(sizeof(*thread));
    if (!thread)
        return NULL;
    thread->stack_bytes = ALIGN_UP(stack_bytes, PAGE_SIZE);
    thread->stack = kstack_alloc(thread->stack_bytes);
    if (!thread->stack)
        goto err_thread;
    if (thread_tls_alloc(thread))
        goto err_stack;
    thread->home = this_sched();
    thread->level = THREAD_NORMAL;
    thread->fn = fn;
    thread->arg = arg;
    str_copy(thread->name, name, sizeof(thread->name));
    context_init(&thread->context, (char *)thread->stack + thread->stack_bytes,
                 enter, thread);
    enlist(thread);
    flags = irq_save();
    place_thread(thread);
    irq_restore(flags);
    preempt_check();
    return thread;

err_stack:
    kstack_free(thread->stack, thread->stack_bytes);
err_thread:
    heap_free(thread);
    return NULL;
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

void thread_set_priority(enum thread_priority priority)
{
    unsigned long flags = irq_save();

    current()->level = priority;
    place_look(this_sched());
    irq_restore(flags);
    preempt_check();
}

int thread_set_affinity(const struct cpuset *set)
{
    struct thread *self = current();
    unsigned long flags;
    bool any = !set;

    for (unsigned cpu = 0; set && cpu < smp_count(); cpu++)
        any |= cpuset_has(set, cpu) && smp_is_online(cpu);
    if (!any)
        return -XEN_EINVAL;
    flags = irq_save();
    self->bound = set != NULL;
    if (set)
        self->affinity = *set;
    place_look(this_sched());
    irq_restore(flags);
    preempt_check();
    return 0;
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
