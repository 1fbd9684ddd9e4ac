/* SPDX-License-Identifier: BSD-2-Clause */
/* Which event ABI serves: FIFO where Xen has it, else 2-level; or the one that
 * the command line names. */
#include "private.h"

#include <pith/errno.h>
#include <pith/log.h>
#include <pith/string.h>

/* Set while one vCPU runs. */
static struct {
    const struct evtchn_abi *wanted; /* NULL: whichever Xen has */
} choice;

const struct evtchn_abi *evtchn_abi = &evtchn_2level;

int evtchn_set_abi(const char *name)
{
    if (!strcmp(name, "auto"))
        choice.wanted = NULL;
    else if (!strcmp(name, evtchn_fifo.name))
        choice.wanted = &evtchn_fifo;
    else if (!strcmp(name, evtchn_2level.name))
        choice.wanted = &evtchn_2level;
    else
        return -XEN_EINVAL;
    return 0;
}

const char *evtchn_abi_name(void)
{
    return evtchn_abi->name;
}

int evtchn_abi_start(struct evtchn_vcpu *vcpu)
{
    int rc;

    if (vcpu->id != 0 || choice.wanted == &evtchn_2level)
        return evtchn_abi->vcpu_init(vcpu);
    rc = evtchn_fifo.vcpu_init(vcpu);
    if (!rc) {
        evtchn_abi = &evtchn_fifo;
        return evtchn_table_start();
    }
    if (choice.wanted)
        return rc;
    log_info("xen: no FIFO events (%s): 2-level", errno_name(rc));
    return evtchn_abi->vcpu_init(vcpu);
}
