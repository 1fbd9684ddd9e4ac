sources := init.c ranges.c page.c slab.c cache.c large.c heap.c map.c stack.c \
           reclaim.c poison.c balloon.c area.c area_pages.c area_tree.c
uses := lib arch boot
headers := page.h balloon.h map.h heap.h area.h
