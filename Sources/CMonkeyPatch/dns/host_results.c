/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Where gethostbyname() leaves its result.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "../waiting.h"
#include "hosts.h"

enum { BUCKETS = 64, FIRST_SIZE = 1024, FIRST_SWEEP = 64 };

/* Of the thread's greenlets; by their number, since a handle may be used again. */
typedef struct host_results {
    gt_host_result *buckets[BUCKETS];
    size_t count;
    /* At how many to look which greenlets have ended. */
    size_t sweep_at;
} host_results;

static __thread host_results kept;

static uint64_t number_of(gt_greenlet *greenlet) {
    gt_greenlet_info info = {.size = sizeof info};
    gt_greenlets.info(greenlet, &info);
    return info.id;
}

static gt_host_result *find(uint64_t number) {
    gt_host_result *result = kept.buckets[number % BUCKETS];
    while (result && result->greenlet != number) result = result->next;
    return result;
}

static void move_if_kept(gt_greenlet *greenlet, void *context) {
    host_results *survivors = context;
    uint64_t number = number_of(greenlet);
    for (gt_host_result **link = &kept.buckets[number % BUCKETS]; *link; link = &(*link)->next) {
        gt_host_result *result = *link;
        if (result->greenlet != number) continue;
        *link = result->next;
        result->next = survivors->buckets[number % BUCKETS];
        survivors->buckets[number % BUCKETS] = result;
        survivors->count++;
        return;
    }
}

/* Frees the results of greenlets that have ended. */
static void sweep(void) {
    host_results survivors = {.count = 0};
    gt_greenlets.each(move_if_kept, &survivors);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (gt_host_result *result = kept.buckets[i]; result;) {
            gt_host_result *next = result->next;
            free(result->buffer);
            free(result);
            result = next;
        }
    }
    kept = survivors;
    kept.sweep_at = 2 * kept.count > FIRST_SWEEP ? 2 * kept.count : FIRST_SWEEP;
}

gt_host_result *gt_host_result_here(void) {
    uint64_t number = number_of(gt_running);
    gt_host_result *result = find(number);
    if (result) return result;
    if (kept.count >= kept.sweep_at) sweep();
    result = calloc(1, sizeof *result);
    char *buffer = malloc(FIRST_SIZE);
    if (!result || !buffer) {
        free(result);
        free(buffer);
        return 0;
    }
    *result = (gt_host_result){.greenlet = number, .buffer = buffer, .size = FIRST_SIZE};
    result->next = kept.buckets[number % BUCKETS];
    kept.buckets[number % BUCKETS] = result;
    kept.count++;
    return result;
}

int gt_host_result_grow(gt_host_result *result) {
    char *buffer = realloc(result->buffer, 2 * result->size);
    if (!buffer) return -ENOMEM;
    result->buffer = buffer;
    result->size *= 2;
    return 0;
}
