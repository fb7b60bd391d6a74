/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reads call frame information (.eh_frame): the compilers' own word on where each function keeps its caller's registers.
 * It is mapped and constant, so that it can be read from any thread; libgcc finds the entry for an address.
 */
#include "cfi.h"

#include <string.h>

/* libgcc's: finds a function's entry in the objects that are loaded. */
struct dwarf_eh_bases {
    void *text, *data, *function;
};
extern const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

enum { REMEMBERED = 8 };

typedef struct common {
    const uint8_t *instructions, *end;
    uint64_t code_alignment;
    int64_t data_alignment;
    int return_register;
    uint8_t encoding;
    int has_augmentation;
} common;

typedef struct machine {
    const common *common;
    gt_cfi_row row, initial, remembered[REMEMBERED];
    int depth;
    uintptr_t location, limit;
} machine;

uint64_t gt_cfi_unsigned(const uint8_t **at) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) return value;
    }
}

int64_t gt_cfi_signed(const uint8_t **at) {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (shift < 64 && byte & 0x40) value |= ~UINT64_C(0) << shift;
    return (int64_t)value;
}

/* The size of a pointer as encoded; 0 for one of no fixed size. */
static size_t encoded_size(uint8_t encoding) {
    switch (encoding & 0x07) {
    case 0: return sizeof(void *);
    case 2: return 2;
    case 3: return 4;
    case 4: return 8;
    default: return 0;
    }
}

static uint64_t read_fixed(const uint8_t **at, size_t size) {
    uint64_t value = 0;
    memcpy(&value, *at, size);
    *at += size;
    return value;
}

/* The bounds of the record at `at`, whose length comes first. Returns its first byte behind the length. */
static const uint8_t *enter(const uint8_t *at, const uint8_t **end) {
    uint64_t length = read_fixed(&at, 4);
    if (length == 0xFFFFFFFF) length = read_fixed(&at, 8);
    *end = at + length;
    return at;
}

static int read_common(const uint8_t *record, common *found) {
    const uint8_t *at = enter(record, &found->end) + 4;
    uint8_t version = *at++;
    const char *augmentation = (const char *)at;
    at += strlen(augmentation) + 1;
    found->code_alignment = gt_cfi_unsigned(&at);
    found->data_alignment = gt_cfi_signed(&at);
    found->return_register = version == 1 ? *at++ : (int)gt_cfi_unsigned(&at);
    found->encoding = 0;
    found->has_augmentation = *augmentation == 'z';
    if (!found->has_augmentation) {
        found->instructions = at;
        return *augmentation == 0;
    }
    uint64_t length = gt_cfi_unsigned(&at);
    found->instructions = at + length;
    for (const char *letter = augmentation + 1; *letter; letter++) {
        if (*letter == 'R') found->encoding = *at++;
        else if (*letter == 'L') at++;
        else if (*letter == 'P') {
            size_t size = encoded_size(*at);
            if (!size) return 0;
            at += 1 + size;
        } else if (*letter != 'S' && *letter != 'B') return 0;
    }
    return 1;
}

static int set(machine *machine, uint64_t number, gt_cfi_rule rule) {
    /* Vector registers and the like: nobody asks for them. */
    if (number < GT_UNWIND_REGISTERS) machine->row.rules[number] = rule;
    return 1;
}

static const uint8_t *skip_block(const uint8_t **at) {
    const uint8_t *block = *at;
    uint64_t length = gt_cfi_unsigned(at);
    *at += length;
    return block;
}

static int set_offset(machine *machine, uint64_t number, int kind, int64_t offset) {
    return set(machine, number, (gt_cfi_rule){kind, offset * machine->common->data_alignment, 0});
}

static int set_cfa(machine *machine, uint64_t number, int64_t offset) {
    machine->row.cfa_register = (int)number;
    machine->row.cfa_offset = offset;
    machine->row.cfa_expression = 0;
    return number < GT_UNWIND_REGISTERS;
}

static int restore(machine *machine, uint64_t number) {
    if (number < GT_UNWIND_REGISTERS) machine->row.rules[number] = machine->initial.rules[number];
    return 1;
}

