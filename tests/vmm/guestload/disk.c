/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.c - requests of all sizes at a disk, past the page cache, each on blocks that no other is at work on.
 * They go out in volleys, one of each thread, made before: so there are many at a time on a slow processor,
 * too.
 *
 * Each block that is written says of which request it is (its generation); a table has what each should hold.
 * Sizes go from a block to more than Linux puts into one request, buffers begin at any multiple of a block.
 */
#include "guestload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "block_table.h"

#define BLOCK       BLOCK_TABLE_BLOCK
#define PAGE        4096u
#define THREADS_MAX 128
#define SHORT_MAX   (1u << 20) /* Bytes of a request, but for every LONG_EVERYth thread. */
#define LONG_MAX    (4u << 20)
#define LONG_EVERY  8
#define HIGH        (1ull << 32)
#define TRIES       1000 /* To find blocks that are free. */

enum kind { READ, WRITE, FLUSH, DISCARD, ZERO, KINDS };

static const char *const kind_names[KINDS] = {"reads", "writes", "flushes", "discards", "zeroes"};

struct worker {
    pthread_t thread;
    uint64_t random;
    uint8_t *buffer;
    uint32_t max_blocks;
    /* The request at hand. */
    enum kind kind;
    uint8_t *bytes; /* In the buffer. */
    /* What it is at work on; by `lock`. */
    uint64_t first, count;
    bool changes;
};

static int disk;
static uint64_t seed, num_blocks, total;
static uint32_t *table; /* What each block should be; whoever has claimed a block may look at its word. */
static unsigned num_workers;
static struct worker workers[THREADS_MAX];
static pthread_barrier_t volley;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Atomic. */
static uint64_t ended[KINDS], blocks[KINDS], high_pages;
static uint32_t generations;
static bool failed;

static void fail(const char *what, uint64_t block, uint64_t count)
{
    if (!__atomic_exchange_n(&failed, true, __ATOMIC_RELAXED)) {
        fprintf(stderr, "guestload: %s %" PRIu64 " blocks from %" PRIu64 ": %s\n", what, count, block,
                strerror(errno));
    }
}

static uint64_t draw(struct worker *worker, uint64_t bound)
{
    worker->random += PATTERN_STEP;
    return pattern_mix(worker->random) % bound;
}

/* Claims. */

static bool is_free(uint64_t first, uint64_t count, bool changes)
{
    for (unsigned i = 0; i < num_workers; i++) {
        const struct worker *other = &workers[i];
        if ((changes || other->changes) && first < other->first + other->count &&
            other->first < first + count) {
            return false;
        }
    }
    return true;
}

/* Any block up to the worker's most, small ones as often as large ones. */
static uint64_t draw_count(struct worker *worker)
{
    unsigned bits = 0;
    while (2u << bits <= worker->max_blocks) {
        bits++;
    }
    uint64_t least = 1ull << draw(worker, bits + 1), count = least + draw(worker, least);
    count = count < worker->max_blocks ? count : worker->max_blocks;
    return count < num_blocks ? count : num_blocks;
}

/* Claim blocks for the request at hand. @return false: there are hardly any left. */
static bool claim(struct worker *worker)
{
    bool done = false, changes = worker->kind != READ;
    for (unsigned i = 0; i < TRIES && !done; i++) {
        uint64_t count = draw_count(worker), first = draw(worker, num_blocks - count + 1);
        pthread_mutex_lock(&lock);
        done = is_free(first, count, changes);
        if (done) {
            worker->first = first;
            worker->count = count;
            worker->changes = changes;
        }
        pthread_mutex_unlock(&lock);
    }
    return done;
}

static void release(struct worker *worker)
{
    pthread_mutex_lock(&lock);
    worker->count = 0;
    pthread_mutex_unlock(&lock);
}

/* Requests. */

