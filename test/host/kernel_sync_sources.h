/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/'s means to wait, but mutexes, in one program: their statics have the
 * same names. */
#ifndef KERNEL_SYNC_SOURCES_H
#define KERNEL_SYNC_SOURCES_H

#define give_up cond_give_up
#include "../../kernel/cond.c"
#undef give_up

#define give_up semaphore_give_up
#define enqueue semaphore_enqueue
#include "../../kernel/semaphore.c"
#undef give_up
#undef enqueue

#define give_up rwlock_give_up
#define enqueue rwlock_enqueue
#include "../../kernel/rwlock.c"
#undef give_up
#undef enqueue

#define give_up waitaddr_give_up
#define enqueue waitaddr_enqueue
#include "../../kernel/waitaddr.c"
#undef give_up
#undef enqueue

#endif
