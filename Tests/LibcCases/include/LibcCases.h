/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The cases that every patched libc call is tried with, and how to run them.
 *
 * A case is a C function that makes libc calls through a table and writes down what they did. It is run three ways;
 * what it writes must be the same each time. */
#ifndef GT_LIBCCASES_H
#define GT_LIBCCASES_H

#include <stddef.h>

#include "CMonkeyPatch.h"

#pragma GCC visibility push(hidden)

enum {
    /* libc's own functions. */
    GT_WAY_PLAIN = 0,
    /* The cooperative ones, where nobody can wait. */
    GT_WAY_OUTSIDE = 1,
    /* The cooperative ones, in a greenlet. */
    GT_WAY_INSIDE = 2
};

enum {
    /* Changes the process (limits, signals): to be run in one of its own. */
    GT_CASE_ALONE = 1
};

size_t gt_case_count(void);
/* "recv: what is there at once" */
const char *gt_case_name(size_t index);
/* GT_CASE_... */
unsigned gt_case_flags(size_t index);
/* What a case that only makes sense in greenlets must write; null: it is to be run all three ways. */
const char *gt_case_expected(size_t index);

/* Runs a case on the calling thread, which must have no hub, and writes what it did to `text`, NUL-terminated. `ioloop`
 * is the loop of GT_WAY_INSIDE. It takes a few seconds at most; a case that hangs in a greenlet writes "hangs". Returns
 * 0 or a negative errno value if it could not be run. */
int gt_run_case(size_t index, int way, const gt_ioloop *ioloop, char *text, size_t capacity);

#pragma GCC visibility pop

#endif
