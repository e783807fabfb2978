/*
 * ask.c: a running task's backtrace, taken by its own thread in a signal handler.
 *
 * Signal     The last real-time signal that nobody handles when it is first needed. Its handler does
 *            nothing but look at its own stack, on the thread's alternate one, and wake the asker.
 * Unnoticed  A call that is not taken up again after a signal (a sleep, poll) would end with EINTR.
 *            So the asker notes beforehand in which call the thread is, and the handler makes it
 *            begin anew. A sleep that is relative lasts longer by that, and none is cut short.
 * States     ASKED is written with the request, and read with it. Who changes it owns the request:
 *            the handler by TAKEN, until DONE; the asker, who gives up, by IDLE. One that comes too
 *            late finds IDLE, or another thread's request.
 */
#include "sched/ask.h"

#include <signal.h>
#include <string.h>

#include "base/backtrace.h"
#include "base/futex.h"
#include "base/sys.h"
#include "base/thread.h"
#include "context/fault.h"
#include "context/sanitizer.h"
#include "sched/threads.h"

#define ANSWER_WITHIN (20 * NS_PER_MS)

enum { IDLE, ASKED, TAKEN, DONE };

static struct {
    uint32_t state; /* atomic futex */
    thread *whom;   /* atomic: a late handler looks at it */
    const task *wanted;
    uint64_t id;
    bool in_call;
    sys_call_place call;
    answer answer;
} request;

static int chosen; /* the signal; 0: none yet; -1: there is none */

static void look_at_self(thread *self, uintptr_t from, answer *a)
{
    const task *t = thread_subject(self);

    if (t != request.wanted || t->id != request.id)
        return;
    a->runtime = t->sched->id;
    if (t->extra)
        memcpy(a->name, t->extra->name, sizeof a->name);
    a->frame_count = backtrace_take(from, a->frames, ASK_FRAMES);
}

static void on_signal(int signo, siginfo_t *info, void *machine)
{
    thread *self = thread_self();
    uint32_t state = ASKED;

    (void)signo;
    (void)info;
    /* acquire: pairs with the release in ask_other. */
    if (a_load(&request.whom, relaxed) != self ||
        !a_cas(&request.state, &state, TAKEN, acquire, relaxed))
        return;
    look_at_self(self, fault_place_of(machine).pc, &request.answer);
    if (request.in_call)
        fault_restart_call(machine, &request.call);
    a_store(&request.state, DONE, release); /* pairs with the acquire in wait_for_answer */
    futex_wake(&request.state, 1);
}

static bool choose_signal(void)
{
    struct sigaction present, act;
    int first, last;

    sys_free_signals(&first, &last);
    for (; chosen == 0 && last >= first; last--)
        if (sys_sigaction(last, NULL, &present) == 0 && present.sa_handler == SIG_DFL)
            chosen = last;
    if (chosen <= 0)
        return false;
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_signal;
    act.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&act.sa_mask);
    backtrace_prepare();
    if (sys_sigaction(chosen, &act, NULL) < 0)
        chosen = -1;
    return chosen > 0;
}

static bool can_ask(void)
{
    return !sanitizer_is_valgrind() && (chosen > 0 || (chosen == 0 && choose_signal()));
}

static void wait_for_answer(void)
{
    uint64_t until = clock_now() + ANSWER_WITHIN;
    uint32_t state;

    while ((state = a_load(&request.state, acquire)) == ASKED && clock_now() < until)
        futex_wait(&request.state, ASKED, until);
    if (state == ASKED && a_cas(&request.state, &state, IDLE, acquire, acquire))
        return;
    while (a_load(&request.state, acquire) == TAKEN) /* a handler that runs comes to its end */
        futex_wait(&request.state, TAKEN, UINT64_MAX);
    a_store(&request.state, IDLE, relaxed);
}

static void ask_other(thread *found, void *arg)
{
    request.answer.thread_id = found->system_id;
    /* One that blocks it would have it pending for ever, and past an exec. */
    if (!can_ask() || sys_thread_blocks((pid_t)found->system_id, chosen))
        return;
    request.in_call = sys_thread_call((pid_t)found->system_id, &request.call) == 0;
    a_store(&request.whom, found, relaxed);
    a_store(&request.state, ASKED, release);
    if (sys_tgkill((pid_t)found->system_id, chosen) < 0)
        a_store(&request.state, IDLE, relaxed);
    (void)arg;
}

bool ask_task(task *t, uint64_t id, uintptr_t from, answer *ret)
{
    thread *self = thread_self();
    bool found = true;

    request.wanted = t;
    request.id = id;
    request.answer = (answer){0};
    if (thread_subject(self) == t) {
        request.answer.thread_id = thread_system_id(self);
        look_at_self(self, from, &request.answer);
        if (from && request.answer.frame_count > 0)
            request.answer.frames[0]--; /* inside of the call */
    } else {
        found = threads_find(t, ask_other, NULL);
        if (a_load(&request.state, relaxed) != IDLE)
            wait_for_answer();
    }
    *ret = request.answer;
    return found;
}

void ask_forget(void)
{
    request.state = IDLE;
}
