/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes, FIFOs, eventfd, timerfd, and what all descriptors share: dup, fcntl,
 * vectors, sendfile. Threads on several vCPUs wait for each other in them. */
/* cc: --checks -D_GNU_SOURCE */
/* xl: vcpus=4 */

#include "guest_threads.h"
#include <pith/clock.h>
#include <pith/heap.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
/* libc's after Pith's: both define some of the same macros. */
#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

static size_t threads_at_start;

static short ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* --- a thread that makes one call, which may block --- */

static struct job {
    void (*fn)(struct job *job);
    int fd, other;
    size_t size;
    const char *path;
    long result;
    int error;
    struct semaphore begun, done;
} job;

static void job_main(void *arg)
{
    struct job *j = arg;

    semaphore_post(&j->begun);
    j->fn(j);
    j->error = errno;
    semaphore_post(&j->done);
}

static void job_start(void (*fn)(struct job *job), int fd)
{
    semaphore_init(&job.begun, 0);
    semaphore_init(&job.done, 0);
    job.fn = fn;
    job.fd = fd;
    if (!thread_start("job", THREAD_STACK_BYTES, job_main, &job))
        abort();
    semaphore_wait(&job.begun);
}

/* Until the thread "job" waits in its call. */
static void job_await_blocked(void)
{
    static struct thread_info info[64];

    for (;;) {
        size_t n = thread_list(info, 64);

        for (size_t i = 0; i < n && i < 64; i++)
            if (!strcmp(info[i].name, "job") &&
                !strcmp(info[i].state, "blocked"))
                return;
        thread_yield();
    }
}

static char big[256 << 10];

static void read_some(struct job *j)
{
    j->result = read(j->fd, big, j->size);
}

static void write_big(struct job *j)
{
    memset(big, 'w', j->size);
    j->result = write(j->fd, big, j->size);
}

/* --- pipes --- */

TEST(pipe_bytes_go_through_in_order)
{
    char out[100];
    int p[2];

    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(write(p[1], "hello", 5), 5);
    CHECK_EQ(write(p[1], " you", 4), 4);
    CHECK_EQ(read(p[0], out, 3), 3);
    CHECK_EQ(read(p[0], out + 3, 97), 6);
    CHECK(!memcmp(out, "hello you", 9));
    CHECK_EQ(close(p[0]), 0);
    CHECK_EQ(close(p[1]), 0);
}

/* covers: pipe */
TEST(pipe_ends_go_one_way)
{
    struct stat st;
    char c;
    int p[2];

    CHECK_EQ(pipe(p), 0);
    FAILS(write(p[0], "x", 1), EBADF);
    FAILS(read(p[1], &c, 1), EBADF);
    FAILS(lseek(p[0], 0, SEEK_SET), ESPIPE);
    FAILS(pread(p[0], &c, 1, 0), ESPIPE);
    FAILS(fsync(p[0]), EINVAL);
    FAILS(ftruncate(p[1], 0), EINVAL);
    CHECK_EQ(fstat(p[0], &st), 0);
    CHECK(S_ISFIFO(st.st_mode));
    CHECK_EQ(isatty(p[0]), 0);
    CHECK_EQ(errno, ENOTTY);
    CHECK_EQ(fcntl(p[0], F_GETFL) & O_ACCMODE, O_RDONLY);
    CHECK_EQ(fcntl(p[1], F_GETFL) & O_ACCMODE, O_WRONLY);
    close(p[0]);
    close(p[1]);
}

TEST(pipe_without_writers_ends)
{
    char c;
    int p[2], n = -1;

    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(write(p[1], "x", 1), 1);
    CHECK_EQ(ready(p[0], POLLIN), POLLIN);
    CHECK_EQ(ioctl(p[0], FIONREAD, &n), 0);
    CHECK_EQ(n, 1);
    close(p[1]);
    CHECK_EQ(ready(p[0], POLLIN), POLLIN | POLLHUP);
    CHECK_EQ(read(p[0], &c, 1), 1);
    CHECK_EQ(ready(p[0], POLLIN), POLLHUP);
    CHECK_EQ(read(p[0], &c, 1), 0);
    close(p[0]);
}

