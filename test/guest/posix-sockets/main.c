/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets over the loopback interface, as POSIX has them. The guest has no
 * network device. */
/* cc: --checks */

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MANY 20 /* connections at once */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* What bind and connect take. */
#define ADDR(in) (struct sockaddr *)&(in), sizeof(in)

/* A socket bound to port, which listens if it is a stream's. */
static int bound(int type, uint16_t port)
{
    struct sockaddr_in addr = loopback(port);
    int fd = socket(AF_INET, type, 0), yes = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, ADDR(addr)) || (type == SOCK_STREAM && listen(fd, MANY))) {
        close(fd);
        return -1;
    }
    return fd;
}

static int connected(uint16_t port)
{
    struct sockaddr_in addr = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, ADDR(addr)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* A connection's two ends. */
static int stream_pair(uint16_t port, int *near, int *far)
{
    int listener = bound(SOCK_STREAM, port);

    *near = connected(port);
    *far = accept(listener, NULL, NULL);
    close(listener);
    return listener < 0 || *near < 0 || *far < 0 ? -1 : 0;
}

static int readable(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, timeout_ms) == 1 ? p.revents : 0;
}

/* covers: getpeername getsockname */
TEST(tcp_both_ends_know_each_other)
{
    struct sockaddr_in peer, own;
    socklen_t length = sizeof(peer);
    int listener = bound(SOCK_STREAM, 1001), near, far;

    CHECK(listener >= 0);
    near = connected(1001);
    CHECK(near >= 0);
    far = accept(listener, (struct sockaddr *)&peer, &length);
    CHECK(far >= 0);
    CHECK_EQ(length, sizeof(peer));
    CHECK_EQ(peer.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(getsockname(near, (struct sockaddr *)&own, &length), 0);
    CHECK_EQ(own.sin_port, peer.sin_port);
    CHECK_EQ(getpeername(near, (struct sockaddr *)&peer, &length), 0);
    CHECK_EQ(peer.sin_port, htons(1001));
    CHECK_EQ(getsockname(far, (struct sockaddr *)&own, &length), 0);
    CHECK_EQ(own.sin_port, htons(1001));
    close(near);
    close(far);
    close(listener);
}

/* More than the buffers hold: the writer must wait, and every byte arrives
 * once and in order. */
TEST(tcp_bulk_arrives_complete_and_in_order)
{
    enum { TOTAL = 1 << 20 };
    static unsigned char out[5000], in[7000];
    size_t sent = 0, got = 0;
    unsigned full = 0;
    int near, far;

    CHECK_EQ(stream_pair(1002, &near, &far), 0);
    CHECK_EQ(fcntl(near, F_SETFL, O_NONBLOCK), 0);
    while (got < TOTAL) {
        ssize_t n;

        while (sent < TOTAL) {
            size_t want = sizeof(out) < TOTAL - sent ? sizeof(out)
                                                     : TOTAL - sent;

            for (size_t i = 0; i < want; i++)
                out[i] = (unsigned char)((sent + i) * 2654435761u >> 16);
            n = send(near, out, want, 0);
            if (n < 0)
                break;
            sent += (size_t)n;
        }
        if (sent < TOTAL) {
            CHECK_EQ(errno, EAGAIN);
            full++;
        }
        n = recv(far, in, sizeof(in), 0);
        CHECK(n > 0);
        for (ssize_t i = 0; i < n; i++)
            if (in[i] != (unsigned char)((got + (size_t)i) * 2654435761u >> 16))
                CHECK_EQ(got + (size_t)i, -1);
        got += (size_t)n;
    }
    CHECK(full > 0);
    close(near);
    CHECK_EQ(recv(far, in, 1, 0), 0);
    close(far);
}

/* covers: shutdown */
TEST(tcp_half_close_ends_one_direction)
{
    char buf[8] = "";
    int near, far;

    CHECK_EQ(stream_pair(1003, &near, &far), 0);
    CHECK_EQ(send(near, "ask", 3, 0), 3);
    CHECK_EQ(shutdown(near, SHUT_WR), 0);
    CHECK_EQ(send(near, "x", 1, MSG_NOSIGNAL), -1);
    CHECK_EQ(errno, EPIPE);
    CHECK_EQ(recv(far, buf, sizeof(buf), 0), 3);
    CHECK_EQ(recv(far, buf, sizeof(buf), 0), 0);
    CHECK_EQ(send(far, "answer", 6, 0), 6);
    CHECK_EQ(recv(near, buf, sizeof(buf), 0), 6);
    CHECK_STR(buf, "answer");
    close(far);
    CHECK_EQ(recv(near, buf, sizeof(buf), 0), 0);
    close(near);
}

TEST(tcp_write_to_a_closed_peer_fails)
{
    int near, far, rc = 0;

    CHECK_EQ(stream_pair(1004, &near, &far), 0);
    CHECK_EQ(send(near, "unread", 6, 0), 6);
    CHECK(readable(far, 1000));
    close(far); /* with data unread: a reset */
    CHECK(readable(near, 1000));
    for (int i = 0; i < 10 && rc >= 0; i++)
        rc = (int)send(near, "x", 1, MSG_NOSIGNAL);
    CHECK_EQ(rc, -1);
    CHECK(errno == EPIPE || errno == ECONNRESET);
    CHECK_EQ(send(near, "x", 1, MSG_NOSIGNAL), -1);
    CHECK_EQ(errno, EPIPE);
    close(near);
}

TEST(tcp_refused_connection_is_econnrefused)
{
    struct sockaddr_in addr = loopback(1999);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(connect(fd, ADDR(addr)), -1);
    CHECK_EQ(errno, ECONNREFUSED);
    close(fd);
}

TEST(tcp_nonblocking_connect_tells_by_poll)
{
    struct sockaddr_in addr = loopback(1005);
    int listener = bound(SOCK_STREAM, 1005), error = -1, far;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t length = sizeof(error);

    CHECK_EQ(connect(fd, ADDR(addr)), -1);
    CHECK_EQ(errno, EINPROGRESS);
    CHECK_EQ(poll(&p, 1, 2000), 1);
    CHECK_EQ(p.revents, POLLOUT);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    CHECK_EQ(error, 0);
    CHECK_EQ(connect(fd, ADDR(addr)), -1);
    CHECK_EQ(errno, EISCONN);
    far = accept(listener, NULL, NULL);
    CHECK(far >= 0);
    CHECK_EQ(recv(fd, &error, 1, 0), -1);
    CHECK_EQ(errno, EAGAIN);
    close(fd);
    close(far);
    close(listener);
}

TEST(tcp_nonblocking_refusal_is_in_so_error)
{
    struct sockaddr_in addr = loopback(1999);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), error = -1;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t length = sizeof(error);

    CHECK_EQ(connect(fd, ADDR(addr)), -1);
    CHECK_EQ(errno, EINPROGRESS);
    CHECK_EQ(poll(&p, 1, 2000), 1);
    CHECK(p.revents & POLLERR);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    CHECK_EQ(error, ECONNREFUSED);
    close(fd);
}

