sources := entry.S relocate.c main.c start_info.c memmap.c early.c
uses := lib arch
headers := bootinfo.h
