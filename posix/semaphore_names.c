/* SPDX-License-Identifier: BSD-2-Clause */
/* Named semaphores: one list in the image. One that is unlinked stays for
 * those who have it open. */

#include "private.h"
#include <errno.h>
#include <limits.h>
#include <pith/heap.h>
#include <pith/list.h>
#include <pith/mutex.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>

struct named {
    struct list link;
    sem_t sem;
    unsigned opens;
    char name[]; /* empty: unlinked */
};

/* lock protects all of it. */
static struct {
    struct mutex lock;
    struct list all;
} names = {MUTEX_INIT(names.lock), LIST_INIT(names.all)};

static struct named *find_locked(const char *name)
{
    struct named *named;

    list_for_each (named, &names.all, link)
        if (!strcmp(named->name, name))
            return named;
    return NULL;
}

static int make_locked(const char *name, unsigned value, struct named **out)
{
    struct named *named;

    if (value > SEM_VALUE_MAX)
        return EINVAL;
    named = heap_zalloc(sizeof(*named) + strlen(name) + 1);
    if (!named)
        return ENOMEM;
    strcpy(named->name, name);
    named->sem.__state = value;
    list_push_back(&names.all, &named->link);
    *out = named;
    return 0;
}

static int check_name(const char *name)
{
    size_t length = strlen(name);

    if (length > NAME_MAX)
        return ENAMETOOLONG;
    return length < 2 || name[0] != '/' || strchr(name + 1, '/') ? EINVAL : 0;
}

sem_t *sem_open(const char *name, int flags, ...)
{
    int err = check_name(name);
    struct named *named = NULL;
    unsigned value = 0;
    va_list args;

    if (flags & O_CREAT) {
        va_start(args, flags);
        (void)va_arg(args, int); /* the mode */
        value = va_arg(args, unsigned);
        va_end(args);
    }
    mutex_lock(&names.lock);
    if (!err)
        named = find_locked(name);
    if (!err && !named)
        err = flags & O_CREAT ? make_locked(name, value, &named) : ENOENT;
    else if (!err && flags & O_CREAT && flags & O_EXCL)
        err = EEXIST;
    if (!err)
        named->opens++;
    mutex_unlock(&names.lock);
    if (!err)
        return &named->sem;
    errno = err;
    return SEM_FAILED;
}

static void free_unused_locked(struct named *named)
{
    if (named->opens || named->name[0])
        return;
    list_remove(&named->link);
    heap_free(named);
}

int sem_close(sem_t *sem)
{
    struct named *named;
    int err = EINVAL;

    mutex_lock(&names.lock);
    list_for_each (named, &names.all, link)
        if (&named->sem == sem && named->opens) {
            named->opens--;
            free_unused_locked(named);
            err = 0;
            break;
        }
    mutex_unlock(&names.lock);
    return err ? posix_fail(err) : 0;
}

int sem_unlink(const char *name)
{
    int err = check_name(name);
    struct named *named;

    if (err)
        return posix_fail(err == EINVAL ? ENOENT : err);
    mutex_lock(&names.lock);
    named = find_locked(name);
    if (named) {
        named->name[0] = '\0';
        free_unused_locked(named);
    }
    mutex_unlock(&names.lock);
    return named ? 0 : posix_fail(ENOENT);
}
