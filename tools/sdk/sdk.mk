# SPDX-License-Identifier: BSD-2-Clause
# The SDK in build/sdk: what `make install` copies and what apps/ are built
# with. Composition: tools/sdk/drivers_*.c say which drivers serve a class.

SDK_LIB := $(SDK)/lib/pith
SDK_STAMP := $(B)/sdk.stamp
COMPOSE := $(patsubst tools/sdk/%.c,$(B)/obj/sdk/%.o,\
    $(wildcard tools/sdk/*.c))
PREFIX ?= /usr/local

$(B)/obj/sdk/%.o: tools/sdk/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ROOM_FLAGS) $(KERNEL_FLAGS) -c -o $@ $<
	$(Q)$(OBJCOPY) --redefine-syms=$(GENERAL_NAMES) $@

# malloc of `pith-cc --debug-heap`: an object before libpith.a, not in it.
DEBUG_HEAP := %/debugheap.o %/debugmalloc.o
$(SDK_LIB)/libpith.a: $(filter-out $(DEBUG_HEAP),$(OBJECTS)) $(COMPOSE)
$(SDK_LIB)/libpith-checks.a: $(filter-out $(DEBUG_HEAP),$(OBJECTS_CHECKS)) \
        $(COMPOSE)
$(SDK_LIB)/libpith.a $(SDK_LIB)/libpith-checks.a:
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^
	@# Of two functions of one name a program would get the first it meets.
	$(Q)nm -g --defined-only $@ | awk '$$2 ~ /^[TDBRC]$$/ && there[$$3]++ \
	    { print "$@: " $$3 " is defined twice"; bad = 1 } END { exit bad }'

$(SDK_LIB)/debug-heap.o: $(filter $(DEBUG_HEAP),$(OBJECTS))
	@mkdir -p $(@D)
	$(Q)$(LD) -r -o $@ $^

SDK_TOOLS := ar ranlib strip nm objcopy objdump readelf size addr2line
# Libraries of Unix whose functions libpith.a and libc.a have: empty ones.
SDK_EMPTY := pthread rt dl util resolv xnet
SDK_SOURCES := $(wildcard tools/sdk/*) tools/ksyms tools/pith-run boot/pith.lds \
    $(wildcard posix/include/*.h posix/include/*/*.h test/lab/* \
    test/lab/dom0/*)
$(SDK_STAMP): $(SDK_LIB)/libpith.a $(SDK_LIB)/libpith-checks.a \
        $(SDK_LIB)/debug-heap.o \
        $(SDK_SOURCES) tools/sdk/sdk.mk Makefile
	$(call say,SDK,$(SDK))
	@mkdir -p $(SDK)/bin $(SDK)/share
	$(Q)rm -rf $(SDK)/include/pith && mkdir -p $(SDK)/include/pith
	$(Q)cp -r $(B)/newlib/include $(SDK)/include/pith/newlib
	$(Q)cp -r posix/include/. $(SDK)/include/pith/
	$(Q)tools/sdk/thin-libc $(B)/newlib/lib/libc.a $(SDK_LIB)/libpith.a \
	    $(SDK_LIB)/libc.a
	$(Q)cp $(B)/newlib/lib/libm.a boot/pith.lds tools/ksyms $(SDK_LIB)/
	$(Q)echo "$(TARGET_FLAGS)" > $(SDK_LIB)/cflags
	$(Q)printf '%s\n' $(ROOT_SYMBOLS) > $(SDK_LIB)/roots
	$(Q)cp tools/sdk/link.sh tools/sdk/hints $(SDK_LIB)/
	$(Q)for l in $(SDK_EMPTY); do rm -f $(SDK_LIB)/lib$$l.a && \
	    $(AR) rcD $(SDK_LIB)/lib$$l.a; done
	$(Q)install -m 755 tools/sdk/pith-cc $(SDK)/bin/pith-cc
	$(Q)install -m 755 tools/pith-run $(SDK)/bin/pith
	$(Q)rm -rf $(SDK)/share/pith && mkdir -p $(SDK)/share/pith/tools \
	    $(SDK)/share/pith/cmake/Platform
	$(Q)cp -r test/lab $(SDK)/share/pith/lab
	$(Q)cp -r tools/deps tools/depslib tools/deps.lock tools/patches \
	    tools/pith-core $(SDK)/share/pith/tools/
	$(Q)cp tools/sdk/config.site tools/sdk/toolchain.cmake \
	    tools/sdk/meson-cross.ini $(SDK)/share/pith/
	$(Q)cp tools/sdk/Pith.cmake $(SDK)/share/pith/cmake/Platform/
	$(Q)for n in gcc cc g++; do \
	    ln -sf pith-cc $(SDK)/bin/x86_64-pith-elf-$$n; done
	$(Q)for t in $(SDK_TOOLS); do rm -f $(SDK)/bin/x86_64-pith-elf-$$t; \
	    install -m 755 tools/sdk/tool $(SDK)/bin/x86_64-pith-elf-$$t; done
	$(Q)install -m 755 tools/sdk/pkg-config \
	    $(SDK)/bin/x86_64-pith-elf-pkg-config
	@touch $@

# Rooms in every image although nothing in the program names them.
ROOT_SYMBOLS := boot_entry room_program room_control

sdk: $(SDK_STAMP)
## make install PREFIX=p   the SDK as p/bin, p/lib/pith, p/include/pith
install: sdk
	mkdir -p $(DESTDIR)$(PREFIX)
	cp -R $(SDK)/. $(DESTDIR)$(PREFIX)/
.PHONY: sdk install
