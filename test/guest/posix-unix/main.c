/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets inside the guest: pairs, names in the file system and out of it,
 * streams, datagrams and records, descriptors as part of messages. */
/* cc: --checks -D_GNU_SOURCE */
/* xl: vcpus=4 */

#include "guest_threads.h"
#include <pith/heap.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
/* libc's after Pith's: both define some of the same macros. */
#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static size_t threads_at_start;

static char big[512 << 10];

static short ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* An address; "@name" is one of no file system. */
static socklen_t address(struct sockaddr_un *out, const char *name)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(out->sun_path, name);
    if (*name == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) +
                       (*name != '@'));
}

static int bind_to(int fd, const char *name)
{
    struct sockaddr_un un;
    socklen_t length = address(&un, name);

    return bind(fd, (struct sockaddr *)&un, length);
}

static int connect_to(int fd, const char *name)
{
    struct sockaddr_un un;
    socklen_t length = address(&un, name);

    return connect(fd, (struct sockaddr *)&un, length);
}

TEST(pair_stream_goes_both_ways)
{
    struct stat st;
    char in[10];
    int s[2], n;

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
    CHECK_EQ(fcntl(s[1], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(ready(s[0], POLLIN | POLLOUT), POLLOUT);
    CHECK_EQ(write(s[0], "abc", 3), 3);
    CHECK_EQ(write(s[0], "def", 3), 3);
    CHECK_EQ(ready(s[1], POLLIN | POLLOUT), POLLIN | POLLOUT);
    CHECK_EQ(ioctl(s[1], FIONREAD, &n), 0);
    CHECK_EQ(n, 6);
    CHECK_EQ(recv(s[1], in, 10, MSG_PEEK), 6);
    CHECK_EQ(read(s[1], in, 2), 2);
    CHECK_EQ(read(s[1], in + 2, 8), 4);
    CHECK(!memcmp(in, "abcdef", 6));
    CHECK_EQ(send(s[1], "q", 1, 0), 1);
    CHECK_EQ(recv(s[0], in, 1, MSG_WAITALL), 1);
    CHECK_EQ(in[0], 'q');
    FAILS(recv(s[0], in, 1, MSG_DONTWAIT), EAGAIN);
    CHECK_EQ(recv(s[0], in, 0, 0), 0);
    CHECK_EQ(fstat(s[0], &st), 0);
    CHECK(S_ISSOCK(st.st_mode));
    FAILS(lseek(s[0], 0, SEEK_SET), ESPIPE);
    close(s[0]);
    CHECK_EQ(read(s[1], in, 1), 0);
    CHECK(ready(s[1], POLLIN) & POLLHUP);
    FAILS(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    close(s[1]);
}

/* covers: socket socketpair */
TEST(pair_misused_says_so)
{
    int s[2];

    FAILS(socketpair(AF_INET, SOCK_STREAM, 0, s), EOPNOTSUPP);
    FAILS(socketpair(99, SOCK_STREAM, 0, s), EAFNOSUPPORT);
    FAILS(socketpair(AF_UNIX, SOCK_RAW, 0, s), EPROTONOSUPPORT);
    FAILS(socketpair(AF_UNIX, SOCK_STREAM, 77, s), EPROTONOSUPPORT);
    FAILS(socket(AF_UNIX, SOCK_RAW, 0), EPROTONOSUPPORT);
    FAILS(socket(99, SOCK_STREAM, 0), EAFNOSUPPORT);
}

TEST(pair_shutdown_ends_one_direction)
{
    char c;
    int s[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    CHECK_EQ(write(s[0], "x", 1), 1);
    CHECK_EQ(shutdown(s[0], SHUT_WR), 0);
    CHECK_EQ(read(s[1], &c, 1), 1);
    CHECK_EQ(read(s[1], &c, 1), 0);
    FAILS(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(write(s[1], "y", 1), 1);
    CHECK_EQ(read(s[0], &c, 1), 1);
    CHECK_EQ(shutdown(s[0], SHUT_RD), 0);
    FAILS(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    FAILS(shutdown(s[0], 9), EINVAL);
    close(s[0]);
    close(s[1]);
}

static int stream_fd;
static struct semaphore ended;
static long stream_result;

static void stream_out(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)(i * 13 + i / 256);
    stream_result = write(stream_fd, big, sizeof(big));
    semaphore_post(&ended);
}

/* More than waits in a socket: the writer has to. */
TEST(pair_bulk_arrives_complete_and_in_order)
{
    static char in[5000];
    size_t got = 0;
    int s[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    semaphore_init(&ended, 0);
    stream_fd = s[0];
    CHECK(thread_start("out", THREAD_STACK_BYTES, stream_out, NULL));
    while (got < sizeof(big)) {
        ssize_t n = read(s[1], in, sizeof(in));

        CHECK(n > 0);
        for (ssize_t i = 0; i < n; i++, got++)
            CHECK_EQ(in[i], (char)(got * 13 + got / 256));
    }
    semaphore_wait(&ended);
    CHECK_EQ(stream_result, sizeof(big));
    CHECK_EQ(fcntl(s[0], F_SETFL, O_NONBLOCK), 0);
    while (write(s[0], big, 1000) > 0)
        ;
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(ready(s[0], POLLOUT), 0);
    CHECK(read(s[1], big, sizeof(big)) > 100000);
    CHECK_EQ(ready(s[0], POLLOUT), POLLOUT);
    close(s[0]);
    close(s[1]);
}

/* covers: accept getpeername getsockname listen */
TEST(path_stream_is_accepted)
{
    int listener = socket(AF_UNIX, SOCK_STREAM, 0),
        near = socket(AF_UNIX, SOCK_STREAM, 0), far;
    struct sockaddr_un un;
    socklen_t length = sizeof(un);
    struct ucred cred;
    struct stat st;
    char c;
    int n;

    CHECK_EQ(bind_to(listener, "/sock"), 0);
    FAILS(bind_to(listener, "/sock2"), EINVAL);
    FAILS(bind_to(near, "/sock"), EADDRINUSE);
    FAILS(bind_to(near, "/none/sock"), ENOENT);
    CHECK_EQ(stat("/sock", &st), 0);
    CHECK(S_ISSOCK(st.st_mode));
    FAILS(open("/sock", O_RDWR), ENXIO);
    FAILS(connect_to(near, "/sock"), ECONNREFUSED); /* nobody listens */
    CHECK_EQ(ready(near, 0), POLLHUP);
    FAILS(write(near, "x", 1), ENOTCONN);
    FAILS(read(near, &c, 1), ENOTCONN);
    FAILS(shutdown(near, SHUT_WR), ENOTCONN);
    FAILS(listen(near, 1), EDESTADDRREQ);
    FAILS(accept(near, NULL, NULL), EINVAL);
    CHECK_EQ(listen(listener, 2), 0);
    n = sizeof(c);
    CHECK_EQ(ready(listener, POLLIN), 0);
    CHECK_EQ(connect_to(near, "sock"), 0); /* relative to / */
    CHECK_EQ(ready(listener, POLLIN), POLLIN);
    FAILS(connect_to(near, "/sock"), EISCONN);
    FAILS(connect_to(listener, "/sock"), EINVAL);
    CHECK_EQ(write(near, "x", 1), 1); /* before it is accepted */
    far = accept4(listener, (struct sockaddr *)&un, &length,
                  SOCK_NONBLOCK | SOCK_CLOEXEC);
    CHECK(far >= 0);
    CHECK_EQ(length, sizeof(sa_family_t)); /* near has no name */
    CHECK(fcntl(far, F_GETFL) & O_NONBLOCK);
    CHECK_EQ(read(far, &c, 1), 1);
    length = sizeof(un);
    CHECK_EQ(getpeername(near, (struct sockaddr *)&un, &length), 0);
    CHECK_STR(un.sun_path, "/sock");
    length = sizeof(un);
    CHECK_EQ(getsockname(far, (struct sockaddr *)&un, &length), 0);
    CHECK_STR(un.sun_path, "/sock");
    length = sizeof(cred);
    CHECK_EQ(getsockopt(near, SOL_SOCKET, SO_PEERCRED, &cred, &length), 0);
    CHECK_EQ(cred.pid, getpid());
    CHECK_EQ(cred.uid, 0);
    length = sizeof(n);
    CHECK_EQ(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &n, &length), 0);
    CHECK_EQ(n, 1);
    CHECK_EQ(getsockopt(near, SOL_SOCKET, SO_DOMAIN, &n, &length), 0);
    CHECK_EQ(n, AF_UNIX);
    CHECK_EQ(getsockopt(near, SOL_SOCKET, SO_TYPE, &n, &length), 0);
    CHECK_EQ(n, SOCK_STREAM);
    FAILS(getsockopt(near, SOL_SOCKET, 999, &n, &length), ENOPROTOOPT);
    FAILS(setsockopt(near, SOL_SOCKET, 999, &n, sizeof(n)), ENOPROTOOPT);
    close(far);
    close(near);
    close(listener);
    near = socket(AF_UNIX, SOCK_STREAM, 0);
    FAILS(connect_to(near, "/sock"), ECONNREFUSED); /* its socket is gone */
    CHECK_EQ(unlink("/sock"), 0);
    FAILS(connect_to(near, "/sock"), ENOENT);
    close(near);
}

static void connect_later(void *arg)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)arg;
    stream_result = connect_to(fd, "@full");
    close(fd);
    semaphore_post(&ended);
}

TEST(backlog_full_makes_connect_wait)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
        a = socket(AF_UNIX, SOCK_STREAM, 0),
        b = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), far;
    char c;

    CHECK_EQ(bind_to(listener, "@full"), 0);
    CHECK_EQ(listen(listener, 1), 0);
    FAILS(accept(listener, NULL, NULL), EAGAIN);
    CHECK_EQ(connect_to(a, "@full"), 0);
    FAILS(connect_to(b, "@full"), EAGAIN);
    semaphore_init(&ended, 0);
    CHECK(thread_start("later", THREAD_STACK_BYTES, connect_later, NULL));
    far = accept(listener, NULL, NULL);
    CHECK(far >= 0);
    semaphore_wait(&ended);
    CHECK_EQ(stream_result, 0);
    close(listener); /* with a connection nobody took */
    CHECK_EQ(close(far), 0);
    CHECK_EQ(read(a, &c, 1), 0);
    close(a);
    close(b);
}

/* covers: recvfrom sendto */
TEST(datagrams_keep_bounds_and_senders)
{
    struct sockaddr_un un;
    socklen_t length = address(&un, "@server");
    int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0),
        client = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0),
        stream = socket(AF_UNIX, SOCK_STREAM, 0);
    char in[10];

    CHECK_EQ(bind(server, (struct sockaddr *)&un, length), 0);
    FAILS(bind_to(client, "@server"), EADDRINUSE);
    FAILS(send(client, "x", 1, 0), ENOTCONN);
    FAILS(connect_to(stream, "@server"), EPROTOTYPE);
    FAILS(connect_to(client, "@nobody"), ECONNREFUSED);
    CHECK_EQ(sendto(client, "ab", 2, 0, (struct sockaddr *)&un, length), 2);
    CHECK_EQ(connect_to(client, "@server"), 0);
    CHECK_EQ(send(client, "cdefg", 5, 0), 5);
    CHECK_EQ(send(client, "", 0, 0), 0);
    length = sizeof(un);
    CHECK_EQ(recvfrom(server, in, 10, 0, (struct sockaddr *)&un, &length), 2);
    CHECK_EQ(length, 0); /* it has no name */
    CHECK_EQ(recv(server, in, 2, MSG_TRUNC | MSG_PEEK), 5);
    CHECK_EQ(recv(server, in, 2, 0), 2); /* the rest is gone */
    CHECK(!memcmp(in, "cd", 2));
    CHECK_EQ(recv(server, in, 2, 0), 0);
    FAILS(recv(server, in, 2, 0), EAGAIN);
    CHECK_EQ(bind(client, (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, ""},
                  sizeof(sa_family_t)),
             0); /* any name */
    CHECK_EQ(send(client, "n", 1, 0), 1);
    length = sizeof(un);
    CHECK_EQ(recvfrom(server, in, 10, 0, (struct sockaddr *)&un, &length), 1);
    CHECK_EQ(length, sizeof(sa_family_t) + 6);
    CHECK_EQ(sendto(server, "re", 2, 0, (struct sockaddr *)&un, length), 2);
    CHECK_EQ(recv(client, in, 10, 0), 2);
    FAILS(send(client, big, sizeof(big), 0), EMSGSIZE);
    while (send(client, big, 10000, 0) == 10000)
        ;
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(ready(client, POLLOUT), 0);
    CHECK_EQ(recv(server, big, 20000, 0), 10000);
    CHECK_EQ(ready(client, POLLOUT), POLLOUT);
    close(server);
    FAILS(send(client, "x", 1, 0), ECONNREFUSED);
    close(client);
    close(stream);
}

