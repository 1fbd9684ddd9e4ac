/* SPDX-License-Identifier: BSD-2-Clause */
/* Composing answers: errors, /status, files below the root. */

#include "httpd.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEADER_MAX 512

static const struct {
    int status;
    const char *text;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const struct {
    const char *suffix, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".svg", "image/svg+xml"},
    {".ico", "image/x-icon"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Unknown";
}

static const char *type_of(const char *path)
{
    const char *suffix = strrchr(path, '.');

    for (size_t i = 0; suffix && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].suffix, suffix) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* The text of the Date header, made anew once a second. */
static const char *date_now(void)
{
    static char text[40];
    static time_t made;
    time_t now = time(NULL);
    struct tm tm;

    if (now != made) {
        gmtime_r(&now, &tm);
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        made = now;
    }
    return text;
}

/* Writes the header block; out has HEADER_MAX bytes. Returns its length. */
static size_t put_header(char *out, const struct conn *conn, int status,
                         const char *type, uint64_t length)
{
    return (size_t)snprintf(out, HEADER_MAX,
                            "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: pith\r\n"
                            "Content-Type: %s\r\nContent-Length: %llu\r\n"
                            "%sConnection: %s\r\n\r\n",
                            status, reason_of(status), date_now(), type,
                            (unsigned long long)length,
                            status == 405 ? "Allow: GET, HEAD\r\n" : "",
                            conn->keep_alive ? "keep-alive" : "close");
}

static bool start(struct conn *conn, size_t bytes)
{
    free(conn->out);
    conn->out = malloc(bytes);
    conn->out_length = conn->out_sent = 0;
    conn->file_left = 0;
    return conn->out != NULL;
}

static bool respond_text(struct conn *conn, int status, const char *type,
                         const char *body, size_t length, bool head)
{
    if (!start(conn, HEADER_MAX + length))
        return false;
    conn->out_length = put_header(conn->out, conn, status, type, length);
    if (!head) {
        memcpy(conn->out + conn->out_length, body, length);
        conn->out_length += length;
    }
    return true;
}

bool response_error(struct conn *conn, int status, bool head)
{
    char body[128];
    int length =
        snprintf(body, sizeof(body), "%d %s\n", status, reason_of(status));

    return respond_text(conn, status, "text/plain; charset=utf-8", body,
                        (size_t)length, head);
}

static bool respond_status(struct conn *conn, const struct request *r,
                           bool html)
{
    char *body = NULL;
    size_t length = html ? status_html(&body) : status_json(&body);
    bool done;

    if (!length)
        return response_error(conn, 503, r->head);
    done = respond_text(conn, 200,
                        html ? "text/html; charset=utf-8" : "application/json",
                        body, length, r->head);
    free(body);
    return done;
}

static bool respond_report(struct conn *conn, const struct request *r)
{
    char *body = NULL;
    size_t length = status_report(r->path[strlen("/status/")], &body);
    bool done;

    if (!length) {
        free(body);
        return response_error(conn, 404, r->head);
    }
    done = respond_text(conn, 200, "text/plain; charset=utf-8", body, length,
                        r->head);
    free(body);
    return done;
}

bool response_next_chunk(struct conn *conn)
{
    size_t want = conn->file_left < CHUNK_BYTES ? (size_t)conn->file_left
                                                : CHUNK_BYTES;
    size_t room = conn->out_length; /* behind the headers, the first time */
    ssize_t got;

    if (conn->out_sent == conn->out_length)
        room = conn->out_length = conn->out_sent = 0;
    got = read(conn->file, conn->out + room, want);
    if (got <= 0)
        return false;
    conn->out_length += (size_t)got;
    conn->file_left -= (uint64_t)got;
    return true;
}

/* Opens path below the root, a directory's index.html. -1: none. */
static int open_file(const char *path, struct stat *st, const char **type)
{
    char name[1200];
    int n = snprintf(name, sizeof(name), "%s%s", server_root, path);
    int fd;

    if (n < 0 || n >= (int)sizeof(name) - 12)
        return -1;
    if (stat(name, st) == 0 && S_ISDIR(st->st_mode))
        strcat(name,
               name[strlen(name) - 1] == '/' ? "index.html" : "/index.html");
    fd = open(name, O_RDONLY);
    if (fd < 0)
        return -1;
    if (fstat(fd, st) || !S_ISREG(st->st_mode)) {
        close(fd);
        return -1;
    }
    *type = type_of(name);
    return fd;
}

static bool respond_file(struct conn *conn, const struct request *r, int fd,
                         const struct stat *st, const char *type)
{
    if (!start(conn, HEADER_MAX + CHUNK_BYTES)) {
        close(fd);
        return response_error(conn, 503, r->head);
    }
    conn->file = fd;
    conn->out_length =
        put_header(conn->out, conn, 200, type, (uint64_t)st->st_size);
    conn->file_left = r->head ? 0 : (uint64_t)st->st_size;
    return !conn->file_left || response_next_chunk(conn);
}

bool response_for(struct conn *conn, const struct request *r)
{
    struct stat st;
    const char *type;
    int fd;

    if (strcmp(r->path, "/status") == 0)
        return respond_status(conn, r, r->wants_html);
    if (strcmp(r->path, "/status.json") == 0)
        return respond_status(conn, r, false);
    if (strncmp(r->path, "/status/", 8) == 0 && r->path[8] && !r->path[9])
        return respond_report(conn, r);
    fd = open_file(r->path, &st, &type);
    if (fd >= 0)
        return respond_file(conn, r, fd, &st, type);
    if (strcmp(r->path, "/") == 0) /* no index.html: say who is here */
        return respond_status(conn, r, true);
    return response_error(conn, 404, r->head);
}
