/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The xenstore wire format as pure functions: ring copies, checks on what the
 * daemon wrote, paths. No state; any context; runs in host tests.
 * Source: xen/io/xs_wire.h, docs/misc/xenstore.txt,
 * docs/misc/xenstore-ring.txt.
 */
#ifndef PITH_XENSTORE_WIRE_H
#define PITH_XENSTORE_WIRE_H

#include <pith/compiler.h>
#include <stdbool.h>
#include <xen/io/xs_wire.h>

/* A message body is sent from pieces, so that nothing is joined in memory. */
struct wire_piece {
    const void *base;
    uint32_t bytes;
};
#define WIRE_PATH_PIECES 3

/* Bytes between two free-running indices of one ring: 0 to
 * XENSTORE_RING_SIZE, or -XEN_EIO when they cannot be. */
int wire_ring_used(uint32_t prod, uint32_t cons);
/* Copies bytes into or out of ring from the free-running index on; bytes is at
 * most XENSTORE_RING_SIZE. */
void wire_ring_put(char *ring, uint32_t prod, const void *src, uint32_t bytes);
void wire_ring_get(const char *ring, uint32_t cons, void *dst, uint32_t bytes);

/* Length of dir, or of dir/node when node is not NULL; -XEN_EINVAL if that is
 * no valid path, -XEN_E2BIG if it is too long. */
int wire_path_length(const char *dir, const char *node);
/* The path and its NUL as at most WIRE_PATH_PIECES pieces; returns how many. */
unsigned wire_path_pieces(const char *dir, const char *node,
                          struct wire_piece *pieces);
/* Writes dir/node into out. 0, or what wire_path_length says, or -XEN_E2BIG. */
int wire_path_join(const char *dir, const char *node, char *out, size_t size);

/* One or more of "n0" "r5" "w5" "b5", each ended by a NUL. */
bool wire_perms_valid(const char *perms, size_t bytes);
/* A list of non-empty names, each ended by a NUL; may be empty. */
bool wire_list_valid(const char *list, size_t bytes);

/* The daemon's error name (bytes long, with or without a final NUL) as
 * -XEN_E*; -XEN_EIO for a name that is unknown. */
int wire_error_number(const char *name, size_t bytes);

/* Splits the body of a watch event, PATH NUL TOKEN NUL. 0 or -XEN_EIO. */
int wire_event_split(const char *body, size_t bytes, const char **path,
                     const char **token);

#endif