TEST(seqpacket_connects_and_keeps_records)
{
    struct iovec iov = {big, 100};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    int s[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
    CHECK_EQ(write(s[0], "one", 3), 3);
    CHECK_EQ(write(s[0], "three", 5), 5);
    CHECK_EQ(recvmsg(s[1], &msg, 0), 3);
    CHECK_EQ(msg.msg_flags, MSG_EOR);
    iov.iov_len = 2;
    CHECK_EQ(recvmsg(s[1], &msg, 0), 2);
    CHECK_EQ(msg.msg_flags, MSG_EOR | MSG_TRUNC);
    close(s[0]);
    CHECK_EQ(read(s[1], big, 10), 0);
    close(s[1]);
}

/* --- descriptors as part of messages --- */

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(3 * sizeof(int))];
};

static ssize_t send_fds(int socket, const int *fds, size_t count)
{
    union control control = {0};
    struct iovec iov = {(char *)"m", 1};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = CMSG_SPACE(count * sizeof(int)),
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(c), fds, count * sizeof(int));
    return sendmsg(socket, &msg, 0);
}

/* How many came; *flags are the message's. */
static int receive_fds(int socket, int *fds, size_t room, int *flags, int how)
{
    union control control;
    char text[10];
    struct iovec iov = {text, sizeof(text)};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = room ? CMSG_LEN(room * sizeof(int)) : 0,
    };
    struct cmsghdr *c;
    int count = 0;

    if (recvmsg(socket, &msg, how) != 1)
        return -1;
    *flags = msg.msg_flags;
    c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(c), (size_t)count * sizeof(int));
        if (CMSG_NXTHDR(&msg, c))
            return -2;
    }
    return count;
}

