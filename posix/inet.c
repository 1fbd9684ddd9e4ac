/* SPDX-License-Identifier: BSD-2-Clause */
/* Internet addresses as text. Source: POSIX.1-2017, inet_addr, inet_ntop. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One part of an address in C's notation: 10, 0x0a or 012. */
static bool parse_part(const char **text, unsigned long *out)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    *out = strtoul(*text, &end, 0);
    *text = end;
    return *out <= 0xffffffff;
}

/* One to four parts; the last one fills the bytes that are left. */
int inet_aton(const char *text, struct in_addr *out)
{
    unsigned long address = 0, part;
    int parts = 0;

    for (;;) {
        if (!parse_part(&text, &part))
            return 0;
        parts++;
        if (*text != '.')
            break;
        if (part > 255 || parts == 4)
            return 0;
        address |= part << (32 - 8 * parts);
        text++;
    }
    if ((*text && !strchr(" \t\n", *text)) || part >> (8 * (5 - parts)))
        return 0;
    out->s_addr = htonl((uint32_t)(address | part));
    return 1;
}

in_addr_t inet_addr(const char *text)
{
    struct in_addr addr;

    return inet_aton(text, &addr) ? addr.s_addr : INADDR_NONE;
}

/* Four decimal numbers exactly. */
int inet_pton(int family, const char *text, void *out)
{
    uint8_t bytes[4];

    if (family != AF_INET) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        size_t digits = strspn(text, "0123456789");
        int value;

        if (!digits || digits > 3 || (digits > 1 && *text == '0'))
            return 0;
        value = atoi(text);
        if (value > 255 || text[digits] != (i < 3 ? '.' : '\0'))
            return 0;
        bytes[i] = (uint8_t)value;
        text += digits + 1;
    }
    memcpy(out, bytes, sizeof(bytes));
    return 1;
}

const char *inet_ntop(int family, const void *addr, char *buf, socklen_t size)
{
    const uint8_t *b = addr;
    char text[INET_ADDRSTRLEN];

    if (family != AF_INET) {
        errno = EAFNOSUPPORT;
        return NULL;
    }
    snprintf(text, sizeof(text), "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    if (strlen(text) >= size) {
        errno = ENOSPC;
        return NULL;
    }
    return strcpy(buf, text);
}

char *inet_ntoa(struct in_addr addr)
{
    static char text[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &addr, text, sizeof(text));
    return text;
}
