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

$(SDK_LIB)/libpith.a: $(OBJECTS) $(COMPOSE)
$(SDK_LIB)/libpith-checks.a: $(OBJECTS_CHECKS) $(COMPOSE)
$(SDK_LIB)/libpith.a $(SDK_LIB)/libpith-checks.a:
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

SDK_TOOLS := ar ranlib strip nm objcopy
SDK_SOURCES := tools/sdk/pith-cc tools/sdk/thin-libc tools/ksyms tools/pith-run boot/pith.lds \
    $(wildcard posix/include/*.h posix/include/*/*.h test/lab/* \
    test/lab/dom0/*)
$(SDK_STAMP): $(SDK_LIB)/libpith.a $(SDK_LIB)/libpith-checks.a \
        $(SDK_SOURCES) tools/sdk/sdk.mk Makefile
	$(call say,SDK,$(SDK))
	@mkdir -p $(SDK)/bin $(SDK)/include/pith $(SDK)/share
	$(Q)cp -r $(B)/newlib/include/. $(SDK)/include/pith/
	$(Q)cp -r posix/include/. $(SDK)/include/pith/
	$(Q)tools/sdk/thin-libc $(B)/newlib/lib/libc.a $(SDK_LIB)/libpith.a \
	    $(SDK_LIB)/libc.a
	$(Q)cp $(B)/newlib/lib/libm.a boot/pith.lds tools/ksyms $(SDK_LIB)/
	$(Q)echo "$(TARGET_FLAGS)" > $(SDK_LIB)/cflags
	$(Q)printf '%s\n' $(ROOT_SYMBOLS) > $(SDK_LIB)/roots
	$(Q)install -m 755 tools/sdk/pith-cc $(SDK)/bin/pith-cc
	$(Q)install -m 755 tools/pith-run $(SDK)/bin/pith
	$(Q)rm -rf $(SDK)/share/pith && mkdir -p $(SDK)/share/pith/tools
	$(Q)cp -r test/lab $(SDK)/share/pith/lab
	$(Q)cp -r tools/deps tools/depslib tools/deps.lock tools/patches \
	    $(SDK)/share/pith/tools/
	$(Q)ln -sf pith-cc $(SDK)/bin/x86_64-pith-elf-gcc
	$(Q)for t in $(SDK_TOOLS); do \
	    ln -sf "$$(command -v $$t)" $(SDK)/bin/x86_64-pith-elf-$$t; done
	@touch $@

# Rooms in every image although nothing in the program names them.
ROOT_SYMBOLS := boot_entry room_program room_control

sdk: $(SDK_STAMP)
## make install PREFIX=p   the SDK as p/bin, p/lib/pith, p/include/pith
install: sdk
	mkdir -p $(PREFIX)
	cp -r $(SDK)/. $(PREFIX)/
.PHONY: sdk install
