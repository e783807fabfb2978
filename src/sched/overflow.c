/*
 * overflow.c: a sentence for a task that ran off its stack.
 *
 * The handler runs on an alternate stack, uses write(2) alone, and then lets the signal have the
 * effect it had before. An address outside of every guard is no overflow and is passed on.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "base/sys.h"
#include "sched/sched.h"

#define ALTERNATE_SIZE ((size_t)64 << 10)

static struct sigaction before;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void on_fault(int signo, siginfo_t *info, void *machine)
{
    bool in_guard = false;
    const stack *s = stack_find(info->si_addr, &in_guard);
    task *t = thread_self()->task;

    if (s && in_guard)
        report("stack overflow in task %llu (spawned at %s): its stack is %zu KiB; put large "
               "arrays on the heap, or spawn it with a larger edo_spawn_opts.stack_size",
               t ? (unsigned long long)t->id : 0, t ? t->place : "an unknown place", s->size >> 10);
    if (!(s && in_guard) && (before.sa_flags & SA_SIGINFO) && before.sa_sigaction) {
        before.sa_sigaction(signo, info, machine);
        return;
    }
    /* The fault happens again on return, now with the disposition of before. */
    sys_sigaction(signo, &before, NULL);
}

static void install(void)
{
    struct sigaction act;

    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_fault;
    act.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&act.sa_mask);
    sys_sigaction(SIGSEGV, &act, &before);
}

void overflow_init(void)
{
    pthread_once(&once, install);
}

void overflow_init_thread(void)
{
    stack_t old, alternate = {.ss_size = ALTERNATE_SIZE};

    if (sys_sigaltstack(NULL, &old) < 0 || !(old.ss_flags & SS_DISABLE))
        return; /* the thread has one already */
    if (sys_mmap_anonymous(ALTERNATE_SIZE, 0, &alternate.ss_sp) < 0)
        return; /* an overflow will end the process without a sentence */
    /* Below it a guard of its own: a handler of the user's may be greedy. */
    sys_mprotect(alternate.ss_sp, sys_page_size(), 0);
    if (sys_sigaltstack(&alternate, NULL) < 0)
        sys_munmap(alternate.ss_sp, ALTERNATE_SIZE);
    else
        thread_self()->alternate_stack = alternate.ss_sp;
}

void overflow_fini_thread(void)
{
    thread *self = thread_self();
    stack_t none = {.ss_flags = SS_DISABLE};

    if (!self->alternate_stack)
        return;
    sys_sigaltstack(&none, NULL);
    sys_munmap(self->alternate_stack, ALTERNATE_SIZE);
    self->alternate_stack = NULL;
}