TEST(pipe_without_readers_is_epipe)
{
    int p[2];

    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(ready(p[1], POLLOUT), POLLOUT);
    close(p[0]);
    CHECK(ready(p[1], POLLOUT) & POLLERR);
    FAILS(write(p[1], "x", 1), EPIPE);
    CHECK_EQ(write(p[1], "x", 0), 0);
    close(p[1]);
}

/* covers: pipe2 */
TEST(pipe_nonblocking_says_eagain)
{
    char c;
    int p[2];

    FAILS(pipe2(p, O_APPEND), EINVAL);
    CHECK_EQ(pipe2(p, O_NONBLOCK | O_CLOEXEC), 0);
    CHECK_EQ(fcntl(p[0], F_GETFD), FD_CLOEXEC);
    CHECK(fcntl(p[1], F_GETFL) & O_NONBLOCK);
    FAILS(read(p[0], &c, 1), EAGAIN);
    CHECK_EQ(read(p[0], &c, 0), 0);
    CHECK_EQ(ready(p[0], POLLIN), 0);
    close(p[0]);
    close(p[1]);
}

/* A pipe holds 64 KiB; a small write into what is left is whole or not at all,
 * a large one takes what fits. */
TEST(pipe_small_writes_are_whole)
{
    int p[2];

    CHECK(PIPE_BUF <= 4096);
    CHECK_EQ(pipe2(p, O_NONBLOCK), 0);
    CHECK_EQ(write(p[1], big, sizeof(big)), 65536);
    CHECK_EQ(ready(p[1], POLLOUT), 0);
    FAILS(write(p[1], big, 1), EAGAIN);
    CHECK_EQ(read(p[0], big, 4095), 4095);
    CHECK_EQ(ready(p[1], POLLOUT), 0);
    FAILS(write(p[1], big, 4096), EAGAIN);
    CHECK_EQ(write(p[1], big, 4097), 4095);
    CHECK_EQ(read(p[0], big, 4096), 4096);
    CHECK_EQ(ready(p[1], POLLOUT), POLLOUT);
    CHECK_EQ(write(p[1], big, 4096), 4096);
    close(p[0]);
    close(p[1]);
}

TEST(pipe_reader_waits_for_a_writer)
{
    int p[2];

    CHECK_EQ(pipe(p), 0);
    job.size = 10;
    job_start(read_some, p[0]);
    job_await_blocked();
    CHECK_EQ(write(p[1], "abc", 3), 3);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 3);
    job_start(read_some, p[0]);
    job_await_blocked();
    close(p[1]);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 0);
    close(p[0]);
}

TEST(pipe_writer_waits_for_readers)
{
    char c[4096];
    size_t got = 0;
    int p[2];

    CHECK_EQ(pipe(p), 0);
    job.size = 100000;
    job_start(write_big, p[1]);
    job_await_blocked();
    while (got < 100000) {
        ssize_t n = read(p[0], c, sizeof(c));

        CHECK(n > 0);
        for (ssize_t i = 0; i < n; i++)
            CHECK_EQ(c[i], 'w');
        got += (size_t)n;
    }
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 100000);
    /* Its last reader goes while it waits: what was written counts first. */
    job_start(write_big, p[1]);
    job_await_blocked();
    close(p[0]);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 65536);
    FAILS(write(p[1], "x", 1), EPIPE);
    close(p[1]);
}

/* As on any Unix: the call under way keeps the file, not the number. */
TEST(close_lets_a_blocked_read_finish)
{
    int p[2];

    CHECK_EQ(pipe(p), 0);
    job.size = 1;
    job_start(read_some, p[0]);
    job_await_blocked();
    CHECK_EQ(close(p[0]), 0);
    FAILS(close(p[0]), EBADF);
    CHECK_EQ(write(p[1], "z", 1), 1);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 1);
    CHECK_EQ(big[0], 'z');
    FAILS(write(p[1], "z", 1), EPIPE);
    close(p[1]);
}

#define STREAM_BYTES (1u << 20)

static struct semaphore streams_done;
static int stream_ends[2];

/* Four writers, four readers, one pipe; records are small, so each is whole. */
struct record {
    uint32_t writer, number, sum;
    char filling[500 - 12];
};

