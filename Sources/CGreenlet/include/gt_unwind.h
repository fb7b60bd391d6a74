/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Walks the stack of a thread that is not the caller's, from a copy of it and a few registers.
 */
#ifndef GT_UNWIND_H
#define GT_UNWIND_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum { GT_UNWIND_REGISTERS = 33 };

/* A thread's registers by their DWARF numbers; `known` has a bit for each that is known. */
typedef struct gt_unwind_frame {
    uintptr_t pc;
    uintptr_t registers[GT_UNWIND_REGISTERS];
    uint64_t known;
    /* Whether `pc` is where the thread goes on, and not behind the call that it is in. */
    int is_exact;
} gt_unwind_frame;

/* A copy of the words from `address` on. */
typedef struct gt_unwind_stack {
    uintptr_t address;
    const uintptr_t *words;
    size_t count;
} gt_unwind_stack;

/* DWARF's numbers of this CPU's registers. */
#if defined(__x86_64__)
enum { GT_UNWIND_FP = 6, GT_UNWIND_SP = 7, GT_UNWIND_RA = 16 };
#elif defined(__aarch64__)
enum { GT_UNWIND_FP = 29, GT_UNWIND_SP = 31, GT_UNWIND_RA = 30 };
#endif

static inline void gt_unwind_set(gt_unwind_frame *frame, int number, uintptr_t value) {
    frame->registers[number] = value;
    frame->known |= UINT64_C(1) << number;
}

static inline int gt_unwind_knows(const gt_unwind_frame *frame, int number) {
    return frame->known >> number & 1;
}

/* The word at `address`; 0 if the copy does not have it. */
int gt_unwind_word(const gt_unwind_stack *stack, uintptr_t address, uintptr_t *word);

/* Makes `frame` its caller's. 0 at the outermost, or where nothing tells. */
int gt_unwind_step(gt_unwind_frame *frame, const gt_unwind_stack *stack);

/* The addresses of `frame` and its callers, innermost first. Returns how many. */
size_t gt_unwind(gt_unwind_frame frame, const gt_unwind_stack *stack, void **addresses, size_t capacity);

#pragma GCC visibility pop

#endif
