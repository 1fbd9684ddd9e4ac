/* SPDX-License-Identifier: BSD-2-Clause */
/* The one user and the one group: root. */

#include "private.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* Constant strings; the types are older than const. */
static char root[] = "root", none[] = "", home[] = "/", shell[] = "/bin/sh";
static char *members[] = {root, NULL};
static struct passwd the_user = {
    .pw_name = root,
    .pw_passwd = none,
    .pw_comment = none,
    .pw_gecos = root,
    .pw_dir = home,
    .pw_shell = shell,
};
static struct group the_group = {
    .gr_name = root,
    .gr_passwd = none,
    .gr_mem = members,
};

/* Where getpwent and getgrent are; exchanged as wholes. */
static bool user_told, group_told;

/* Not there is no error: NULL, and errno as it was. */
static bool is_root(const char *name)
{
    return !strcmp(name, root);
}

struct passwd *getpwnam(const char *name)
{
    return is_root(name) ? &the_user : NULL;
}

struct passwd *getpwuid(uid_t uid)
{
    return uid ? NULL : &the_user;
}

/* The strings live for ever, so the buffer only has to be as large as it would
 * have to be elsewhere. */
static int user_result(bool found, struct passwd *out, size_t size,
                       struct passwd **result)
{
    size_t need = 2 * sizeof(root) + 2 * sizeof(none) + sizeof(home) +
                  sizeof(shell);

    *result = NULL;
    if (!found)
        return 0;
    if (size < need)
        return ERANGE;
    *out = the_user;
    *result = out;
    return 0;
}

int getpwnam_r(const char *name, struct passwd *out, char *buf, size_t size,
               struct passwd **result)
{
    return user_result(is_root(name), out, size, result);
}

int getpwuid_r(uid_t uid, struct passwd *out, char *buf, size_t size,
               struct passwd **result)
{
    return user_result(uid == 0, out, size, result);
}

struct passwd *getpwent(void)
{
    return __atomic_exchange_n(&user_told, true, __ATOMIC_RELAXED) ? NULL
                                                                   : &the_user;
}

void setpwent(void)
{
    __atomic_store_n(&user_told, false, __ATOMIC_RELAXED);
}

int setpassent(int stay_open)
{
    setpwent();
    return 1;
}

void endpwent(void)
{
    setpwent();
}

struct group *getgrnam(const char *name)
{
    return is_root(name) ? &the_group : NULL;
}

struct group *getgrgid(gid_t gid)
{
    return gid ? NULL : &the_group;
}

static int group_result(bool found, struct group *out, size_t size,
                        struct group **result)
{
    size_t need = 2 * sizeof(root) + sizeof(none) + sizeof(members);

    *result = NULL;
    if (!found)
        return 0;
    if (size < need)
        return ERANGE;
    *out = the_group;
    *result = out;
    return 0;
}

int getgrnam_r(const char *name, struct group *out, char *buf, size_t size,
               struct group **result)
{
    return group_result(is_root(name), out, size, result);
}

int getgrgid_r(gid_t gid, struct group *out, char *buf, size_t size,
               struct group **result)
{
    return group_result(gid == 0, out, size, result);
}

struct group *getgrent(void)
{
    return __atomic_exchange_n(&group_told, true, __ATOMIC_RELAXED)
               ? NULL
               : &the_group;
}

void setgrent(void)
{
    __atomic_store_n(&group_told, false, __ATOMIC_RELAXED);
}

void endgrent(void)
{
    setgrent();
}

/* --- the login --- */

char *getlogin(void)
{
    return root;
}

int getlogin_r(char *name, size_t size)
{
    if (size < sizeof(root))
        return ERANGE;
    strcpy(name, root);
    return 0;
}

int getgroups(int size, gid_t groups[])
{
    if (size < 0)
        return posix_fail(EINVAL);
    return 0; /* none beside group 0 */
}
