/* fault.c: registers out of a ucontext_t, which has them where each processor likes. */
#include "context/fault.h"

#include <errno.h>
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

void fault_restart_call(void *machine, const sys_call_place *call)
{
#if defined(__x86_64__)
    greg_t *r = ((ucontext_t *)machine)->uc_mcontext.gregs;
    const greg_t *const now[] = {&r[REG_RDI], &r[REG_RSI], &r[REG_RDX],
                                 &r[REG_R10], &r[REG_R8],  &r[REG_R9]};

    if (r[REG_RAX] != -EINTR || (uint64_t)r[REG_RIP] != call->pc)
        return;
    for (unsigned i = 0; i < 6; i++)
        if ((uint64_t)*now[i] != call->args[i])
            return; /* the thread is in another one by now */
    r[REG_RAX] = (greg_t)call->number;
    r[REG_RIP] -= 2; /* the length of the instruction */
#elif defined(__aarch64__)
    mcontext_t *m = &((ucontext_t *)machine)->uc_mcontext;

    if ((int64_t)m->regs[0] != -EINTR || m->pc != call->pc || m->regs[8] != (uint64_t)call->number)
        return;
    m->regs[0] = call->args[0]; /* the result had taken its place */
    m->pc -= 4;
#else
    (void)machine, (void)call;
#endif
}
