/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing of requests: RFC 9112 and 9110, as far as GET and HEAD need it. */

#include "httpd.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t request_end(const char *text, size_t length)
{
    const char *at = text;

    while ((at = memchr(at, '\n', (size_t)(text + length - at)))) {
        size_t rest = (size_t)(text + length - ++at);

        if (rest >= 1 && at[0] == '\n')
            return (size_t)(at + 1 - text);
        if (rest >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at + 2 - text);
    }
    return 0;
}

/* Cuts the next line out of *text; NULL when there is none. */
static char *next_line(char **text, const char *end)
{
    char *line = *text, *newline;

    if (line >= end)
        return NULL;
    newline = memchr(line, '\n', (size_t)(end - line));
    if (!newline)
        return NULL;
    *text = newline + 1;
    if (newline > line && newline[-1] == '\r')
        newline--;
    *newline = '\0';
    return line;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX up to the query. False for bad escapes, NUL or no room. */
static bool decode_path(const char *in, char *out, size_t size)
{
    size_t n = 0;

    if (*in != '/')
        return false;
    for (; *in && *in != '?' && *in != '#'; in++) {
        char c = *in;

        if (c == '%') {
            int high = hex_value(in[1]);
            int low = high < 0 ? -1 : hex_value(in[2]);

            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            in += 2;
        }
        if (c == '\0' || n + 1 >= size)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

/* True if no segment is "..", which would lead out of the root. */
static bool stays_inside(const char *path)
{
    for (const char *at = path; (at = strstr(at, "..")); at += 2)
        if (at[-1] == '/' && (at[2] == '/' || at[2] == '\0'))
            return false;
    return true;
}

/* HTTP's token characters, for methods and header names. */
static bool is_token(const char *s)
{
    if (!*s)
        return false;
    for (; *s; s++)
        if (*s <= ' ' || *s >= 127 || strchr("()<>@,;:\\\"/[]?={}", *s))
            return false;
    return true;
}

static int parse_first_line(char *line, struct request *r)
{
    char *method = line, *target, *version;

    target = strchr(method, ' ');
    if (!target)
        return 400;
    *target++ = '\0';
    version = strchr(target, ' ');
    if (!version || !is_token(method))
        return 400;
    *version++ = '\0';
    if (strncmp(version, "HTTP/", 5) || strlen(version) != 8 ||
        version[6] != '.')
        return 400;
    if (version[5] != '1')
        return 505;
    r->keep_alive = version[7] != '0';
    r->head = strcmp(method, "HEAD") == 0;
    if (!r->head && strcmp(method, "GET"))
        return 405;
    if (!decode_path(target, r->path, sizeof(r->path)) ||
        !stays_inside(r->path))
        return 400;
    return 0;
}

static int parse_length(const char *value, uint64_t *out)
{
    char *end;

    if (*value < '0' || *value > '9' || strlen(value) > 18)
        return strlen(value) > 18 ? 413 : 400;
    *out = strtoull(value, &end, 10);
    if (*end)
        return 400;
    return *out > BODY_MAX ? 413 : 0;
}

static int parse_header(char *line, struct request *r, bool *host)
{
    char *value = strchr(line, ':');
    size_t length;

    if (!value)
        return 400;
    *value++ = '\0';
    if (!is_token(line))
        return 400;
    value += strspn(value, " \t");
    for (length = strlen(value); length; length--)
        if (value[length - 1] != ' ' && value[length - 1] != '\t')
            break;
    value[length] = '\0';
    if (strcasecmp(line, "Host") == 0)
        *host = true;
    else if (strcasecmp(line, "Content-Length") == 0)
        return parse_length(value, &r->body_bytes);
    else if (strcasecmp(line, "Transfer-Encoding") == 0)
        return 501;
    else if (strcasecmp(line, "Accept") == 0)
        r->wants_html = strstr(value, "text/html") != NULL;
    else if (strcasecmp(line, "Connection") == 0) {
        if (strcasecmp(value, "close") == 0)
            r->keep_alive = false;
        else if (strcasecmp(value, "keep-alive") == 0)
            r->keep_alive = true;
    }
    return 0;
}

int request_parse(char *text, size_t length, struct request *request)
{
    const char *end = text + length;
    bool http11, host = false;
    char *line;
    int status;

    memset(request, 0, sizeof(*request));
    if (memchr(text, '\0', length))
        return 400;
    line = next_line(&text, end);
    status = line ? parse_first_line(line, request) : 400;
    http11 = request->keep_alive;
    while (!status && (line = next_line(&text, end)) && *line)
        status = parse_header(line, request, &host);
    if (!status && http11 && !host)
        status = 400;
    /* Where the next request begins is only known after one that was
     * understood to its end. */
    if (status)
        request->keep_alive = false;
    return status;
}