static void stream_writer(void *arg)
{
    struct record r = {.writer = (uint32_t)(uintptr_t)arg};

    for (r.number = 0; r.number < STREAM_BYTES / sizeof(r) / 4; r.number++) {
        r.sum = r.writer * 7 + r.number;
        memset(r.filling, (int)r.sum, sizeof(r.filling));
        if (write(stream_ends[1], &r, sizeof(r)) != sizeof(r))
            break;
    }
    semaphore_post(&streams_done);
}

static uint32_t records_read, records_bad;

static void stream_reader(void *arg)
{
    struct record r;
    ssize_t n;

    (void)arg;
    while ((n = read(stream_ends[0], &r, sizeof(r))) > 0) {
        __atomic_fetch_add(&records_read, 1, __ATOMIC_SEQ_CST);
        if (n != sizeof(r) || r.sum != r.writer * 7 + r.number ||
            r.filling[0] != (char)r.sum || r.filling[487] != (char)r.sum)
            __atomic_fetch_add(&records_bad, 1, __ATOMIC_SEQ_CST);
    }
    semaphore_post(&streams_done);
}

TEST(pipe_records_of_many_threads_stay_whole)
{
    semaphore_init(&streams_done, 0);
    CHECK_EQ(pipe(stream_ends), 0);
    for (uintptr_t i = 0; i < 4; i++) {
        CHECK(thread_start("w", THREAD_STACK_BYTES, stream_writer, (void *)i));
        CHECK(thread_start("r", THREAD_STACK_BYTES, stream_reader, NULL));
    }
    for (int i = 0; i < 4; i++)
        semaphore_wait(&streams_done); /* writers: readers cannot end yet */
    close(stream_ends[1]);
    for (int i = 0; i < 4; i++)
        semaphore_wait(&streams_done);
    close(stream_ends[0]);
    CHECK_EQ(records_bad, 0);
    CHECK_EQ(records_read, STREAM_BYTES / sizeof(struct record) / 4 * 4);
}

/* --- FIFOs --- */

static void open_fifo(struct job *j)
{
    j->result = open(j->path, j->fd);
}

TEST(fifo_open_waits_for_the_other_side)
{
    struct stat st;
    char c;
    int fd;

    CHECK_EQ(mkfifo("/fifo", 0640), 0);
    FAILS(mkfifo("/fifo", 0640), EEXIST);
    FAILS(mkfifo("/none/fifo", 0640), ENOENT);
    FAILS(mkfifo("", 0640), ENOENT);
    CHECK_EQ(stat("/fifo", &st), 0);
    CHECK(S_ISFIFO(st.st_mode));
    CHECK_EQ(st.st_mode & 0777, 0640);
    job.path = "/fifo";
    job_start(open_fifo, O_RDONLY);
    job_await_blocked();
    fd = open("/fifo", O_WRONLY);
    CHECK(fd >= 0);
    semaphore_wait(&job.done);
    CHECK(job.result >= 0);
    CHECK_EQ(write(fd, "q", 1), 1);
    CHECK_EQ(read((int)job.result, &c, 1), 1);
    CHECK_EQ(c, 'q');
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(S_ISFIFO(st.st_mode));
    close(fd);
    CHECK_EQ(read((int)job.result, &c, 1), 0);
    close((int)job.result);
}

TEST(fifo_nonblocking_open_tells_who_is_there)
{
    char c;
    int in, out, both;

    FAILS(open("/fifo", O_WRONLY | O_NONBLOCK), ENXIO);
    in = open("/fifo", O_RDONLY | O_NONBLOCK);
    CHECK(in >= 0);
    CHECK_EQ(ready(in, POLLIN), 0); /* nobody has hung up yet */
    CHECK_EQ(read(in, &c, 1), 0);
    out = open("/fifo", O_WRONLY | O_NONBLOCK);
    CHECK(out >= 0);
    FAILS(read(in, &c, 1), EAGAIN);
    CHECK_EQ(write(out, "1", 1), 1);
    CHECK_EQ(read(in, &c, 1), 1);
    close(out);
    CHECK_EQ(ready(in, POLLIN), POLLHUP);
    close(in);
    both = open("/fifo", O_RDWR);
    CHECK(both >= 0);
    CHECK_EQ(write(both, "2", 1), 1);
    CHECK_EQ(read(both, &c, 1), 1);
    CHECK_EQ(c, '2');
    close(both);
    CHECK_EQ(unlink("/fifo"), 0);
    FAILS(open("/fifo", O_RDONLY), ENOENT);
}

