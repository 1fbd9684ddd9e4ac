/* SPDX-License-Identifier: BSD-2-Clause */
/* Names to addresses. Services are numbers only. */

#include "private.h"
#include <errno.h>
#include <netdb.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/sock.h>
#include <pith/timer.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ADDRESSES 8
#define RESOLVE_NS (20 * NS_PER_SEC)

int h_errno;

/* One result in one piece of memory. */
struct result {
    struct addrinfo info;
    struct sockaddr_in addr;
};

static int parse_service(const char *service, in_port_t *out)
{
    unsigned long port;
    char *end;

    *out = 0;
    if (!service)
        return 0;
    port = strtoul(service, &end, 10);
    if (service[0] < '0' || service[0] > '9' || *end || port > 65535)
        return EAI_SERVICE;
    *out = htons((uint16_t)port);
    return 0;
}

static int find_addresses(const char *node, int flags,
                          uint32_t out[MAX_ADDRESSES])
{
    struct in_addr literal;
    int n;

    if (!node) {
        out[0] = htonl(flags & AI_PASSIVE ? INADDR_ANY : INADDR_LOOPBACK);
        return 1;
    }
    if (inet_aton(node, &literal)) {
        out[0] = literal.s_addr;
        return 1;
    }
    if (flags & AI_NUMERICHOST)
        return EAI_NONAME;
    n = sock_resolve(node, out, MAX_ADDRESSES, deadline_after_ns(RESOLVE_NS));
    if (n > 0)
        return n;
    if (n == -XEN_ENOMEM)
        return EAI_MEMORY;
    return n == 0 || n == -XEN_ENOENT ? EAI_NONAME : EAI_AGAIN;
}

static struct addrinfo *result_create(uint32_t ipv4, in_port_t port, int type)
{
    struct result *r = heap_zalloc(sizeof(*r));

    if (!r)
        return NULL;
    r->addr.sin_family = AF_INET;
    r->addr.sin_port = port;
    r->addr.sin_addr.s_addr = ipv4;
    r->info.ai_family = AF_INET;
    r->info.ai_socktype = type;
    r->info.ai_protocol = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    r->info.ai_addrlen = sizeof(r->addr);
    r->info.ai_addr = (struct sockaddr *)&r->addr;
    return &r->info;
}

#define AI_KNOWN \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | \
     AI_ADDRCONFIG | AI_NUMERICSERV)

static int check_hints(const struct addrinfo *hints)
{
    if (hints->ai_flags & ~AI_KNOWN)
        return EAI_BADFLAGS;
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET)
        return EAI_FAMILY;
    if (hints->ai_socktype && hints->ai_socktype != SOCK_STREAM &&
        hints->ai_socktype != SOCK_DGRAM)
        return EAI_SOCKTYPE;
    return 0;
}

/* Appends the results for one address: of the type asked for, or of both. */
static int append(struct addrinfo ***tail, uint32_t ipv4, in_port_t port,
                  int type)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (type && type != types[i])
            continue;
        **tail = result_create(ipv4, port, types[i]);
        if (!**tail)
            return EAI_MEMORY;
        *tail = &(**tail)->ai_next;
    }
    return 0;
}

int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **out)
{
    static const struct addrinfo no_hints;
    struct addrinfo *list = NULL, **tail = &list;
    uint32_t addresses[MAX_ADDRESSES];
    in_port_t port;
    int n, rc;

    if (!node && !service)
        return EAI_NONAME;
    if (!hints)
        hints = &no_hints;
    rc = check_hints(hints);
    if (!rc)
        rc = parse_service(service, &port);
    if (rc)
        return rc;
    n = find_addresses(node, hints->ai_flags, addresses);
    if (n < 0)
        return n;
    for (int i = 0; i < n && !rc; i++)
        rc = append(&tail, addresses[i], port, hints->ai_socktype);
    if (!rc && (hints->ai_flags & AI_CANONNAME) && node) {
        list->ai_canonname = strdup(node);
        rc = list->ai_canonname ? 0 : EAI_MEMORY;
    }
    if (rc)
        freeaddrinfo(list);
    else
        *out = list;
    return rc;
}

void freeaddrinfo(struct addrinfo *list)
{
    struct addrinfo *next;

    for (; list; list = next) {
        next = list->ai_next;
        free(list->ai_canonname);
        heap_free(container_of(list, struct result, info));
    }
}

struct hostent *gethostbyname(const char *name)
{
    static uint32_t addresses[MAX_ADDRESSES];
    static char *list[MAX_ADDRESSES + 1], *aliases[1];
    static char kept_name[256];
    static struct hostent host = {kept_name, aliases, AF_INET,
                                  sizeof(addresses[0]), list};
    int n = find_addresses(name, 0, addresses);

    if (n < 0) {
        h_errno = n == EAI_NONAME ? HOST_NOT_FOUND : TRY_AGAIN;
        return NULL;
    }
    for (int i = 0; i < n; i++)
        list[i] = (char *)&addresses[i];
    list[n] = NULL;
    strncpy(kept_name, name, sizeof(kept_name) - 1);
    return &host;
}
