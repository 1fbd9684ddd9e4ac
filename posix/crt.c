/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program as the last room of the boot: its constructors, main and exit,
 * on the stack of the thread "main".
 * Source of the array symbols: System V ABI, "Initialization and Termination
 * Functions".
 */

#include "private.h"
#include <pith/option.h>
#include <pith/room.h>
#include <stdlib.h>
#include <sys/lock.h>
#include <unistd.h>

ROOM_NEEDS(tls);

extern int main(int argc, char **argv, char **envp);

/* newlib has functions of these names, too, and the linker takes those it
 * meets first: a mention of each file that replaces some makes it ours. The
 * section is dropped after that, see pith/room.h. */
static void *const replaced[] __used __section(".pith.needs") = {
    malloc, abort, exit, __retarget_lock_acquire};

typedef void array_fn(void);
extern array_fn *__init_array_start[], *__init_array_end[];
extern array_fn *__fini_array_start[], *__fini_array_end[];

static void run_fini_array(void)
{
    array_fn **fn = __fini_array_end;

    while (fn > __fini_array_start)
        (*--fn)();
}

static int program_start(void)
{
    env_init();
    atexit(run_fini_array);
    for (array_fn **fn = __init_array_start; fn < __init_array_end; fn++)
        (*fn)();
    exit(main(program_argc(), program_argv(), environ));
}

ROOM("120", program, program_start, 0);
