sources := init.c hypercall.c physmap.c info.c evtchn.c evtchn_table.c \
           evtchn_deliver.c evtchn_abi.c evtchn_2level.c evtchn_fifo.c \
           evtchn_throttle.c upcall.c \
           grant.c ring.c console.c emergency.c pvclock.c clock.c shutdown.c \
           suspend.c \
           poweroff.c acpi_s5.c
uses := lib arch boot mm
headers := hypercall.h xeninfo.h evtchn.h grant.h ring.h console.h clock.h \
           shutdown.h suspend.h
