/*
 * signal_stack.c: an alternate stack for the handlers that run on a thread of tasks.
 *
 * Every thread that runs tasks has one: a handler that ran on a task's stack would need room there,
 * and one for a stack that has none left could not run at all.
 */
#include "base/sys.h"
#include "sched/overflow.h"
#include "sched/sched.h"

#define SIGNAL_STACK_SIZE ((size_t)64 << 10)

void overflow_init_thread(void)
{
    stack_t old, alternate = {.ss_size = SIGNAL_STACK_SIZE};

    if (sys_sigaltstack(NULL, &old) < 0 || !(old.ss_flags & SS_DISABLE))
        return; /* the thread has one already */
    if (sys_mmap_anonymous(SIGNAL_STACK_SIZE, 0, &alternate.ss_sp) < 0)
        return; /* an overflow will end the process without a sentence */
    /* Below it a guard of its own: a handler of the user's may be greedy. */
    sys_mprotect(alternate.ss_sp, sys_page_size(), 0);
    if (sys_sigaltstack(&alternate, NULL) < 0)
        sys_munmap(alternate.ss_sp, SIGNAL_STACK_SIZE);
    else
        thread_self()->alternate_stack = alternate.ss_sp;
}

void overflow_fini_thread(void)
{
    thread *self = thread_self();
    stack_t present, none = {.ss_flags = SS_DISABLE};

    if (!self->alternate_stack)
        return;
    /* Unless the user has put another in its place. */
    if (sys_sigaltstack(NULL, &present) < 0 || present.ss_sp == self->alternate_stack)
        sys_sigaltstack(&none, NULL);
    sys_munmap(self->alternate_stack, SIGNAL_STACK_SIZE);
    self->alternate_stack = NULL;
}
