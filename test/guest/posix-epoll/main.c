/* SPDX-License-Identifier: BSD-2-Clause */
/* epoll over every kind of descriptor: level, edge, once; what comes and goes
 * while it is watched; many that wait on several vCPUs. */
/* cc: --checks -D_GNU_SOURCE */
/* xl: vcpus=4 */

#include "guest_threads.h"
#include <pith/heap.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
/* libc's after Pith's: both define some of the same macros. */
#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static size_t threads_at_start;

static int control(int ep, int op, int fd, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.fd = fd};

    return epoll_ctl(ep, op, fd, &e);
}

/* The events of the one descriptor that is ready now; 0: none. */
static uint32_t now_ready(int ep, int *fd)
{
    struct epoll_event e[4];
    int n = epoll_wait(ep, e, 4, 0);

    if (n == 1 && fd)
        *fd = e[0].data.fd;
    return n == 1 ? e[0].events : n ? 0xdead : 0;
}

TEST(epoll_level_reports_as_long_as_it_is_so)
{
    int ep = epoll_create1(EPOLL_CLOEXEC), p[2], fd = -1;
    char c;

    CHECK(ep >= 0);
    CHECK_EQ(fcntl(ep, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, p[0], EPOLLIN), 0);
    CHECK_EQ(now_ready(ep, &fd), 0);
    CHECK_EQ(write(p[1], "ab", 2), 2);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(now_ready(ep, &fd), EPOLLIN);
    CHECK_EQ(fd, p[0]);
    CHECK_EQ(read(p[0], &c, 1), 1);
    CHECK_EQ(now_ready(ep, &fd), EPOLLIN);
    CHECK_EQ(read(p[0], &c, 1), 1);
    CHECK_EQ(now_ready(ep, &fd), 0);
    close(p[1]);
    CHECK_EQ(now_ready(ep, &fd), EPOLLHUP);
    close(p[0]);
    CHECK_EQ(now_ready(ep, &fd), 0);
    close(ep);
}

TEST(epoll_edge_reports_what_comes_once)
{
    int ep = epoll_create1(0), p[2];
    char c;

    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(write(p[1], "a", 1), 1);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLET), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN); /* it was so already */
    CHECK_EQ(now_ready(ep, NULL), 0);
    CHECK_EQ(write(p[1], "b", 1), 1);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
    CHECK_EQ(read(p[0], &c, 1), 1);
    CHECK_EQ(now_ready(ep, NULL), 0);
    CHECK_EQ(control(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN); /* asked again */
    CHECK_EQ(now_ready(ep, NULL), 0);
    close(p[0]);
    close(p[1]);
    close(ep);
}

TEST(epoll_oneshot_needs_a_mod)
{
    int ep = epoll_create1(0), fd = eventfd(1, 0);

    CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
    CHECK_EQ(eventfd_write(fd, 1), 0);
    CHECK_EQ(now_ready(ep, NULL), 0);
    CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
    CHECK_EQ(now_ready(ep, NULL), 0);
    close(fd);
    close(ep);
}

/* covers: epoll_wait */
TEST(epoll_tells_reading_from_writing_and_the_data)
{
    int ep = epoll_create(7), fd = eventfd(0, 0);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT,
                            .data.u64 = 1ull << 40},
                       got;

    CHECK_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), 0);
    CHECK_EQ(epoll_wait(ep, &got, 1, 0), 1);
    CHECK_EQ(got.events, EPOLLOUT);
    CHECK(got.data.u64 == 1ull << 40);
    CHECK_EQ(eventfd_write(fd, 5), 0);
    CHECK_EQ(epoll_wait(ep, &got, 1, -1), 1);
    CHECK_EQ(got.events, EPOLLIN | EPOLLOUT);
    e.events = 0; /* only what is always told */
    CHECK_EQ(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e), 0);
    CHECK_EQ(epoll_wait(ep, &got, 1, 0), 0);
    CHECK_EQ(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL), 0);
    FAILS(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL), ENOENT);
    close(fd);
    close(ep);
}

