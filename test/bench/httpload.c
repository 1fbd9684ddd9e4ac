/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * httpload ADDRESS PORT PATH CONNECTIONS REQUESTS
 *
 * A closed load for the benchmarks: CONNECTIONS keep-alive connections, one
 * request under way on each, REQUESTS in all. Every answer must be a 200 of
 * the same length. Prints the requests and the bytes of bodies.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct conn {
    int fd;
    size_t got;   /* bytes of the current answer */
    size_t total; /* headers and body; 0: headers not complete */
    char head[1024];
};

static char request[512];
static size_t request_length;
static long left, done, body_bytes;

static void die(const char *what)
{
    fprintf(stderr, "httpload: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_request(struct conn *c)
{
    left--;
    c->got = c->total = 0;
    if (send(c->fd, request, request_length, MSG_NOSIGNAL) !=
        (ssize_t)request_length)
        die("send");
}

/* Finds the end of the headers and the answer's length. */
static void parse_head(struct conn *c)
{
    char *end = strstr(c->head, "\r\n\r\n");
    char *field = strstr(c->head, "Content-Length: ");

    if (!end)
        return;
    if (strncmp(c->head, "HTTP/1.1 200 ", 13) || !field || field > end) {
        fprintf(stderr, "httpload: answer: %.60s\n", c->head);
        exit(1);
    }
    c->total = (size_t)(end + 4 - c->head) + strtoul(field + 16, NULL, 10);
    body_bytes += (long)strtoul(field + 16, NULL, 10);
}

static void receive(struct conn *c)
{
    static char scrap[65536];
    ssize_t n = recv(c->fd, scrap, sizeof(scrap), 0);

    if (n <= 0)
        die("recv");
    if (!c->total && c->got < sizeof(c->head) - 1) {
        size_t room = sizeof(c->head) - 1 - c->got;
        size_t take = (size_t)n < room ? (size_t)n : room;

        memcpy(c->head + c->got, scrap, take);
        c->head[c->got + take] = '\0';
    }
    c->got += (size_t)n;
    if (!c->total)
        parse_head(c);
    if (c->total && c->got >= c->total) {
        done++;
        if (left > 0)
            send_request(c);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    struct epoll_event events[256];
    int count, ep = epoll_create1(0), one = 1;
    struct conn *conns;
    long requests;

    if (argc != 6)
        return 2;
    inet_pton(AF_INET, argv[1], &addr.sin_addr);
    addr.sin_port = htons((uint16_t)atoi(argv[2]));
    request_length = (size_t)snprintf(request, sizeof(request),
                                      "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n",
                                      argv[3]);
    count = atoi(argv[4]);
    left = requests = atol(argv[5]);
    conns = calloc((size_t)count, sizeof(*conns));
    for (int i = 0; i < count; i++) {
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &conns[i]};

        conns[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(conns[i].fd, (struct sockaddr *)&addr, sizeof(addr)))
            die("connect");
        setsockopt(conns[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &ev);
    }
    for (int i = 0; i < count && left > 0; i++)
        send_request(&conns[i]);
    while (done < requests) {
        int n = epoll_wait(ep, events, 256, 20000);

        if (n <= 0)
            die("no answer for 20 s");
        for (int i = 0; i < n; i++)
            receive(events[i].data.ptr);
    }
    printf("httpload: %ld requests, %ld bytes\n", done, body_bytes);
    return 0;
}
