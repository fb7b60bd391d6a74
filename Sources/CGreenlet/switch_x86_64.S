/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Switching stacks on x86-64 (System V). What a function call must keep is pushed onto the old stack and popped from the
 * new one: rbx, rbp, r12 to r15, and the control words of the two floating-point units, which are loaded only where they
 * differ, since that is slow. It goes on by a jump: the processor would take the address of a `ret` from the old stack's
 * calls, and be wrong each time. The end of a greenlet is a `ret`: one that was never suspended was, as the processor
 * sees it, a function that the hub has called, and so each return that follows is guessed right.
 */
#if defined(__x86_64__)

    .text

/* int gt_switch_stack(void **save, void *load, int answer); */
    .globl gt_switch_stack
    .hidden gt_switch_stack
    .type gt_switch_stack, @function
    .balign 16
gt_switch_stack:
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movl (%rsp), %r8d
    movzwl 4(%rsp), %ecx
    movl %edx, %eax
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    cmpl (%rsp), %r8d
    jne 1f
    cmpw 4(%rsp), %cx
    jne 1f
2:  addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    jmp *%rcx
1:  ldmxcsr (%rsp)
    fldcw 4(%rsp)
    jmp 2b
    .cfi_endproc
    .size gt_switch_stack, . - gt_switch_stack

/* Where a new stack begins: no caller, which is what unwinders look for. gt_greenlet_main() returns where the hub goes on,
 * which is a `save` of gt_switch_stack(). */
    .globl gt_stack_bottom
    .hidden gt_stack_bottom
    .type gt_stack_bottom, @function
    .balign 16
gt_stack_bottom:
    .cfi_startproc
    .cfi_undefined rip
    xorl %ebp, %ebp
    call gt_greenlet_main
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movl (%rsp), %r8d
    movzwl 4(%rsp), %ecx
    movq %rax, %rsp
    cmpl (%rsp), %r8d
    jne 1f
    cmpw 4(%rsp), %cx
    jne 1f
2:  addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
1:  ldmxcsr (%rsp)
    fldcw 4(%rsp)
    jmp 2b
    .cfi_endproc
    .size gt_stack_bottom, . - gt_stack_bottom

/* void *gt_stack_prepare(void *top); the first `load` of a stack whose end is `top`, a multiple of 16. */
    .globl gt_stack_prepare
    .hidden gt_stack_prepare
    .type gt_stack_prepare, @function
    .balign 16
gt_stack_prepare:
    .cfi_startproc
    leaq -64(%rdi), %rax
    stmxcsr (%rax)
    fnstcw 4(%rax)
    movw $0, 6(%rax)
    xorl %ecx, %ecx
    movq %rcx, 8(%rax)
    movq %rcx, 16(%rax)
    movq %rcx, 24(%rax)
    movq %rcx, 32(%rax)
    movq %rcx, 40(%rax)
    movq %rcx, 48(%rax)
    leaq gt_stack_bottom(%rip), %rcx
    movq %rcx, 56(%rax)
    ret
    .cfi_endproc
    .size gt_stack_prepare, . - gt_stack_prepare

#endif
    .section .note.GNU-stack, "", @progbits
