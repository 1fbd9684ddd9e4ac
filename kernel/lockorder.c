/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches the order of locks, in the check build. Owns a table of all locks
 * that it has seen, and for each which ones were taken while it was held: a
 * graph, in which a circle is a deadlock that may come.
 *
 * Locks on stacks are not in the table: they come and go with their addresses,
 * and nothing is taken under them but the scheduler's. A lock that finds no
 * place there is not watched for its order.
 *
 * order.busy is taken with interrupts off, after any other lock, and by nobody
 * but this file, which watches spin locks and thus cannot use one.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/format.h>
#include <pith/lockorder.h>
#include <pith/panic.h>
#include <pith/string.h>

#define WAYS 8
#define LOCKS 512             /* WAYS for each of 64 hashes */
#define HEAP_END (1ull << 44) /* above: stacks and what is mapped */

enum { IN_UPCALL = 1, INTERRUPTS_ON = 2 };

struct seen_lock {
    const void *lock;     /* NULL: free */
    const void *where[2]; /* taken: in an upcall, elsewhere */
    uint32_t how;
};

static struct {
    uint32_t busy;
    struct seen_lock locks[LOCKS];
    uint64_t after[LOCKS][LOCKS / 64];
    struct lock_list held[CPU_MAX];
} order;

/* boot/'s linker script. */
extern char image_data_start[], image_end[];

static void enter(void)
{
    while (atomic_exchange(&order.busy, 1))
        cpu_relax();
}

static void leave(void)
{
    atomic_store(&order.busy, 0);
}

static void name_of(const void *code, char *out, size_t size)
{
    uint64_t offset;
    const char *name = symbol_find((uint64_t)code, &offset);

    format(out, size, "%s+0x%lx", name ? name : "?",
           name ? offset : (uint64_t)code);
}

/* lock, wanted at where, may not be taken because of other. */
static void __attribute__((noreturn))
refuse(const char *why, const void *lock, const void *where, const void *other,
       const void *other_where)
{
    char here[80], there[80];

    lock_order = NULL;
    leave();
    name_of(where, here, sizeof(here));
    name_of(other_where, there, sizeof(there));
    if (other)
        panic("lock order: %s: %p, wanted in %s; %p, taken in %s", why, lock,
              here, other, there);
    panic("lock order: %s: %p, wanted in %s", why, lock, here);
}

static bool is_on_a_stack(const void *lock)
{
    bool of_image = (char *)lock >= image_data_start &&
                    (char *)lock < image_end;

    return !of_image && (uint64_t)lock >= HEAP_END;
}

/* Its number in the table, by hash; makes it if told so. -1: none. */
static int find(const void *lock, bool make)
{
    uint64_t hash = (uint64_t)lock / 4 * 0x9e3779b97f4a7c15ull;
    int first = (int)(hash >> 58) * WAYS;
    int id, free = -1;

    for (id = first; id < first + WAYS; id++) {
        if (order.locks[id].lock == lock)
            return id;
        if (!order.locks[id].lock)
            free = id;
    }
    if (make && free >= 0 && !is_on_a_stack(lock)) {
        order.locks[free].lock = lock;
        return free;
    }
    return -1;
}

static bool is_after(int a, int b)
{
    return order.after[a][b / 64] >> b % 64 & 1;
}

/* Whether a chain of locks taken one under the other leads from a to b. */
static bool leads_to(int a, int b)
{
    uint64_t seen[LOCKS / 64] = {0};
    uint16_t todo[LOCKS];
    unsigned count = 0;

    seen[a / 64] = 1ull << a % 64;
    todo[count++] = (uint16_t)a;
    while (count) {
        int lock = todo[--count];

        if (is_after(lock, b))
            return true;
        for (int i = 0; i < LOCKS / 64; i++) {
            uint64_t fresh = order.after[lock][i] & ~seen[i];

            seen[i] |= fresh;
            for (; fresh; fresh &= fresh - 1)
                todo[count++] = (uint16_t)(64 * i + __builtin_ctzll(fresh));
        }
    }
    return false;
}

