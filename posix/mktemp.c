/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that are in no use yet: letters from the system's generator until one
 * is new. In place of newlib's, which cannot make directories. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/random.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

/* How a name is claimed: 0 or a descriptor, or -1 with errno. */
typedef int claim_fn(const char *path, int flags);

static int claim_file(const char *path, int flags)
{
    return open(path, flags | O_CREAT | O_EXCL | O_RDWR, 0600);
}

static int claim_dir(const char *path, int flags)
{
    return mkdir(path, 0700);
}

static int claim_nothing(const char *path, int flags)
{
    struct stat st;

    if (lstat(path, &st))
        return errno == ENOENT ? 0 : -1;
    return posix_fail(EEXIST);
}

static bool fill(char *at, size_t count)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    uint8_t bytes[64];

    count = MIN(count, sizeof(bytes));
    if (random_read(bytes, count, true))
        return false;
    for (size_t i = 0; i < count; i++)
        at[i] = letters[bytes[i] % (sizeof(letters) - 1)];
    return true;
}

/* Replaces the Xs before the last suffix letters. */
static int make(char *path, int suffix, int flags, claim_fn *claim)
{
    size_t length = strlen(path), count = 0, end;
    int before = errno, rc = -1;

    if (suffix < 0 || length < (size_t)suffix + 6)
        return posix_fail(EINVAL);
    end = length - (size_t)suffix;
    while (count < end && path[end - count - 1] == 'X')
        count++;
    if (count < 6)
        return posix_fail(EINVAL);
    for (int i = 0; i < TRIES && rc < 0; i++) {
        if (!fill(path + end - count, count))
            return posix_fail(EIO);
        rc = claim(path, flags);
        if (rc < 0 && errno != EEXIST)
            return -1;
    }
    if (rc >= 0)
        errno = before;
    return rc;
}

int mkstemp(char *path)
{
    return make(path, 0, 0, claim_file);
}

int mkostemp(char *path, int flags)
{
    return make(path, 0, flags, claim_file);
}

int mkstemps(char *path, int suffix)
{
    return make(path, suffix, 0, claim_file);
}

int mkostemps(char *path, int suffix, int flags)
{
    return make(path, suffix, flags, claim_file);
}

char *mkdtemp(char *path)
{
    return make(path, 0, 0, claim_dir) < 0 ? NULL : path;
}

/* An empty name says that there is none. */
char *mktemp(char *path)
{
    if (make(path, 0, 0, claim_nothing) < 0)
        *path = '\0';
    return path;
}
