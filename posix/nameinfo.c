/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses to text, errors to text, and the list of interfaces. */

#include "private.h"
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <pith/heap.h>
#include <pith/sock.h>
#include <stdio.h>
#include <string.h>

const char *gai_strerror(int code)
{
    static const struct {
        int code;
        const char *text;
    } texts[] = {
        {0, "Success"},
        {EAI_BADFLAGS, "Bad flags"},
        {EAI_NONAME, "Name does not resolve"},
        {EAI_AGAIN, "Name server did not answer; try again"},
        {EAI_FAIL, "Name server failed"},
        {EAI_FAMILY, "Address family not supported"},
        {EAI_SOCKTYPE, "Socket type not supported"},
        {EAI_SERVICE, "Service is no port number"},
        {EAI_MEMORY, "Out of memory"},
        {EAI_SYSTEM, "System error"},
        {EAI_OVERFLOW, "Result does not fit"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "Unknown error";
}

/* Numbers only, as if NI_NUMERICHOST were given. */
int getnameinfo(const struct sockaddr *addr, socklen_t length, char *host,
                socklen_t host_size, char *service, socklen_t service_size,
                int flags)
{
    const struct sockaddr_in *in = (const void *)addr;

    if (length < sizeof(*in) || addr->sa_family != AF_INET)
        return EAI_FAMILY;
    if (flags & NI_NAMEREQD)
        return EAI_NONAME;
    if (host && host_size &&
        !inet_ntop(AF_INET, &in->sin_addr, host, host_size))
        return EAI_OVERFLOW;
    if (service && service_size &&
        snprintf(service, service_size, "%u", ntohs(in->sin_port)) >=
            (int)service_size)
        return EAI_OVERFLOW;
    return 0;
}

/* --- interfaces --- */

unsigned if_nametoindex(const char *name)
{
    struct net_interface it;

    for (unsigned i = 0; !net_interface_get(i, &it); i++)
        if (!strcmp(it.name, name))
            return i + 1;
    errno = ENXIO;
    return 0;
}

char *if_indextoname(unsigned index, char *name)
{
    struct net_interface it;

    if (!index || net_interface_get(index - 1, &it)) {
        errno = ENXIO;
        return NULL;
    }
    return strcpy(name, it.name);
}

/* One result in one piece of memory. */
struct result {
    struct ifaddrs info;
    struct sockaddr_in addr, netmask, broadcast;
    struct net_interface from;
};

static struct ifaddrs *result_create(const struct net_interface *from)
{
    struct result *r = heap_zalloc(sizeof(*r));

    if (!r)
        return NULL;
    r->from = *from;
    r->info.ifa_name = r->from.name;
    r->info.ifa_flags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST |
                        (from->link_up ? IFF_RUNNING : 0);
    r->addr.sin_family = r->netmask.sin_family = r->broadcast.sin_family =
        AF_INET;
    r->addr.sin_addr.s_addr = from->ipv4;
    r->netmask.sin_addr.s_addr = from->netmask;
    r->broadcast.sin_addr.s_addr = from->ipv4 | ~from->netmask;
    if (from->configured) {
        r->info.ifa_addr = (struct sockaddr *)&r->addr;
        r->info.ifa_netmask = (struct sockaddr *)&r->netmask;
        r->info.ifa_broadaddr = (struct sockaddr *)&r->broadcast;
    }
    return &r->info;
}

int getifaddrs(struct ifaddrs **out)
{
    struct ifaddrs *list = NULL, **tail = &list;
    struct net_interface it;

    for (unsigned i = 0; !net_interface_get(i, &it); i++) {
        *tail = result_create(&it);
        if (!*tail) {
            freeifaddrs(list);
            return posix_fail(ENOMEM);
        }
        tail = &(*tail)->ifa_next;
    }
    *out = list;
    return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
    struct ifaddrs *next;

    for (; list; list = next) {
        next = list->ifa_next;
        heap_free(container_of(list, struct result, info));
    }
}
