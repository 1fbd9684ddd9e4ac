# SPDX-License-Identifier: BSD-2-Clause
sources := watch.c shutdown.c suspend.c sysrq.c vcpu.c
uses := lib arch xen kernel xenstore
headers :=
