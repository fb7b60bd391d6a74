/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The table of libc's calls, and where the originals are found.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "CMonkeyPatch.h"
#include "once/once_list.h"
#include "originals.h"
#include "subprocess/shell.h"

gt_libc_call gt_libc_calls[] = {
#define GT_CALL(name, cooperative, FAMILY) {#name, (void *)cooperative, 0, GT_FAMILY_##FAMILY},
#include "calls.def"
#undef GT_CALL
};
const size_t gt_libc_call_count = sizeof gt_libc_calls / sizeof gt_libc_calls[0];

struct gt_originals gt_libc;

/* What the runner sets. */
const gt_resolver *gt_libc_resolver;
int gt_libc_offloads_files;
void (*gt_libc_loaded)(void);

/* The members of gt_libc, in the order that the rows are written in. */
static void **const members[] = {
#define GT_CALL(name, cooperative, FAMILY) (void **)&gt_libc.name,
#include "calls.def"
#undef GT_CALL
};

/* Asked for by file, not through the list of loaded objects: a library that is loaded ahead of libc and has a function
 * of the same name must not be found. Before glibc 2.34 some calls were in the other two. */
static void *look_up(const char *name) {
    static const char *const files[] = {"libc.so.6", "libpthread.so.0", "libdl.so.2"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        void *handle = dlopen(files[i], RTLD_NOLOAD | RTLD_NOW);
        if (!handle) continue;
        void *found = dlsym(handle, name);
        dlclose(handle);
        if (found) return found;
    }
    return 0;
}

/* The runtimes' functions are wherever the program has them. */
static void *original_of(const gt_libc_call *call) {
    void *found = look_up(call->name);
    return found || call->family != GT_FAMILY_ONCE ? found : dlsym(RTLD_DEFAULT, call->name);
}

static void after_fork(void) {
    gt_popen_after_fork();
    gt_onces_after_fork();
}

static int by_name(const void *left, const void *right) {
    return strcmp(((const gt_libc_call *)left)->name, ((const gt_libc_call *)right)->name);
}

/* For the seam: gt_suspend.original(). */
static void *original(const char *name) {
    gt_libc_call *call = gt_libc_find(name);
    return call ? call->original : 0;
}

static void prepare(void) {
    for (size_t i = 0; i < gt_libc_call_count; i++) {
        gt_libc_calls[i].original = *members[i] = original_of(&gt_libc_calls[i]);
    }
    qsort(gt_libc_calls, gt_libc_call_count, sizeof gt_libc_calls[0], by_name);
    pthread_atfork(0, 0, after_fork);
    gt_find_original = original;
}

void gt_libc_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

gt_libc_call *gt_libc_find(const char *name) {
    gt_libc_prepare();
    gt_libc_call wanted = {.name = name};
    return bsearch(&wanted, gt_libc_calls, gt_libc_call_count, sizeof gt_libc_calls[0], by_name);
}