/* Those whose operation is in all eight bits. */
static int run_extended(machine *machine, uint8_t operation, const uint8_t **at) {
    uint64_t number;
    switch (operation) {
    case 0x00: return 1;
    case 0x01: return 0; /* set_loc: no compiler of these days writes it */
    case 0x02: machine->location += read_fixed(at, 1) * machine->common->code_alignment; return 1;
    case 0x03: machine->location += read_fixed(at, 2) * machine->common->code_alignment; return 1;
    case 0x04: machine->location += read_fixed(at, 4) * machine->common->code_alignment; return 1;
    case 0x05: number = gt_cfi_unsigned(at);
        return set_offset(machine, number, GT_CFI_AT_OFFSET, (int64_t)gt_cfi_unsigned(at));
    case 0x06: return restore(machine, gt_cfi_unsigned(at));
    case 0x07: return set(machine, gt_cfi_unsigned(at), (gt_cfi_rule){GT_CFI_UNDEFINED, 0, 0});
    case 0x08: return set(machine, gt_cfi_unsigned(at), (gt_cfi_rule){GT_CFI_SAME, 0, 0});
    case 0x09: number = gt_cfi_unsigned(at);
        return set(machine, number, (gt_cfi_rule){GT_CFI_REGISTER, (int64_t)gt_cfi_unsigned(at), 0});
    case 0x0A:
        if (machine->depth == REMEMBERED) return 0;
        machine->remembered[machine->depth++] = machine->row;
        return 1;
    case 0x0B:
        if (!machine->depth) return 0;
        machine->row = machine->remembered[--machine->depth];
        return 1;
    case 0x0C: number = gt_cfi_unsigned(at); return set_cfa(machine, number, (int64_t)gt_cfi_unsigned(at));
    case 0x0D: return set_cfa(machine, gt_cfi_unsigned(at), machine->row.cfa_offset);
    case 0x0E: machine->row.cfa_offset = (int64_t)gt_cfi_unsigned(at); return 1;
    case 0x0F: machine->row.cfa_expression = skip_block(at); return 1;
    case 0x10: number = gt_cfi_unsigned(at);
        return set(machine, number, (gt_cfi_rule){GT_CFI_AT_EXPRESSION, 0, skip_block(at)});
    case 0x11: number = gt_cfi_unsigned(at);
        return set_offset(machine, number, GT_CFI_AT_OFFSET, gt_cfi_signed(at));
    case 0x12: number = gt_cfi_unsigned(at);
        return set_cfa(machine, number, gt_cfi_signed(at) * machine->common->data_alignment);
    case 0x13: machine->row.cfa_offset = gt_cfi_signed(at) * machine->common->data_alignment; return 1;
    case 0x14: number = gt_cfi_unsigned(at);
        return set_offset(machine, number, GT_CFI_OFFSET, (int64_t)gt_cfi_unsigned(at));
    case 0x15: number = gt_cfi_unsigned(at);
        return set_offset(machine, number, GT_CFI_OFFSET, gt_cfi_signed(at));
    case 0x16: number = gt_cfi_unsigned(at);
        return set(machine, number, (gt_cfi_rule){GT_CFI_EXPRESSION, 0, skip_block(at)});
    case 0x2D: return 1; /* AArch64: whether return addresses are signed from here on */
    case 0x2E: gt_cfi_unsigned(at); return 1;
    default: return 0;
    }
}

static int run(machine *machine, const uint8_t *at, const uint8_t *end) {
    while (at < end && machine->location <= machine->limit) {
        uint8_t byte = *at++;
        uint8_t low = byte & 0x3F;
        int known = 1;
        switch (byte >> 6) {
        case 1: machine->location += low * machine->common->code_alignment; break;
        case 2: known = set_offset(machine, low, GT_CFI_AT_OFFSET, (int64_t)gt_cfi_unsigned(&at)); break;
        case 3: known = restore(machine, low); break;
        default: known = run_extended(machine, byte, &at);
        }
        if (!known) return 0;
    }
    return 1;
}

int gt_cfi_find(uintptr_t pc, int is_exact, gt_cfi_row *row) {
    /* A return address may be the next function's first, where the call never returns. */
    uintptr_t place = is_exact ? pc : pc - 1;
    struct dwarf_eh_bases bases;
    const uint8_t *record = _Unwind_Find_FDE((void *)place, &bases);
    if (!record) return 0;
    const uint8_t *end, *at = enter(record, &end);
    int32_t back;
    memcpy(&back, at, 4);
    common common;
    if (!read_common(at - back, &common)) return 0;
    at += 4;
    size_t size = encoded_size(common.encoding);
    if (!size) return 0;
    at += 2 * size;
    if (common.has_augmentation) skip_block(&at);
    machine machine = {.common = &common, .location = (uintptr_t)bases.function, .limit = UINTPTR_MAX};
    if (!run(&machine, common.instructions, common.end)) return 0;
    machine.initial = machine.row;
    machine.limit = place;
    if (!run(&machine, at, end)) return 0;
    *row = machine.row;
    row->return_register = common.return_register;
    row->function = (uintptr_t)bases.function;
    return row->return_register < GT_UNWIND_REGISTERS;
}