TEST(tcp_accept_waits_and_times_out)
{
    struct timeval patience = {0, 50000};
    int listener = bound(SOCK_STREAM, 1006), fd;
    double start;

    CHECK_EQ(readable(listener, 0), 0);
    CHECK_EQ(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    CHECK_EQ(accept(listener, NULL, NULL), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(fcntl(listener, F_SETFL, 0), 0);
    CHECK_EQ(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience,
                        sizeof(patience)),
             0);
    start = test_seconds();
    CHECK_EQ(accept(listener, NULL, NULL), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK(test_seconds() - start >= 0.05);
    fd = connected(1006);
    CHECK_EQ(readable(listener, 1000), POLLIN);
    close(fd);
    close(listener);
}

TEST(tcp_many_connections_keep_apart)
{
    int listener = bound(SOCK_STREAM, 1007), near[MANY], far[MANY];
    char c;

    for (int i = 0; i < MANY; i++) {
        near[i] = connected(1007);
        CHECK(near[i] >= 0);
    }
    for (int i = 0; i < MANY; i++) {
        far[i] = accept(listener, NULL, NULL);
        CHECK(far[i] >= 0);
    }
    for (int i = MANY - 1; i >= 0; i--) {
        c = (char)i;
        CHECK_EQ(write(near[i], &c, 1), 1);
    }
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(read(far[i], &c, 1), 1);
        CHECK_EQ(c, i); /* accepted in the order of the connects */
        close(near[i]);
        close(far[i]);
    }
    close(listener);
}

TEST(tcp_port_in_use_is_eaddrinuse)
{
    int listener = bound(SOCK_STREAM, 1008);

    CHECK(listener >= 0);
    errno = 0;
    CHECK_EQ(bound(SOCK_STREAM, 1008), -1);
    CHECK_EQ(errno, EADDRINUSE);
    close(listener);
    listener = bound(SOCK_STREAM, 1008);
    CHECK(listener >= 0);
    close(listener);
}

TEST(tcp_peek_and_fionread_leave_the_data)
{
    char buf[8] = "";
    int near, far, n = -1;

    CHECK_EQ(stream_pair(1009, &near, &far), 0);
    CHECK_EQ(write(near, "12345", 5), 5);
    CHECK_EQ(readable(far, 1000), POLLIN);
    CHECK_EQ(ioctl(far, FIONREAD, &n), 0);
    CHECK_EQ(n, 5);
    CHECK_EQ(recv(far, buf, 2, MSG_PEEK), 2);
    CHECK_STR(buf, "12");
    CHECK_EQ(recv(far, buf, sizeof(buf), 0), 5);
    CHECK_STR(buf, "12345");
    CHECK_EQ(recv(far, buf, 1, MSG_DONTWAIT), -1);
    CHECK_EQ(errno, EAGAIN);
    close(near);
    close(far);
}

/* covers: getsockopt setsockopt */
TEST(tcp_options_are_kept)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), value = 1;
    socklen_t length = sizeof(value);

    CHECK_EQ(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, length), 0);
    value = 0;
    CHECK_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
    CHECK(value);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length), 0);
    CHECK_EQ(value, SOCK_STREAM);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, 9999, &value, &length), -1);
    CHECK_EQ(errno, ENOPROTOOPT);
    close(fd);
}

