/* fault.c: registers out of a ucontext_t, which has them where each processor likes. */
#include "context/fault.h"

#include <signal.h>
#include <ucontext.h>

fault_place fault_place_of(const void *machine)
{
    const ucontext_t *uc = machine;
    fault_place place = {.alternate_stack =
                             uc->uc_stack.ss_flags & SS_DISABLE ? 0 : uc->uc_stack.ss_size};

#if defined(__x86_64__)
    place.pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
    place.sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    place.pc = (uintptr_t)uc->uc_mcontext.pc;
    place.sp = (uintptr_t)uc->uc_mcontext.sp;
#endif
    return place;
}
