# SPDX-License-Identifier: BSD-2-Clause
# How a small program is built with the SDK: set SOURCES, include this. CC is
# pith-cc and OUT the image, both from the caller.

CC ?= pith-cc
OUT ?= $(notdir $(CURDIR))

$(OUT): $(SOURCES)
	$(CC) -O2 -g -Wall -Wextra -Werror -o $@ $(SOURCES) $(LIBS)
