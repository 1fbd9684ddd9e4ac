/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of sockets inside the guest: a path, which is a place of the file
 * system whose inode's number says whose it is, or bytes behind a first zero,
 * which are this file's alone. A name is gone when its socket is; the place
 * stays until it is unlinked.
 */

#include "unixsock.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/vfs.h>
#include <stdio.h>
#include <string.h>

#define FAMILY_BYTES offsetof(struct sockaddr_un, sun_path)

static struct list names = LIST_INIT(names); /* unix_lock */

/* Checks addr and copies it to *out. The bytes of its name, or -XEN_E*. */
static int parse(const struct sockaddr *addr, socklen_t length,
                 struct sockaddr_un *out)
{
    memset(out, 0, sizeof(*out));
    if (!addr || length < FAMILY_BYTES || length > sizeof(*out))
        return -XEN_EINVAL;
    memcpy(out, addr, length);
    if (out->sun_family != AF_UNIX)
        return -XEN_EINVAL;
    return (int)(length - FAMILY_BYTES);
}

/* The place of a path; the path need not end in a zero. */
static int find_place(const struct sockaddr_un *addr, char full[VFS_PATH_MAX],
                      struct file_stat *out)
{
    char path[sizeof(addr->sun_path) + 1] = {0};
    int rc;

    memcpy(path, addr->sun_path, sizeof(addr->sun_path));
    rc = path_absolute(path, full, VFS_PATH_MAX);
    return rc ? rc : vfs_stat(full, out);
}

static struct unix_socket *find_abstract(const struct sockaddr_un *addr,
                                         socklen_t length)
{
    struct unix_socket *u;

    list_for_each (u, &names, name.link)
        if (!u->name.inode && u->name.length == length &&
            !memcmp(&u->name.addr, addr, length))
            return u;
    return NULL;
}

static struct unix_socket *find_inode(uint64_t inode)
{
    struct unix_socket *u;

    list_for_each (u, &names, name.link)
        if (u->name.inode == inode)
            return u;
    return NULL;
}

int unix_name_find(const struct sockaddr *addr, socklen_t length,
                   struct unix_socket **out)
{
    char full[VFS_PATH_MAX];
    struct sockaddr_un un;
    struct file_stat st;
    int rc = parse(addr, length, &un);

    if (rc < 0)
        return rc;
    if (!rc)
        return -XEN_EINVAL;
    if (un.sun_path[0]) {
        rc = find_place(&un, full, &st);
        if (rc)
            return rc;
        *out = st.type == FILE_SOCKET ? find_inode(st.inode) : NULL;
    } else {
        *out = find_abstract(&un, length);
    }
    return *out ? 0 : -XEN_ECONNREFUSED;
}

/* A name that nobody has: bind to no name at all. */
static socklen_t make_name(struct sockaddr_un *addr)
{
    static uint32_t last;
    socklen_t length = FAMILY_BYTES + 6;

    addr->sun_path[0] = '\0';
    do {
        snprintf(addr->sun_path + 1, 6, "%05x", ++last & 0xfffff);
    } while (find_abstract(addr, length));
    return length;
}

static int make_place(const struct sockaddr_un *addr, uint64_t *inode)
{
    char full[VFS_PATH_MAX];
    struct file_stat st;
    int rc = find_place(addr, full, &st);

    if (rc != -XEN_ENOENT)
        return rc ? rc : -XEN_EADDRINUSE;
    rc = vfs_mknod(full, FILE_SOCKET, umask_apply(0777));
    if (!rc)
        rc = vfs_stat(full, &st);
    *inode = st.inode;
    return rc == -XEN_EEXIST ? -XEN_EADDRINUSE : rc;
}

int unix_name_bind(struct unix_socket *u, const struct sockaddr *addr,
                   socklen_t length)
{
    struct sockaddr_un un;
    uint64_t inode = 0;
    int rc = parse(addr, length, &un);

    if (rc < 0)
        return rc;
    if (u->name.length)
        return -XEN_EINVAL;
    if (!rc)
        length = make_name(&un);
    else if (!un.sun_path[0] && find_abstract(&un, length))
        return -XEN_EADDRINUSE;
    rc = un.sun_path[0] ? make_place(&un, &inode) : 0;
    if (rc)
        return rc;
    u->name.addr = un;
    u->name.length = length;
    u->name.inode = inode;
    list_push_back(&names, &u->name.link);
    return 0;
}

int unix_socket_create(int type, int protocol, struct socket **out)
{
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct unix_socket *u;

    if ((kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET) ||
        (protocol && protocol != PF_UNIX))
        return -XEN_EPROTONOSUPPORT;
    u = unix_new(type);
    if (!u)
        return -XEN_ENOMEM;
    *out = &u->s;
    return 0;
}