/* lock, number id, is wanted while those of list are held. */
static void check_against(const struct lock_list *list, const void *lock,
                          int id, unsigned kind, const void *where)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct held_lock *held = &list->locks[i];
        int before;

        if (held->lock == lock)
            refuse("taken twice", lock, where, held->lock, held->where);
        before = find(held->lock, false);
        if (id < 0 || before < 0 || kind & LOCK_TRY || is_after(before, id))
            continue;
        if (leads_to(id, before))
            refuse("taken in both orders", lock, where, held->lock,
                   held->where);
        order.after[before][id / 64] |= 1ull << id % 64;
    }
}

static void check_interrupts(int id, const void *where, bool interrupts)
{
    bool upcall = cpu_read(upcall_depth);
    struct seen_lock *seen = &order.locks[id];

    if (upcall || interrupts) {
        seen->how |= upcall ? IN_UPCALL : INTERRUPTS_ON;
        seen->where[!upcall] = where;
    }
    if (seen->how == (IN_UPCALL | INTERRUPTS_ON))
        refuse("taken in upcalls, and with interrupts on", seen->lock, where,
               seen->lock, seen->where[upcall]);
}

static void check_blocking(const void *what, const void *where, bool interrupts)
{
    struct lock_list *spins = &order.held[cpu_read(id)];

    if (cpu_read(upcall_depth))
        refuse("may block, in an upcall", what, where, NULL, NULL);
    if (spins->count)
        refuse("may block, under a spin lock", what, where,
               spins->locks[spins->count - 1].lock,
               spins->locks[spins->count - 1].where);
    if (!interrupts || cpu_read(preempt) & ~PREEMPT_NOT_DUE)
        refuse("may block, with interrupts or preemption off", what, where,
               NULL, NULL);
}

static struct lock_list *list_of(unsigned kind)
{
    struct thread *thread = current();

    if (!(kind & LOCK_BLOCKS))
        return &order.held[cpu_read(id)];
    return thread ? thread->held : NULL;
}

static void take(const void *lock, unsigned kind, const void *where)
{
    unsigned long flags = irq_save();
    struct lock_list *list = list_of(kind), *threads = list_of(LOCK_BLOCKS);
    int id;

    enter();
    if (kind == LOCK_BLOCKS)
        check_blocking(lock, where, flags & RFLAGS_IF);
    id = find(lock, true);
    check_against(&order.held[cpu_read(id)], lock, id, kind, where);
    if (threads && !cpu_read(upcall_depth))
        check_against(threads, lock, id, kind, where);
    if (kind == LOCK_SPIN && id >= 0)
        check_interrupts(id, where, flags & RFLAGS_IF);
    if (list && list->count < ARRAY_SIZE(list->locks))
        list->locks[list->count++] = (struct held_lock){lock, where};
    leave();
    irq_restore(flags);
}

static void drop(const void *lock, unsigned kind)
{
    unsigned long flags = irq_save();
    struct lock_list *list = list_of(kind);

    for (uint32_t i = list ? list->count : 0; i--;) {
        if (list->locks[i].lock != lock)
            continue;
        list->count--;
        memmove(&list->locks[i], &list->locks[i + 1],
                (list->count - i) * sizeof(list->locks[0]));
        break;
    }
    irq_restore(flags);
}

static void may_block(const void *what, const void *where)
{
    unsigned long flags = irq_save();

    enter();
    check_blocking(what, where, flags & RFLAGS_IF);
    leave();
    irq_restore(flags);
}

static void forget_lock(int id)
{
    memset(&order.locks[id], 0, sizeof(order.locks[id]));
    memset(order.after[id], 0, sizeof(order.after[id]));
    for (int i = 0; i < LOCKS; i++)
        order.after[i][id / 64] &= ~(1ull << id % 64);
}

static void forget(const void *start, size_t bytes)
{
    unsigned long flags = irq_save();

    enter();
    for (int id = 0; id < LOCKS; id++)
        if ((uint64_t)order.locks[id].lock - (uint64_t)start < bytes)
            forget_lock(id);
    leave();
    irq_restore(flags);
}

void lock_order_start(void)
{
    static const struct lock_order_hooks hooks = {take, drop, may_block,
                                                  forget};

    lock_order = &hooks;
}
