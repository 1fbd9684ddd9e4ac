# SPDX-License-Identifier: BSD-2-Clause
sources := watch.c shutdown.c suspend.c sysrq.c vcpu.c watchdog.c balloon.c
uses := lib arch mm xen kernel xenstore
headers :=
