/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_RANDOM_H
#define _SYS_RANDOM_H

#include <sys/types.h>

#define GRND_NONBLOCK 1
#define GRND_RANDOM 2

#ifdef __cplusplus
extern "C" {
#endif

ssize_t getrandom(void *buf, size_t size, unsigned flags);
int getentropy(void *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
