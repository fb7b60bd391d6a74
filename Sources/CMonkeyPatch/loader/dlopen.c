/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * dlopen() and dlmopen(): what is loaded is patched before its caller gets it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "../waiting.h"
#include "library_search.h"

/* A library's constructors run under the linker's lock, which is the thread's: a greenlet that was suspended in one
 * would let the others in while the lists are half done, and make other threads wait for it. */
static void *open_pinned(const char *name, int flags) {
    gt_pin();
    void *handle = gt_libc.dlopen(name, flags);
    gt_unpin();
    return handle;
}

/* One that is loaded already is found by its name, wherever it came from. What this says of failures is not the
 * caller's. */
static void *open_loaded(const char *name, int flags) {
    void *handle = open_pinned(name, flags | RTLD_NOLOAD);
    dlerror();
    return handle;
}

static void *open_for(const char *name, int flags, const void *caller) {
    char *path = gt_library_path(name, caller);
    if (!path) return open_pinned(name, flags);
    void *handle = strchr(name, '/') ? 0 : open_loaded(name, flags);
    if (!handle) handle = open_pinned(path, flags);
    free(path);
    return handle;
}

static void *open_and_tell(const char *name, int flags, const void *caller) {
    if (!name) return gt_libc.dlopen(name, flags);
    void *handle = open_for(name, flags, caller);
    if (handle && !(flags & RTLD_NOLOAD) && gt_libc_loaded) gt_libc_loaded();
    return handle;
}

__attribute__((noinline)) void *gt_coop_dlopen(const char *name, int flags) {
    return open_and_tell(name, flags, __builtin_return_address(0));
}

/* In a namespace of its own a library has a libc of its own, which is not patched. */
__attribute__((noinline)) void *gt_coop_dlmopen(Lmid_t space, const char *name, int flags) {
    if (space == LM_ID_BASE) return open_and_tell(name, flags, __builtin_return_address(0));
    gt_pin();
    void *handle = gt_libc.dlmopen(space, name, flags);
    gt_unpin();
    return handle;
}
