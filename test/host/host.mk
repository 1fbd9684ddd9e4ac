# SPDX-License-Identifier: BSD-2-Clause
# Host unit tests: each NAME_test.c here becomes a program, under ASan and
# UBSan, with lib/ and with the files of its line "/* sources: a.c b.c */";
# a line "/* flags: -Dx */" adds compiler flags (with ThreadSanitizer, which
# excludes the others, lib/ is left out). The first word of a name is its room.

HOST := $(B)/host
HOST_FLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter \
    -fsanitize=address,undefined -fno-sanitize-recover=all -Iinclude \
    -isystem $(XEN_HEADERS) -DPITH_HOST_TEST \
    -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ -MMD -MP
# Our functions carry C's names: under test they get others, so that the
# sanitizers keep theirs.
LIB_RENAMED := memcpy memmove memset memcmp memchr strlen strnlen strcmp \
    strncmp strchr strrchr
HOST_RENAME := $(foreach f,$(LIB_RENAMED),-D$(f)=lib_$(f))
HOST_LIB := $(wildcard lib/*.c)

host_line = $(shell sed -n 's,^/\* $(1): \(.*\) \*/$$,\1,p' test/host/$(2).c)

HOST_TESTS := $(patsubst test/host/%.c,%,$(wildcard test/host/*_test.c))
$(HOST)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)gcc $(HOST_FLAGS) $(HOST_RENAME) -fno-builtin -c -o $@ $<
define host_rule
$(1)_sources := $(call host_line,sources,$(1))
$(1)_flags := $(call host_line,flags,$(1))
$(1)_races := $$(findstring sanitize=thread,$$($(1)_flags))
$(HOST)/$(1): test/host/$(1).c $$($(1)_sources) \
        $(HOST_LIB:%.c=$(HOST)/%.o) test/host/test.h
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$(1))
	$$(Q)gcc $(HOST_FLAGS) -MT $$@ -fno-builtin \
	    $$(if $$($(1)_races),-fno-sanitize=all,$(HOST_RENAME)) $$($(1)_flags) -o $$@ \
	    test/host/$(1).c $$($(1)_sources) \
	    $$(if $$($(1)_races),,$(HOST_LIB:%.c=$(HOST)/%.o))
endef
$(foreach t,$(HOST_TESTS),$(eval $(call host_rule,$(t))))
host-tests: $(addprefix $(HOST)/,$(HOST_TESTS))
-include $(wildcard $(HOST)/*.d $(HOST)/lib/*.d)
