sources := init.c ranges.c page.c slab.c large.c heap.c map.c
uses := lib arch boot
headers := page.h map.h heap.h
