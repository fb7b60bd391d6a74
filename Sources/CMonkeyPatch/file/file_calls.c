/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * System calls on worker threads.
 */
#define _GNU_SOURCE
#include "file_calls.h"

#include <sys/syscall.h>

#include "../waiting.h"

typedef struct file_call {
    long number;
    long arguments[5];
    long result;
    int error;
} file_call;

static void make_call(void *context) {
    file_call *call = context;
    const long *with = call->arguments;
    call->result = syscall(call->number, with[0], with[1], with[2], with[3], with[4]);
    call->error = errno;
}

long gt_file_call(const char *why, long number, long first, long second, long third, long fourth, long fifth) {
    file_call call = {number, {first, second, third, fourth, fifth}, 0, 0};
    int saved = errno;
    int code = gt_offload(make_call, &call, why);
    errno = saved;
    if (code < 0) return gt_fail(code);
    if (call.result < 0) errno = call.error;
    return call.result;
}
