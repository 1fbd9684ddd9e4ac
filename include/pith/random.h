/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers from a real source or none: today the CPU's RDRAND. fs/.
 * Thread context; never blocks.
 */
#ifndef PITH_RANDOM_H
#define PITH_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

bool random_available(void);
/* Fills buf. 0, -XEN_ENODEV: no source, -XEN_EIO: the source failed. */
int random_read(void *buf, size_t size);

#endif