/* covers: epoll_create epoll_create1 epoll_ctl epoll_wait */
TEST(epoll_misused_says_so)
{
    int ep = epoll_create1(0), other = epoll_create1(0), fd = eventfd(0, 0),
        file = open("/file", O_CREAT | O_RDWR, 0600);
    struct epoll_event e = {0};

    FAILS(epoll_create1(1), EINVAL);
    FAILS(epoll_create(0), EINVAL);
    FAILS(control(ep, EPOLL_CTL_ADD, 99, EPOLLIN), EBADF);
    FAILS(control(99, EPOLL_CTL_ADD, fd, EPOLLIN), EBADF);
    FAILS(control(fd, EPOLL_CTL_ADD, ep, EPOLLIN), EINVAL);
    FAILS(control(ep, 9, fd, EPOLLIN), EINVAL);
    FAILS(control(ep, EPOLL_CTL_ADD, ep, EPOLLIN), EINVAL);
    FAILS(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN), ENOENT);
    FAILS(epoll_ctl(ep, EPOLL_CTL_ADD, fd, NULL), EFAULT);
    FAILS(control(ep, EPOLL_CTL_ADD, file, EPOLLIN), EPERM);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
    FAILS(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN), EEXIST);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, other, EPOLLIN), 0);
    FAILS(control(other, EPOLL_CTL_ADD, ep, EPOLLIN), ELOOP);
    FAILS(epoll_wait(ep, &e, 0, 0), EINVAL);
    FAILS(epoll_wait(99, &e, 1, 0), EBADF);
    FAILS(epoll_wait(fd, &e, 1, 0), EINVAL);
    FAILS(read(ep, &e, 1), EINVAL);
    close(other);
    close(file);
    close(fd);
    close(ep);
}

/* A number that was closed is not forgotten while a duplicate is open; the
 * number may come back as something else. */
TEST(epoll_follows_the_file_not_the_number)
{
    int ep = epoll_create1(0), fd = eventfd(1, 0), two = dup(fd), other, got;

    CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
    close(fd);
    CHECK_EQ(now_ready(ep, &got), EPOLLIN);
    CHECK_EQ(got, fd);
    other = eventfd(0, 0);
    CHECK_EQ(other, fd);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, other, EPOLLIN), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
    close(two);
    CHECK_EQ(now_ready(ep, NULL), 0);
    CHECK_EQ(control(ep, EPOLL_CTL_DEL, other, 0), 0);
    close(other);
    close(ep);
}

