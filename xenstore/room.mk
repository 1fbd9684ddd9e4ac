# SPDX-License-Identifier: BSD-2-Clause
sources := client.c stream.c wire.c ops.c txn.c watch.c path.c bus.c handshake.c
uses := lib arch mm xen kernel
headers := xenstore.h xenbus.h
