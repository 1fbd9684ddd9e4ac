/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network of two: pings the guest and checks what comes back, which takes a
 * frame through each ring. The guest is 10.9.0.2, we are 10.9.0.1.
 * Source: xen/io/netif.h; RFC 826, 792.
 */
#include "liar.h"

#include <stdio.h>
#include <string.h>
#include <xen/io/netif.h>

#define RING_SLOTS 256
#define PAYLOAD_BYTES 1000u
#define PINGS_AFTER 60 /* where the guest must go on */
#define ANSWER_S 3.0
#define SILENCE_S 3.0
#define CLOSE_S 5.0

static const uint8_t our_mac[6] = {0, 0x16, 0x3e, 9, 0, 1};
static const uint8_t our_ip[4] = {10, 9, 0, 1}, guest_ip[4] = {10, 9, 0, 2};

struct ping {
    uint8_t to[6], from[6], type[2];
    uint8_t ip[20];
    uint8_t icmp[8];
    uint8_t payload[PAYLOAD_BYTES];
};

struct arp {
    uint8_t to[6], from[6], type[2];
    uint8_t head[8];
    uint8_t from_mac[6], from_ip[4], to_mac[6], to_ip[4];
    uint8_t pad[18];
};

static struct {
    struct ring tx, rx;
    struct ping sent;
    bool answered;
} vif;

/* RFC 1071. */
static void checksum(const uint8_t *data, size_t bytes, uint8_t *out)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < bytes; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    out[0] = (uint8_t)(~sum >> 8);
    out[1] = (uint8_t)~sum;
}

static void make_ping(const struct liar *liar, unsigned number)
{
    struct ping *p = &vif.sent;
    const uint16_t bytes = sizeof(*p) - 14;
    char mac[20];

    memset(p, 0, sizeof(*p));
    if (!xs_get(liar->front, "mac", mac, sizeof(mac)) ||
        sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &p->to[0], &p->to[1],
               &p->to[2], &p->to[3], &p->to[4], &p->to[5]) != 6)
        die("the guest's mac");
    memcpy(p->from, our_mac, 6);
    p->type[0] = 8; /* IPv4 */
    memcpy(p->ip, (uint8_t[]){0x45, 0, bytes >> 8, bytes & 255}, 4);
    p->ip[8] = 64; /* time to live */
    p->ip[9] = 1;  /* ICMP */
    memcpy(p->ip + 12, our_ip, 4);
    memcpy(p->ip + 16, guest_ip, 4);
    checksum(p->ip, sizeof(p->ip), p->ip + 10);
    p->icmp[0] = 8; /* echo request */
    p->icmp[6] = (uint8_t)(number >> 8);
    p->icmp[7] = (uint8_t)number;
    for (unsigned i = 0; i < PAYLOAD_BYTES; i++)
        p->payload[i] = (uint8_t)(i * 7 + number * 13);
    checksum(p->icmp, sizeof(p->icmp) + PAYLOAD_BYTES, p->icmp + 2);
}

static void twist_rx(enum lie lie, struct netif_rx_response *rsp)
{
    struct netif_rx_request other;

    switch (lie) {
    case RSP_PROD:
        vif.rx.rsp_prod += 1000;
        break;
    case ID_UNKNOWN:
        rsp->id = 60000;
        break;
    case ID_IDLE: /* the frontend has not posted that many */
        rsp->id = 255;
        break;
    case ID_TWICE: /* both in one push, or it is in flight again */
        if (ring_take(&vif.rx, &other, sizeof(other)))
            ring_put(&vif.rx, rsp, sizeof(*rsp));
        break;
    case NEGATIVE:
        rsp->status = -1;
        break;
    case OFFSET:
        rsp->offset = 4000;
        break;
    case HUGE_STATUS:
        rsp->status = 0x7fff;
        break;
    case EXTRA_INFO:
        rsp->flags |= NETRXF_extra_info;
        break;
    case MORE_DATA:
        rsp->flags |= NETRXF_more_data;
        break;
    default:
        break;
    }
}

static void send_frame(const struct liar *liar, const void *frame, size_t bytes,
                       enum lie lie)
{
    struct netif_rx_response rsp = {.status = (int16_t)bytes};
    struct netif_rx_request req;

    if (!ring_take(&vif.rx, &req, sizeof(req)))
        return; /* no buffer: lost, as frames are */
    /* After a lie the frontend may take its pages back at any time. */
    if (!grant_write(req.gref, 0, frame, bytes) && !liar->lied)
        die("frame for grant %u: Xen does not copy", req.gref);
    rsp.id = req.id;
    twist_rx(lie, &rsp);
    ring_put(&vif.rx, &rsp, sizeof(rsp));
    ring_push(&vif.rx);
}

