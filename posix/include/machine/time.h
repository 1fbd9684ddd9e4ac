/* SPDX-License-Identifier: BSD-2-Clause */
/* What newlib's <time.h> asks of the machine: clock() counts as XSI says. */
#ifndef _MACHTIME_H_
#define _MACHTIME_H_

#define _CLOCKS_PER_SEC_ 1000000

#endif