/* --- eventfd --- */

static void event_reads(struct job *j)
{
    eventfd_t value = 0;

    j->result = eventfd_read(j->fd, &value) ? -1 : (long)value;
}

static void event_writes(struct job *j)
{
    j->result = eventfd_write(j->fd, 5);
}

/* covers: eventfd eventfd_read eventfd_write */
TEST(eventfd_counts_and_empties)
{
    eventfd_t value;
    char small[4];
    int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);

    CHECK(fd >= 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(ready(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
    CHECK_EQ(eventfd_write(fd, 4), 0);
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 7);
    CHECK_EQ(ready(fd, POLLIN | POLLOUT), POLLOUT);
    FAILS(eventfd_read(fd, &value), EAGAIN);
    FAILS(read(fd, small, sizeof(small)), EINVAL);
    FAILS(write(fd, small, sizeof(small)), EINVAL);
    FAILS(eventfd_write(fd, UINT64_MAX), EINVAL);
    CHECK_EQ(eventfd_write(fd, UINT64_MAX - 1), 0);
    CHECK_EQ(ready(fd, POLLIN | POLLOUT), POLLIN);
    FAILS(eventfd_write(fd, 1), EAGAIN);
    CHECK_EQ(eventfd_write(fd, 0), 0);
    close(fd);
    FAILS(eventfd(0, 1 << 20), EINVAL);
    FAILS(lseek(fd, 0, SEEK_SET), EBADF);
}

TEST(eventfd_semaphore_gives_one_at_a_time)
{
    eventfd_t value;
    int fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);

    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 1);
    FAILS(eventfd_read(fd, &value), EAGAIN);
    close(fd);
}

TEST(eventfd_blocks_both_ways)
{
    eventfd_t value;
    int fd = eventfd(0, 0);

    job_start(event_reads, fd);
    job_await_blocked();
    CHECK_EQ(eventfd_write(fd, 9), 0);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 9);
    CHECK_EQ(eventfd_write(fd, UINT64_MAX - 3), 0);
    job_start(event_writes, fd);
    job_await_blocked();
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(value, UINT64_MAX - 3);
    semaphore_wait(&job.done);
    CHECK_EQ(job.result, 0);
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 5);
    close(fd);
}

/* --- timerfd --- */

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* covers: timerfd_gettime timerfd_settime */
TEST(timerfd_expires_once_or_often)
{
    struct itimerspec once = {.it_value = {0, 2000000}},
                      often = {{0, 1000000}, {0, 1000000}}, got, never = {0};
    uint64_t count = 0, start;
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);

    CHECK(fd >= 0);
    start = now_ns();
    CHECK_EQ(timerfd_settime(fd, 0, &once, NULL), 0);
    CHECK_EQ(read(fd, &count, sizeof(count)), sizeof(count));
    CHECK_EQ(count, 1);
    CHECK(now_ns() - start >= 2000000);
    CHECK_EQ(timerfd_gettime(fd, &got), 0);
    CHECK_EQ(got.it_value.tv_sec + got.it_value.tv_nsec, 0);
    start = now_ns();
    CHECK_EQ(timerfd_settime(fd, 0, &often, NULL), 0);
    count = 0;
    while (count < 5) {
        uint64_t n;

        CHECK_EQ(read(fd, &n, sizeof(n)), sizeof(n));
        CHECK(n >= 1);
        count += n;
    }
    CHECK(now_ns() - start >= count * 1000000);
    CHECK_EQ(timerfd_settime(fd, 0, &never, &got), 0);
    CHECK_EQ(got.it_interval.tv_nsec, 1000000);
    CHECK(got.it_value.tv_nsec > 0 && got.it_value.tv_nsec <= 1000000);
    CHECK_EQ(ready(fd, POLLIN), 0);
    close(fd);
}

