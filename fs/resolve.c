/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a path leads. Names are gathered into a clean path; before ".." takes
 * one away, and at the end, the symbolic links in it are replaced by what they
 * say, from the left: then the path is read anew. A path without either costs
 * no lookup.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

struct walk {
    struct place *place;
    size_t length;    /* of place->clean, which has no NUL yet */
    const char *rest; /* not read yet */
    unsigned links;   /* met so far */
    struct scratch {
        char path[2][VFS_PATH_MAX]; /* one is read while the other is made */
        char target[VFS_PATH_MAX];
    } * scratch; /* heap's; NULL until there is a link */
};

/* The length of path without its last "/name". */
static size_t parent_length(const char *path, size_t length)
{
    while (length && path[length - 1] != '/')
        length--;
    return length ? length - 1 : 0;
}

static void end_clean(struct walk *w)
{
    if (!w->length)
        w->place->clean[w->length++] = '/';
    w->place->clean[w->length] = '\0';
    place_set_mount(w->place);
}

/* Puts the four pieces together as the path to go on with. */
static int join(struct walk *w, size_t before, size_t behind)
{
    const char *pieces[] = {w->place->clean,          "/", w->scratch->target,
                            w->place->clean + behind, "/", w->rest};
    char *out = w->scratch->path[w->links % 2];
    size_t at = 0;

    if (w->scratch->target[0] == '/')
        before = 0;
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        size_t length = i == 0 ? before : strlen(pieces[i]);

        if (i == 4 && !*w->rest && !w->place->slash)
            break; /* no slash at the end that was not there */
        if (at + length >= VFS_PATH_MAX)
            return -XEN_ENAMETOOLONG;
        memcpy(out + at, pieces[i], length);
        at += length;
    }
    out[at] = '\0';
    w->rest = out;
    w->length = 0;
    return 0;
}

/* Replaces the first link in what has been gathered: 1; 0: there is none. */
static int replace_link(struct walk *w, bool last)
{
    struct place *p = w->place;
    size_t end, root;
    int rc;

    end_clean(w);
    root = (size_t)(p->rest - p->clean);
    if (!p->mount->ops->find_link)
        return 0;
    if (!w->scratch) {
        /* Most paths have none: look without a buffer first. */
        rc = p->mount->ops->find_link(p->rest, last, &end, NULL);
        if (rc <= 0)
            return rc;
        w->scratch = heap_alloc(sizeof(*w->scratch));
        if (!w->scratch)
            return -XEN_ENOMEM;
    }
    rc = p->mount->ops->find_link(p->rest, last, &end, w->scratch->target);
    if (rc <= 0)
        return rc;
    if (++w->links > FS_LINKS_MAX)
        return -XEN_ELOOP;
    end += root;
    rc = join(w, parent_length(p->clean, end), end);
    return rc ? rc : 1;
}

/* Takes the last name away, which must be a directory's. 1: a link before it
 * has been replaced instead. */
static int go_up(struct walk *w)
{
    struct file_stat st;
    int rc;

    if (!w->length)
        return 0;
    rc = replace_link(w, true);
    if (rc)
        return rc;
    rc = w->place->mount->ops->stat(w->place->rest, &st);
    if (!rc && st.type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    w->length = parent_length(w->place->clean, w->length);
    return rc;
}

static int add_name(struct walk *w, const char *name, size_t length)
{
    if (length > FS_NAME_MAX || w->length + 1 + length >= VFS_PATH_MAX)
        return -XEN_ENAMETOOLONG;
    w->place->clean[w->length++] = '/';
    memcpy(w->place->clean + w->length, name, length);
    w->length += length;
    return 0;
}

/* Takes the next name. 1: rest is a new path now. */
static int step(struct walk *w)
{
    const char *name = w->rest + strspn(w->rest, "/");
    size_t length = strcspn(name, "/");
    bool dots = length <= 2 && !memcmp(name, "..", length);
    int rc;

    w->rest = name + length;
    w->place->slash = dots; /* nothing, "." or ".." */
    if (!dots)
        return add_name(w, name, length);
    if (length < 2)
        return 0;
    /* The ".." is part of what is still to be read if a link comes up. */
    w->rest = name;
    rc = go_up(w);
    if (rc == 0)
        w->rest = name + 2;
    return rc;
}

static int walk_all(struct walk *w, bool follow)
{
    int rc;

    do {
        do {
            rc = step(w);
        } while (rc >= 0 && *w->rest);
        if (rc >= 0)
            rc = replace_link(w, follow || w->place->slash);
    } while (rc > 0);
    return rc;
}

int place_find(const char *path, bool follow, struct place *out)
{
    struct walk w = {.place = out, .rest = path};
    int rc;

    if (!*path)
        return -XEN_ENOENT;
    if (*path != '/')
        return -XEN_EINVAL;
    rc = walk_all(&w, follow);
    heap_free(w.scratch);
    return rc;
}