static bool transfer(bool write, uint8_t *bytes, uint64_t first, uint64_t count)
{
    for (uint64_t done = 0, len = count * BLOCK; done < len;) {
        off_t at = (off_t)(first * BLOCK + done);
        ssize_t moved_now =
            write ? pwrite(disk, bytes + done, len - done, at) : pread(disk, bytes + done, len - done, at);
        if (moved_now <= 0) {
            fail(write ? "writing" : "reading", first, count);
            return false;
        }
        done += (uint64_t)moved_now;
    }
    return true;
}

static bool check(const uint8_t *bytes, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct pattern_fault fault = {0};
        if (!block_table_check(bytes + i * BLOCK, seed, first + i, table[first + i], &fault)) {
            fprintf(stderr,
                    "guestload: block %" PRIu64 " has fault %d at byte %u: 0x%016" PRIx64 " for 0x%016" PRIx64
                    ", generation %" PRIu64 " for %u\n",
                    first + i, (int)fault.verdict, fault.offset, fault.found, fault.expected,
                    fault.has.generation, table[first + i]);
            return false;
        }
    }
    return true;
}

static void fill(struct worker *worker)
{
    struct pattern_header header = {
        .device = pattern_device_id(BLOCK_TABLE_DEVICE),
        .generation = __atomic_add_fetch(&generations, 1, __ATOMIC_RELAXED),
        .seed = seed,
    };
    for (uint64_t i = 0; i < worker->count; i++) {
        header.block = worker->first + i;
        pattern_fill(worker->bytes + i * BLOCK, BLOCK, &header);
        table[worker->first + i] = (uint32_t)header.generation;
    }
}

static bool do_range(struct worker *worker, bool zero)
{
    uint64_t range[2] = {worker->first * BLOCK, worker->count * BLOCK};
    if (ioctl(disk, zero ? BLKZEROOUT : BLKDISCARD, range) != 0) {
        fail(zero ? "zeroing" : "discarding", worker->first, worker->count);
        return false;
    }
    for (uint64_t i = 0; i < worker->count; i++) {
        uint32_t *word = &table[worker->first + i];
        *word = zero ? 0 : *word | BLOCK_TABLE_DISCARDED;
    }
    return true;
}

static bool do_flush(void)
{
    if (fsync(disk) != 0) {
        fail("flushing", 0, 0);
        return false;
    }
    return true;
}

static enum kind draw_kind(struct worker *worker)
{
    static const unsigned percent[KINDS] = {45, 46, 3, 3, 3};
    uint64_t rest = draw(worker, 100);
    enum kind kind = READ;

    while (rest >= percent[kind]) {
        rest -= percent[kind];
        kind++;
    }
    return kind;
}

static void prepare(struct worker *worker)
{
    worker->kind = draw_kind(worker);
    worker->bytes = worker->buffer + draw(worker, PAGE / BLOCK) * BLOCK;
    if (worker->kind != FLUSH && !claim(worker)) {
        worker->kind = FLUSH;
    }
    if (worker->kind == WRITE) {
        fill(worker);
    } else if (worker->kind == READ) {
        memset(worker->bytes, (uint8_t)PATTERN_POISON, worker->count * BLOCK);
    }
}

static bool submit(struct worker *worker)
{
    switch (worker->kind) {
    case READ:
        return transfer(false, worker->bytes, worker->first, worker->count) &&
               check(worker->bytes, worker->first, worker->count);
    case WRITE:
        return transfer(true, worker->bytes, worker->first, worker->count);
    case FLUSH:
        return do_flush();
    default:
        return do_range(worker, worker->kind == ZERO);
    }
}

static void count_and_release(struct worker *worker)
{
    (void)__atomic_fetch_add(&ended[worker->kind], 1, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&blocks[worker->kind], worker->count, __ATOMIC_RELAXED);
    release(worker);
}

