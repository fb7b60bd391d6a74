/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Unwinds by call frame information. Where the thread waits in the kernel only its stack pointer and its program counter
 * are known: that is enough for functions that address their frames by the stack pointer, as libc's do. At the first
 * that uses the frame pointer, and whose callees saved none, the frame is searched for: a saved frame pointer with a
 * return address behind it which follows a call of just that function.
 */
#include "gt_unwind.h"

#include <string.h>

#include "cfi.h"
#include "sanitizers.h"

enum { EXPRESSION_DEPTH = 16, SEARCHED_WORDS = 4096 };

GT_READS_STACKS int gt_unwind_word(const gt_unwind_stack *stack, uintptr_t address, uintptr_t *word) {
    size_t index = (address - stack->address) / sizeof(uintptr_t);
    if (address < stack->address || address % sizeof(uintptr_t) || index >= stack->count) return 0;
    *word = stack->words[index];
    return 1;
}

/* ----- expressions: what PLT entries and functions with realigned stacks use ----- */

/* One operation on the `values`, of which there are `depth`. */
static int operate(uint8_t operation, const uint8_t **at, const gt_unwind_frame *frame, const gt_unwind_stack *stack,
                   uintptr_t *values, int *depth) {
    if (operation >= 0x70 && operation <= 0x8F) {
        int number = operation - 0x70;
        int64_t offset = gt_cfi_signed(at);
        if (*depth == EXPRESSION_DEPTH) return 0;
        /* PLT entries ask for the program counter, which is nobody's register to keep. */
        if (!gt_unwind_knows(frame, number)) {
            if (number != GT_UNWIND_RA) return 0;
            values[(*depth)++] = frame->pc + (uintptr_t)offset;
            return 1;
        }
        values[(*depth)++] = frame->registers[number] + (uintptr_t)offset;
        return 1;
    }
    if (operation >= 0x30 && operation <= 0x4F) {
        if (*depth == EXPRESSION_DEPTH) return 0;
        values[(*depth)++] = operation - 0x30;
        return 1;
    }
    if (!*depth) return 0;
    uintptr_t *top = &values[*depth - 1];
    if (operation == 0x06) return gt_unwind_word(stack, *top, top);
    if (operation == 0x23) {
        *top += gt_cfi_unsigned(at);
        return 1;
    }
    if (*depth < 2) return 0;
    uintptr_t right = *top;
    top--;
    (*depth)--;
    switch (operation) {
    case 0x1A: *top &= right; return 1;
    case 0x1C: *top -= right; return 1;
    case 0x22: *top += right; return 1;
    case 0x24: *top = right < 64 ? *top << right : 0; return 1;
    case 0x2A: *top = (intptr_t)*top >= (intptr_t)right; return 1;
    default: return 0;
    }
}

static int evaluate(const uint8_t *block, const gt_unwind_frame *frame, const gt_unwind_stack *stack,
                    const uintptr_t *first, uintptr_t *result) {
    uintptr_t values[EXPRESSION_DEPTH];
    int depth = 0;
    if (first) values[depth++] = *first;
    uint64_t length = gt_cfi_unsigned(&block);
    const uint8_t *end = block + length;
    while (block < end) {
        uint8_t operation = *block++;
        if (!operate(operation, &block, frame, stack, values, &depth)) return 0;
    }
    if (!depth) return 0;
    *result = values[depth - 1];
    return 1;
}

/* ----- the search for a frame ----- */

#if defined(__x86_64__)
/* Whether the instruction before `address` is a call; 2 if it is one of `function` itself. */
static int follows_call(uintptr_t address, uintptr_t function) {
    const uint8_t *code = (const uint8_t *)address;
    if (code[-5] == 0xE8) {
        int32_t distance;
        memcpy(&distance, code - 4, 4);
        return address + (uintptr_t)(intptr_t)distance == function ? 2 : 1;
    }
    for (int length = 2; length <= 7; length++) {
        if (code[-length] == 0xFF && (code[1 - length] >> 3 & 7) == 2) return 1;
    }
    return 0;
}
#elif defined(__aarch64__)
static int follows_call(uintptr_t address, uintptr_t function) {
    uint32_t instruction;
    memcpy(&instruction, (const void *)(address - 4), 4);
    if (instruction >> 26 == 0x25) {
        intptr_t distance = (intptr_t)(int32_t)(instruction << 6) >> 4;
        return address - 4 + (uintptr_t)distance == function ? 2 : 1;
    }
    return (instruction & 0xFFFFFC1F) == 0xD63F0000;
}
#endif

