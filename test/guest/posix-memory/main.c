/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that takes all memory is told so and can go on. */
/* cc: --checks */
/* clang-format off */
/* cmdline: */
/*   xl: memory=8 */
/* cmdline: */
/*   xl: memory=64 */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/page.h>
#include <pith/thread.h>

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* What was taken, each linked to the one before. */
static void **taken;

/* Takes blocks of size bytes until there is none; how many it got. */
static unsigned take_all(size_t size)
{
    unsigned count = 0;
    void **block;

    errno = 0;
    while ((block = malloc(size))) {
        *block = taken;
        taken = block;
        count++;
    }
    return count;
}

static void give_all(void)
{
    while (taken) {
        void **next = *taken;

        free(taken);
        taken = next;
    }
}

static uint64_t free_pages(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    return stats.free_pages;
}

TEST(malloc_at_the_end_of_memory_is_enomem)
{
    static const size_t sizes[] = {1 << 20, 65536, 5000, 2048, 100, 16};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        uint64_t before = free_pages();
        size_t got = take_all(sizes[i]) * malloc_usable_size(taken);

        CHECK_EQ(errno, ENOMEM);
        /* Nearly all of it could be used; of the largest, whole ones only. */
        CHECK(got + (sizes[i] > 65536 ? 3 << 20 : 0) >
              before * PAGE_SIZE / 8 * 7);
        give_all();
        /* A page or two may stay with its size class. */
        CHECK(free_pages() + 16 >= before);
    }
}

TEST(memory_taken_in_small_blocks_comes_back_as_large)
{
    unsigned first, second;

    first = take_all(65536);
    give_all();
    take_all(48);
    give_all();
    second = take_all(65536);
    give_all();
    CHECK(second + 2 >= first);
}

TEST(realloc_that_fails_keeps_the_old)
{
    char *text = malloc(20);
    void *larger;

    strcpy(text, "kept");
    take_all(4096);
    larger = realloc(text, 100000);
    give_all();
    CHECK(!larger);
    CHECK_STR(text, "kept");
    free(text);
}

TEST(calloc_clears_used_memory)
{
    unsigned char *block;

    for (int i = 0; i < 50; i++) {
        block = malloc(3000);
        memset(block, 0xaa, 3000);
        free(block);
        block = calloc(3, 1000);
        for (int n = 0; n < 3000; n++)
            CHECK_EQ(block[n], 0);
        free(block);
    }
}

static void nothing(void *arg)
{
    (void)arg;
}

/* Each of these needs memory, which is asked for below libc. */
TEST(system_without_memory_refuses_and_lives)
{
    static char big[50000];
    int sock, fd, thread;
    ssize_t written;

    fd = open("/file", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0);
    take_all(4096);
    take_all(16);
    thread = thread_start("none", THREAD_STACK_BYTES, nothing, NULL) != NULL;
    written = write(fd, big, sizeof(big));
    CHECK_EQ(printf("printing works without memory\n"), 30);
    errno = 0;
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock >= 0) {
        struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = 1};

        addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(sock, (struct sockaddr *)&addr, sizeof(addr)) == 0)
            thread = 77;
        close(sock);
    }
    give_all();
    CHECK_EQ(thread, 0);
    CHECK(written < (ssize_t)sizeof(big));
    CHECK_EQ(pwrite(fd, big, sizeof(big), 0), sizeof(big));
    CHECK(thread_start("one", THREAD_STACK_BYTES, nothing, NULL) != NULL);
    close(fd);
    CHECK_EQ(unlink("/file"), 0);
    sock = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(sock >= 0);
    close(sock);
}

TEST(file_that_fills_memory_is_enospc)
{
    static char big[65536];
    uint64_t before = free_pages();
    int fd = open("/fill", O_CREAT | O_RDWR, 0600);
    ssize_t n;

    do
        n = write(fd, big, sizeof(big));
    while (n == sizeof(big));
    if (n >= 0)
        n = write(fd, big, sizeof(big));
    CHECK_EQ(n, -1);
    CHECK(errno == ENOSPC || errno == ENOMEM);
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(unlink("/fill"), 0);
    CHECK(free_pages() + 16 >= before);
}

int main(void)
{
    return test_run_all();
}
