/*
 * switch_aarch64.S: the switch for 64-bit Arm, its usual calling convention (AAPCS64).
 *
 * A suspended stack, from its stack pointer up: x29 x30, x19 to x28, d8 to d15. machine_prepare
 * (machine_aarch64.c) writes the same by hand for a new one. The pair at its low end is a frame
 * record, so frame pointers lead through it, too.
 *
 * Unwinding   Each instruction has its CFI. The layout is the same on both sides, so the CFI that
 *             describes the old stack before `mov sp, x1` describes the new one after it.
 * BTI         Whoever is called begins with a landing pad. The switch ends in a ret, though the
 *             processor predicts another place: a br may only go to a pad, and none follows a call.
 * PAC         Where edo is compiled to sign return addresses the switch signs its own: with the
 *             stack pointer that its caller had, which the context has again when it goes on.
 *             The keys are the process's, so any thread may do so.
 * GCS, SME    No note promises a guarded control stack, as these stacks have none; the loader then
 *             leaves it off. ZA and streaming mode have to be off, as over any call.
 */
#include "context/machine.h"

#ifdef MACHINE_AARCH64

#define LANDING_PAD hint #34 /* bti c; by number, as they are nops to older assemblers, too */
#ifdef MACHINE_SIGNS
#define SIGN hint #25 /* paciasp */
#define SIGNED .cfi_negate_ra_state
#define CHECK hint #29 /* autiasp */
#else
#define SIGN
#define SIGNED
#define CHECK
#endif

    .text

/* void machine_swap(void **from, void *to) */
    .globl machine_swap
    .hidden machine_swap
    .type machine_swap, %function
    .balign 64