TEST(rights_travel_and_live_on)
{
    int s[2], p[2], got[3], flags;
    char c[5];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(write(s[0], "before", 6), 6);
    CHECK_EQ(send_fds(s[0], p, 2), 1);
    CHECK_EQ(write(s[0], "a", 1), 1);
    close(p[0]);
    close(p[1]);                       /* only the message has them now */
    CHECK_EQ(read(s[1], big, 100), 6); /* not beyond what brings some */
    CHECK_EQ(receive_fds(s[1], got, 3, &flags, MSG_CMSG_CLOEXEC), 2);
    CHECK_EQ(flags, 0);
    CHECK_EQ(fcntl(got[0], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(write(got[1], "hi", 2), 2);
    CHECK_EQ(read(got[0], c, 5), 2);
    close(got[1]);
    CHECK_EQ(read(got[0], c, 5), 0);
    /* No room: they are closed, and the receiver told. */
    CHECK_EQ(read(s[1], c, 1), 1);
    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(send_fds(s[0], p, 2), 1);
    CHECK_EQ(receive_fds(s[1], got, 1, &flags, 0), 1);
    CHECK_EQ(flags, MSG_CTRUNC);
    close(p[0]);
    close(got[0]);
    FAILS(send(p[1], "x", 1, 0), ENOTSOCK);
    FAILS(write(p[1], "x", 1), EPIPE);
    /* A plain read drops them. */
    CHECK_EQ(pipe(got), 0);
    CHECK_EQ(send_fds(s[0], got, 1), 1);
    close(got[0]);
    CHECK_EQ(read(s[1], c, 1), 1);
    FAILS(write(got[1], "x", 1), EPIPE);
    /* So does the end of the socket that holds them. */
    CHECK_EQ(pipe(p), 0);
    CHECK_EQ(send_fds(s[0], p, 1), 1);
    close(p[0]);
    close(s[0]);
    close(s[1]);
    FAILS(write(p[1], "x", 1), EPIPE);
    close(p[1]);
    close(got[1]);
}

TEST(rights_misused_say_so)
{
    int s[2], bad = 99;
    union control control = {0};
    struct iovec iov = {big, 1};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control),
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
    FAILS(send_fds(s[0], &bad, 1), EBADF);
    c->cmsg_len = CMSG_LEN(sizeof(int));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = 77;
    FAILS(sendmsg(s[0], &msg, 0), EINVAL);
    c->cmsg_len = 1000;
    FAILS(sendmsg(s[0], &msg, 0), EINVAL);
    FAILS(sendmsg(s[0], &(struct msghdr){.msg_iov = &iov, .msg_iovlen = 1},
                  MSG_OOB),
          EOPNOTSUPP);
    FAILS(recv(s[0], big, 1, MSG_OOB), EOPNOTSUPP);
    close(s[0]);
    close(s[1]);
}

/* --- bad descriptors, all calls --- */

/* covers: accept bind connect getpeername getsockname getsockopt listen recv
 * recvmsg send sendmsg setsockopt shutdown */
TEST(calls_on_no_socket_say_so)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct iovec iov = {big, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    socklen_t length = sizeof(un);
    int n, fds[2] = {98, 0};

    for (int i = 0; i < 2; i++) {
        int fd = fds[i], err = i ? ENOTSOCK : EBADF;

        FAILS(bind(fd, (struct sockaddr *)&un, length), err);
        FAILS(connect(fd, (struct sockaddr *)&un, length), err);
        FAILS(listen(fd, 1), err);
        FAILS(accept(fd, NULL, NULL), err);
        FAILS(shutdown(fd, SHUT_RD), err);
        FAILS(send(fd, "", 1, 0), err);
        FAILS(recv(fd, big, 1, 0), err);
        FAILS(sendmsg(fd, &msg, 0), err);
        FAILS(recvmsg(fd, &msg, 0), err);
        FAILS(getsockname(fd, (struct sockaddr *)&un, &length), err);
        FAILS(getpeername(fd, (struct sockaddr *)&un, &length), err);
        FAILS(getsockopt(fd, SOL_SOCKET, SO_TYPE, &n, &length), err);
        FAILS(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n)), err);
    }
}

