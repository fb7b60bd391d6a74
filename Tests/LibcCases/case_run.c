/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a case writes.
 */
#define _GNU_SOURCE
#include "case_run.h"

#include <stdarg.h>
#include <stdio.h>

void gt_note(gt_case_run *run, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = run->capacity - run->used;
    int length = vsnprintf(run->text + run->used, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length + 2 > room) return;
    run->used += (size_t)length;
    run->text[run->used++] = '\n';
    run->text[run->used] = 0;
}

void gt_note_result(gt_case_run *run, const char *what, long result) {
    int error = errno;
    const char *name = strerrorname_np(error);
    if (result >= 0) gt_note(run, "%s = %ld", what, result);
    else gt_note(run, "%s = %ld %s", what, result, name ? name : "?");
}

void gt_note_bytes(gt_case_run *run, const char *what, ssize_t result, const void *bytes) {
    if (result < 0) gt_note_result(run, what, result);
    else gt_note(run, "%s = %zd '%.*s'", what, result, (int)strnlen(bytes, result < 64 ? (size_t)result : 64),
                 (const char *)bytes);
}

void gt_note_waited(gt_case_run *run, double start, double seconds) {
    gt_note(run, gt_now() - start > seconds - 0.010 ? "waited" : "did not wait");
}

int gt_setup(gt_case_run *run, const char *what, int result) {
    if (result < 0) gt_note(run, "setup failed: %s: %s", what, strerror(errno));
    return result;
}
