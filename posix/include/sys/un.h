/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets inside the guest. Who includes this has AF_UNIX in his program. */
#ifndef _SYS_UN_H
#define _SYS_UN_H

#include <sys/socket.h>

/* A path, or behind a first byte of 0 any bytes: a name of no file system. */
struct sockaddr_un {
    sa_family_t sun_family;
    char sun_path[108];
};

#define SUN_LEN(addr) \
    (__builtin_offsetof(struct sockaddr_un, sun_path) + \
     __builtin_strlen((addr)->sun_path))

#ifndef POSIX_PRIVATE_H
/* Links them: socket() finds them if they are there. */
__asm__(".globl unix_socket_create");
#endif

#endif
