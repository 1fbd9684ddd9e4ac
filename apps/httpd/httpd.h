/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * httpd: a small static web server. One thread, poll(2), one struct conn a
 * connection. request.c parses, response.c composes, conn.c moves bytes,
 * server.c accepts and waits, status_*.c tells about the system.
 */
#ifndef HTTPD_H
#define HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAX 4096   /* request line and headers; more: 431 */
#define BODY_MAX 65536     /* of a request, read and ignored; more: 413 */
#define CHUNK_BYTES 16384  /* of a file, in flight for one connection */
#define IDLE_SECONDS 30    /* between requests */
#define REQUEST_SECONDS 10 /* for one whole request to arrive */
#define SEND_SECONDS 30    /* without the client taking a byte */

struct request {
    char path[1024]; /* decoded, absolute, without ".." and query */
    bool head;       /* HEAD instead of GET */
    bool keep_alive;
    bool wants_html; /* Accept names text/html */
    uint64_t body_bytes;
};

/*
 * Parses the header block text[0..length), which ends with an empty line.
 * Returns 0, or the HTTP status to refuse it with: 400, 405, 413, 501, 505.
 * request->keep_alive is set in every case.
 */
int request_parse(char *text, size_t length, struct request *request);

/* Length of the header block at text, its empty line included; 0 if the end
 * has not arrived. */
size_t request_end(const char *text, size_t length);

enum conn_phase { CONN_READING, CONN_SENDING, CONN_DRAINING };

struct conn {
    int fd;
    enum conn_phase phase;
    uint64_t deadline_ms;
    bool keep_alive;
    bool started;       /* bytes of the request have arrived */
    uint64_t body_left; /* of the request, still to be read and dropped */
    char in[REQUEST_MAX];
    size_t in_length;
    char *out; /* headers and body, or headers and a file's chunk */
    size_t out_length, out_sent;
    int file; /* -1: all is in out */
    uint64_t file_left;
};

/* Fills conn->out (and file) with the answer. False: out of memory. */
bool response_for(struct conn *conn, const struct request *request);
bool response_error(struct conn *conn, int status, bool head);
/* Brings the next chunk of the file into out. False: it cannot be read. */
bool response_next_chunk(struct conn *conn);

/* NULL: out of memory. Takes fd. */
struct conn *conn_open(int fd, uint64_t now_ms);
void conn_close(struct conn *conn);
/* What poll is to wait for. */
short conn_events(const struct conn *conn);
/* Goes on after poll. False: the connection is at its end; close it. */
bool conn_advance(struct conn *conn, short revents, uint64_t now_ms);

/* Writes the system's facts as JSON or HTML into a malloc'ed *text. Returns
 * its length, 0 when out of memory. */
size_t status_json(char **text);
size_t status_html(char **text);

/* The same for a report of Pith's as text; 0 too if there is no such report. */
size_t status_report(char letter, char **text);

uint64_t now_ms(void);
/* Runs until killed. Returns an exit status. */
int server_run(unsigned port, unsigned max_conns);

extern const char *server_root; /* directory that is served */

#endif
