/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a system with one program and one user has not: other processes, other
 * users, code that is loaded later. Programs link these and get ENOSYS; the log
 * says who asked and what to do instead, since a program that fails on it
 * seldom does.
 */

#include "private.h"
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pith/log.h>
#include <reent.h>
#include <sys/wait.h>
#include <unistd.h>

static int missing(const char *name, const char *instead)
{
    log_warning("posix: %s() is not supported: %s", name, instead);
    return posix_fail(ENOSYS);
}

/* --- processes --- */

#define NO_FORK "there is one process; use a thread (pthread_create)"
#define NO_CHILD "there are no children; use pthread_join"
#define NO_EXEC "there is one program; link its code in, or use a second guest"

LINK_MISSING(fork, NO_FORK);
LINK_MISSING(vfork, NO_FORK);
LINK_MISSING(execve, NO_EXEC);
LINK_MISSING(execv, NO_EXEC);
LINK_MISSING(execvp, NO_EXEC);
LINK_MISSING(execvpe, NO_EXEC);
LINK_MISSING(fexecve, NO_EXEC);
LINK_MISSING(execl, NO_EXEC);
LINK_MISSING(execle, NO_EXEC);
LINK_MISSING(execlp, NO_EXEC);
LINK_MISSING(execlpe, NO_EXEC);
LINK_MISSING(wait, NO_CHILD);
LINK_MISSING(waitpid, NO_CHILD);

pid_t fork(void)
{
    return missing("fork", NO_FORK);
}

pid_t vfork(void)
{
    return missing("vfork", NO_FORK);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return missing("execve", NO_EXEC);
}

int execv(const char *path, char *const argv[])
{
    return missing("execv", NO_EXEC);
}

int execvp(const char *path, char *const argv[])
{
    return missing("execvp", NO_EXEC);
}

int execvpe(const char *path, char *const argv[], char *const envp[])
{
    return missing("execvpe", NO_EXEC);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
    return missing("fexecve", NO_EXEC);
}

int execl(const char *path, const char *arg, ...)
{
    return missing("execl", NO_EXEC);
}

int execle(const char *path, const char *arg, ...)
{
    return missing("execle", NO_EXEC);
}

int execlp(const char *path, const char *arg, ...)
{
    return missing("execlp", NO_EXEC);
}

int execlpe(const char *path, const char *arg, ...)
{
    return missing("execlpe", NO_EXEC);
}

/* There never is a child to wait for. */
pid_t waitpid(pid_t pid, int *status, int options)
{
    return posix_fail(ECHILD);
}

pid_t wait(int *status)
{
    return posix_fail(ECHILD);
}

/* --- users: root stays root --- */

#define NO_USERS "the one user is root"

/* -1 is "as it is" where there are two. */
static int become(const char *name, unsigned id, unsigned other)
{
    if ((id == 0 || id == (unsigned)-1) &&
        (other == 0 || other == (unsigned)-1))
        return 0;
    return missing(name, NO_USERS);
}

#define ROOT_ONLY "fails on Pith for any other than root: " NO_USERS

LINK_WARNING(setuid, ROOT_ONLY);
LINK_WARNING(seteuid, ROOT_ONLY);
LINK_WARNING(setreuid, ROOT_ONLY);
LINK_WARNING(setgid, ROOT_ONLY);
LINK_WARNING(setegid, ROOT_ONLY);
LINK_WARNING(setregid, ROOT_ONLY);
LINK_WARNING(setgroups, ROOT_ONLY);
LINK_WARNING(initgroups, ROOT_ONLY);

int setuid(uid_t uid)
{
    return become("setuid", uid, 0);
}

int seteuid(uid_t uid)
{
    return become("seteuid", uid, 0);
}

int setreuid(uid_t uid, uid_t euid)
{
    return become("setreuid", uid, euid);
}

int setgid(gid_t gid)
{
    return become("setgid", gid, 0);
}

int setegid(gid_t gid)
{
    return become("setegid", gid, 0);
}

int setregid(gid_t gid, gid_t egid)
{
    return become("setregid", gid, egid);
}

int setgroups(int count, const gid_t *groups)
{
    return count ? missing("setgroups", NO_USERS) : 0;
}

int initgroups(const char *name, gid_t gid)
{
    return become("initgroups", gid, 0);
}

/* --- code that comes later --- */

/* Of each thread; the text of the last failure, until it is asked for. */
static __thread const char *dl_error;

#define NO_LOADING "link the library's code in"

LINK_MISSING(dlopen, NO_LOADING);
LINK_MISSING(dlsym, NO_LOADING);

void *dlopen(const char *path, int mode)
{
    missing("dlopen", NO_LOADING);
    dl_error = "dynamic loading is not supported: link the code in";
    return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
    missing("dlsym", NO_LOADING);
    dl_error = "dynamic loading is not supported: no such symbol";
    return NULL;
}

int dlclose(void *handle)
{
    dl_error = "not a handle";
    return missing("dlclose", "nothing can have been opened");
}

char *dlerror(void)
{
    const char *error = dl_error;

    dl_error = NULL;
    return (char *)(uintptr_t)error;
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
