# SPDX-License-Identifier: BSD-2-Clause
# Pith. `make help` lists the targets. Each room is a folder with a room.mk.

ROOMS := lib arch/x86_64 boot mm xen kernel xenstore netfront blkfront \
         control net fs posix
APPS := $(patsubst apps/%/Makefile,%,$(wildcard apps/*/Makefile))
APP ?= httpd
XEN ?= 4.20

B := build
SDK := $(B)/sdk
DEPS := tools/deps

all:

# --- what comes from outside, by tools/deps.lock ---------------------------
$(B)/deps.mk: tools/deps.lock $(DEPS) tools/build-newlib \
        $(wildcard tools/depslib/*.py tools/patches/*/*)
	@mkdir -p $(B)
	$(DEPS) host
	$(DEPS) linked
	tools/build-newlib $(B)/newlib
	@echo "XEN_HEADERS := $$($(DEPS) path xen-headers)" > $@.tmp
	@echo "LWIP := $$($(DEPS) path lwip)" >> $@.tmp
	@echo "NEWLIB := $$($(DEPS) path newlib)/newlib" >> $@.tmp
	@mv $@.tmp $@

NO_DEPS_GOALS := help clean distclean
ifeq ($(filter-out $(NO_DEPS_GOALS),$(or $(MAKECMDGOALS),all)),)
else
include $(B)/deps.mk
endif

# V=1 shows whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1) $(2)")

# --- flags -------------------------------------------------------------------
CC := gcc
AR := ar
OBJCOPY := objcopy
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
        -Wshadow -Wvla -Wno-unused-parameter
# Code that becomes part of an image, the program's own code too.
TARGET_FLAGS := -m64 -march=x86-64 -mno-red-zone -fpie \
        -fcf-protection=none -fstack-clash-protection \
        -fstack-protector-strong -mstack-protector-guard=global \
        -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
        -ffunction-sections -fdata-sections -fno-common
ROOM_FLAGS := -std=gnu11 -O2 -g $(WARN) $(TARGET_FLAGS) -nostdinc \
        -isystem $(shell $(CC) -print-file-name=include) \
        -Iinclude -isystem $(XEN_HEADERS) \
        -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ \
        -ffile-prefix-map=$(CURDIR)=. -MMD -MP
KERNEL_FLAGS := -ffreestanding -mgeneral-regs-only
LIBC_FLAGS := -Iposix/include -isystem $(B)/newlib/include -Inet/include \
        -isystem $(LWIP)/src/include -D_GNU_SOURCE -D__pith__
LIBC_ROOMS := net fs posix
# Upcalls and faults run these rooms and files: general registers only, and
# memcpy and so on from lib/, under names that leave C's to posix/string/, which
# uses vectors.
GENERAL_ROOMS := $(filter-out fs posix,$(ROOMS))
GENERAL_FILES := fs/ramshare posix/timerfd posix/sigpost posix/expiry \
        posix/itimer posix/ptimer
GENERAL_NAMES := lib/names.syms
is_general = $(filter $(foreach d,obj obj-checks,\
    $(GENERAL_ROOMS:%=$(B)/$(d)/%/%) $(GENERAL_FILES:%=$(B)/$(d)/%.o)),$@)
general_flags = $(if $(is_general),-mgeneral-regs-only)
rename = $(if $(is_general),$(Q)$(OBJCOPY) --redefine-syms=$(GENERAL_NAMES) $@)

# --- rooms ---------------------------------------------------------------------
# room.mk sets: sources, uses (rooms), headers (contracts it implements), and
# optionally: flags (for its own files), vendor (source files outside the tree).
define room_rules
sources :=
vendor :=
flags :=
include $(1)/room.mk
$(1)_objects := $$(addprefix $(B)/obj/$(1)/,$$(addsuffix .o,$$(basename \
    $$(sources)))) $$(addprefix $(B)/obj/$(1)/vendor/,$$(addsuffix .o,\
    $$(basename $$(notdir $$(vendor)))))
$(1)_flags := $$(flags) \
    $(if $(filter $(1),$(LIBC_ROOMS)),$(LIBC_FLAGS),$(KERNEL_FLAGS))
OBJECTS += $$($(1)_objects)
room-$(1): $$($(1)_objects)
.PHONY: room-$(1)
$(call compile_rules,$(1),$(B)/obj,)
$(call compile_rules,$(1),$(B)/obj-checks,-DCONFIG_CHECKS=1)
$$(foreach v,$$(vendor),$$(eval $$(call vendor_rule,$(1),$$(v))))
endef
define compile_rules
$(2)/$(1)/%.o: $(1)/%.c $(1)/room.mk Makefile
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$$(CC) $$(ROOM_FLAGS) $(3) $$($(1)_flags) $$(general_flags) \
	    -c -o $$@ $$<
	$$(rename)
$(2)/$(1)/%.o: $(1)/%.S $(1)/room.mk Makefile
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$$(CC) $$(ROOM_FLAGS) $(3) $$($(1)_flags) -D__ASSEMBLY__ -c -o $$@ $$<
endef
define vendor_rule
$(B)/obj/$(1)/vendor/$(basename $(notdir $(2))).o: $(2) $(1)/room.mk Makefile
	@mkdir -p $$(@D)
	$$(call say,CC,$$(notdir $$<))
	$$(Q)$$(CC) $$(ROOM_FLAGS) $$($(1)_flags) -w -c -o $$@ $$<
	$$(rename)
endef
all: sdk apps
ifneq ($(XEN_HEADERS),)
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))
# The check build: our own files once more; what is vendored serves both.
OBJECTS_CHECKS := $(foreach o,$(OBJECTS),$(if $(findstring /vendor/,$(o)),$(o),\
    $(o:$(B)/obj/%=$(B)/obj-checks/%)))
-include $(OBJECTS:.o=.d) $(OBJECTS_CHECKS:.o=.d)
endif

include tools/sdk/sdk.mk
include ports/ports.mk
include test/test.mk

# --- targets -------------------------------------------------------------------
APP_IMAGES := $(foreach a,$(APPS),$(B)/apps/$(a)/$(a))
apps: $(APP_IMAGES)
define app_rule
$(B)/apps/$(1)/$(1): $(wildcard apps/$(1)/*) $(SDK_STAMP)
	@mkdir -p $$(@D)
	$$(call say,APP,$(1))
	$$(Q)$$(MAKE) -s -B -C apps/$(1) CC=$(CURDIR)/$(SDK)/bin/pith-cc \
	    OUT=$(CURDIR)/$$@
endef
$(foreach a,$(APPS),$(eval $(call app_rule,$(a))))

help:
	@sed -n 's/^## //p' Makefile tools/sdk/sdk.mk ports/ports.mk test/test.mk
## make            the SDK in build/sdk and the images build/apps/NAME/NAME
## make clean      removes build/
## make distclean  also the cache of downloads and builds
clean:
	rm -rf $(B)
distclean: clean
	$(DEPS) clean
.PHONY: all apps help clean distclean
.DELETE_ON_ERROR:
