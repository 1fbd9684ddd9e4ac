/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_EVENTFD_H
#define _SYS_EVENTFD_H

#include <fcntl.h>
#include <stdint.h>

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC 0x40000 /* O_CLOEXEC */
#define EFD_NONBLOCK 0x4000 /* O_NONBLOCK */

typedef uint64_t eventfd_t;

#ifdef __cplusplus
extern "C" {
#endif

int eventfd(unsigned initial, int flags);
int eventfd_read(int fd, eventfd_t *out);
int eventfd_write(int fd, eventfd_t value);

#ifdef __cplusplus
}
#endif

#endif
