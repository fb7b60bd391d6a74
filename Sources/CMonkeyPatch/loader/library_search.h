/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Where a library is found that another one asks for. */
#ifndef GT_LIBRARY_SEARCH_H
#define GT_LIBRARY_SEARCH_H

#pragma GCC visibility push(hidden)

/* ld.so looks for a library in places that the object has named which calls dlopen(): its RUNPATH or RPATH, and
 * $ORIGIN in the name. It takes that object from the return address, which is ours for a call that passed through
 * here. So those places are looked at first: this returns the path to open in the name of the object that `caller` is
 * in, to be freed; or null where ld.so finds the same by `name`, or nothing. Not looked at are the subdirectories that
 * ld.so knows for better processors. */
char *gt_library_path(const char *name, const void *caller);

#pragma GCC visibility pop

#endif
