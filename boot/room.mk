sources := entry.S main.c start_info.c memmap.c early.c
uses := lib arch
headers := bootinfo.h
