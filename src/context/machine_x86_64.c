/* machine_x86_64.c: what of the x86-64 switch can be said in C. */
#include "context/machine.h"

#include <stddef.h>
#include <stdint.h>

#ifdef MACHINE_X86_64

/* switch_x86_64.S has these. */
void machine_begin(void);

/* What machine_swap pops, in its order. */
typedef struct saved_frame {
    uint64_t r15, r14, r13, r12, rbx, rbp;
    uint64_t go_on_at;
    uint64_t no_caller[2]; /* zeros for who looks for a frame by rbp; keeps rsp aligned, too */
} saved_frame;

_Static_assert(sizeof(saved_frame) % 16 == 8, "rsp is a multiple of 16 at machine_begin");
_Static_assert(offsetof(saved_frame, rbp) == 40, "machine_call_below counts on it");

void *machine_prepare(char *top, void (*entry)(void *arg), void *arg)
{
    saved_frame *frame = (saved_frame *)(void *)(top - sizeof *frame);

    *frame = (saved_frame){
        .r12 = (uintptr_t)entry,
        .r13 = (uintptr_t)arg,
        .go_on_at = (uintptr_t)machine_begin,
    };
    return frame;
}

#endif
