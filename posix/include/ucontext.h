/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _UCONTEXT_H
#define _UCONTEXT_H

#include <signal.h>
#include <sys/ucontext.h>

#endif
