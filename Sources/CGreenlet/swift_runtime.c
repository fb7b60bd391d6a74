/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Where Swift's runtime keeps, for each thread, the running task and the open exclusive accesses. Nearly every switch finds
 * both words null and has nothing to save; its functions say so too, but a look-up of thread-local storage each is a third
 * of what a switch costs.
 *
 * The words are found by trial, never by a number of ours: a word is the one if the runtime's own function answers what
 * was put there. A runtime that keeps them elsewhere leaves the pointers null, and its functions are called each time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

#include "hub.h"

void swift_beginAccess(void *pointer, void *buffer, uintptr_t flags, void *pc) __attribute__((weak));
void swift_endAccess(void *buffer) __attribute__((weak));
enum { READ_TRACKED = 0x20 };

/* A library's thread-local words on the calling thread. */
typedef struct thread_block {
    uintptr_t library;
    uintptr_t *words;
    size_t count;
} thread_block;

static int find_block(struct dl_phdr_info *info, size_t size, void *context) {
    thread_block *block = context;
    if (info->dlpi_addr != block->library || size < offsetof(struct dl_phdr_info, dlpi_tls_data) + sizeof(void *)) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_TLS || !info->dlpi_tls_data) continue;
        block->words = info->dlpi_tls_data;
        block->count = info->dlpi_phdr[i].p_memsz / sizeof(uintptr_t);
    }
    return 1;
}

/* That of the library which has `function`, which must have been called once on this thread: the block may be made late. */
static thread_block block_of(void *function) {
    thread_block block = {0};
    Dl_info info;
    if (!dladdr(function, &info)) return block;
    block.library = (uintptr_t)info.dli_fbase;
    dl_iterate_phdr(find_block, &block);
    return block;
}

static uintptr_t *find_task(void) {
    if (!swift_task_getCurrent) return 0;
    void *current = swift_task_getCurrent();
    thread_block block = block_of((void *)swift_task_getCurrent);
    for (size_t i = 0; i < block.count; i++) {
        uintptr_t kept = block.words[i];
        if (kept != (uintptr_t)current) continue;
        block.words[i] = (uintptr_t)&block;
        bool is_it = swift_task_getCurrent() == (void *)&block;
        block.words[i] = kept;
        if (is_it) return &block.words[i];
    }
    return 0;
}

static uintptr_t *find_accesses(void) {
    if (!swift_beginAccess || !swift_endAccess) return 0;
    uintptr_t *found = 0;
    char variable = 0;
    uintptr_t access[3] = {0, 0, 0};
    swift_beginAccess(&variable, access, READ_TRACKED, 0);
    thread_block block = block_of((void *)swift_beginAccess);
    for (size_t i = 0; i < block.count; i++) {
        if (block.words[i] == (uintptr_t)access) found = &block.words[i];
    }
    swift_endAccess(access);
    return found && *found != (uintptr_t)access ? found : 0;
}

void gt_find_swift_words(gt_hub *hub) {
    hub->task = find_task();
    hub->open_accesses = find_accesses();
}
