/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, descriptors, sockets and a disk used by several threads at once, on
 * four vCPUs and on one. */
/* clang-format off */
/* cc: --checks */
/* dom0: truncate -s 8M /tmp/smp.img */
/* xl: memory=64 */
/* xl: disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/smp.img'] */
/* cmdline: pith.ip=none -- four */
/*   xl: vcpus=4 */
/* cmdline: pith.ip=none -- one */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 4
#define RECORDS 200
#define REGION_BYTES (256u << 10)
#define STACK_BYTES (64u << 10)

struct record {
    unsigned thread, number, again;
};

static struct waitq ended = WAITQ_INIT(ended);
static int running, wrong, shared_fd;

static void expect(int condition, int line)
{
    if (!condition)
        __atomic_store_n(&wrong, line, __ATOMIC_SEQ_CST);
}
#define EXPECT(condition) expect(condition, __LINE__)

struct start {
    void (*fn)(unsigned thread);
    unsigned thread;
};

static void begin(void *arg)
{
    struct start *start = arg;

    start->fn(start->thread);
    __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(&ended);
}

/* Runs each of fns in THREADS threads, all at once. 0, or the line of an
 * expectation that failed, or -1. */
static int run(void (*const *fns)(unsigned thread), unsigned count)
{
    struct start starts[8 * THREADS];

    wrong = 0;
    running = (int)(count * THREADS);
    for (unsigned i = 0; i < count * THREADS; i++) {
        starts[i] = (struct start){fns[i / THREADS], i % THREADS};
        if (!thread_start("worker", STACK_BYTES, begin, &starts[i]))
            return -1;
    }
    WAITQ_WAIT_UNTIL(&ended, !__atomic_load_n(&running, __ATOMIC_SEQ_CST),
                     DEADLINE_NEVER);
    return wrong;
}

static int run_one(void (*fn)(unsigned thread))
{
    return run(&fn, 1);
}

static struct record record_of(unsigned thread, unsigned n)
{
    return (struct record){thread, n, thread * 1000 + n};
}

/* Each thread's records are whole, all there and in its order. */
static int records_in(const char *name)
{
    unsigned next[THREADS] = {0};
    struct record r;
    int fd = open(name, O_RDONLY), good = 0;

    while (read(fd, &r, sizeof(r)) == sizeof(r))
        if (r.thread < THREADS && r.number == next[r.thread]++ &&
            r.again == r.thread * 1000 + r.number)
            good++;
    close(fd);
    return good;
}

static void write_shared(unsigned thread)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        struct record r = record_of(thread, i);

        EXPECT(write(shared_fd, &r, sizeof(r)) == sizeof(r));
    }
}

TEST(write_by_threads_at_one_position_loses_nothing)
{
    shared_fd = open("/shared", O_CREAT | O_WRONLY, 0644);
    CHECK(shared_fd >= 0);
    CHECK_EQ(run_one(write_shared), 0);
    close(shared_fd);
    CHECK_EQ(records_in("/shared"), THREADS * RECORDS);
}

static void append_own(unsigned thread)
{
    int fd = open("/appended", O_CREAT | O_WRONLY | O_APPEND, 0644);

    EXPECT(fd >= 0);
    for (unsigned i = 0; i < RECORDS; i++) {
        struct record r = record_of(thread, i);

        EXPECT(write(fd, &r, sizeof(r)) == sizeof(r));
    }
    close(fd);
}

TEST(append_by_threads_with_descriptors_of_their_own_loses_nothing)
{
    CHECK_EQ(run_one(append_own), 0);
    CHECK_EQ(records_in("/appended"), THREADS * RECORDS);
}

static void read_shared(unsigned thread)
{
    struct record r;

    while (read(shared_fd, &r, sizeof(r)) == sizeof(r))
        EXPECT(r.thread < THREADS && r.number < RECORDS);
    EXPECT(thread < THREADS);
}

