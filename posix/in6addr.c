/* SPDX-License-Identifier: BSD-2-Clause */
/* The two IPv6 addresses with a name of their own. Source: POSIX.1-2017,
 * <netinet/in.h>. */

#include <netinet/in.h>

const struct in6_addr in6addr_any = IN6ADDR_ANY_INIT;
const struct in6_addr in6addr_loopback = IN6ADDR_LOOPBACK_INIT;