/* covers: poll */
TEST(epoll_in_epoll_and_poll)
{
    int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(0, 0);
    struct pollfd p = {.fd = outer, .events = POLLIN};
    eventfd_t value;

    CHECK_EQ(control(inner, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
    CHECK_EQ(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN), 0);
    CHECK_EQ(poll(&p, 1, 0), 0);
    CHECK_EQ(eventfd_write(fd, 1), 0);
    CHECK_EQ(poll(&p, 1, -1), 1);
    CHECK_EQ(now_ready(outer, NULL), EPOLLIN);
    CHECK_EQ(now_ready(inner, NULL), EPOLLIN);
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(poll(&p, 1, 0), 0);
    CHECK_EQ(now_ready(outer, NULL), 0);
    close(inner);
    close(fd);
    close(outer);
}

/* covers: epoll_pwait epoll_pwait2 ppoll pselect */
TEST(waits_with_a_mask_and_fine_timeouts)
{
    struct timespec soon = {0, 1000000}, bad = {0, 1000000000};
    int ep = epoll_create1(0), fd = eventfd(1, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct epoll_event e;
    eventfd_t value;
    sigset_t mask;
    fd_set in;

    sigfillset(&mask);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
    CHECK_EQ(epoll_pwait(ep, &e, 1, -1, &mask), 1);
    CHECK_EQ(epoll_pwait2(ep, &e, 1, NULL, NULL), 1);
    CHECK_EQ(ppoll(&p, 1, NULL, &mask), 1);
    CHECK_EQ(eventfd_read(fd, &value), 0);
    CHECK_EQ(epoll_pwait(ep, &e, 1, 1, &mask), 0);
    CHECK_EQ(epoll_pwait2(ep, &e, 1, &soon, &mask), 0);
    CHECK_EQ(ppoll(&p, 1, &soon, &mask), 0);
    FD_ZERO(&in);
    CHECK_EQ(pselect(0, &in, NULL, NULL, &soon, &mask), 0);
    FAILS(epoll_pwait2(ep, &e, 1, &bad, NULL), EINVAL);
    FAILS(ppoll(&p, 1, &bad, &mask), EINVAL);
    FAILS(pselect(0, &in, NULL, NULL, &bad, &mask), EINVAL);
    FAILS(epoll_pwait(99, &e, 1, 0, &mask), EBADF);
    close(fd);
    close(ep);
}

/* --- all kinds --- */

static int tcp_listener(struct sockaddr_in *addr)
{
    socklen_t length = sizeof(*addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *addr = (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)addr, sizeof(*addr)) || listen(fd, 5) ||
        getsockname(fd, (struct sockaddr *)addr, &length))
        return -1;
    return fd;
}

TEST(epoll_hears_sockets_and_timers)
{
    struct itimerspec soon = {.it_value = {0, 1000000}};
    struct sockaddr_in addr;
    struct epoll_event e;
    int ep = epoll_create1(0), listener = tcp_listener(&addr),
        near = socket(AF_INET, SOCK_STREAM, 0), far, timer, pair[2];
    char c;

    CHECK(listener >= 0);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, listener, EPOLLIN), 0);
    CHECK_EQ(connect(near, (struct sockaddr *)&addr, sizeof(addr)), 0);
    CHECK_EQ(epoll_wait(ep, &e, 1, -1), 1);
    CHECK_EQ(e.data.fd, listener);
    far = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    CHECK(far >= 0);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, far, EPOLLIN | EPOLLRDHUP | EPOLLET),
             0);
    CHECK_EQ(now_ready(ep, NULL), 0);
    CHECK_EQ(write(near, "x", 1), 1);
    CHECK_EQ(epoll_wait(ep, &e, 1, -1), 1);
    CHECK_EQ(e.data.fd, far);
    CHECK_EQ(e.events, EPOLLIN);
    CHECK_EQ(read(far, &c, 1), 1);
    CHECK_EQ(shutdown(near, SHUT_WR), 0);
    do
        CHECK_EQ(epoll_wait(ep, &e, 1, -1), 1);
    while (!(e.events & EPOLLRDHUP));
    CHECK_EQ(read(far, &c, 1), 0);
    close(far);
    close(near);
    close(listener);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, timer, EPOLLIN), 0);
    CHECK_EQ(timerfd_settime(timer, 0, &soon, NULL), 0);
    CHECK_EQ(epoll_wait(ep, &e, 1, -1), 1);
    CHECK_EQ(e.data.fd, timer);
    close(timer);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLRDHUP), 0);
    CHECK_EQ(write(pair[1], "x", 1), 1);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
    close(pair[1]);
    CHECK_EQ(now_ready(ep, NULL), EPOLLIN | EPOLLRDHUP | EPOLLHUP);
    close(pair[0]);
    /* The console: nobody types, anybody can write. */
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, 1, EPOLLIN | EPOLLOUT), 0);
    CHECK_EQ(now_ready(ep, NULL), EPOLLOUT);
    CHECK_EQ(control(ep, EPOLL_CTL_DEL, 1, 0), 0);
    close(ep);
}

/* covers: select */
TEST(poll_and_select_hear_all_kinds)
{
    struct itimerspec past = {.it_value = {0, 1}};
    int p[2], pair[2], e = eventfd(1, 0), ep = epoll_create1(0),
                       t = timerfd_create(CLOCK_MONOTONIC, 0), null, n = 0;
    struct timeval zero = {0, 0};
    fd_set in, out;

    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    null = open("/dev/null", O_RDWR);
    CHECK_EQ(control(ep, EPOLL_CTL_ADD, e, EPOLLIN), 0);
    CHECK_EQ(timerfd_settime(t, 0, &past, NULL), 0);
    CHECK_EQ(write(p[1], "x", 1), 1);
    CHECK_EQ(write(pair[1], "x", 1), 1);
    while (n < 6) {
        struct pollfd all[] = {
            {p[0], POLLIN, 0},    {pair[0], POLLIN, 0}, {e, POLLIN, 0},
            {ep, POLLIN, 0},      {t, POLLIN, 0},       {null, POLLIN, 0},
            {pair[1], POLLIN, 0},
        };

        n = poll(all, 7, 100);
        CHECK_EQ(all[6].revents, 0);
        CHECK(n >= 5); /* the timer may take a moment */
    }
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(p[0], &in);
    FD_SET(pair[0], &in);
    FD_SET(pair[1], &in);
    FD_SET(ep, &in);
    FD_SET(p[1], &out);
    FD_SET(e, &out);
    CHECK_EQ(select(32, &in, &out, NULL, &zero), 5);
    CHECK(FD_ISSET(p[0], &in) && FD_ISSET(pair[0], &in) && FD_ISSET(ep, &in));
    CHECK(!FD_ISSET(pair[1], &in));
    CHECK(FD_ISSET(p[1], &out) && FD_ISSET(e, &out));
    FD_ZERO(&in);
    FD_SET(31, &in);
    FAILS(select(32, &in, NULL, NULL, &zero), EBADF);
    FAILS(select(-1, NULL, NULL, NULL, &zero), EINVAL);
    for (int fd = 3; fd < 20; fd++)
        close(fd);
}

