/*
 * switch_x86_64.S: the switch for x86-64, System V calling convention.
 *
 * A suspended stack, from its stack pointer up: r15 r14 r13 r12 rbx rbp, and the address to go on
 * at. machine_prepare (machine_x86_64.c) writes the same by hand for a new one.
 *
 * Unwinding   Each instruction has its CFI. The layout is the same on both sides, so the CFI that
 *             describes the old stack before `mov %rsi, %rsp` describes the new one after it.
 * Prediction  The switch ends in a jump: a ret would go elsewhere than its call came from, and
 *             would be mispredicted each time. context_switch comes by a jump as well
 *             (machine_swap_inline), so each later ret still meets its own call.
 * CET         notrack: the target of the jump is no function entry. There is no note that promises
 *             shadow stacks, as these stacks have none; the loader then leaves them off.
 */
#include "context/machine.h"

#ifdef MACHINE_X86_64

    .text

/* void machine_swap(void **from, void *to) */
    .globl machine_swap
    .hidden machine_swap
    .type machine_swap, @function
    .balign 64
machine_swap:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rcx
    notrack jmp *%rcx
    .cfi_endproc
    .size machine_swap, . - machine_swap

/*
 * Where a new context begins: r12 is the entry, r13 its argument, rbp is 0 and rsp is aligned. No
 * caller: unwinders stop here. They look up the address before the one to go on at, hence the nop.
 * The entry never returns, so it isn't called either: its return address is for unwinders.
 */
    .globl machine_begin
    .hidden machine_begin
    .type machine_begin, @function
    .balign 16
    .cfi_startproc
    .cfi_undefined %rip
    nop
machine_begin:
    endbr64
    call machine_entered
    movq %r13, %rdi
    leaq 1f(%rip), %rax
    pushq %rax
    notrack jmp *%r12
1:
    ud2
    .cfi_endproc
    .size machine_begin, . - machine_begin

/*
 * void machine_call_below(void *place, void (*fn)(void *arg), void *arg, void *sp)
 *
 * fn's stack begins at `sp`, or stays this one if that is NULL. While fn runs, rbp points to where the suspended context has saved its rbp and the address to go
 * on at, as after the prologue of a function: both CFI and frame pointers lead from fn into that
 * context. Our own stack pointer is kept in rbx.
 */
    .globl machine_call_below
    .hidden machine_call_below
    .type machine_call_below, @function
    .balign 16
machine_call_below:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    movq %rsp, %rbx
    .cfi_def_cfa_register %rbx
    testq %rcx, %rcx
    cmovneq %rcx, %rsp
    andq $-16, %rsp
    movq %rdx, %rax
    leaq 40(%rdi), %rbp
    .cfi_remember_state
    .cfi_def_cfa %rbp, 16
    .cfi_offset %rbp, -16
    .cfi_offset %rbx, -24
    .cfi_offset %r12, -32
    .cfi_offset %r13, -40
    .cfi_offset %r14, -48
    .cfi_offset %r15, -56
    movq %rax, %rdi
    call *%rsi
    .cfi_restore_state
    movq %rbx, %rsp
    .cfi_def_cfa_register %rsp
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    ret
    .cfi_endproc
    .size machine_call_below, . - machine_call_below

#endif

    .section .note.GNU-stack, "", @progbits