TEST(timerfd_absolute_and_late_ones_count)
{
    struct itimerspec at = {.it_interval = {0, 1000000}};
    struct pollfd p = {.events = POLLIN};
    uint64_t count;
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

    CHECK(fd >= 0);
    FAILS(read(fd, &count, sizeof(count)), EAGAIN);
    clock_gettime(CLOCK_REALTIME, &at.it_value);
    at.it_value.tv_sec -= 1;
    CHECK_EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL), 0);
    CHECK_EQ(ready(fd, POLLIN), POLLIN);
    CHECK_EQ(read(fd, &count, sizeof(count)), sizeof(count));
    CHECK(count >= 1000);
    at.it_interval.tv_nsec = 0;
    at.it_value.tv_sec += 1;
    at.it_value.tv_nsec = at.it_value.tv_nsec / 2;
    CHECK_EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL), 0);
    p.fd = fd;
    CHECK_EQ(poll(&p, 1, 20000), 1);
    CHECK_EQ(p.revents, POLLIN);
    CHECK_EQ(read(fd, &count, sizeof(count)), sizeof(count));
    CHECK_EQ(count, 1);
    close(fd);
}

/* covers: timerfd_create timerfd_gettime timerfd_settime */
TEST(timerfd_misused_says_so)
{
    struct itimerspec bad = {.it_value = {0, 1000000000}}, good = {0};
    uint64_t count;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), p[2];

    FAILS(timerfd_create(99, 0), EINVAL);
    FAILS(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
    FAILS(timerfd_settime(fd, 0, &bad, NULL), EINVAL);
    FAILS(timerfd_settime(fd, 8, &good, NULL), EINVAL);
    FAILS(timerfd_settime(99, 0, &good, NULL), EBADF);
    FAILS(timerfd_gettime(99, &good), EBADF);
    FAILS(read(fd, &count, 4), EINVAL);
    FAILS(write(fd, &count, 8), EINVAL);
    CHECK_EQ(pipe(p), 0);
    FAILS(timerfd_gettime(p[0], &good), EINVAL);
    close(p[0]);
    close(p[1]);
    close(fd);
}

/* --- what all descriptors share --- */

/* covers: dup dup2 dup3 fcntl */
TEST(dup_shares_position_and_status)
{
    char c;
    int fd = open("/dup", O_CREAT | O_RDWR, 0600), two, high;

    CHECK_EQ(write(fd, "abcdef", 6), 6);
    two = dup(fd);
    CHECK(two > fd);
    CHECK_EQ(lseek(fd, 2, SEEK_SET), 2);
    CHECK_EQ(read(two, &c, 1), 1);
    CHECK_EQ(c, 'c');
    CHECK_EQ(fcntl(two, F_SETFL, O_NONBLOCK), 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    high = fcntl(fd, F_DUPFD, 100);
    CHECK_EQ(high, 100);
    CHECK_EQ(fcntl(high, F_GETFD), 0);
    CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 100), 101);
    CHECK_EQ(fcntl(101, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(101, F_SETFD, 0), 0);
    CHECK_EQ(fcntl(101, F_GETFD), 0);
    CHECK_EQ(dup2(fd, 101), 101);
    CHECK_EQ(dup2(fd, fd), fd);
    CHECK_EQ(dup3(fd, 102, O_CLOEXEC), 102);
    CHECK_EQ(fcntl(102, F_GETFD), FD_CLOEXEC);
    FAILS(dup3(fd, fd, 0), EINVAL);
    FAILS(dup3(fd, 103, O_NONBLOCK), EINVAL);
    FAILS(dup2(fd, -1), EBADF);
    FAILS(dup2(fd, 1 << 20), EBADF);
    FAILS(fcntl(fd, F_DUPFD, -1), EINVAL);
    FAILS(fcntl(fd, 999, 0), EINVAL);
    for (int i = 100; i <= 102; i++)
        CHECK_EQ(close(i), 0);
    close(two);
    close(fd);
}

/* covers: dup dup2 dup3 fcntl flock ioctl isatty lockf pread preadv pwrite
 * pwritev read readv sendfile writev */
