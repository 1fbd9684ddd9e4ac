sources := init.c ranges.c page.c slab.c large.c heap.c map.c area.c area_pages.c \
           area_tree.c
uses := lib arch boot
headers := page.h map.h heap.h area.h
