# SPDX-License-Identifier: BSD-2-Clause
sources := core.c interface.c address.c input.c output.c frame.c timers.c \
           ticks.c tcp_timer.c config.c hostname.c random.c sock.c sock_options.c \
           sock_tcp.c tcp_accept.c tcp_recv.c tcp_send.c sock_udp.c resolve.c
uses := lib arch mm xen kernel
headers := sock.h
# lwIP's names for what its own timers.c would supply.
exports := sys_timeouts_init tcp_timer_needed
# Part of the room runs in upcalls, which leave vector registers alone; lwIP
# reads headers through pointers of other types.
flags := -mgeneral-regs-only -fno-strict-aliasing
vendor := $(addprefix $(LWIP)/src/core/,def.c dns.c inet_chksum.c init.c \
    ip.c mem.c memp.c netif.c pbuf.c tcp.c tcp_in.c tcp_out.c udp.c) \
    $(addprefix $(LWIP)/src/core/ipv4/,dhcp.c etharp.c icmp.c ip4.c \
    ip4_addr.c ip4_frag.c) $(LWIP)/src/netif/ethernet.c
