# SPDX-License-Identifier: BSD-2-Clause
sources := wire.c stream.c receive.c client.c ops.c txn.c watch.c path.c \
           handshake.c bus.c ready.c suspend.c
uses := lib arch mm xen kernel
headers := xenstore.h xenbus.h
