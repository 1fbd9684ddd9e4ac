/* SPDX-License-Identifier: BSD-2-Clause */
/* net/frame.c: headers of any shape and length, and the sum left to a peer. */
/* sources: net/frame.c */
/* flags: -Inet/include -isystem $(LWIP)/src/include */
#include "../../net/private.h"
#include "test.h"
#include <pith/errno.h>

#define IP 14
#define UDP 17
#define TCP 6

/* An IPv4 frame from 10.0.0.2 to 10.0.0.1, payload bytes after the header. */
static size_t make(uint8_t *frame, uint8_t protocol, unsigned ip_bytes,
                   unsigned payload)
{
    unsigned total = ip_bytes + payload;

    memset(frame, 0, IP + total);
    frame[12] = 0x08;
    frame[IP] = 0x40 | ip_bytes / 4;
    frame[IP + 2] = total >> 8;
    frame[IP + 3] = total & 0xff;
    frame[IP + 9] = protocol;
    memcpy(frame + IP + 12, "\x0a\x00\x00\x02\x0a\x00\x00\x01", 8);
    return IP + total;
}

/* RFC 1071: the folded sum over length bytes at data, and sum. */
static uint16_t add_up(const uint8_t *data, size_t length, uint32_t sum)
{
    for (size_t i = 0; i < length; i++)
        sum += i & 1 ? data[i] : data[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

TEST(frame_inspect_reads_udp)
{
    uint8_t frame[100];
    struct frame_info info;
    size_t length = make(frame, UDP, 20, 30);

    frame[IP + 20 + 2] = 0;
    frame[IP + 20 + 3] = 68;
    frame_inspect(frame, length, &info);
    CHECK(info.ipv4 && !info.arp && !info.fragment);
    CHECK_EQ(info.protocol, UDP);
    CHECK_EQ(info.l4_offset, IP + 20);
    CHECK_EQ(info.dest_port, 68);
}

TEST(frame_inspect_knows_fragments)
{
    uint8_t frame[100];
    struct frame_info info;
    size_t length = make(frame, UDP, 20, 30);

    frame[IP + 6] = 0x40; /* don't fragment: is none */
    frame_inspect(frame, length, &info);
    CHECK(!info.fragment);
    frame[IP + 6] = 0x20; /* the first of several */
    frame_inspect(frame, length, &info);
    CHECK(info.fragment);
    frame[IP + 6] = 0;
    frame[IP + 7] = 1; /* a later one has no ports */
    frame[IP + 20 + 3] = 68;
    frame_inspect(frame, length, &info);
    CHECK(info.fragment);
    CHECK_EQ(info.dest_port, 0);
}

TEST(frame_inspect_reads_no_further_than_it_may)
{
    struct frame_info info;

    /* ASan watches the end of each block. */
    for (unsigned ip_bytes = 0; ip_bytes <= 60; ip_bytes += 4)
        for (size_t length = 0; length < 90; length++) {
            uint8_t whole[100], *cut = malloc(length + 1);

            make(whole, TCP, ip_bytes, 0);
            whole[IP] = 0x40 | ip_bytes / 4;
            memcpy(cut, whole, length);
            frame_inspect(cut, length, &info);
            if (info.ipv4) {
                CHECK(ip_bytes >= 20 && length >= IP + ip_bytes);
                frame_blank_checksum(cut, length, &info);
            }
            free(cut);
        }
}

TEST(frame_blank_checksum_is_completed_by_a_peer)
{
    uint8_t frame[200];
    struct frame_info info;
    size_t length = make(frame, UDP, 20, 31);
    uint8_t *udp = frame + IP + 20;
    uint16_t pseudo, whole;

    for (int i = 8; i < 31; i++)
        udp[i] = i * 7;
    pseudo = add_up(frame + IP + 12, 8, UDP + 31);
    whole = add_up(udp, 31, pseudo);
    frame_inspect(frame, length, &info);
    CHECK_EQ(frame_blank_checksum(frame, length, &info), 0);
    /* The peer sums from the transport header on, the field included. */
    CHECK_EQ(add_up(udp, 31, 0), whole);
}

TEST(frame_blank_checksum_counts_options_and_skips_padding)
{
    uint8_t frame[200];
    struct frame_info info;
    size_t length = make(frame, TCP, 24, 20);

    frame_inspect(frame, length, &info);
    CHECK_EQ(info.l4_offset, IP + 24);
    CHECK_EQ(frame_blank_checksum(frame, length + 6, &info), 0);
    CHECK_EQ(frame[IP + 24 + 16] << 8 | frame[IP + 24 + 17],
             0x0a00 + 0x0002 + 0x0a00 + 0x0001 + TCP + 20);
}

TEST(frame_blank_checksum_without_its_field_is_refused)
{
    uint8_t frame[200];
    struct frame_info info;
    size_t length = make(frame, TCP, 20, 17);

    frame_inspect(frame, length, &info);
    CHECK_EQ(frame_blank_checksum(frame, length, &info), -XEN_EINVAL);
}