TEST(bad_descriptors_are_ebadf_everywhere)
{
    static const int bad[] = {-1, 77, 1 << 30};
    struct flock lock = {.l_type = F_RDLCK};
    struct iovec iov = {big, 1};
    struct stat st;
    off_t at = 0;
    int n;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int fd = bad[i];

        FAILS(read(fd, big, 1), EBADF);
        FAILS(write(fd, big, 1), EBADF);
        FAILS(pread(fd, big, 1, 0), EBADF);
        FAILS(pwrite(fd, big, 1, 0), EBADF);
        FAILS(readv(fd, &iov, 1), EBADF);
        FAILS(writev(fd, &iov, 1), EBADF);
        FAILS(preadv(fd, &iov, 1, 0), EBADF);
        FAILS(pwritev(fd, &iov, 1, 0), EBADF);
        FAILS(lseek(fd, 0, SEEK_SET), EBADF);
        FAILS(close(fd), EBADF);
        FAILS(dup(fd), EBADF);
        FAILS(dup2(fd, 5), EBADF);
        FAILS(dup3(fd, 5, 0), EBADF);
        FAILS(fcntl(fd, F_GETFL), EBADF);
        FAILS(fcntl(fd, F_GETFD), EBADF);
        FAILS(fcntl(fd, F_SETFD, 1), EBADF);
        FAILS(fcntl(fd, F_SETLK, &lock), EBADF);
        FAILS(flock(fd, LOCK_EX), EBADF);
        FAILS(lockf(fd, F_LOCK, 0), EBADF);
        FAILS(ioctl(fd, FIONREAD, &n), EBADF);
        FAILS(fstat(fd, &st), EBADF);
        FAILS(fsync(fd), EBADF);
        FAILS(fdatasync(fd), EBADF);
        FAILS(ftruncate(fd, 0), EBADF);
        FAILS(sendfile(fd, 0, &at, 1), ESPIPE); /* 0 does not seek */
        FAILS(sendfile(1, fd, NULL, 1), EBADF);
        CHECK_EQ(isatty(fd), 0);
        CHECK_EQ(errno, EBADF);
        CHECK_EQ(ready(fd, POLLIN), fd < 0 ? 0 : POLLNVAL);
    }
}

/* covers: fcntl flock lockf */
TEST(locks_are_given_to_the_one_process)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 5};
    int fd = open("/dup", O_RDONLY), both = open("/dup", O_RDWR);

    FAILS(fcntl(fd, F_SETLK, &lock), EBADF); /* not open for writing */
    CHECK_EQ(fcntl(both, F_SETLK, &lock), 0);
    CHECK_EQ(fcntl(both, F_SETLKW, &lock), 0);
    CHECK_EQ(fcntl(fd, F_GETLK, &lock), 0);
    CHECK_EQ(lock.l_type, F_UNLCK);
    lock.l_type = 9;
    FAILS(fcntl(both, F_SETLK, &lock), EINVAL);
    lock.l_type = F_RDLCK;
    lock.l_whence = 9;
    FAILS(fcntl(both, F_SETLK, &lock), EINVAL);
    CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
    CHECK_EQ(flock(both, LOCK_SH), 0);
    CHECK_EQ(flock(fd, LOCK_UN), 0);
    FAILS(flock(fd, 0), EINVAL);
    CHECK_EQ(lockf(both, F_LOCK, 0), 0);
    CHECK_EQ(lockf(fd, F_TEST, 0), 0);
    FAILS(lockf(fd, F_LOCK, 0), EBADF);
    FAILS(lockf(both, 9, 0), EINVAL);
    close(fd);
    close(both);
}

/* covers: ioctl */
TEST(ioctls_on_files_and_pipes)
{
    int fd = open("/dup", O_RDWR), n = -1, on = 1, p[2];

    CHECK_EQ(ioctl(fd, FIONREAD, &n), 0);
    CHECK_EQ(n, 6);
    FAILS(ioctl(fd, 0x9999, &n), ENOTTY);
    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(ioctl(p[0], FIONBIO, &on), 0);
    CHECK(fcntl(p[0], F_GETFL) & O_NONBLOCK);
    on = 0;
    CHECK_EQ(ioctl(p[0], FIONBIO, &on), 0);
    CHECK(!(fcntl(p[0], F_GETFL) & O_NONBLOCK));
    close(p[0]);
    close(p[1]);
    close(fd);
}

