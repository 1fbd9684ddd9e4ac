/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a system with one program has not: other processes, pipes between
 * them. Programs link these, and get ENOSYS; the log says who asked,
 * since a program that fails on it seldom does.
 */

#include "private.h"
#include <errno.h>
#include <pith/log.h>
#include <reent.h>
#include <sys/wait.h>
#include <unistd.h>

static int missing(const char *name)
{
    log_warning("posix: %s() is not supported", name);
    return posix_fail(ENOSYS);
}

pid_t fork(void)
{
    return missing("fork");
}

pid_t vfork(void)
{
    return missing("vfork");
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return missing("execve");
}

int execv(const char *path, char *const argv[])
{
    return missing("execv");
}

int execvp(const char *path, char *const argv[])
{
    return missing("execvp");
}

int pipe(int fds[2])
{
    return missing("pipe");
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return posix_fail(ECHILD);
}

pid_t wait(int *status)
{
    return posix_fail(ECHILD);
}

/* --- what newlib calls --- */

int _fork_r(struct _reent *reent)
{
    return fork();
}

int _execve_r(struct _reent *reent, const char *path, char *const *argv,
              char *const *envp)
{
    return execve(path, argv, envp);
}

int _wait_r(struct _reent *reent, int *status)
{
    return wait(status);
}