TEST(options_of_the_network_are_kept)
{
    static const struct {
        int level, name, first, second;
    } rows[] = {
        {IPPROTO_IP, IP_TTL, 7, 255},        {IPPROTO_IP, IP_TOS, 0x10, 0},
        {IPPROTO_TCP, TCP_KEEPIDLE, 60, 30}, {IPPROTO_TCP, TCP_KEEPINTVL, 5, 1},
        {IPPROTO_TCP, TCP_KEEPCNT, 3, 9},    {SOL_SOCKET, SO_KEEPALIVE, 1, 0},
        {SOL_SOCKET, SO_REUSEADDR, 1, 0},    {SOL_SOCKET, SO_REUSEPORT, 1, 0},
    };
    static const struct {
        int level, name, value;
    } wrong[] = {
        {IPPROTO_IP, IP_TTL, 0},         {IPPROTO_IP, IP_TTL, 256},
        {IPPROTO_IP, IP_TOS, -1},        {IPPROTO_TCP, TCP_KEEPIDLE, 0},
        {IPPROTO_TCP, TCP_KEEPCNT, 128}, {IPPROTO_TCP, TCP_KEEPINTVL, 99999},
    };
    struct linger linger = {1, 3};
    int fd = socket(AF_INET, SOCK_STREAM, 0), value;
    socklen_t length = sizeof(value);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int wanted[] = {rows[i].first, rows[i].second};

        for (int j = 0; j < 2; j++) {
            CHECK_EQ(setsockopt(fd, rows[i].level, rows[i].name, &wanted[j],
                                sizeof(int)),
                     0);
            CHECK_EQ(
                getsockopt(fd, rows[i].level, rows[i].name, &value, &length),
                0);
            CHECK_EQ(value, wanted[j]);
        }
        CHECK_EQ(setsockopt(fd, rows[i].level, rows[i].name, wanted, 3), -1);
        CHECK_EQ(errno, EINVAL);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_EQ(setsockopt(fd, wrong[i].level, wrong[i].name, &wrong[i].value,
                            sizeof(int)),
                 -1);
        CHECK_EQ(errno, EINVAL);
    }
    CHECK_EQ(getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &value, &length), 0);
    CHECK(value >= 536 && value <= 1460);
    CHECK_EQ(setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &value, length), -1);
    CHECK_EQ(errno, ENOPROTOOPT);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, 999, &value, length), -1);
    CHECK_EQ(errno, ENOPROTOOPT);
    CHECK_EQ(getsockopt(fd, 999, 1, &value, &length), -1);
    CHECK_EQ(errno, ENOPROTOOPT);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &length), 0);
    CHECK_EQ(value, AF_INET);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &length), 0);
    CHECK_EQ(value, IPPROTO_TCP);
    CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    linger.l_linger = 0;
    length = sizeof(linger);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
    CHECK_EQ(linger.l_linger, 3);
    close(fd);
    /* A listening control block has no room for some: they are let pass. */
    fd = bound(SOCK_STREAM, 1031);
    value = 10;
    CHECK_EQ(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, sizeof(value)),
             0);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_TTL, &value, sizeof(value)), 0);
    close(fd);
}

