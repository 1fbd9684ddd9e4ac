/* SPDX-License-Identifier: BSD-2-Clause */
/* posix_spawn and what prepares it: there is one program. All return the error
 * itself. */

#include "private.h"
#include <errno.h>
#include <pith/log.h>
#include <spawn.h>

#define NO_SPAWN "there is one program; use a thread, or a second guest"

LINK_MISSING(posix_spawn, NO_SPAWN);
LINK_MISSING(posix_spawnp, NO_SPAWN);

static int missing(void)
{
    log_warning("posix: posix_spawn() is not supported: " NO_SPAWN);
    return ENOSYS;
}

/* A preparation says no more than that; the log is for the attempt. */
#define PREPARE(name, ...) \
    int name(__VA_ARGS__) \
    { \
        return ENOSYS; \
    }

int posix_spawn(pid_t *restrict pid, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attr, char *const argv[],
                char *const envp[])
{
    return missing();
}

int posix_spawnp(pid_t *restrict pid, const char *restrict path,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attr, char *const argv[],
                 char *const envp[])
{
    return missing();
}

typedef posix_spawn_file_actions_t actions_t;
typedef posix_spawnattr_t attr_t;

PREPARE(posix_spawn_file_actions_init, actions_t *a)
PREPARE(posix_spawn_file_actions_destroy, actions_t *a)
PREPARE(posix_spawn_file_actions_addopen, actions_t *restrict a, int fd,
        const char *restrict path, int flags, mode_t mode)
PREPARE(posix_spawn_file_actions_adddup2, actions_t *a, int from, int to)
PREPARE(posix_spawn_file_actions_addclose, actions_t *a, int fd)
PREPARE(posix_spawn_file_actions_addchdir_np, actions_t *restrict a,
        const char *restrict path)
PREPARE(posix_spawn_file_actions_addfchdir_np, actions_t *restrict a, int fd)
PREPARE(posix_spawnattr_init, attr_t *a)
PREPARE(posix_spawnattr_destroy, attr_t *a)
PREPARE(posix_spawnattr_getflags, const attr_t *restrict a, short *restrict out)
PREPARE(posix_spawnattr_getpgroup, const attr_t *restrict a,
        pid_t *restrict out)
PREPARE(posix_spawnattr_getschedparam, const attr_t *restrict a,
        struct sched_param *restrict out)
PREPARE(posix_spawnattr_getschedpolicy, const attr_t *restrict a,
        int *restrict out)
PREPARE(posix_spawnattr_getsigdefault, const attr_t *restrict a,
        sigset_t *restrict out)
PREPARE(posix_spawnattr_getsigmask, const attr_t *restrict a,
        sigset_t *restrict out)
PREPARE(posix_spawnattr_setflags, attr_t *a, short flags)
PREPARE(posix_spawnattr_setpgroup, attr_t *a, pid_t group)
PREPARE(posix_spawnattr_setschedparam, attr_t *restrict a,
        const struct sched_param *restrict param)
PREPARE(posix_spawnattr_setschedpolicy, attr_t *a, int policy)
PREPARE(posix_spawnattr_setsigdefault, attr_t *restrict a,
        const sigset_t *restrict set)
PREPARE(posix_spawnattr_setsigmask, attr_t *restrict a,
        const sigset_t *restrict set)
