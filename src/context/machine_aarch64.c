/* machine_aarch64.c: what of the aarch64 switch can be said in C. */
#include "context/machine.h"

#include <stddef.h>
#include <stdint.h>

#ifdef MACHINE_AARCH64

/* switch_aarch64.S has these. */
void machine_begin(void);
uint64_t machine_sign(uint64_t address, uint64_t sp);

/* What machine_swap pops, in its order. */
typedef struct saved_frame {
    uint64_t x29;
    uint64_t go_on_at;
    uint64_t x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    uint64_t d8_to_d15[8];
} saved_frame;

_Static_assert(sizeof(saved_frame) == 160, "machine_swap and machine_call_below count on it");

void *machine_prepare(char *top, void (*entry)(void *arg), void *arg)
{
    saved_frame *frame = (saved_frame *)(void *)(top - sizeof *frame);

    *frame = (saved_frame){
        .x19 = (uintptr_t)entry,
        .x20 = (uintptr_t)arg,
        .go_on_at = (uintptr_t)machine_begin,
    };
#ifdef MACHINE_SIGNS
    frame->go_on_at = machine_sign(frame->go_on_at, (uintptr_t)top);
#endif
    return frame;
}

#endif
