# SPDX-License-Identifier: BSD-2-Clause
sources := vfs.c path.c resolve.c ramtree.c ramfs.c ramfile.c ramopen.c \
           ramshare.c ramadd.c unpack.c archive.c cpio.c tar.c devfs.c devblk.c ttyfile.c
uses := lib boot mm kernel
headers := file.h vfs.h