TEST(read_by_threads_at_one_position_gives_whole_records)
{
    shared_fd = open("/shared", O_RDONLY);
    CHECK(shared_fd >= 0);
    CHECK_EQ(run_one(read_shared), 0);
    CHECK_EQ(lseek(shared_fd, 0, SEEK_CUR),
             THREADS * RECORDS * sizeof(struct record));
    close(shared_fd);
}

static FILE *shared_stream;

/* A line in pieces, of which the last is written with the lock held twice. */
static void write_lines(unsigned thread)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        flockfile(shared_stream);
        EXPECT(putc_unlocked('a' + (int)thread, shared_stream) != EOF);
        fprintf(shared_stream, "%u", i);
        EXPECT(ftrylockfile(shared_stream) == 0);
        fputc('a' + (int)thread, shared_stream);
        funlockfile(shared_stream);
        putc_unlocked('\n', shared_stream);
        funlockfile(shared_stream);
    }
}

static void fail_to_lock(unsigned thread)
{
    EXPECT(thread < THREADS && ftrylockfile(shared_stream) != 0);
}

TEST(stream_that_is_locked_is_one_threads_alone)
{
    unsigned number, good = 0;
    char first, last;

    shared_stream = fopen("/lines", "w+");
    CHECK(shared_stream);
    CHECK_EQ(run_one(write_lines), 0);
    rewind(shared_stream);
    while (fscanf(shared_stream, "%c%u%c\n", &first, &number, &last) == 3)
        good += first == last && number < RECORDS;
    CHECK_EQ(good, THREADS * RECORDS);
    flockfile(shared_stream);
    CHECK_EQ(run_one(fail_to_lock), 0);
    funlockfile(shared_stream);
    CHECK_EQ(fclose(shared_stream), 0);
    flockfile(stdin); /* which nothing has used before */
    funlockfile(stdin);
}

static const char *const places[] = {"/a-directory-of-a-long-name", "/b"};

static void change_directory(unsigned thread)
{
    char now[100];

    for (unsigned i = 0; i < RECORDS; i++) {
        EXPECT(chdir(places[(thread + i) % 2]) == 0);
        EXPECT(getcwd(now, sizeof(now)) != NULL);
        EXPECT(!strcmp(now, places[0]) || !strcmp(now, places[1]));
    }
}

TEST(chdir_by_threads_leaves_one_of_their_directories)
{
    CHECK_EQ(mkdir(places[0], 0755), 0);
    CHECK_EQ(mkdir(places[1], 0755), 0);
    CHECK_EQ(run_one(change_directory), 0);
    CHECK_EQ(chdir("/"), 0);
}

/* A number that two threads got at once would show another's file. */
static void open_and_close(unsigned thread)
{
    char name[32];
    unsigned value;
    int fd, copy;

    snprintf(name, sizeof(name), "/own-%u", thread);
    for (unsigned i = 0; i < RECORDS; i++) {
        fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);
        copy = dup(fd);
        EXPECT(fd >= 0 && copy >= 0 && fd != copy);
        value = thread * 1000 + i;
        EXPECT(write(fd, &value, sizeof(value)) == sizeof(value));
        value = 0;
        EXPECT(pread(copy, &value, sizeof(value), 0) == sizeof(value));
        EXPECT(value == thread * 1000 + i);
        EXPECT(close(fd) == 0 && close(copy) == 0);
    }
}

TEST(open_and_close_by_threads_do_not_mix_numbers)
{
    int before = dup(0), after;

    close(before);
    CHECK_EQ(run_one(open_and_close), 0);
    after = dup(0);
    close(after);
    CHECK_EQ(after, before);
}

/* One more descriptor for a file that another thread reads. */
static void close_under_reader(unsigned thread)
{
    struct record r;
    int fd;

    for (unsigned i = 0; i < RECORDS; i++) {
        if (thread == 0) {
            fd = open("/shared", O_RDONLY);
            __atomic_store_n(&shared_fd, fd, __ATOMIC_SEQ_CST);
            thread_yield();
            close(fd);
        } else {
            fd = __atomic_load_n(&shared_fd, __ATOMIC_SEQ_CST);
            if (pread(fd, &r, sizeof(r), 0) < 0)
                EXPECT(errno == EBADF);
        }
    }
}

