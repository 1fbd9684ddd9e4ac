# SPDX-License-Identifier: BSD-2-Clause
# Well-known programs, built with the SDK as a user would: ports/README.md.

PORTS := $(patsubst ports/%/recipe,%,$(wildcard ports/*/recipe))

## make ports      the programs of ports/ in build/ports/NAME/
ports: $(PORTS:%=$(B)/ports/%.stamp)
$(B)/ports/%.stamp: ports/%/recipe ports/build $(SDK_STAMP)
	$(call say,PORT,$*)
	$(Q)$(DEPS) port-tools && $(DEPS) ports $*
	$(Q)ports/build $*
	@touch $@
.PHONY: ports
