/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's facts as JSON and as a page, from one call to Pith. */

#include "httpd.h"
#include <arpa/inet.h>
#include <pith.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define REPORT_BYTES 65536

struct text {
    char *bytes; /* NULL: out of memory */
    size_t length, size;
    unsigned count; /* of the counters so far */
};

static struct pith_status facts; /* some kilobytes: not on the stack */

static bool grow(struct text *t, size_t more)
{
    char *bytes;

    while (t->size - t->length <= more)
        t->size *= 2;
    bytes = realloc(t->bytes, t->size);
    if (!bytes)
        free(t->bytes);
    t->bytes = bytes;
    return bytes != NULL;
}

static void __attribute__((format(printf, 2, 3)))
add(struct text *t, const char *fmt, ...)
{
    va_list args;
    size_t n;

    if (!t->bytes)
        return;
    va_start(args, fmt);
    n = (size_t)vsnprintf(t->bytes + t->length, t->size - t->length, fmt, args);
    va_end(args);
    if (t->length + n >= t->size) {
        if (!grow(t, n))
            return;
        va_start(args, fmt);
        vsnprintf(t->bytes + t->length, t->size - t->length, fmt, args);
        va_end(args);
    }
    t->length += n;
}

static bool begin(struct text *t)
{
    *t = (struct text){malloc(4096), 0, 4096, 0};
    pith_status(&facts);
    return t->bytes != NULL;
}

static size_t end(const struct text *t, char **text)
{
    *text = t->bytes;
    return t->bytes ? t->length : 0;
}

static const char *address(uint32_t ipv4)
{
    static char text[INET_ADDRSTRLEN];
    struct in_addr in = {.s_addr = ipv4};

    return inet_ntop(AF_INET, &in, text, sizeof(text));
}

static unsigned shown(uint32_t count, unsigned max)
{
    return count < max ? count : max;
}

static unsigned long long mib(uint64_t bytes)
{
    return bytes >> 20;
}

static void json_interface(struct text *t, const struct pith_interface *i)
{
    add(t,
        "{\"name\":\"%s\",\"address\":\"%s\",\"up\":%s,"
        "\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\",\"mtu\":%u,"
        "\"rx_frames\":%llu,\"rx_bytes\":%llu,\"rx_dropped\":%llu,"
        "\"tx_frames\":%llu,\"tx_bytes\":%llu,\"tx_dropped\":%llu}",
        i->name, address(i->ipv4), i->link_up ? "true" : "false", i->mac[0],
        i->mac[1], i->mac[2], i->mac[3], i->mac[4], i->mac[5], (unsigned)i->mtu,
        (unsigned long long)i->rx_frames, (unsigned long long)i->rx_bytes,
        (unsigned long long)i->rx_dropped, (unsigned long long)i->tx_frames,
        (unsigned long long)i->tx_bytes, (unsigned long long)i->tx_dropped);
}

static void json_disk(struct text *t, const struct pith_disk *d)
{
    add(t,
        "{\"name\":\"%s\",\"bytes\":%llu,\"readonly\":%s,\"lost\":%s,"
        "\"read_bytes\":%llu,\"written_bytes\":%llu,\"errors\":%llu}",
        d->name, (unsigned long long)d->size_bytes,
        d->readonly ? "true" : "false", d->lost ? "true" : "false",
        (unsigned long long)d->read_bytes, (unsigned long long)d->written_bytes,
        (unsigned long long)d->errors);
}

static void json_counter(void *arg, const char *name, uint64_t value)
{
    struct text *t = arg;

    add(t, "%s\"%s\":%llu", t->count++ ? "," : "", name,
        (unsigned long long)value);
}

size_t status_json(char **text)
{
    struct text t;

    if (!begin(&t))
        return 0;
    add(&t,
        "{\"uptime_ms\":%llu,\"memory\":{\"bytes\":%llu,\"free_bytes\":%llu,"
        "\"heap_bytes\":%llu,\"heap_used_bytes\":%llu},\"interfaces\":[",
        (unsigned long long)(facts.uptime_ns / 1000000),
        (unsigned long long)facts.memory_bytes,
        (unsigned long long)facts.memory_free_bytes,
        (unsigned long long)facts.heap_bytes,
        (unsigned long long)facts.heap_used_bytes);
    for (unsigned i = 0; i < shown(facts.interface_count, PITH_MAX_INTERFACES);
         i++) {
        add(&t, "%s", i ? "," : "");
        json_interface(&t, &facts.interfaces[i]);
    }
    add(&t, "],\"disks\":[");
    for (unsigned i = 0; i < shown(facts.disk_count, PITH_MAX_DISKS); i++) {
        add(&t, "%s", i ? "," : "");
        json_disk(&t, &facts.disks[i]);
    }
    add(&t, "],\"tracing\":%s,\"profiling\":%s,\"threads\":[",
        facts.tracing ? "true" : "false", facts.profiling ? "true" : "false");
    for (unsigned i = 0; i < shown(facts.thread_count, PITH_MAX_THREADS); i++)
        add(&t, "%s{\"name\":\"%s\",\"state\":\"%s\",\"switches\":%llu}",
            i ? "," : "", facts.threads[i].name, facts.threads[i].state,
            (unsigned long long)facts.threads[i].switches);
    add(&t, "],\"counters\":{");
    pith_counters(json_counter, &t);
    add(&t, "}}\n");
    return end(&t, text);
}

