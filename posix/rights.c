/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors as part of a message: SCM_RIGHTS. Spec: POSIX.1-2017,
 * <sys/socket.h>; unix(7) of Linux's manual. */

#include "private.h"
#include "socket.h"
#include <errno.h>
#include <pith/heap.h>
#include <string.h>

#define RIGHTS_MAX 253 /* as on Linux */

void rights_free(struct rights *rights)
{
    if (!rights)
        return;
    for (unsigned i = 0; i < rights->count; i++)
        file_put(rights->files[i]);
    heap_free(rights);
}

/* Appends the files of count numbers at data. 0 or errno. */
static int take_files(struct rights *rights, const unsigned char *data,
                      size_t count)
{
    int fd;

    if (count > RIGHTS_MAX - rights->count)
        return EINVAL;
    while (count--) {
        memcpy(&fd, data, sizeof(fd));
        data += sizeof(fd);
        rights->files[rights->count] = fd_get(fd);
        if (!rights->files[rights->count])
            return EBADF;
        rights->count++;
    }
    return 0;
}

static int take_header(const struct cmsghdr *c, struct rights **out)
{
    if (c->cmsg_len < sizeof(*c) || c->cmsg_level != SOL_SOCKET ||
        c->cmsg_type != SCM_RIGHTS)
        return EINVAL;
    if (!*out)
        *out =
            heap_zalloc(sizeof(**out) + RIGHTS_MAX * sizeof((*out)->files[0]));
    if (!*out)
        return ENOMEM;
    return take_files(*out, CMSG_DATA(c),
                      (c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
}

int rights_read(const struct msghdr *msg, struct rights **out)
{
    const char *end = (const char *)msg->msg_control + msg->msg_controllen;
    int err = 0;

    *out = NULL;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c && !err;
         c = CMSG_NXTHDR(msg, c))
        err = c->cmsg_len > (size_t)(end - (char *)c) ? EINVAL
                                                      : take_header(c, out);
    if (err || (*out && !(*out)->count)) {
        rights_free(*out);
        *out = NULL;
    }
    return err;
}

void rights_write(struct rights *rights, struct msghdr *msg, bool cloexec)
{
    size_t room = msg->msg_control ? msg->msg_controllen : 0, fits = 0, n = 0;
    struct cmsghdr *c = msg->msg_control;

    msg->msg_controllen = 0;
    if (!rights)
        return;
    if (room >= CMSG_LEN(sizeof(int)))
        fits = (room - CMSG_LEN(0)) / sizeof(int);
    for (; n < rights->count && n < fits; n++) {
        int fd = fd_install(rights->files[n], 0, cloexec);

        if (fd < 0)
            break;
        memcpy(CMSG_DATA(c) + n * sizeof(fd), &fd, sizeof(fd));
    }
    if (n < rights->count)
        msg->msg_flags |= MSG_CTRUNC;
    if (n) {
        c->cmsg_len = CMSG_LEN(n * sizeof(int));
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        msg->msg_controllen = MIN(room, CMSG_SPACE(n * sizeof(int)));
    }
    /* Those that got a number are the table's; one that could not is gone. */
    for (size_t i = n + (n < fits && n < rights->count); i < rights->count; i++)
        file_put(rights->files[i]);
    heap_free(rights);
}
