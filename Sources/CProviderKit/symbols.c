/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What the dynamic linker knows of an address: dladdr() is a GNU extension.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "CProviderKit.h"

int gt_symbol_at(const void *address, gt_symbol *symbol) {
    Dl_info info;
    if (!dladdr(address, &info) || !info.dli_fname) return 0;
    symbol->file = info.dli_fname;
    symbol->base = info.dli_fbase;
    symbol->name = info.dli_sname;
    symbol->start = info.dli_saddr;
    return 1;
}