static void html_counter(void *arg, const char *name, uint64_t value)
{
    add(arg, "<tr><td>%s<td>%llu</tr>", name, (unsigned long long)value);
}

static void html_tables(struct text *t)
{
    add(t, "<h2>Network</h2><table><tr><th>Interface<th>Address<th>Link"
           "<th>Received<th>Sent<th>Dropped</tr>");
    for (unsigned i = 0; i < shown(facts.interface_count, PITH_MAX_INTERFACES);
         i++) {
        const struct pith_interface *n = &facts.interfaces[i];

        add(t,
            "<tr><td>%s<td>%s<td>%s<td>%llu frames<td>%llu frames<td>%llu</tr>",
            n->name, address(n->ipv4), n->link_up ? "up" : "down",
            (unsigned long long)n->rx_frames, (unsigned long long)n->tx_frames,
            (unsigned long long)(n->rx_dropped + n->tx_dropped));
    }
    add(t, "</table><h2>Disks</h2><table><tr><th>Disk<th>Size<th>Read"
           "<th>Written<th>Errors</tr>");
    for (unsigned i = 0; i < shown(facts.disk_count, PITH_MAX_DISKS); i++) {
        const struct pith_disk *d = &facts.disks[i];

        add(t, "<tr><td>%s<td>%llu MiB<td>%llu MiB<td>%llu MiB<td>%llu</tr>",
            d->name, mib(d->size_bytes), mib(d->read_bytes),
            mib(d->written_bytes), (unsigned long long)d->errors);
    }
    add(t, "</table><h2>Threads</h2><table><tr><th>Thread<th>State"
           "<th>Switches</tr>");
    for (unsigned i = 0; i < shown(facts.thread_count, PITH_MAX_THREADS); i++)
        add(t, "<tr><td>%s<td>%s<td>%llu</tr>", facts.threads[i].name,
            facts.threads[i].state,
            (unsigned long long)facts.threads[i].switches);
    add(t, "</table><h2>Counters</h2><table>");
    pith_counters(html_counter, t);
    add(t,
        "</table><p>As text: <a href=\"/status/c\">counters</a>, "
        "<a href=\"/status/t\">threads</a>, "
        "<a href=\"/status/r\">trace</a> (%s), "
        "<a href=\"/status/p\">profile</a> (%s).</p>",
        facts.tracing ? "on" : "off", facts.profiling ? "on" : "off");
}

size_t status_html(char **text)
{
    struct text t;

    if (!begin(&t))
        return 0;
    add(&t,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<title>Pith: status</title><style>body{font:16px/1.5 sans-serif;"
        "max-width:44em;margin:3em auto;padding:0 1em}table{border-collapse:"
        "collapse}th,td{text-align:left;padding:.2em 1em .2em 0;border-bottom:"
        "1px solid #ccc}</style></head><body><h1>This guest</h1>"
        "<p>Up for %llu.%llu s. Memory: %llu of %llu KiB free; "
        "the heap holds %llu KiB.</p>",
        (unsigned long long)(facts.uptime_ns / 1000000000),
        (unsigned long long)(facts.uptime_ns / 100000000 % 10),
        (unsigned long long)(facts.memory_free_bytes >> 10),
        (unsigned long long)(facts.memory_bytes >> 10),
        (unsigned long long)(facts.heap_used_bytes >> 10));
    html_tables(&t);
    add(&t, "</body></html>\n");
    return end(&t, text);
}

size_t status_report(char letter, char **text)
{
    long length;

    *text = malloc(REPORT_BYTES);
    length = *text ? pith_report(letter, *text, REPORT_BYTES) : 0;
    if (length >= 0)
        return length < REPORT_BYTES ? (size_t)length : REPORT_BYTES - 1;
    free(*text);
    *text = NULL;
    return 0;
}
