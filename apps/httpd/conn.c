/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection: reads a request, sends the answer, and so on. */

#include "httpd.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct conn *conn_open(int fd, uint64_t now)
{
    struct conn *conn = calloc(1, sizeof(*conn));

    if (!conn)
        return NULL;
    conn->fd = fd;
    conn->file = -1;
    conn->deadline_ms = now + REQUEST_SECONDS * 1000;
    return conn;
}

void conn_close(struct conn *conn)
{
    if (conn->file >= 0)
        close(conn->file);
    close(conn->fd);
    free(conn->out);
    free(conn);
}

short conn_events(const struct conn *conn)
{
    return conn->phase == CONN_SENDING ? POLLOUT : POLLIN;
}

static void begin_sending(struct conn *conn, uint64_t now)
{
    conn->phase = CONN_SENDING;
    conn->deadline_ms = now + SEND_SECONDS * 1000;
}

static bool refuse(struct conn *conn, int status, uint64_t now)
{
    conn->keep_alive = false;
    begin_sending(conn, now);
    return response_error(conn, status, false);
}

/* Drops what has arrived of a request's body. */
static void skip_body(struct conn *conn)
{
    size_t n = conn->body_left < conn->in_length ? (size_t)conn->body_left
                                                 : conn->in_length;

    memmove(conn->in, conn->in + n, conn->in_length - n);
    conn->in_length -= n;
    conn->body_left -= n;
}

/* Answers the request at the start of in, if it is all there. */
static bool take_request(struct conn *conn, uint64_t now)
{
    struct request request;
    size_t length;
    int status;

    skip_body(conn);
    length = request_end(conn->in, conn->in_length);
    if (!length)
        return conn->in_length < REQUEST_MAX || refuse(conn, 431, now);
    status = request_parse(conn->in, length, &request);
    if (status)
        return refuse(conn, status, now);
    memmove(conn->in, conn->in + length, conn->in_length - length);
    conn->in_length -= length;
    conn->body_left = request.body_bytes;
    conn->keep_alive = request.keep_alive;
    begin_sending(conn, now);
    return response_for(conn, &request);
}

static bool receive(struct conn *conn, uint64_t now)
{
    ssize_t got = recv(conn->fd, conn->in + conn->in_length,
                       REQUEST_MAX - conn->in_length, MSG_DONTWAIT);

    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return false;
    if (!conn->started) {
        conn->started = true;
        conn->deadline_ms = now + REQUEST_SECONDS * 1000;
    }
    conn->in_length += (size_t)got;
    return take_request(conn, now);
}

/* After a whole answer: the next request may be in the buffer already. */
static bool finish_answer(struct conn *conn, uint64_t now)
{
    if (conn->file >= 0)
        close(conn->file);
    conn->file = -1;
    if (!conn->keep_alive) {
        /* Let the client read the answer before a reset could overtake it. */
        shutdown(conn->fd, SHUT_WR);
        conn->phase = CONN_DRAINING;
        conn->deadline_ms = now + 2000;
        return true;
    }
    free(conn->out);
    conn->out = NULL;
    conn->phase = CONN_READING;
    conn->started = conn->in_length != 0;
    conn->deadline_ms = now +
                        (conn->started ? REQUEST_SECONDS : IDLE_SECONDS) * 1000;
    return take_request(conn, now);
}

enum step { STEP_ON, STEP_WAIT, STEP_END };

/* Sends what is in out; at its end brings more or finishes the answer. */
static enum step send_step(struct conn *conn, uint64_t now)
{
    ssize_t sent = send(conn->fd, conn->out + conn->out_sent,
                        conn->out_length - conn->out_sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    bool goes_on;

    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? STEP_WAIT : STEP_END;
    conn->out_sent += (size_t)sent;
    conn->deadline_ms = now + SEND_SECONDS * 1000;
    if (conn->out_sent < conn->out_length)
        return STEP_WAIT;
    goes_on = conn->file_left ? response_next_chunk(conn)
                              : finish_answer(conn, now);
    return goes_on ? STEP_ON : STEP_END;
}

/* Reads and drops until the client closes, at most to the deadline. */
static bool drain(struct conn *conn)
{
    char scrap[512];
    ssize_t got = recv(conn->fd, scrap, sizeof(scrap), MSG_DONTWAIT);

    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool conn_advance(struct conn *conn, short revents, uint64_t now)
{
    enum step step = STEP_ON;

    if (revents & (POLLERR | POLLNVAL) || now >= conn->deadline_ms)
        return false;
    if (revents & (POLLIN | POLLHUP)) {
        if (conn->phase == CONN_DRAINING)
            return drain(conn);
        if (conn->phase == CONN_READING && !receive(conn, now))
            return false;
    }
    /* An answer usually fits the socket at once: no second poll. */
    while (conn->phase == CONN_SENDING && step == STEP_ON)
        step = send_step(conn, now);
    return step != STEP_END;
}
