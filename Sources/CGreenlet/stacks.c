/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Stacks: carved from slabs of 1,024, mapped lazily by the kernel, each with a guard below it, and pooled.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hub.h"
#include "sanitizers.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum {
    SLAB_STACKS = 1024,
    DEFAULT_SIZE = 256 * 1024,
    LEAST_SIZE = 16 * 1024,
    /* A frame larger than the guard could step over it into the neighbour. It costs addresses, and no memory. */
    GUARD_SIZE = 64 * 1024,
    /* So many free stacks keep their memory; those beyond give it back to the kernel. */
    KEPT_WARM = 2048,
    /* Greenlets lie at different offsets of their top pages, so that thousands do not share a few lines of the cache. */
    COLOURS = 16,
    COLOUR_SIZE = 64
};

typedef struct slab {
    char *base;
    size_t stack_size;
} slab;

/* Slabs are only ever added, each written before the count that shows it: a signal handler may look at them. */
static slab slabs[16384];
static atomic_size_t slab_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* With the guard. */
static atomic_size_t stack_size = DEFAULT_SIZE + GUARD_SIZE;
/* Of the newest slab. */
static size_t carved = SLAB_STACKS;
/* Free stacks of the size in force, the last given first. What lies in them may be gone. */
typedef struct free_stack {
    gt_greenlet *greenlet;
    char *stack;
} free_stack;
static free_stack *pool;
static size_t pool_count, pool_capacity;

static size_t page_size(void) {
    static size_t size;
    if (size == 0) size = (size_t)sysconf(_SC_PAGESIZE);
    return size;
}

void gt_stacks_set_size(size_t size) {
    size_t page = page_size();
    if (size == 0) size = DEFAULT_SIZE;
    if (size < LEAST_SIZE) size = LEAST_SIZE;
    /* The guard comes on top of what was asked for. */
    size = (size + page - 1) / page * page + GUARD_SIZE;
    pthread_mutex_lock(&lock);
    if (size != atomic_load(&stack_size)) {
        atomic_store(&stack_size, size);
        carved = SLAB_STACKS;
        /* The others stay mapped, as gt_stacks_find() and late readers of dead greenlets want it. */
        pool_count = 0;
    }
    pthread_mutex_unlock(&lock);
}

size_t gt_stacks_size(void) { return atomic_load(&stack_size) - GUARD_SIZE; }

size_t gt_stacks_pooled(void) {
    pthread_mutex_lock(&lock);
    size_t count = pool_count;
    pthread_mutex_unlock(&lock);
    return count;
}

static int guard(char *bottom) {
    /* Needs no mapping of its own; older kernels say EINVAL. */
    if (madvise(bottom, GUARD_SIZE, MADV_GUARD_INSTALL) == 0) return 0;
    return mprotect(bottom, GUARD_SIZE, PROT_NONE);
}

static int add_slab(size_t size) {
    size_t count = atomic_load(&slab_count);
    if (count == sizeof slabs / sizeof slabs[0]) {
        errno = ENOMEM;
        return -1;
    }
    char *base = mmap(0, size * SLAB_STACKS, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (base == MAP_FAILED) return -1;
    slabs[count] = (slab){base, size};
    atomic_store_explicit(&slab_count, count + 1, memory_order_release);
    carved = 0;
    return 0;
}

static gt_greenlet *at_top(char *bottom, size_t size, size_t index) {
    size_t room = (sizeof(gt_greenlet) + 63) / 64 * 64 + (index % COLOURS) * COLOUR_SIZE;
    return (gt_greenlet *)(void *)(bottom + size - room);
}

static bool carve(free_stack *result) {
    size_t size = atomic_load(&stack_size);
    if (carved == SLAB_STACKS && add_slab(size) < 0) return false;
    char *bottom = slabs[atomic_load(&slab_count) - 1].base + carved * size;
    if (guard(bottom) < 0) return false;
    *result = (free_stack){at_top(bottom, size, carved), bottom + GUARD_SIZE};
    carved++;
    return true;
}

gt_greenlet *gt_stacks_take(void) {
    free_stack taken = {0, 0};
    pthread_mutex_lock(&lock);
    if (pool_count > 0) {
        taken = pool[--pool_count];
    } else if (!carve(&taken)) {
        taken.greenlet = 0;
    }
    size_t size = gt_stacks_size();
    pthread_mutex_unlock(&lock);
    if (!taken.greenlet) return 0;
    taken.greenlet->stack = taken.stack;
    taken.greenlet->stack_size = size;
    return taken.greenlet;
}

static bool make_room(void) {
    if (pool_count < pool_capacity) return true;
    size_t capacity = pool_capacity ? pool_capacity * 2 : 256;
    free_stack *larger = realloc(pool, capacity * sizeof *pool);
    if (!larger) return false;
    pool = larger;
    pool_capacity = capacity;
    return true;
}

void gt_stacks_give(gt_greenlet *greenlet) {
    free_stack given = {greenlet, greenlet->stack};
    size_t size = greenlet->stack_size;
    pthread_mutex_lock(&lock);
    /* One of a size that is not in force any more, or that there is no room to remember, is left alone. */
    bool kept = size == gt_stacks_size() && make_room();
    bool warm = kept && pool_count < KEPT_WARM;
    if (!warm) madvise(given.stack, size, MADV_DONTNEED);
    if (kept) pool[pool_count++] = given;
    pthread_mutex_unlock(&lock);
}

void gt_stacks_after_fork(void) { pthread_mutex_init(&lock, 0); }

int gt_stacks_find(const void *address, gt_greenlet **greenlet) {
    size_t count = atomic_load_explicit(&slab_count, memory_order_acquire);
    for (size_t i = 0; i < count; i++) {
        size_t size = slabs[i].stack_size, offset = (size_t)((const char *)address - slabs[i].base);
        if (offset >= size * SLAB_STACKS) continue;
        size_t index = offset / size;
        *greenlet = at_top(slabs[i].base + index * size, size, index);
        return offset % size < GUARD_SIZE ? 2 : 1;
    }
    return 0;
}

GT_READS_STACKS size_t gt_stack_used(const gt_greenlet *greenlet) {
    if (greenlet->is_main) return 0;
    size_t page = page_size();
    const char *top = (const char *)greenlet;
    const char *low = greenlet->stack;
    /* Pages that were never touched must not be touched by looking: ask which are there. */
    unsigned char resident;
    while (low < top && (mincore((void *)(uintptr_t)low, page, &resident) < 0 || !(resident & 1))) low += page;
    const uintptr_t *word = (const uintptr_t *)(const void *)low;
    while ((const char *)word < top && *word == 0) word++;
    return (size_t)(top - (const char *)word);
}