/* --- several threads --- */

static int echo_listener;

static void echo_server(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        int fd = accept(echo_listener, NULL, NULL);
        char text[64];
        ssize_t n;

        while ((n = read(fd, text, sizeof(text))) > 0)
            if (write(fd, text, (size_t)n) != n)
                break;
        close(fd);
    }
    semaphore_post(&ended);
}

static uint32_t echo_bad;

static void echo_client(void *arg)
{
    char out[64], in[64];

    memset(out, (int)(uintptr_t)arg, sizeof(out));
    for (int i = 0; i < 5; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        if (connect_to(fd, "/echo"))
            __atomic_fetch_add(&echo_bad, 1, __ATOMIC_SEQ_CST);
        for (int j = 0; j < 50; j++)
            if (write(fd, out, 64) != 64 ||
                recv(fd, in, 64, MSG_WAITALL) != 64 || memcmp(in, out, 64))
                __atomic_fetch_add(&echo_bad, 1, __ATOMIC_SEQ_CST);
        close(fd);
    }
    semaphore_post(&ended);
}

TEST(clients_on_all_vcpus_get_their_answers)
{
    semaphore_init(&ended, 0);
    echo_listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQ(bind_to(echo_listener, "/echo"), 0);
    CHECK_EQ(listen(echo_listener, 2), 0);
    CHECK(thread_start("server", THREAD_STACK_BYTES, echo_server, NULL));
    for (uintptr_t i = 1; i <= 4; i++)
        CHECK(
            thread_start("client", THREAD_STACK_BYTES, echo_client, (void *)i));
    for (int i = 0; i < 5; i++)
        semaphore_wait(&ended);
    CHECK_EQ(echo_bad, 0);
    close(echo_listener);
    CHECK_EQ(unlink("/echo"), 0);
}

TEST(sockets_closed_give_everything_back)
{
    struct heap_stats before, after;
    int s[2], p[2];

    test_threads_settle(threads_at_start);
    heap_get_stats(&before);
    for (int i = 0; i < 50; i++) {
        int listener = socket(AF_UNIX, SOCK_STREAM, 0),
            near = socket(AF_UNIX, SOCK_STREAM, 0);

        CHECK_EQ(bind_to(listener, "@all"), 0);
        CHECK_EQ(listen(listener, 2), 0);
        CHECK_EQ(connect_to(near, "@all"), 0);
        CHECK_EQ(write(near, big, 5000), 5000);
        close(listener);
        close(near);
        CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
        CHECK_EQ(pipe(p), 0);
        CHECK_EQ(send_fds(s[0], p, 2), 1);
        close(p[0]);
        close(p[1]);
        close(s[i % 2]);
        close(s[!(i % 2)]);
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