/* Larger than what is moved at once. */
/* covers: preadv pwritev readv writev */
TEST(vectors_of_any_size_are_whole)
{
    static char in[200000];
    struct iovec out_iov[] = {{big, 100000}, {NULL, 0}, {big + 100000, 100000}},
                 in_iov[] = {{in, 1}, {in + 1, 150000}, {in + 150001, 49999}};
    int fd = open("/vec", O_CREAT | O_RDWR, 0600);

    for (size_t i = 0; i < 200000; i++)
        big[i] = (char)(i * 7 + i / 256);
    CHECK_EQ(writev(fd, out_iov, 3), 200000);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(readv(fd, in_iov, 3), 200000);
    CHECK(!memcmp(in, big, 200000));
    memset(in, 0, sizeof(in));
    CHECK_EQ(preadv(fd, in_iov, 3, 10), 199990);
    CHECK(!memcmp(in, big + 10, 199990));
    CHECK_EQ(pwritev(fd, out_iov, 1, 5), 100000);
    CHECK_EQ(preadv(fd, in_iov, 2, 5), 150001);
    CHECK(!memcmp(in, big, 100000));
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 200000);
    CHECK_EQ(readv(fd, in_iov, 0), 0);
    FAILS(readv(fd, in_iov, -1), EINVAL);
    FAILS(writev(fd, out_iov, IOV_MAX + 1), EINVAL);
    FAILS(preadv(fd, in_iov, 1, -1), EINVAL);
    FAILS(pwritev(fd, in_iov, 1, -1), EINVAL);
    out_iov[0].iov_len = SIZE_MAX;
    FAILS(writev(fd, out_iov, 3), EINVAL);
    close(fd);
}

/* covers: sendfile */
TEST(sendfile_copies_and_moves_the_position)
{
    off_t at = 100;
    int fd = open("/vec", O_RDONLY), out = open("/out", O_CREAT | O_RDWR, 0600),
        p[2];
    static char in[200000];

    CHECK_EQ(sendfile(out, fd, NULL, 150000), 150000);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 150000);
    CHECK_EQ(sendfile(out, fd, NULL, 999999), 50000);
    CHECK_EQ(sendfile(out, fd, NULL, 1), 0);
    CHECK_EQ(sendfile(out, fd, &at, 7), 7);
    CHECK_EQ(at, 107);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 200000);
    CHECK_EQ(pread(out, in, 200000, 0), 200000);
    CHECK_EQ(pread(fd, big, 200000, 0), 200000);
    CHECK(!memcmp(in, big, 200000));
    CHECK_EQ(pipe2(p, O_NONBLOCK), 0);
    at = 0;
    CHECK_EQ(sendfile(p[1], fd, &at, 200000), 65536);
    CHECK_EQ(at, 65536);
    FAILS(sendfile(p[1], fd, &at, 1), EAGAIN);
    FAILS(sendfile(out, p[0], NULL, 1), EINVAL);
    at = -1;
    FAILS(sendfile(out, fd, &at, 1), EINVAL);
    CHECK_EQ(lseek(out, 0, SEEK_SET), 0);
    FAILS(sendfile(fd, out, NULL, 1), EBADF); /* fd is read only */
    close(p[0]);
    close(p[1]);
    close(fd);
    close(out);
}

/* All that this program opened is closed again, and nothing is left of it. */
TEST(descriptors_closed_give_everything_back)
{
    struct heap_stats before, after;
    int p[2];

    test_threads_settle(threads_at_start);
    heap_get_stats(&before);
    for (int i = 0; i < 100; i++) {
        int e = eventfd(0, 0), t = timerfd_create(CLOCK_MONOTONIC, 0);

        CHECK_EQ(pipe(p), 0);
        CHECK_EQ(p[0], 5);
        CHECK_EQ(write(p[1], big, 20000), 20000);
        close(p[0]);
        close(p[1]);
        close(e);
        close(t);
    }
    heap_get_stats(&after);
    /* Less, if a thread of before was still on its way out. */
    CHECK(after.used_bytes <= before.used_bytes);
}

int main(void)
{
    threads_at_start = thread_list(NULL, 0);
    return test_run_all();
}