/* covers: recvmsg sendmsg */
TEST(messages_of_pieces_tell_what_was_cut)
{
    struct sockaddr_in addr = loopback(1032), from;
    int to = bound(SOCK_DGRAM, 1032), fd = socket(AF_INET, SOCK_DGRAM, 0);
    char a[3] = "abc", b[4] = "defg", in[5];
    struct iovec out_iov[] = {{a, 3}, {b, 4}},
                 in_iov[] = {{in, 2}, {in + 2, 3}};
    struct msghdr out = {.msg_name = &addr,
                         .msg_namelen = sizeof(addr),
                         .msg_iov = out_iov,
                         .msg_iovlen = 2},
                  msg = {.msg_name = &from,
                         .msg_namelen = sizeof(from),
                         .msg_iov = in_iov,
                         .msg_iovlen = 2};

    CHECK_EQ(sendmsg(fd, &out, 0), 7);
    CHECK_EQ(recvmsg(to, &msg, MSG_PEEK | MSG_TRUNC), 7);
    CHECK_EQ(recvmsg(to, &msg, 0), 5);
    CHECK_EQ(msg.msg_flags, MSG_TRUNC);
    CHECK_EQ(msg.msg_namelen, sizeof(from));
    CHECK_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK(!memcmp(in, "abcde", 5));
    CHECK_EQ(recvmsg(to, &msg, MSG_DONTWAIT), -1);
    CHECK_EQ(errno, EAGAIN);
    out.msg_iovlen = 1;
    CHECK_EQ(sendmsg(fd, &out, 0), 3);
    CHECK_EQ(recvmsg(to, &msg, 0), 3);
    CHECK_EQ(msg.msg_flags, 0);
    CHECK_EQ(sendmsg(fd, &out, MSG_OOB), -1);
    CHECK_EQ(errno, EOPNOTSUPP);
    close(fd);
    close(to);
}

/* covers: select */
TEST(select_tells_reading_from_writing)
{
    struct timeval none = {0, 0}, second = {1, 0};
    fd_set in, out;
    int near, far;

    CHECK_EQ(stream_pair(1010, &near, &far), 0);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(far, &in);
    FD_SET(near, &out);
    CHECK_EQ(select(64, &in, &out, NULL, &none), 1);
    CHECK(FD_ISSET(near, &out) && !FD_ISSET(far, &in));
    write(near, "x", 1);
    FD_SET(far, &in);
    CHECK_EQ(select(64, &in, NULL, NULL, &second), 1);
    CHECK(FD_ISSET(far, &in));
    close(near);
    close(far);
}

