/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: poll, accept, let each ready connection go on, drop the late. */

#include "httpd.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Slot 0 of fds is the listening socket; conns[i] belongs to fds[i]. */
struct server {
    int listener;
    unsigned count, max;
    struct pollfd *fds;
    struct conn **conns;
};

uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int listen_on(unsigned port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 128) ||
        fcntl(fd, F_SETFL, O_NONBLOCK)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void drop(struct server *s, unsigned i)
{
    conn_close(s->conns[i]);
    s->count--;
    s->conns[i] = s->conns[s->count];
    s->fds[i] = s->fds[s->count];
}

static void accept_all(struct server *s, uint64_t now)
{
    while (s->count < s->max) {
        int fd = accept(s->listener, NULL, NULL), one = 1;
        struct conn *conn;

        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        conn = conn_open(fd, now);
        if (!conn) {
            close(fd);
            return;
        }
        s->conns[s->count] = conn;
        s->fds[s->count] = (struct pollfd){.fd = fd, .events = POLLIN};
        s->count++;
    }
}

/* Milliseconds until the first deadline, -1 when there is no connection. */
static int poll_timeout(const struct server *s, uint64_t now)
{
    uint64_t first = UINT64_MAX;

    for (unsigned i = 1; i < s->count; i++)
        if (s->conns[i]->deadline_ms < first)
            first = s->conns[i]->deadline_ms;
    if (first == UINT64_MAX)
        return -1;
    return first > now ? (int)(first - now) : 0;
}

static void serve_once(struct server *s)
{
    uint64_t now;

    /* With every slot taken new clients wait in the backlog. */
    s->fds[0].events = s->count < s->max ? POLLIN : 0;
    poll(s->fds, s->count, poll_timeout(s, now_ms()));
    now = now_ms();
    for (unsigned i = s->count; i-- > 1;) {
        if (!s->fds[i].revents && now < s->conns[i]->deadline_ms)
            continue;
        if (conn_advance(s->conns[i], s->fds[i].revents, now))
            s->fds[i].events = conn_events(s->conns[i]);
        else
            drop(s, i);
    }
    if (s->fds[0].revents & POLLIN)
        accept_all(s, now);
}

int server_run(unsigned port, unsigned max_conns)
{
    struct server s = {.count = 1, .max = max_conns + 1};

    s.fds = calloc(s.max, sizeof(s.fds[0]));
    s.conns = calloc(s.max, sizeof(s.conns[0]));
    s.listener = listen_on(port);
    if (!s.fds || !s.conns || s.listener < 0) {
        fprintf(stderr, "httpd: cannot listen on port %u: %s\n", port,
                strerror(errno));
        return 1;
    }
    s.fds[0] = (struct pollfd){.fd = s.listener, .events = POLLIN};
    printf("httpd: serving %s/ on port %u\n", server_root, port);
    fflush(stdout);
    for (;;)
        serve_once(&s);
}
