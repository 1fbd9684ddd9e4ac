/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets inside the guest: how they begin, meet and end. A connection is two
 * that have each other as peers; the one that the listener hands out is made by
 * connect(). Spec: POSIX.1-2017; unix(7) of Linux's manual.
 */

#include "unixsock.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

struct mutex unix_lock = MUTEX_INIT(unix_lock);

static struct unix_socket *unix_of_file(struct file *f)
{
    return container_of(f, struct unix_socket, s.file);
}

void unix_follow(struct unix_socket *u, struct unix_socket *peer)
{
    u->peer = peer;
    list_push_back(&peer->followers, &u->follow.link);
}

static void unfollow(struct unix_socket *u)
{
    list_remove(&u->follow.link);
    u->peer = NULL;
}

void unix_wake_followers(struct unix_socket *u)
{
    struct unix_follower *f;

    list_for_each (f, &u->followers, link)
        wake_if_any(f->waitq);
}

int unix_wait_for(struct unix_socket *u, struct unix_socket *other,
                  uint64_t deadline_ns)
{
    struct unix_follower f = {.waitq = &u->waitq};
    int rc;

    list_push_back(&other->followers, &f.link);
    rc = wait_on(&u->waitq, &unix_lock, deadline_ns);
    list_remove(&f.link); /* links itself if other is gone */
    return rc;
}

int unix_take_error(struct unix_socket *u)
{
    int error = u->error;

    u->error = 0;
    return -error;
}

/* --- the open file --- */

static long unix_file_read(struct file *f, void *buf, size_t size,
                           uint64_t offset, bool nonblock)
{
    struct socket *s = &unix_of_file(f)->s;
    struct socket_message m = {.buf = buf, .size = size};
    long rc;

    m.deadline_ns = socket_deadline(s, nonblock, s->receive_timeout_ns);
    rc = unix_receive(s, &m);
    rights_free(m.rights);
    return socket_timed(rc);
}

static long unix_file_write(struct file *f, const void *buf, size_t size,
                            uint64_t offset, bool nonblock)
{
    struct socket *s = &unix_of_file(f)->s;
    struct socket_message m = {.buf = (void *)(uintptr_t)buf, .size = size};

    m.deadline_ns = socket_deadline(s, nonblock, s->send_timeout_ns);
    return socket_written(unix_send(s, &m));
}

static int unix_file_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_SOCKET, .mode = 0777, .block_bytes = 4096};
    return 0;
}

static unsigned unix_file_poll(struct file *f, struct waiter *w)
{
    struct unix_socket *u = unix_of_file(f);
    unsigned ready;

    mutex_lock(&unix_lock);
    if (w)
        waitq_prepare(&u->waitq, w);
    ready = unix_ready(u);
    mutex_unlock(&unix_lock);
    return ready;
}

static size_t unix_file_readable_bytes(struct file *f)
{
    struct unix_socket *u = unix_of_file(f);
    struct unix_packet *p;
    size_t bytes = 0;

    mutex_lock(&unix_lock);
    list_for_each (p, &u->packets, link) {
        bytes += p->size - p->offset;
        if (u->s.type != SOCK_STREAM)
            break;
    }
    mutex_unlock(&unix_lock);
    return bytes;
}

/* Tells all that knew u. */
static void leave_locked(struct unix_socket *u)
{
    struct list *link;

    list_remove(&u->name.link);
    while ((link = list_pop_front(&u->followers))) {
        struct unix_follower *f = list_entry(link, struct unix_follower, link);

        if (f->owner) {
            f->owner->peer = NULL;
            if (u->s.type == SOCK_DGRAM)
                f->owner->error = XEN_ECONNREFUSED;
            else if (!list_empty(&u->packets)) /* not read by anybody */
                f->owner->error = XEN_ECONNRESET;
        }
        wake_if_any(f->waitq);
    }
    if (u->peer)
        unfollow(u);
}

static void unix_file_release(struct file *f)
{
    struct unix_socket *u = unix_of_file(f);
    struct list *link;

    mutex_lock(&unix_lock);
    leave_locked(u);
    mutex_unlock(&unix_lock);
    /* Nobody finds it any more; what it held may be a socket, too. */
    while ((link = list_pop_front(&u->pending)))
        file_put(&list_entry(link, struct unix_socket, pending_link)->s.file);
    while ((link = list_pop_front(&u->packets)))
        unix_packet_free(list_entry(link, struct unix_packet, link));
    heap_free(u);
}

static const struct file_ops unix_file_ops = {
    .read = unix_file_read,
    .write = unix_file_write,
    .stat = unix_file_stat,
    .poll = unix_file_poll,
    .readable_bytes = unix_file_readable_bytes,
    .release = unix_file_release,
};

/* --- the operations --- */

static int unix_bind(struct socket *s, const struct sockaddr *addr,
                     socklen_t length)
{
    int rc;

    if (!unix_name_bind)
        return -XEN_EAFNOSUPPORT;
    mutex_lock(&unix_lock);
    rc = unix_name_bind(unix_of(s), addr, length);
    mutex_unlock(&unix_lock);
    return rc;
}

static int unix_listen(struct socket *s, int backlog)
{
    struct unix_socket *u = unix_of(s);
    int rc = 0;

    mutex_lock(&unix_lock);
    if (s->type == SOCK_DGRAM)
        rc = -XEN_EOPNOTSUPP;
    else if (u->state == UNIX_CONNECTED)
        rc = -XEN_EINVAL;
    else if (!u->name.length)
        rc = -XEN_EDESTADDRREQ;
    if (!rc) {
        u->state = UNIX_LISTENING;
        u->backlog = backlog < 1 ? 1 : (unsigned)MIN(backlog, SOMAXCONN);
    }
    mutex_unlock(&unix_lock);
    return rc;
}

