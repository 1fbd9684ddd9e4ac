# SPDX-License-Identifier: BSD-2-Clause
sources := connect.c tx.c rx.c slots.c
uses := lib arch mm xen kernel xenstore
headers :=