TEST(close_while_others_read_is_safe)
{
    shared_fd = -1;
    CHECK_EQ(run_one(close_under_reader), 0);
}

static void tcp_pair(unsigned thread, int *listening, int *client)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)(7000 + thread)),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    *listening = socket(AF_INET, SOCK_STREAM, 0);
    *client = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(*listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    EXPECT(bind(*listening, (struct sockaddr *)&addr, sizeof(addr)) == 0);
    EXPECT(listen(*listening, 1) == 0);
    EXPECT(connect(*client, (struct sockaddr *)&addr, sizeof(addr)) == 0);
}

static void talk_to_itself(unsigned thread)
{
    int listening, client, server;
    struct record r;

    tcp_pair(thread, &listening, &client);
    server = accept(listening, NULL, NULL);
    EXPECT(server >= 0);
    for (unsigned i = 0; i < RECORDS / 4; i++) {
        r = record_of(thread, i);
        EXPECT(send(client, &r, sizeof(r), 0) == sizeof(r));
        memset(&r, 0, sizeof(r));
        EXPECT(recv(server, &r, sizeof(r), MSG_WAITALL) == sizeof(r));
        EXPECT(r.thread == thread && r.number == i);
        EXPECT(send(server, &r, sizeof(r), 0) == sizeof(r));
        EXPECT(recv(client, &r, sizeof(r), MSG_WAITALL) == sizeof(r));
        EXPECT(r.again == thread * 1000 + i);
    }
    close(client);
    EXPECT(recv(server, &r, sizeof(r), 0) == 0);
    close(server);
    close(listening);
}

TEST(sockets_of_threads_do_not_mix)
{
    CHECK_EQ(run_one(talk_to_itself), 0);
}

/* Regions next to each other, with partial sectors where they meet. */
static void use_disk(unsigned thread)
{
    unsigned char *buf = malloc(REGION_BYTES);
    off_t at = (off_t)thread * REGION_BYTES + 100;
    int fd = open("/dev/xvda", O_RDWR);

    EXPECT(buf && fd >= 0);
    for (unsigned round = 0; buf && round < 2; round++) {
        memset(buf, (int)(thread * 16 + round + 1), REGION_BYTES);
        EXPECT(pwrite(fd, buf, REGION_BYTES, at) == REGION_BYTES);
        memset(buf, 0, REGION_BYTES);
        EXPECT(pread(fd, buf, REGION_BYTES, at) == REGION_BYTES);
        for (unsigned i = 0; i < REGION_BYTES; i++)
            if (buf[i] != thread * 16 + round + 1)
                EXPECT(0);
    }
    EXPECT(fsync(fd) == 0);
    close(fd);
    free(buf);
}

TEST(disk_regions_of_threads_do_not_mix)
{
    CHECK_EQ(run_one(use_disk), 0);
}

static void use_libc(unsigned thread)
{
    char name[32], line[64], want[64];
    FILE *f;

    snprintf(name, sizeof(name), "/libc-%u", thread);
    for (unsigned i = 0; i < RECORDS / 4; i++) {
        char *p = malloc(100 + i);

        EXPECT(p != NULL);
        memset(p, 1, 100 + i);
        free(p);
        snprintf(want, sizeof(want), "%u %.3f\n", i, i / 7.0);
        f = fopen(name, "w+");
        EXPECT(f && fputs(want, f) >= 0 && fseek(f, 0, SEEK_SET) == 0);
        EXPECT(f && fgets(line, sizeof(line), f) && !strcmp(line, want));
        if (f)
            fclose(f);
    }
}

TEST(libc_streams_and_memory_by_threads_work)
{
    CHECK_EQ(run_one(use_libc), 0);
}

TEST(all_at_once_works)
{
    static void (*const fns[])(unsigned thread) = {
        open_and_close, talk_to_itself, use_disk, use_libc};

    CHECK_EQ(run(fns, 4), 0);
}

int main(void)
{
    return test_run_all();
}
