/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Switching stacks on AArch64 (AAPCS64). What a function call must keep is stored on the old stack and loaded from the
 * new one: x19 to x30, the low halves of v8 to v15, and FPCR, which is written only where it differs.
 */
#if defined(__aarch64__)

    .text

/* int gt_switch_stack(void **save, void *load, int answer); */
    .globl gt_switch_stack
    .hidden gt_switch_stack
    .type gt_switch_stack, %function
    .p2align 4
gt_switch_stack:
    .cfi_startproc
    stp x29, x30, [sp, #-176]!
    stp x27, x28, [sp, #16]
    stp x25, x26, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x21, x22, [sp, #64]
    stp x19, x20, [sp, #80]
    stp d14, d15, [sp, #96]
    stp d12, d13, [sp, #112]
    stp d10, d11, [sp, #128]
    stp d8, d9, [sp, #144]
    mrs x9, fpcr
    str x9, [sp, #160]
    mov x10, sp
    str x10, [x0]
    mov w0, w2
    mov sp, x1
.Lload:
    ldr x11, [sp, #160]
    cmp x9, x11
    b.eq 1f
    msr fpcr, x11
1:  ldp d8, d9, [sp, #144]
    ldp d10, d11, [sp, #128]
    ldp d12, d13, [sp, #112]
    ldp d14, d15, [sp, #96]
    ldp x19, x20, [sp, #80]
    ldp x21, x22, [sp, #64]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #32]
    ldp x27, x28, [sp, #16]
    ldp x29, x30, [sp], #176
    ret
    .cfi_endproc
    .size gt_switch_stack, . - gt_switch_stack

/* Where a new stack begins: no caller, which is what unwinders look for. gt_greenlet_main() returns where the hub goes on,
 * which is a `save` of gt_switch_stack(). */
    .globl gt_stack_bottom
    .hidden gt_stack_bottom
    .type gt_stack_bottom, %function
    .p2align 4
gt_stack_bottom:
    .cfi_startproc
    .cfi_undefined x30
    mov x29, #0
    mov x30, #0
    bl gt_greenlet_main
    mrs x9, fpcr
    mov sp, x0
    b .Lload
    .cfi_endproc
    .size gt_stack_bottom, . - gt_stack_bottom

/* void *gt_stack_prepare(void *top); the first `load` of a stack whose end is `top`, a multiple of 16. */
    .globl gt_stack_prepare
    .hidden gt_stack_prepare
    .type gt_stack_prepare, %function
    .p2align 4
gt_stack_prepare:
    .cfi_startproc
    sub x0, x0, #176
    stp xzr, xzr, [x0, #16]
    stp xzr, xzr, [x0, #32]
    stp xzr, xzr, [x0, #48]
    stp xzr, xzr, [x0, #64]
    stp xzr, xzr, [x0, #80]
    stp xzr, xzr, [x0, #96]
    stp xzr, xzr, [x0, #112]
    stp xzr, xzr, [x0, #128]
    stp xzr, xzr, [x0, #144]
    mrs x9, fpcr
    stp x9, xzr, [x0, #160]
    adrp x10, gt_stack_bottom
    add x10, x10, :lo12:gt_stack_bottom
    stp xzr, x10, [x0]
    ret
    .cfi_endproc
    .size gt_stack_prepare, . - gt_stack_prepare

#endif
    .section .note.GNU-stack, "", %progbits
