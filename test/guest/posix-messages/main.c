/* SPDX-License-Identifier: BSD-2-Clause */
/* What posix/ adds to sockets: messages of several pieces, timeouts, texts of
 * addresses, interfaces. Over loopback. */
/* cc: --checks */

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static struct sockaddr_in addr;

/* Two UDP sockets, *b at addr and *a connected to it. */
static bool make_pair(int *a, int *b)
{
    static uint16_t port = 2000;

    addr.sin_family = AF_INET;
    addr.sin_port = htons(port++);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *a = socket(AF_INET, SOCK_DGRAM, 0);
    *b = socket(AF_INET, SOCK_DGRAM, 0);
    return *a >= 0 && *b >= 0 &&
           !bind(*b, (struct sockaddr *)&addr, sizeof(addr)) &&
           !connect(*a, (struct sockaddr *)&addr, sizeof(addr));
}

/* covers: recvmsg sendmsg */
TEST(message_of_pieces_is_one_datagram)
{
    struct iovec out[] = {{"ab", 2}, {"cde", 3}};
    char first[3] = "", rest[8] = "";
    struct iovec in[] = {{first, 2}, {rest, 7}};
    struct sockaddr_in from;
    struct msghdr msg = {.msg_iov = out, .msg_iovlen = 2};
    int a, b;

    CHECK(make_pair(&a, &b));
    CHECK_EQ(sendmsg(a, &msg, 0), 5);
    CHECK_EQ(writev(a, out, 2), 5);
    msg = (struct msghdr){.msg_name = &from,
                          .msg_namelen = sizeof(from),
                          .msg_iov = in,
                          .msg_iovlen = 2};
    CHECK_EQ(recvmsg(b, &msg, 0), 5);
    CHECK_STR(first, "ab");
    CHECK_STR(rest, "cde");
    CHECK_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    memset(rest, 0, sizeof(rest));
    CHECK_EQ(readv(b, in, 2), 5);
    CHECK_STR(rest, "cde");
    msg.msg_controllen = 1; /* too short for a message: none */
    CHECK_EQ(sendmsg(a, &msg, 0), 9);
    close(a);
    close(b);
}

TEST(receive_timeout_ends_the_wait)
{
    struct timeval tv = {0, 20000}, got = {0, 0};
    socklen_t length = sizeof(got);
    struct stat st;
    double start;
    char c;
    int a, b;

    CHECK(make_pair(&a, &b));
    CHECK_EQ(setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
    CHECK_EQ(getsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &got, &length), 0);
    CHECK_EQ(got.tv_usec, 20000);
    start = test_seconds();
    CHECK_EQ(read(b, &c, 1), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK(test_seconds() - start >= 0.020 && test_seconds() - start < 1);
    CHECK_EQ(fstat(b, &st), 0);
    CHECK(S_ISSOCK(st.st_mode));
    CHECK_EQ(lseek(b, 0, SEEK_SET), -1);
    CHECK_EQ(errno, ESPIPE);
    close(a);
    close(b);
}

/* covers: gai_strerror getnameinfo */
TEST(addresses_become_text)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    char host[64], service[16];

    CHECK_EQ(getaddrinfo("192.0.2.7", "80", &hints, &list), 0);
    CHECK(!list->ai_next);
    CHECK_EQ(getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof(host),
                         service, sizeof(service), 0),
             0);
    CHECK_STR(host, "192.0.2.7");
    CHECK_STR(service, "80");
    CHECK_EQ(getnameinfo(list->ai_addr, list->ai_addrlen, host, 4, NULL, 0, 0),
             EAI_OVERFLOW);
    freeaddrinfo(list);
    CHECK_EQ(getaddrinfo(NULL, "http", &hints, &list), EAI_SERVICE);
    hints.ai_family = AF_INET6;
    CHECK_EQ(getaddrinfo("::1", "80", &hints, &list), EAI_FAMILY);
    CHECK_STR(gai_strerror(EAI_FAMILY), "Address family not supported");
}

TEST(no_vif_is_no_interface)
{
    struct ifaddrs *list = (void *)1;

    CHECK_EQ(getifaddrs(&list), 0);
    CHECK(!list);
    CHECK_EQ(if_nametoindex("net0"), 0);
    CHECK_EQ(errno, ENXIO);
}

int main(void)
{
    return test_run_all();
}