/* covers: recvfrom sendto */
TEST(udp_datagrams_keep_their_bounds)
{
    struct sockaddr_in from, to = loopback(2001);
    socklen_t length = sizeof(from);
    int near = bound(SOCK_DGRAM, 2002), far = bound(SOCK_DGRAM, 2001);
    char buf[16];

    CHECK(near >= 0 && far >= 0);
    CHECK_EQ(sendto(near, "one", 3, 0, ADDR(to)), 3);
    CHECK_EQ(sendto(near, "", 0, 0, ADDR(to)), 0);
    CHECK_EQ(sendto(near, "three", 5, 0, ADDR(to)), 5);
    CHECK_EQ(
        recvfrom(far, buf, sizeof(buf), 0, (struct sockaddr *)&from, &length),
        3);
    CHECK_EQ(from.sin_port, htons(2002));
    CHECK_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(recv(far, buf, sizeof(buf), 0), 0);
    CHECK_EQ(recv(far, buf, 2, 0), 2); /* cut, and the rest is gone */
    CHECK_EQ(memcmp(buf, "th", 2), 0);
    CHECK_EQ(recv(far, buf, sizeof(buf), MSG_DONTWAIT), -1);
    CHECK_EQ(errno, EAGAIN);
    close(near);
    close(far);
}

TEST(udp_connected_hears_its_peer_only)
{
    struct sockaddr_in peer = loopback(2004), own = loopback(2003);
    int near = bound(SOCK_DGRAM, 2003), far = bound(SOCK_DGRAM, 2004);
    int other = bound(SOCK_DGRAM, 2005);
    char buf[16];

    CHECK_EQ(connect(near, ADDR(peer)), 0);
    CHECK_EQ(sendto(other, "other", 5, 0, ADDR(own)), 5);
    CHECK_EQ(sendto(far, "far", 3, 0, ADDR(own)), 3);
    CHECK_EQ(recv(near, buf, sizeof(buf), 0), 3);
    CHECK_EQ(memcmp(buf, "far", 3), 0);
    CHECK_EQ(send(near, "back", 4, 0), 4);
    CHECK_EQ(recv(far, buf, sizeof(buf), 0), 4);
    close(near);
    close(far);
    close(other);
}

TEST(udp_too_long_is_emsgsize)
{
    struct sockaddr_in to = loopback(2001);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    char *big = calloc(1, 70000);

    CHECK_EQ(sendto(fd, big, 70000, 0, ADDR(to)), -1);
    CHECK_EQ(errno, EMSGSIZE);
    free(big);
    close(fd);
}

/* covers: accept bind connect recv send socket */
TEST(sockets_misused_say_so)
{
    struct sockaddr_in addr = loopback(1011);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char c;

    CHECK_EQ(socket(AF_INET6, SOCK_STREAM, 0), -1);
    CHECK_EQ(errno, EAFNOSUPPORT);
    CHECK_EQ(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), -1);
    CHECK_EQ(errno, EPROTONOSUPPORT);
    CHECK_EQ(send(fd, "x", 1, MSG_NOSIGNAL), -1);
    CHECK(errno == ENOTCONN || errno == EPIPE);
    CHECK_EQ(recv(fd, &c, 1, 0), -1);
    CHECK_EQ(errno, ENOTCONN);
    CHECK_EQ(accept(fd, NULL, NULL), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(bind(1, ADDR(addr)), -1);
    CHECK_EQ(errno, ENOTSOCK);
    CHECK_EQ(bind(99, ADDR(addr)), -1);
    CHECK_EQ(errno, EBADF);
    addr.sin_family = 77;
    CHECK_EQ(connect(fd, ADDR(addr)), -1);
    CHECK_EQ(errno, EAFNOSUPPORT);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), -1);
    CHECK_EQ(errno, ESPIPE);
    close(fd);
    CHECK_EQ(poll(&p, 1, 0), 1);
    CHECK_EQ(p.revents, POLLNVAL);
}

