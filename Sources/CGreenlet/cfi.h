/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * What a function's call frame information says at one of its addresses.
 */
#ifndef GT_CFI_H
#define GT_CFI_H

#include <stddef.h>
#include <stdint.h>

#include "gt_unwind.h"

#pragma GCC visibility push(hidden)

/* Where a caller's register is. */
enum {
    GT_CFI_SAME = 0,
    GT_CFI_UNDEFINED = 1,
    /* At the frame's address plus `offset`. */
    GT_CFI_AT_OFFSET = 2,
    /* Is the frame's address plus `offset`. */
    GT_CFI_OFFSET = 3,
    /* In the register `offset`. */
    GT_CFI_REGISTER = 4,
    /* At what `expression` computes; or is that. */
    GT_CFI_AT_EXPRESSION = 5,
    GT_CFI_EXPRESSION = 6
};

typedef struct gt_cfi_rule {
    int kind;
    int64_t offset;
    const uint8_t *expression;
} gt_cfi_rule;

typedef struct gt_cfi_row {
    /* The frame's address is a register plus an offset, or what an expression computes. */
    int cfa_register;
    int64_t cfa_offset;
    const uint8_t *cfa_expression;
    gt_cfi_rule rules[GT_UNWIND_REGISTERS];
    int return_register;
    /* Where the function begins. */
    uintptr_t function;
} gt_cfi_row;

/* The row of the function at `pc`. 0 if no loaded object tells, or it uses what is not known here. */
int gt_cfi_find(uintptr_t pc, int is_exact, gt_cfi_row *row);

/* Numbers as DWARF writes them; both move `at` on. */
uint64_t gt_cfi_unsigned(const uint8_t **at);
int64_t gt_cfi_signed(const uint8_t **at);

#pragma GCC visibility pop

#endif