static int unix_accept(struct socket *s, uint64_t deadline_ns,
                       struct socket **out)
{
    struct unix_socket *u = unix_of(s);
    int rc = 0;

    if (s->type == SOCK_DGRAM)
        return -XEN_EOPNOTSUPP;
    mutex_lock(&unix_lock);
    if (u->state != UNIX_LISTENING || u->no_read)
        rc = -XEN_EINVAL;
    while (!rc && list_empty(&u->pending))
        rc = u->no_read ? -XEN_EINVAL
                        : wait_on(&u->waitq, &unix_lock, deadline_ns);
    if (!rc) {
        *out = &list_entry(list_pop_front(&u->pending), struct unix_socket,
                           pending_link)
                    ->s;
        u->pending_count--;
        unix_wake_followers(u);
    }
    mutex_unlock(&unix_lock);
    return rc;
}

/* Makes u's peer and gives it to the listener. */
static int meet(struct unix_socket *u, struct unix_socket *listener)
{
    struct unix_socket *far = unix_new(u->s.type);

    if (!far)
        return -XEN_ENOMEM;
    far->name.length = listener->name.length;
    far->name.addr = listener->name.addr;
    far->state = u->state = UNIX_CONNECTED;
    unix_follow(u, far);
    unix_follow(far, u);
    list_push_back(&listener->pending, &far->pending_link);
    listener->pending_count++;
    wake_if_any(&listener->waitq);
    return 0;
}

static int connect_stream(struct unix_socket *u, const struct sockaddr *addr,
                          socklen_t length, uint64_t deadline_ns)
{
    struct unix_socket *to;
    int rc;

    for (;;) {
        if (u->state != UNIX_IDLE)
            return u->state == UNIX_CONNECTED ? -XEN_EISCONN : -XEN_EINVAL;
        rc = unix_find(addr, length, &to);
        if (rc)
            return rc;
        if (to->s.type != u->s.type)
            return -XEN_EPROTOTYPE;
        if (to->state != UNIX_LISTENING || to->no_read)
            return -XEN_ECONNREFUSED;
        if (to->pending_count < to->backlog)
            return meet(u, to);
        rc = unix_wait_for(u, to, deadline_ns);
        if (rc)
            return (int)socket_timed(rc);
    }
}

static int connect_datagram(struct unix_socket *u, const struct sockaddr *addr,
                            socklen_t length)
{
    bool none = addr && length >= sizeof(addr->sa_family) &&
                addr->sa_family == AF_UNSPEC;
    struct unix_socket *to = NULL;
    int rc = none ? 0 : unix_find(addr, length, &to);

    if (rc)
        return rc;
    if (to && to->s.type != u->s.type)
        return -XEN_EPROTOTYPE;
    if (u->peer)
        unfollow(u);
    u->error = 0;
    if (to)
        unix_follow(u, to);
    return 0;
}

static int unix_connect(struct socket *s, const struct sockaddr *addr,
                        socklen_t length, uint64_t deadline_ns)
{
    struct unix_socket *u = unix_of(s);
    int rc;

    mutex_lock(&unix_lock);
    rc = s->type == SOCK_DGRAM ? connect_datagram(u, addr, length)
                               : connect_stream(u, addr, length, deadline_ns);
    mutex_unlock(&unix_lock);
    return rc;
}

static int unix_shutdown(struct socket *s, int how)
{
    struct unix_socket *u = unix_of(s);
    int rc = 0;

    mutex_lock(&unix_lock);
    if (u->state == UNIX_IDLE && !u->peer)
        rc = -XEN_ENOTCONN;
    if (!rc) {
        u->no_read |= how != SHUT_WR;
        u->no_write |= how != SHUT_RD;
        wake_if_any(&u->waitq);
        unix_wake_followers(u);
    }
    mutex_unlock(&unix_lock);
    return rc;
}

static int unix_name_of(struct socket *s, bool peer,
                        struct sockaddr_storage *out, socklen_t *length)
{
    struct unix_socket *u = unix_of(s), *of;
    int rc = 0;

    mutex_lock(&unix_lock);
    of = peer ? u->peer : u;
    if (!of) {
        rc = -XEN_ENOTCONN;
    } else {
        out->ss_family = AF_UNIX;
        *length = MAX(of->name.length, sizeof(out->ss_family));
        if (of->name.length)
            memcpy(out, &of->name.addr, of->name.length);
    }
    mutex_unlock(&unix_lock);
    return rc;
}

static const struct socket_ops unix_ops = {
    .bind = unix_bind,
    .listen = unix_listen,
    .accept = unix_accept,
    .connect = unix_connect,
    .shutdown = unix_shutdown,
    .send = unix_send,
    .receive = unix_receive,
    .name = unix_name_of,
    .set_option = unix_set_option,
    .get_option = unix_get_option,
};

struct unix_socket *unix_new(int type)
{
    struct unix_socket *u = heap_zalloc(sizeof(*u));

    if (!u)
        return NULL;
    socket_init(&u->s, &unix_file_ops, &unix_ops, AF_UNIX, type);
    list_init(&u->follow.link);
    u->follow.owner = u;
    u->follow.waitq = &u->waitq;
    list_init(&u->followers);
    list_init(&u->packets);
    list_init(&u->pending);
    list_init(&u->pending_link);
    list_init(&u->name.link);
    waitq_init(&u->waitq);
    u->limit = UNIX_LIMIT;
    return u;
}
