/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiler and platform as lwIP wants to know them (lwip/arch.h). */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <limits.h>
#include <pith/panic.h>
#include <stdint.h>
#include <sys/types.h>

/* Tells lwIP that ssize_t is there. */
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif
#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_UNISTD_H 1

#define LWIP_PLATFORM_DIAG(x) ((void)0)
/* lwIP's assertions guard memory, and frames reach them: never compiled out. */
#define LWIP_PLATFORM_ASSERT(text) panic("lwip: %s", text)

uint32_t net_random(void);
#define LWIP_RAND() net_random()

#endif
