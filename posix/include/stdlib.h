/* SPDX-License-Identifier: BSD-2-Clause */
/* newlib's, and the program's name as BSD has it. */
#ifndef PITH_STDLIB_H
#define PITH_STDLIB_H

#include_next <stdlib.h>

#if __MISC_VISIBLE
__BEGIN_DECLS
const char *getprogname(void);
void setprogname(const char *name);
__END_DECLS
#endif

#endif