machine_swap:
    .cfi_startproc
    LANDING_PAD
    SIGN
    SIGNED
    stp x29, x30, [sp, #-160]!
    .cfi_adjust_cfa_offset 160
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp x19, x20, [sp, #16]
    .cfi_rel_offset x19, 16
    .cfi_rel_offset x20, 24
    stp x21, x22, [sp, #32]
    .cfi_rel_offset x21, 32
    .cfi_rel_offset x22, 40
    stp x23, x24, [sp, #48]
    .cfi_rel_offset x23, 48
    .cfi_rel_offset x24, 56
    stp x25, x26, [sp, #64]
    .cfi_rel_offset x25, 64
    .cfi_rel_offset x26, 72
    stp x27, x28, [sp, #80]
    .cfi_rel_offset x27, 80
    .cfi_rel_offset x28, 88
    stp d8, d9, [sp, #96]
    .cfi_rel_offset d8, 96
    .cfi_rel_offset d9, 104
    stp d10, d11, [sp, #112]
    .cfi_rel_offset d10, 112
    .cfi_rel_offset d11, 120
    stp d12, d13, [sp, #128]
    .cfi_rel_offset d12, 128
    .cfi_rel_offset d13, 136
    stp d14, d15, [sp, #144]
    .cfi_rel_offset d14, 144
    .cfi_rel_offset d15, 152
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp d14, d15, [sp, #144]
    .cfi_restore d14
    .cfi_restore d15
    ldp d12, d13, [sp, #128]
    .cfi_restore d12
    .cfi_restore d13
    ldp d10, d11, [sp, #112]
    .cfi_restore d10
    .cfi_restore d11
    ldp d8, d9, [sp, #96]
    .cfi_restore d8
    .cfi_restore d9
    ldp x27, x28, [sp, #80]
    .cfi_restore x27
    .cfi_restore x28
    ldp x25, x26, [sp, #64]
    .cfi_restore x25
    .cfi_restore x26
    ldp x23, x24, [sp, #48]
    .cfi_restore x23
    .cfi_restore x24
    ldp x21, x22, [sp, #32]
    .cfi_restore x21
    .cfi_restore x22
    ldp x19, x20, [sp, #16]
    .cfi_restore x19
    .cfi_restore x20
    ldp x29, x30, [sp], #160
    .cfi_adjust_cfa_offset -160
    .cfi_restore x29
    .cfi_restore x30
    CHECK
    SIGNED
    ret
    .cfi_endproc
    .size machine_swap, . - machine_swap

/*
 * Where a new context begins: x19 is the entry, x20 its argument, x29 is 0. No caller: unwinders
 * stop here. They look up the address before the one to go on at, hence the nop.
 */
    .globl machine_begin
    .hidden machine_begin
    .type machine_begin, %function
    .balign 16
    .cfi_startproc
    .cfi_undefined x30
    nop
machine_begin:
    bl machine_entered
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size machine_begin, . - machine_begin

#ifdef MACHINE_SIGNS
/* uint64_t machine_sign(uint64_t address, uint64_t sp): the address as machine_swap pops it. */
    .globl machine_sign
    .hidden machine_sign
    .type machine_sign, %function
    .balign 16
machine_sign:
    .cfi_startproc
    LANDING_PAD
    mov x17, x0
    mov x16, x1
    hint #8 /* pacia1716 */
    mov x0, x17
    ret
    .cfi_endproc
    .size machine_sign, . - machine_sign
#endif

/*
 * void machine_call_below(void *place, void (*fn)(void *arg), void *arg, void *sp)
 *
 * fn's stack begins at `sp`, or stays this one if that is NULL. While fn runs, x29 points to where the suspended context has saved its x29 and the address to go
 * on at, as after the prologue of a function: both CFI and frame pointers lead from fn into that
 * context. Our own stack pointer is kept in x19.
 */
    .globl machine_call_below
    .hidden machine_call_below
    .type machine_call_below, %function
    .balign 16
machine_call_below:
    .cfi_startproc
    LANDING_PAD
    SIGN
    SIGNED
    stp x29, x30, [sp, #-32]!
    .cfi_adjust_cfa_offset 32
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    str x19, [sp, #16]
    .cfi_rel_offset x19, 16
    mov x19, sp
    .cfi_def_cfa_register x19
    cmp x3, #0
    csel x9, x19, x3, eq
    mov sp, x9
    mov x29, x0
    .cfi_remember_state
    .cfi_def_cfa x29, 160
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    .cfi_rel_offset x19, 16
    .cfi_rel_offset x20, 24
    .cfi_rel_offset x21, 32
    .cfi_rel_offset x22, 40
    .cfi_rel_offset x23, 48
    .cfi_rel_offset x24, 56
    .cfi_rel_offset x25, 64
    .cfi_rel_offset x26, 72
    .cfi_rel_offset x27, 80
    .cfi_rel_offset x28, 88
    .cfi_rel_offset d8, 96
    .cfi_rel_offset d9, 104
    .cfi_rel_offset d10, 112
    .cfi_rel_offset d11, 120
    .cfi_rel_offset d12, 128
    .cfi_rel_offset d13, 136
    .cfi_rel_offset d14, 144
    .cfi_rel_offset d15, 152
    mov x0, x2
    blr x1
    .cfi_restore_state
    mov sp, x19
    .cfi_def_cfa_register sp
    ldr x19, [sp, #16]
    .cfi_restore x19
    ldp x29, x30, [sp], #32
    .cfi_adjust_cfa_offset -32
    .cfi_restore x29
    .cfi_restore x30
    CHECK
    SIGNED
    ret
    .cfi_endproc
    .size machine_call_below, . - machine_call_below

/* The note that says that every function here has its landing pad: the linker asks each object. */
    .section .note.gnu.property, "a", %note
    .balign 8
    .word 4, 16, 5 /* sizes of the name and of what follows; NT_GNU_PROPERTY_TYPE_0 */
    .asciz "GNU"
    .word 0xc0000000, 4, 1, 0 /* GNU_PROPERTY_AARCH64_FEATURE_1_AND, its size, BTI, padding */

#endif

    .section .note.GNU-stack, "", %progbits
