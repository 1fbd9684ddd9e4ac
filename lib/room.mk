sources := string.c copy.c format.c parse.c cmdline.c log.c panic.c heapq.c \
           bitmap.c errno.c drbg.c jitter.c
uses :=
headers := bitmap.h cmdline.h compiler.h drbg.h errno.h format.h heapq.h jitter.h list.h \
           log.h panic.h parse.h ringidx.h room.h string.h
# The functions that memcpy and its kin are made of must not become calls to
# themselves.
flags := -fno-builtin -fno-tree-loop-distribute-patterns
