/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of posix/ share. */
#ifndef POSIX_PRIVATE_H
#define POSIX_PRIVATE_H

#include <pith/compiler.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <stdbool.h>
#include <sys/types.h>

struct stat;
struct timespec;

/* The linker says so where a program refers to the function. */
#define LINK_WARNING(function, text) \
    static const char warning_##function[] \
        __attribute__((used, section(".gnu.warning." #function))) = #function \
        "() " text
#define LINK_MISSING(function, instead) \
    LINK_WARNING(function, "always fails on Pith: " instead)

/* --- errno.c --- */

/* newlib's number for Xen's, positive or negative. */
int errno_from_xen(int xen_err);
/* rc >= 0: rc. Otherwise sets errno for -XEN_E* and returns -1. */
long posix_result(long rc);
/* Sets errno, newlib's number, and returns -1. */
int posix_fail(int err);

/* --- fd.c: the descriptor table --- */

#define FD_LIMIT 65536

/* The file of fd with a reference for the caller; NULL, with errno set, if fd
 * is not open. */
struct file *fd_get(int fd);
/* Gives file the lowest free number from lowest on; takes the caller's
 * reference, also when it fails. The number or -1 with errno. */
int fd_install(struct file *file, int lowest, bool cloexec);
/* The same for two, whose numbers it writes to out: 0 or -1 with errno. */
int fd_install_pair(struct file *first, struct file *second, bool cloexec,
                    int out[2]);
int fd_cloexec_get(int fd);
int fd_cloexec_set(int fd, bool cloexec);

/* --- limits that sysconf tells --- */

#define TIMER_LIMIT 256
#define SIGNAL_QUEUE_LIMIT 8192

/* --- time.c --- */

/* clock_monotonic_ns() time from now on; DEADLINE_NEVER for what overflows. */
uint64_t deadline_after_ns(uint64_t ns);
bool timespec_valid(const struct timespec *ts);
/* Saturates at UINT64_MAX. */
uint64_t timespec_to_ns(const struct timespec *ts);
/* When a timer of clock that is set to value is due, in clock_monotonic_ns()
 * time, never 0. absolute: value is a time of clock. */
uint64_t timespec_due_ns(clockid_t clock, const struct timespec *value,
                         bool absolute);

/* The CPU-time clocks of other threads, once one was asked for: 0 or EINVAL. */
extern int (*posix_thread_clock)(clockid_t id, uint64_t *out_ns);

/* --- stat.c --- */

void stat_from_file(const struct file_stat *from, struct stat *out);

/* --- path.c --- */

/* The absolute form of path, which begins at the directory dirfd (or AT_FDCWD):
 * path itself or buf, of VFS_PATH_MAX bytes. NULL with errno set. */
const char *path_at(int dirfd, const char *path, char *buf);
/* Joins path to the working directory. 0 or -XEN_E*. */
int path_absolute(const char *path, char *out, size_t size);

/* --- umask.c --- */

/* Permission bits of a new file. */
unsigned umask_apply(unsigned mode);

/* As vfs_mknod, with a path from dirfd and the mask for new files: 0, or -1
 * with errno. */
int node_make(int dirfd, const char *path, enum file_type type, mode_t mode);

/* --- fifo.c, linked where mkfifo is --- */

/* Opens the FIFO at node, whose reference it takes, also when it fails; flags
 * are O_*. 0 or -XEN_E*; blocks as POSIX says. */
int fifo_open(struct file *node, int flags, struct file **out)
    __attribute__((weak));

/* --- SIGPIPE, SIGABRT --- */

/* Of the file for signals, linked where signals are: sends the running thread
 * SIGPIPE. */
void signal_broken_pipe(void) __attribute__((weak));
/* The same for abort(): runs the handler of SIGABRT, if there is one. */
void signal_abort(void) __attribute__((weak));
/* For a write that nobody will read: -XEN_EPIPE. */
static inline long broken_pipe(void)
{
    if (signal_broken_pipe)
        signal_broken_pipe();
    return -XEN_EPIPE;
}

/* --- logline.c --- */

/* A line of the log, of a severity of <syslog.h>. */
void log_line(int severity, const char *text);

/* --- poll.c --- */

struct pollfd;
/* Of the POLL* bits wanted those that hold when a file says ready (FILE_*), and
 * the ones that are always told. */
short poll_events(unsigned ready, short wanted);
/* poll() up to a deadline; how many are ready, or -XEN_ENOMEM, -XEN_EINTR. */
int poll_until(struct pollfd *fds, unsigned long count, uint64_t deadline_ns);

/* --- tls.c --- */

/* What a program's threads need when any thread ends: in it, before and after
 * newlib's memory for it is freed; and when it has left its stack for ever
 * (must not block), where false keeps its variables. */
struct posix_thread_hooks {
    void (*ends)(void);
    void (*ended)(void);
    bool (*gone)(void *tls_base);
};
void posix_set_thread_hooks(const struct posix_thread_hooks *threads);
/* Frees the variables of a thread that was gone. */
void posix_tls_free(void *base);

/* --- locks.c --- */

/* How many locks of newlib the running thread has. */
extern __thread uint32_t posix_libc_locks
    __attribute__((tls_model("local-exec")));

/* --- kill.c --- */

/* A signal for the program from what is no thread of it, such as ^C on the
 * console. signals_start was called, as by who sets an action. Any context. */
void signal_post(int sig);

/* --- exit.c --- */

/* Set where signals are: tells the program that it is to end. False: it does
 * not want to know. */
extern bool (*posix_end_signal)(void);
/* The thread in exit(): written once, atomically. */
extern struct thread *posix_exiting;

/* --- env.c --- */

/* Fills environ from pith.env. */
void env_init(void);

#endif