static uint64_t load(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The same for all workers: nothing is counted between the second barrier and the first. */
static bool is_over(void)
{
    return __atomic_load_n(&failed, __ATOMIC_RELAXED) ||
           (load(&blocks[READ]) + load(&blocks[WRITE])) * BLOCK >= total;
}

static void *work(void *arg)
{
    struct worker *worker = arg;

    while (!is_over()) {
        prepare(worker);
        pthread_barrier_wait(&volley);
        if (!submit(worker)) {
            __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
        }
        count_and_release(worker);
        pthread_barrier_wait(&volley);
    }
    return NULL;
}

/* Beginning and end. */

/* How many of a buffer's pages the guest has above 4 GiB. */
static uint64_t count_high(const uint8_t *buffer, size_t len)
{
    uint64_t high = 0, entry;
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    for (size_t at = 0; at < len; at += PAGE) {
        off_t place = (off_t)((uintptr_t)(buffer + at) / PAGE * sizeof entry);
        if (pread(pagemap, &entry, sizeof entry, place) == (ssize_t)sizeof entry) {
            high += (entry & ((1ull << 55) - 1)) >= HIGH / PAGE;
        }
    }
    close(pagemap);
    return high;
}

static bool make_worker(struct worker *worker, unsigned number)
{
    size_t len = (number % LONG_EVERY == 0 ? LONG_MAX : SHORT_MAX) + PAGE;

    worker->random = pattern_mix(seed + number);
    worker->max_blocks = (uint32_t)((len - PAGE) / BLOCK);
    worker->buffer = aligned_alloc(PAGE, len);
    if (worker->buffer == NULL) {
        return false;
    }
    memset(worker->buffer, 0, len);
    high_pages += count_high(worker->buffer, len);
    return true;
}

static bool run_workers(unsigned threads)
{
    num_workers = threads < THREADS_MAX ? threads : THREADS_MAX;
    bool ok = pthread_barrier_init(&volley, NULL, num_workers) == 0;
    for (unsigned i = 0; i < num_workers && ok; i++) {
        ok = make_worker(&workers[i], i);
    }
    for (unsigned i = 0; i < num_workers; i++) {
        if (!ok || pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            fputs("guestload: there is no memory for so many threads\n", stderr);
            exit(1); /* Others may be waiting for it. */
        }
    }
    for (unsigned i = 0; i < num_workers; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    return !failed;
}

static bool check_all(void)
{
    struct worker *reader = &workers[0];
    uint64_t step = reader->max_blocks;

    for (uint64_t first = 0; first < num_blocks; first += step) {
        uint64_t count = num_blocks - first < step ? num_blocks - first : step;
        if (!transfer(false, reader->buffer, first, count) || !check(reader->buffer, first, count)) {
            return false;
        }
    }
    return true;
}

static bool leave_table(void)
{
    size_t len = block_table_bytes(num_blocks);
    uint8_t *bytes = aligned_alloc(PAGE, (len + PAGE - 1) / PAGE * PAGE);
    struct block_table_header header = {.magic = BLOCK_TABLE_MAGIC,
                                        .seed = seed,
                                        .blocks = num_blocks,
                                        .sum = block_table_sum(table, num_blocks)};

    if (bytes == NULL) {
        return false;
    }
    memset(bytes, 0, len);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + BLOCK, table, num_blocks * sizeof *table);
    bool ok = transfer(true, bytes, num_blocks, len / BLOCK) && fsync(disk) == 0;
    free(bytes);
    return ok;
}

static void tell(void)
{
    printf("disk:");
    for (enum kind kind = READ; kind < KINDS; kind++) {
        printf(" %s=%" PRIu64 " %s_blocks=%" PRIu64, kind_names[kind], ended[kind], kind_names[kind],
               blocks[kind]);
    }
    printf(" table_blocks=%zu high_pages=%" PRIu64 "\n", block_table_bytes(num_blocks) / BLOCK, high_pages);
}

bool disk_load(const char *device, uint64_t run_seed, uint64_t region, uint64_t run_total, unsigned threads)
{
    seed = run_seed;
    total = run_total;
    num_blocks = region / BLOCK;
    table = calloc(num_blocks, sizeof *table);
    disk = open(device, O_RDWR | O_DIRECT | O_CLOEXEC);
    if (table == NULL || disk < 0) {
        fprintf(stderr, "guestload: %s: %s\n", device, strerror(errno));
        return false;
    }
    bool ok = run_workers(threads) && check_all() && leave_table();
    tell();
    return ok;
}