/* --- many at once --- */

#define WORKERS 3
#define FDS 24
#define ROUNDS 300

static int many_ep, many[FDS];
static uint32_t taken;
static struct semaphore ended;

static void worker(void *arg)
{
    struct epoll_event e[4];

    (void)arg;
    for (;;) {
        int n = epoll_wait(many_ep, e, 4, -1);

        for (int i = 0; i < n; i++) {
            eventfd_t value;

            if (e[i].data.fd < 0) {
                semaphore_post(&ended);
                return;
            }
            if (eventfd_read(e[i].data.fd, &value) == 0)
                __atomic_fetch_add(&taken, (uint32_t)value, __ATOMIC_SEQ_CST);
        }
    }
}

static void many_run(uint32_t events)
{
    struct epoll_event stop = {.events = EPOLLIN, .data.fd = -1};
    int all = eventfd(1, 0);

    taken = 0;
    semaphore_init(&ended, 0);
    many_ep = epoll_create1(0);
    for (int i = 0; i < FDS; i++) {
        many[i] = eventfd(0, EFD_NONBLOCK);
        CHECK_EQ(control(many_ep, EPOLL_CTL_ADD, many[i], events), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        CHECK(thread_start("worker", THREAD_STACK_BYTES, worker, NULL));
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < FDS; i++)
            CHECK_EQ(eventfd_write(many[i], 1), 0);
    while (__atomic_load_n(&taken, __ATOMIC_SEQ_CST) < FDS * ROUNDS)
        thread_yield();
    CHECK_EQ(taken, FDS * ROUNDS);
    CHECK_EQ(epoll_ctl(many_ep, EPOLL_CTL_ADD, all, &stop), 0);
    for (int i = 0; i < WORKERS; i++)
        semaphore_wait(&ended);
    for (int i = 0; i < FDS; i++)
        close(many[i]);
    close(all);
    close(many_ep);
}

TEST(epoll_level_loses_nothing_among_threads)
{
    many_run(EPOLLIN);
}

TEST(epoll_edge_loses_nothing_among_threads)
{
    many_run(EPOLLIN | EPOLLET);
}

/* Descriptors come and go under a thread that waits. */
static int stop_watching;

static void watcher(void *arg)
{
    struct epoll_event e[8];

    (void)arg;
    while (!__atomic_load_n(&stop_watching, __ATOMIC_SEQ_CST))
        epoll_wait(many_ep, e, 8, 1);
    semaphore_post(&ended);
}

TEST(epoll_files_close_while_they_are_watched)
{
    semaphore_init(&ended, 0);
    many_ep = epoll_create1(0);
    CHECK(thread_start("watcher", THREAD_STACK_BYTES, watcher, NULL));
    for (int i = 0; i < 500; i++) {
        int p[2];

        CHECK_EQ(pipe(p), 0);
        CHECK_EQ(control(many_ep, EPOLL_CTL_ADD, p[0], EPOLLIN), 0);
        CHECK_EQ(write(p[1], "x", 1), 1);
        close(p[i % 2]);
        close(p[!(i % 2)]);
    }
    __atomic_store_n(&stop_watching, 1, __ATOMIC_SEQ_CST);
    semaphore_wait(&ended);
    close(many_ep);
}

TEST(epoll_closed_gives_everything_back)
{
    struct heap_stats before, after;

    test_threads_settle(threads_at_start);
    heap_get_stats(&before);
    for (int i = 0; i < 50; i++) {
        int ep = epoll_create1(0), e = eventfd(1, 0), p[2];

        CHECK_EQ(pipe(p), 0);
        CHECK_EQ(control(ep, EPOLL_CTL_ADD, e, EPOLLIN), 0);
        CHECK_EQ(control(ep, EPOLL_CTL_ADD, p[0], EPOLLIN), 0);
        CHECK_EQ(now_ready(ep, NULL), EPOLLIN);
        close(i % 2 ? ep : e);
        close(i % 2 ? e : ep);
        close(p[0]);
        close(p[1]);
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