static void send_arp_request(const struct liar *liar)
{
    struct arp arp = {.to = {255, 255, 255, 255, 255, 255},
                      .type = {8, 6},
                      .head = {0, 1, 8, 0, 6, 4, 0, 1}};

    memcpy(arp.from, our_mac, 6);
    memcpy(arp.from_mac, our_mac, 6);
    memcpy(arp.from_ip, our_ip, 4);
    memcpy(arp.to_ip, guest_ip, 4);
    send_frame(liar, &arp, sizeof(arp), HONEST);
}

static void look_at(const struct ping *got, size_t bytes)
{
    if (bytes < sizeof(*got) || got->type[0] != 8 || got->type[1] != 0 ||
        got->ip[9] != 1 || got->icmp[0] != 0 ||
        memcmp(got->icmp + 6, vif.sent.icmp + 6, 2))
        return;
    if (memcmp(got->payload, vif.sent.payload, PAYLOAD_BYTES))
        die("the answer to a ping has other data");
    vif.answered = true;
}

static void twist_tx(struct liar *liar, struct netif_tx_response *rsp)
{
    static uint16_t id_before;

    if (!liar->lied)
        id_before = rsp->id;
    else if (liar->lie == TX_RSP_PROD)
        vif.tx.rsp_prod += 1000;
    else if (liar->lie == TX_ID_UNKNOWN)
        rsp->id = 60000;
    else if (liar->lie == TX_ID_TWICE)
        rsp->id = id_before;
}

/* Takes what the guest has sent. */
static void take_frames(struct liar *liar)
{
    static union {
        struct ping ping;
        char bytes[4096];
    } frame;
    struct netif_tx_request req;

    while (ring_take(&vif.tx, &req, sizeof(req))) {
        struct netif_tx_response rsp = {.id = req.id, .status = NETIF_RSP_OKAY};

        if (!liar->lied &&
            (req.offset + req.size > sizeof(frame) ||
             !grant_read(req.gref, req.offset, &frame, req.size)))
            die("frame from grant %u, %u+%u: Xen does not copy", req.gref,
                req.offset, req.size);
        if (!liar->lied)
            look_at(&frame.ping, req.size);
        twist_tx(liar, &rsp);
        ring_put(&vif.tx, &rsp, sizeof(rsp));
        ring_push(&vif.tx);
    }
    ring_arm(&vif.tx);
}

static void ping(struct liar *liar, unsigned number, enum lie lie)
{
    double end = now_s() + ANSWER_S;

    make_ping(liar, number);
    vif.answered = false;
    send_frame(liar, &vif.sent, sizeof(vif.sent), lie);
    do {
        for (int i = 0; liar->lie == STORM && i < 500; i++)
            channel_notify();
        channel_wait(100);
        take_frames(liar);
    } while (!vif.answered && lie == HONEST && now_s() < end &&
             front_state(liar) == XenbusStateConnected);
}

/* The guest must answer all of them. */
static void ping_honestly(struct liar *liar, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        ping(liar, i, HONEST);
        if (!vif.answered)
            die("ping %u was not answered; the frontend's state is %u", i,
                front_state(liar));
    }
}

/* The first frames are lost while the guest takes the link up. */
static void greet(struct liar *liar)
{
    double end = now_s() + 10;

    do {
        if (now_s() > end)
            die("the guest does not answer");
        send_arp_request(liar);
        make_ping(liar, 0xffff);
        vif.answered = false;
        send_frame(liar, &vif.sent, sizeof(vif.sent), HONEST);
        channel_wait(50);
        take_frames(liar);
    } while (!vif.answered);
}

/* Until the frontend closes, on with it, as a lie about what was sent shows
 * only when the guest wants to send more. */
static void lie(struct liar *liar)
{
    double end = now_s() + CLOSE_S;

    liar->lied = true;
    for (unsigned i = 0;
         front_state(liar) == XenbusStateConnected && now_s() < end; i++)
        ping(liar, liar->after + i, liar->lie);
    if (front_state(liar) == XenbusStateConnected)
        die("the frontend swallowed the lie");
}

static void stay_silent(struct liar *liar)
{
    double end = now_s() + SILENCE_S;

    while (now_s() < end)
        channel_wait(100);
    if (front_state(liar) != XenbusStateConnected)
        die("the frontend closed");
}

void vif_serve(struct liar *liar)
{
    channel_open(liar);
    ring_attach(&vif.tx, liar, "tx-ring-ref",
                sizeof(union netif_tx_sring_entry), RING_SLOTS);
    ring_attach(&vif.rx, liar, "rx-ring-ref",
                sizeof(union netif_rx_sring_entry), RING_SLOTS);
    back_state(liar, XenbusStateConnected);
    ring_arm(&vif.tx);
    greet(liar);
    ping_honestly(liar, 0, liar->after);
    if (liar->fatal) {
        lie(liar);
    } else if (liar->lie == SILENT) {
        stay_silent(liar);
        liar->done = true;
    } else if (liar->lie != RESTART) {
        if (liar->lie == NEGATIVE)
            ping(liar, liar->after, NEGATIVE);
        ping_honestly(liar, liar->after, PINGS_AFTER);
        liar->done = true;
    }
}
