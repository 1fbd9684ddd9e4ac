/* SPDX-License-Identifier: BSD-2-Clause */
/* Single requests to xenstore through the kernel's device.
 * Source: xen/io/xs_wire.h. */
#include "liar.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

static int fd = -1;
static bool fired = true;

int xs_open(void)
{
    fd = open("/dev/xen/xenbus", O_RDWR);
    if (fd < 0)
        die("/dev/xen/xenbus: %m");
    return fd;
}

static void read_all(void *to, size_t bytes)
{
    for (size_t got = 0; got < bytes;) {
        ssize_t n = read(fd, (char *)to + got, bytes - got);

        if (n <= 0)
            die("xenstore: %m");
        got += (size_t)n;
    }
}

/* The next message, ended by a NUL. Returns its type. */
static unsigned receive(char payload[XENSTORE_PAYLOAD_MAX + 1])
{
    struct xsd_sockmsg header;

    read_all(&header, sizeof(header));
    if (header.len > XENSTORE_PAYLOAD_MAX)
        die("xenstore: a message of %u bytes", header.len);
    read_all(payload, header.len);
    payload[header.len] = '\0';
    if (header.type == XS_WATCH_EVENT)
        fired = true;
    return header.type;
}

/* The answer, ended by a NUL; false if it is an error. */
static bool talk(unsigned type, const void *payload, size_t bytes,
                 char answer[XENSTORE_PAYLOAD_MAX + 1])
{
    static char message[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
    struct xsd_sockmsg header = {.type = type, .len = (uint32_t)bytes};
    unsigned answered;

    memcpy(message, &header, sizeof(header));
    memcpy(message + sizeof(header), payload, bytes);
    bytes += sizeof(header);
    if (write(fd, message, bytes) != (ssize_t)bytes)
        die("xenstore: %m");
    do
        answered = receive(answer);
    while (answered == XS_WATCH_EVENT);
    return answered != XS_ERROR;
}

void xs_watch(const char *dir, const char *node)
{
    char payload[200], answer[XENSTORE_PAYLOAD_MAX + 1];
    int length = snprintf(payload, sizeof(payload), "%s/%s%c%s", dir, node,
                          '\0', "state");

    if (!talk(XS_WATCH, payload, (size_t)length + 1, answer))
        die("watch %s/%s: %s", dir, node, answer);
}

bool xs_fired(void)
{
    bool was = fired;

    fired = false;
    return was;
}

void xs_take_event(void)
{
    char payload[XENSTORE_PAYLOAD_MAX + 1];

    receive(payload);
}

bool xs_get(const char *dir, const char *node, char *buf, size_t size)
{
    char path[200], answer[XENSTORE_PAYLOAD_MAX + 1];
    int length = snprintf(path, sizeof(path), "%s/%s", dir, node);

    if (!talk(XS_READ, path, (size_t)length + 1, answer))
        return false;
    snprintf(buf, size, "%s", answer);
    return true;
}

unsigned xs_get_number(const char *dir, const char *node)
{
    char text[32];

    if (!xs_get(dir, node, text, sizeof(text)))
        die("%s/%s: there is none", dir, node);
    return (unsigned)strtoul(text, NULL, 10);
}

void xs_put(const char *dir, const char *node, const char *value)
{
    char payload[300], answer[XENSTORE_PAYLOAD_MAX + 1];
    int length = snprintf(payload, sizeof(payload), "%s/%s", dir, node) + 1;

    length += snprintf(payload + length, sizeof(payload) - (size_t)length, "%s",
                       value);
    if (!talk(XS_WRITE, payload, (size_t)length, answer))
        die("write %s/%s: %s", dir, node, answer);
}
