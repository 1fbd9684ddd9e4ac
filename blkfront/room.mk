# SPDX-License-Identifier: BSD-2-Clause
sources := connect.c io.c pool.c request.c worker.c
uses := lib arch mm xen kernel xenstore
headers :=
