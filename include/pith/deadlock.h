/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All threads asleep for ever: what the kernel must know of the world outside
 * to tell that from waiting for it. kernel/; the rule is in
 * docs/architecture.md.
 */
#ifndef PITH_DEADLOCK_H
#define PITH_DEADLOCK_H

/* Adds 1, or takes it back by -1, for something outside this domain that can
 * end any wait: a handler of the program's, say, that it runs. Event channels
 * to other domains and armed timers count by themselves. Any context. */
void deadlock_source(int change);

#endif
