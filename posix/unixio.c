/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes through sockets inside the guest: packets in the receiver's queue.
 * One is taken as long as the queue is not full, so that who is told that he
 * can write can, whatever the size. A stream's reader joins packets, but not
 * behind one that brings descriptors.
 */

#include "unixsock.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

static bool has_connections(const struct unix_socket *u)
{
    return u->s.type != SOCK_DGRAM;
}

static size_t cost(const struct unix_packet *p)
{
    return sizeof(*p) + p->from_length + p->size;
}

void unix_packet_free(struct unix_packet *p)
{
    rights_free(p->rights);
    heap_free(p);
}

/* --- sending --- */

/* Who gets it. */
static int target(struct unix_socket *u, const struct socket_message *m,
                  struct unix_socket **out)
{
    int rc = 0;

    *out = u->peer;
    if (u->no_write)
        return -XEN_EPIPE;
    if (has_connections(u)) {
        if (u->state != UNIX_CONNECTED)
            return -XEN_ENOTCONN;
        if (u->error)
            return unix_take_error(u);
    } else if (m->to) {
        rc = unix_find(m->to, m->to_length, out);
    } else if (!u->peer) {
        rc = u->error ? -XEN_ECONNREFUSED : -XEN_ENOTCONN;
    }
    if (!rc && *out && (*out)->s.type != u->s.type)
        rc = -XEN_EPROTOTYPE;
    if (!rc && (!*out || (*out)->no_read))
        rc = -XEN_EPIPE;
    return rc;
}

/* Puts size bytes at buf into to's queue. 0 or -XEN_ENOBUFS. */
static int deliver(struct unix_socket *u, struct unix_socket *to,
                   const char *buf, size_t size, struct socket_message *m)
{
    socklen_t from = has_connections(u) ? 0 : u->name.length;
    struct unix_packet *p = heap_alloc(sizeof(*p) + from + size);

    if (!p)
        return -XEN_ENOBUFS;
    *p = (struct unix_packet){.size = size, .from_length = from};
    memcpy(p->bytes, &u->name.addr, from);
    memcpy(p->bytes + from, buf, size);
    p->rights = m->rights;
    m->rights = NULL;
    list_push_back(&to->packets, &p->link);
    to->queued += cost(p);
    wake_if_any(&to->waitq);
    return 0;
}

static long send_locked(struct unix_socket *u, struct socket_message *m)
{
    bool stream = u->s.type == SOCK_STREAM;
    size_t done = 0, part;
    struct unix_socket *to;
    int rc;

    do {
        rc = target(u, m, &to);
        if (rc)
            break;
        if (!stream && m->size > to->limit) {
            rc = -XEN_EMSGSIZE;
            break;
        }
        if (unix_full(to)) {
            rc = unix_wait_for(u, to, m->deadline_ns);
            if (rc)
                break;
            continue; /* it may be another one now, or none */
        }
        part = m->size - done;
        if (stream)
            part = MIN(part, to->limit - to->queued);
        if (part || !stream)
            rc = deliver(u, to, (const char *)m->buf + done, part, m);
        if (rc)
            break;
        done += part;
        if (!stream)
            break;
    } while (done < m->size);
    return done || !rc ? (long)done : rc;
}

long unix_send(struct socket *s, struct socket_message *m)
{
    long rc;

    mutex_lock(&unix_lock);
    rc = send_locked(unix_of(s), m);
    mutex_unlock(&unix_lock);
    return rc;
}

/* --- receiving --- */

static bool peer_ended(const struct unix_socket *u)
{
    return has_connections(u) && u->state == UNIX_CONNECTED &&
           (!u->peer || u->peer->no_write);
}

/* 0 if there is a packet, 1 at the end, or an error. */
static int await_packet(struct unix_socket *u, uint64_t deadline_ns)
{
    int rc = 0;

    if (has_connections(u) && u->state != UNIX_CONNECTED)
        return -XEN_ENOTCONN;
    while (list_empty(&u->packets)) {
        if (u->error && has_connections(u))
            return unix_take_error(u);
        if (u->no_read || peer_ended(u))
            return 1;
        rc = wait_on(&u->waitq, &unix_lock, deadline_ns);
        if (rc)
            return rc;
    }
    return 0;
}

static struct unix_packet *first_packet(struct unix_socket *u)
{
    return list_entry(u->packets.next, struct unix_packet, link);
}

/* Takes the first packet, whose rights are the message's now. */
static void drop_first(struct unix_socket *u)
{
    struct unix_packet *p = first_packet(u);

    list_remove(&p->link);
    u->queued -= cost(p);
    heap_free(p);
}

static size_t read_stream(struct unix_socket *u, struct socket_message *m)
{
    bool peek = m->flags & MSG_PEEK;
    struct unix_packet *p, *next;
    size_t done = 0;

    list_for_each_safe (p, next, &u->packets, link) {
        size_t part = MIN(m->size - done, p->size - p->offset);
        bool special = p->rights;

        if (done == m->size || (special && done))
            break;
        memcpy((char *)m->buf + done, p->bytes + p->from_length + p->offset,
               part);
        done += part;
        if (peek)
            continue;
        p->offset += part;
        if (special) {
            m->rights = p->rights;
            p->rights = NULL;
        }
        if (p->offset == p->size)
            drop_first(u);
        if (special)
            break;
    }
    return done;
}

static size_t read_packet(struct unix_socket *u, struct socket_message *m)
{
    struct unix_packet *p = first_packet(u);
    size_t size = MIN(m->size, p->size);

    memcpy(m->buf, p->bytes + p->from_length, size);
    memcpy(&m->from, p->bytes, p->from_length);
    m->from_length = p->from_length;
    m->full_size = p->size;
    m->end_of_record = u->s.type == SOCK_SEQPACKET;
    if (!(m->flags & MSG_PEEK)) {
        m->rights = p->rights;
        drop_first(u);
    }
    return size;
}

long unix_receive(struct socket *s, struct socket_message *m)
{
    struct unix_socket *u = unix_of(s);
    bool stream = s->type == SOCK_STREAM;
    long rc;

    if (stream && !m->size)
        return 0;
    mutex_lock(&unix_lock);
    rc = await_packet(u, m->deadline_ns);
    if (!rc) {
        rc = (long)(stream ? read_stream(u, m) : read_packet(u, m));
        if (!(m->flags & MSG_PEEK))
            unix_wake_followers(u);
    } else if (rc > 0) {
        rc = 0;
    }
    mutex_unlock(&unix_lock);
    return rc;
}

unsigned unix_ready(const struct unix_socket *u)
{
    bool connections = has_connections(u);
    unsigned ready = u->error ? FILE_ERROR : 0;

    if (u->state == UNIX_LISTENING)
        return ready | (list_empty(&u->pending) ? 0 : FILE_READABLE);
    if (!list_empty(&u->packets) || u->no_read || peer_ended(u) || u->error)
        ready |= FILE_READABLE;
    if (u->no_read || peer_ended(u))
        ready |= FILE_READ_END;
    /* Who has no peer learns that at once. */
    if (!u->peer || !unix_full(u->peer))
        ready |= FILE_WRITABLE;
    if (connections && (!u->peer || (u->no_read && u->no_write)))
        ready |= FILE_HANGUP;
    return ready;
}
