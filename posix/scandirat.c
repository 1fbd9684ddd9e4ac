/* SPDX-License-Identifier: BSD-2-Clause */
/* A directory as a sorted array; scandir and alphasort are newlib's. */

#include "private.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct names {
    struct dirent **list;
    size_t count, room;
};

int versionsort(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static bool add(struct names *names, const struct dirent *entry)
{
    size_t room = names->room ? names->room * 2 : 16;
    struct dirent **list;

    if (names->count == names->room) {
        list = reallocarray(names->list, room, sizeof(*list));
        if (!list)
            return false;
        names->list = list;
        names->room = room;
    }
    names->list[names->count] = malloc(sizeof(*entry));
    if (!names->list[names->count])
        return false;
    *names->list[names->count++] = *entry;
    return true;
}

static bool read_all(DIR *dir, int (*select)(const struct dirent *),
                     struct names *names)
{
    struct dirent *entry;

    errno = 0;
    while ((entry = readdir(dir)))
        if ((!select || select(entry)) && !add(names, entry))
            return false;
    return errno == 0;
}

int scandirat(int dirfd, const char *path, struct dirent ***out,
              int (*select)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **))
{
    int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int before = errno;
    struct names names = {0};
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool complete;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    complete = read_all(dir, select, &names);
    closedir(dir);
    if (!complete) {
        while (names.count)
            free(names.list[--names.count]);
        free(names.list);
        return -1;
    }
    errno = before;
    if (compare && names.count)
        qsort(names.list, names.count, sizeof(*names.list),
              (int (*)(const void *, const void *))compare);
    *out = names.list;
    return (int)names.count;
}