/* covers: freeaddrinfo getaddrinfo */
TEST(getaddrinfo_resolves_literals_and_own_names)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM},
                    *list = NULL;
    struct sockaddr_in *in;
    char text[INET_ADDRSTRLEN];

    CHECK_EQ(getaddrinfo("192.168.7.9", "8080", &hints, &list), 0);
    CHECK(list && !list->ai_next);
    in = (struct sockaddr_in *)list->ai_addr;
    CHECK_EQ(in->sin_port, htons(8080));
    CHECK_STR(inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)),
              "192.168.7.9");
    CHECK_EQ(list->ai_socktype, SOCK_STREAM);
    freeaddrinfo(list);
    CHECK_EQ(getaddrinfo("localhost", "80", &hints, &list), 0);
    in = (struct sockaddr_in *)list->ai_addr;
    CHECK_EQ(in->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    freeaddrinfo(list);
    hints.ai_flags = AI_NUMERICHOST;
    CHECK_EQ(getaddrinfo("pith.example", "80", &hints, &list), EAI_NONAME);
    hints.ai_flags = AI_PASSIVE;
    CHECK_EQ(getaddrinfo(NULL, "80", &hints, &list), 0);
    in = (struct sockaddr_in *)list->ai_addr;
    CHECK_EQ(in->sin_addr.s_addr, htonl(INADDR_ANY));
    freeaddrinfo(list);
}

/* covers: gai_strerror getaddrinfo getnameinfo */
TEST(getaddrinfo_and_getnameinfo_name_their_errors)
{
    struct addrinfo hints = {.ai_family = 77}, *list = NULL;
    struct sockaddr_in in = loopback(80);
    char host[40], service[10];
    int err;

    CHECK_EQ(getaddrinfo("1.2.3.4", "80", &hints, &list), EAI_FAMILY);
    hints = (struct addrinfo){.ai_family = AF_INET, .ai_socktype = 99};
    CHECK_EQ(getaddrinfo("1.2.3.4", "80", &hints, &list), EAI_SOCKTYPE);
    hints = (struct addrinfo){.ai_flags = 0x4000};
    CHECK_EQ(getaddrinfo("1.2.3.4", "80", &hints, &list), EAI_BADFLAGS);
    CHECK_EQ(getaddrinfo(NULL, NULL, NULL, &list), EAI_NONAME);
    CHECK_EQ(getaddrinfo("1.2.3.4", "no number", NULL, &list), EAI_SERVICE);
    err = getnameinfo((struct sockaddr *)&in, sizeof(in), host, sizeof(host),
                      service, sizeof(service),
                      NI_NUMERICHOST | NI_NUMERICSERV);
    CHECK_EQ(err, 0);
    CHECK_STR(host, "127.0.0.1");
    CHECK_STR(service, "80");
    err = getnameinfo((struct sockaddr *)&in, sizeof(in), host, 4, NULL, 0,
                      NI_NUMERICHOST);
    CHECK_EQ(err, EAI_OVERFLOW);
    CHECK_EQ(
        getnameinfo((struct sockaddr *)&in, 4, host, sizeof(host), NULL, 0, 0),
        EAI_FAMILY);
    CHECK(strlen(gai_strerror(EAI_NONAME)) > 3);
    CHECK(strcmp(gai_strerror(EAI_NONAME), gai_strerror(EAI_FAMILY)));
    CHECK(gai_strerror(12345));
}

/* What a server does for days must not use up memory or descriptors. */
TEST(sockets_closed_give_everything_back)
{
    int first = socket(AF_INET, SOCK_DGRAM, 0), last, near, far;

    close(first);
    for (int i = 0; i < 300; i++) {
        CHECK_EQ(stream_pair(1012, &near, &far), 0);
        CHECK_EQ(write(near, "hello", 5), 5);
        close(near);
        close(far);
    }
    last = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQ(last, first);
    close(last);
}

int main(void)
{
    return test_run_all();
}