/* The value of the frame pointer in `function`, whose frame lies above `from`. */
static int search_frame(uintptr_t from, uintptr_t function, const gt_unwind_stack *stack, uintptr_t *found) {
    int best = 0;
    uintptr_t end = stack->address + stack->count * sizeof(uintptr_t);
    for (size_t i = 0; i < SEARCHED_WORDS && best < 3; i++) {
        uintptr_t place = from + i * sizeof(uintptr_t), saved, back;
        if (!gt_unwind_word(stack, place, &saved)) break;
        if (!gt_unwind_word(stack, place + sizeof(uintptr_t), &back)) break;
        gt_cfi_row row;
        if (!gt_cfi_find(back, 0, &row)) continue;
        int follows = follows_call(back, function);
        /* Through a pointer or a PLT entry: then a saved frame pointer that points to a frame speaks for it. The caller
         * may have none, and use the register for something else. */
        int rank = follows == 2 ? 3 : follows == 1 ? 1 + (saved > place && saved < end) : 0;
        if (rank <= best) continue;
        best = rank;
        *found = place;
    }
    return best > 0;
}

/* ----- steps ----- */

/* Swift marks the frames of asynchronous functions in the saved frame pointer. */
static uintptr_t without_mark(uintptr_t pointer) {
    return pointer & ~(UINT64_C(1) << 60);
}

static int find_cfa(gt_unwind_frame *frame, const gt_cfi_row *row, const gt_unwind_stack *stack, uintptr_t *cfa) {
    if (row->cfa_expression) return evaluate(row->cfa_expression, frame, stack, 0, cfa);
    if (!gt_unwind_knows(frame, row->cfa_register)) {
        uintptr_t found;
        if (row->cfa_register != GT_UNWIND_FP) return 0;
        if (!search_frame(frame->registers[GT_UNWIND_SP], row->function, stack, &found)) return 0;
        gt_unwind_set(frame, GT_UNWIND_FP, found);
    }
    *cfa = frame->registers[row->cfa_register] + (uintptr_t)row->cfa_offset;
    return 1;
}

/* A caller's register; 0 if it cannot be known. */
static int recover(const gt_unwind_frame *frame, const gt_cfi_rule *rule, int number, uintptr_t cfa,
                   const gt_unwind_stack *stack, uintptr_t *value) {
    switch (rule->kind) {
    case GT_CFI_AT_OFFSET: return gt_unwind_word(stack, cfa + (uintptr_t)rule->offset, value);
    case GT_CFI_OFFSET: *value = cfa + (uintptr_t)rule->offset; return 1;
    case GT_CFI_EXPRESSION: return evaluate(rule->expression, frame, stack, &cfa, value);
    case GT_CFI_AT_EXPRESSION:
        return evaluate(rule->expression, frame, stack, &cfa, value) && gt_unwind_word(stack, *value, value);
    case GT_CFI_REGISTER: number = (int)rule->offset; /* falls through */
    case GT_CFI_SAME:
        if (number >= GT_UNWIND_REGISTERS || !gt_unwind_knows(frame, number)) return 0;
        *value = frame->registers[number];
        return 1;
    default: return 0;
    }
}

/* By the frame pointer alone, where a function says nothing of its frame. */
static int step_by_pointer(gt_unwind_frame *frame, const gt_unwind_stack *stack) {
    uintptr_t place = without_mark(frame->registers[GT_UNWIND_FP]), saved, back;
    if (!gt_unwind_knows(frame, GT_UNWIND_FP) || place < frame->registers[GT_UNWIND_SP]) return 0;
    if (!gt_unwind_word(stack, place, &saved) || !gt_unwind_word(stack, place + sizeof place, &back)) return 0;
    frame->known = 0;
    gt_unwind_set(frame, GT_UNWIND_SP, place + 2 * sizeof place);
    gt_unwind_set(frame, GT_UNWIND_FP, without_mark(saved));
    frame->pc = back;
    frame->is_exact = 0;
    return back != 0;
}

int gt_unwind_step(gt_unwind_frame *frame, const gt_unwind_stack *stack) {
    gt_cfi_row row;
    if (!gt_cfi_find(frame->pc, frame->is_exact, &row)) return step_by_pointer(frame, stack);
    uintptr_t cfa, back;
    if (!find_cfa(frame, &row, stack, &cfa)) return 0;
    /* Stacks grow down: anything else is a wrong guess. */
    if (cfa < frame->registers[GT_UNWIND_SP]) return 0;
    if (!recover(frame, &row.rules[row.return_register], row.return_register, cfa, stack, &back)) return 0;
    gt_unwind_frame caller = {.pc = back};
    for (int number = 0; number < GT_UNWIND_REGISTERS; number++) {
        uintptr_t value;
        if (number == GT_UNWIND_SP || number == row.return_register) continue;
        if (!recover(frame, &row.rules[number], number, cfa, stack, &value)) continue;
        gt_unwind_set(&caller, number, number == GT_UNWIND_FP ? without_mark(value) : value);
    }
    gt_unwind_set(&caller, GT_UNWIND_SP, cfa);
    *frame = caller;
    return back != 0;
}

size_t gt_unwind(gt_unwind_frame frame, const gt_unwind_stack *stack, void **addresses, size_t capacity) {
    size_t count = 0;
    while (count < capacity) {
        addresses[count++] = (void *)frame.pc;
        if (!gt_unwind_step(&frame, stack)) break;
    }
    return count;
}
