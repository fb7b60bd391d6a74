/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What the body of a case is given, and what it writes with. */
#ifndef GT_CASE_RUN_H
#define GT_CASE_RUN_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "LibcCases.h"
#include "calls.h"

#pragma GCC visibility push(hidden)

typedef struct gt_case_run {
    const gt_calls *calls;
    int way;
    const gt_ioloop *ioloop;
    char *text;
    size_t used, capacity;
} gt_case_run;

typedef struct gt_case {
    const char *name;
    void (*body)(gt_case_run *run);
    /* For a case of greenlets only: what it must write. */
    const char *expected;
    unsigned flags;
} gt_case;

/* The cases of one file. */
typedef struct gt_case_table {
    const gt_case *cases;
    size_t count;
} gt_case_table;

#define GT_CASE_TABLE(name, cases) const gt_case_table name = {cases, sizeof(cases) / sizeof(cases)[0]}

/* Adds a line. */
void gt_note(gt_case_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds "recv = 5" or "recv = -1 ECONNRESET": to be called before anything changes errno. */
void gt_note_result(gt_case_run *run, const char *what, long result);
/* The same, and the bytes that were received. */
void gt_note_bytes(gt_case_run *run, const char *what, ssize_t result, const void *bytes);
/* Adds whether `seconds` have passed since `start`, with 10 ms to spare. Where a peer is waited for, `start` is a time before
 * the peer was started: its clock may run for long before this thread goes on. */
void gt_note_waited(gt_case_run *run, double start, double seconds);
/* For what a case needs and is not about: writes "setup failed", which no run may. Returns `result`. */
int gt_setup(gt_case_run *run, const char *what, int result);

#pragma GCC visibility pop

#endif
