# SPDX-License-Identifier: BSD-2-Clause
sources := shutdown.c
uses := lib arch xen kernel xenstore
headers :=
