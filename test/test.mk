# SPDX-License-Identifier: BSD-2-Clause
# What runs below test/. test/run does the running and counting.

include test/host/host.mk

GUEST_TESTS := $(patsubst test/guest/%/main.c,%,\
    $(wildcard test/guest/*/main.c))
GUEST_IMAGES := $(foreach t,$(GUEST_TESTS),$(B)/test/guest/$(t)/$(t))
define guest_rule
$(B)/test/guest/$(1)/$(1): $(wildcard test/guest/$(1)/*) \
        test/guest/guest_test.h test/guest/guest_threads.h test/cases.h $(SDK_STAMP)
	@mkdir -p $$(@D)
	$$(call say,GUEST,$(1))
	$$(Q)$(SDK)/bin/pith-cc -O2 -g -Wall -Wextra -Werror -Itest/guest -Iinclude \
	    -isystem $(XEN_HEADERS) \
	    -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ \
	    $$$$(sed -n 's,^/\* cc: \(.*\) \*/$$$$,\1,p' test/guest/$(1)/main.c) \
	    -o $$@ $(wildcard test/guest/$(1)/*.c)
endef
$(foreach t,$(GUEST_TESTS),$(eval $(call guest_rule,$(t))))

C_FILES = $(shell git ls-files '*.c' '*.h')

lab:
	$(DEPS) lab
test-images: host-tests $(GUEST_IMAGES) apps
## make test       everything below test/ that CI runs; ends with a count
test: lab test-images ports
	$(DEPS) test
	test/run
## make soak       the long forms of the same tests: hours
SOAK_TIMEOUT := 7200
soak: lab test-images ports
	test/run guest system soak --soak --timeout $(SOAK_TIMEOUT)
## make check      format, layers, symbols, static analysis
check: sdk
	@echo "  CHECK format, layers, symbols, static analysis"
	@# Other versions of the formatter format otherwise.
	$(Q)if clang-format --version | grep -q 'version 14\.'; then \
	    clang-format --dry-run --Werror $(C_FILES); \
	else echo "  CHECK format: left out, needs clang-format 14"; fi
	$(Q)tools/check-layers --symbols $(B)
	$(Q)tools/posix-table --check
	$(Q)cppcheck -j2 --quiet --error-exitcode=1 --inline-suppr --std=c11 \
	    --enable=warning,portability --suppressions-list=test/cppcheck.txt \
	    -Iinclude $(filter-out test/%,$(filter %.c,$(C_FILES)))
## make conformance  the Open POSIX Test Suite; writes docs/conformance.md
conformance: lab sdk
	$(DEPS) ports posixtestsuite
	test/conformance/run
## make bench      figures beside Linux's on the same host; build/bench.json
##                 PROFILE=1: where the HTTP and disk loads spend their time
bench: lab test-images
	test/bench/bench $(if $(PROFILE),--profile)
## make run        (APP=name) on a real Xen host: the page, shown
run: lab apps
	tools/run-app $(APP) $(XEN)
.PHONY: conformance host-tests test-images test soak check bench run lab

# The benchmarks' own images.
$(B)/test/bench/%: test/bench/%.c $(wildcard test/bench/*.h) $(SDK_STAMP)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(SDK)/bin/pith-cc -O2 -Wall -Wextra -Werror -Iinclude $(bench_flags) \
	    -isystem $(XEN_HEADERS) -o $@ $<
# The frame of what calls a function is not the function's.
$(B)/test/bench/strings: bench_flags := -fomit-frame-pointer
bench: $(B)/test/bench/firstframe $(B)/test/bench/kernelops \
       $(B)/test/bench/start $(B)/test/bench/timers \
       $(B)/test/bench/strings $(B)/test/bench/cpuwork \
       $(B)/test/bench/threads

# A backend that lies, for dom0; and programs whose rings begin before 2^32.
$(B)/test/liar: $(wildcard test/liar/*.c) test/liar/liar.h
	@mkdir -p $(@D)
	$(call say,HOST,$@)
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -D_GNU_SOURCE -static \
	    -isystem $(XEN_HEADERS) -o $@ $(filter %.c,$^)
$(B)/test/stream: test/system/stream.c
	@mkdir -p $(@D)
	$(call say,HOST,$@)
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -static -o $@ $<
WRAP_IMAGES := $(B)/test/wrap/httpd-wrap $(B)/test/wrap/blkcheck-wrap
$(B)/test/wrap/%-wrap: test/system/wrap.c $(SDK_STAMP) \
        $(wildcard apps/httpd/*.[ch] apps/blkcheck/*.c)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(SDK)/bin/pith-cc -O2 -Wl,--wrap=front_ring_init -Iinclude \
	    -isystem $(XEN_HEADERS) -o $@ $< apps/$*/*.c
$(B)/test/readall: test/system/readall.c $(SDK_STAMP)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(SDK)/bin/pith-cc -O2 -Wall -Wextra -Werror -Iinclude \
	    -isystem $(XEN_HEADERS) -o $@ $<
$(B)/test/vcpus $(B)/test/termios $(B)/test/migrate $(B)/test/program $(B)/test/commands: $(B)/test/%: test/system/%.c $(SDK_STAMP)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(SDK)/bin/pith-cc -O2 -Wall -Wextra -Werror -Iinclude \
	    -isystem $(XEN_HEADERS) -o $@ $<
test-images: $(B)/test/vcpus $(B)/test/termios $(B)/test/migrate $(B)/test/program $(B)/test/commands
test-images: $(B)/test/stream $(B)/test/liar $(B)/test/readall $(WRAP_IMAGES)

# For test/machine/debug.py.
$(B)/test/debuggee: test/machine/debuggee.c $(SDK_STAMP)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(SDK)/bin/pith-cc -O2 -g -Wall -Wextra -Werror -Iinclude \
	    -isystem $(XEN_HEADERS) -o $@ $<
$(B)/test/fewpages.so: test/machine/fewpages.c
	@mkdir -p $(@D)
	$(call say,HOST,$@)
	$(Q)$(CC) -O2 $(WARN) -shared -fPIC -nostdlib -o $@ $<
test-images: $(B)/test/debuggee $(B)/test/fewpages.so
