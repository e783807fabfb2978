/*
 * test_task.c: polling by hand, with a waker that counts.
 *
 * What the waker points to, the mark, is counted by the waker: it lives as long as a clone does, so
 * that a wake-up after the end is seen. A wake-up may be under way while another thread's poll says
 * READY; it can't be on the thread whose poll that was, as a poll runs between wake-ups there. So a
 * late one on that thread is a fault at once, and elsewhere the second one is.
 */
#include <edo/testing.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define IDLE_POLLS_MAX 150

enum mark_state { MARK_LIVE, MARK_READY, MARK_RELEASED };

typedef struct mark {
    atomic_uint wakes;         /* since the latest poll */
    atomic_uint strays;        /* late ones from other threads */
    atomic_uint state;         /* enum mark_state; written after `thread` */
    _Atomic(pthread_t) thread; /* that saw READY, or released */
} mark;

struct edo_test_task {
    edo_future *fut; /* may be NULL */
    bool polled;
    bool ready;
    mark *mark;      /* the waker's */
    edo_waker waker; /* one reference is ours */
};

/* Not inlined: pthread_self is declared const, and a caller may be on another thread by the time it
 * asks again. */
static __attribute__((noinline)) pthread_t this_thread(void)
{
    pthread_t self = pthread_self();

    __asm__ volatile("" : "+r"(self));
    return self;
}

static void on_wake(void *arg)
{
    mark *m = arg;
    unsigned state = atomic_load(&m->state);

    atomic_fetch_add(&m->wakes, 1);
    if (state == MARK_LIVE)
        return;
    if (pthread_equal(atomic_load(&m->thread), this_thread()) ||
        atomic_fetch_add(&m->strays, 1) > 0)
        edo_test_fail(__FILE__, __LINE__, "a waker was called after its %s",
                      state == MARK_READY ? "future said ready" : "harness was released");
}

static void end(mark *m, enum mark_state state)
{
    atomic_store(&m->thread, this_thread());
    atomic_store(&m->state, state);
}

int edo_test_task_new(edo_future *fut, edo_test_task **ret_task)
{
    if (!ret_task)
        return -EINVAL;
    edo_test_task *task = calloc(1, sizeof *task);
    mark *m = calloc(1, sizeof *m);
    int rc = task && m ? edo_waker_new(on_wake, free, m, &task->waker) : -ENOMEM;
    if (rc < 0) {
        free(m);
        free(task);
        return rc;
    }
    task->fut = fut;
    task->mark = m;
    *ret_task = task;
    return 0;
}

void edo_test_task_release_from(const char *file, int line, edo_test_task *task)
{
    if (!task)
        return;
    if (task->polled && !task->ready && !edo_future_is_ready(task->fut))
        edo_test_fail(file, line, "a future's harness was released while it was pending");
    end(task->mark, MARK_RELEASED);
    edo_waker_drop(task->waker);
    free(task);
}

edo_poll edo_test_task_poll(edo_test_task *task)
{
    if (!task->fut)
        return EDO_PENDING;
    atomic_store(&task->mark->wakes, 0);
    task->polled = true;
    edo_poll poll = edo_future_poll(task->fut, &task->waker);
    if (poll == EDO_READY && !task->ready) {
        task->ready = true;
        end(task->mark, MARK_READY);
    }
    return poll;
}

edo_poll edo_test_task_poll_until_idle_from(const char *file, int line, edo_test_task *task)
{
    for (int i = 0; i < IDLE_POLLS_MAX; i++) {
        if (edo_test_task_poll(task) == EDO_READY)
            return EDO_READY;
        if (!edo_test_task_is_woken(task))
            return EDO_PENDING;
    }
    edo_test_fail(file, line, "a future woke itself in each of %d polls", IDLE_POLLS_MAX);
    return EDO_PENDING;
}

int64_t edo_test_task_enter(edo_test_task *task, int64_t (*fn)(void *arg, const edo_waker *waker),
                            void *arg)
{
    atomic_store(&task->mark->wakes, 0);
    return fn(arg, &task->waker);
}

void edo_test_task_cancel(edo_test_task *task)
{
    if (task->fut)
        edo_future_cancel(task->fut);
}

bool edo_test_task_is_woken(const edo_test_task *task)
{
    return edo_test_task_wake_count(task) > 0;
}

unsigned edo_test_task_wake_count(const edo_test_task *task)
{
    return atomic_load(&task->mark->wakes);
}

/* The process's own: never ready, never released. */
static mark process_mark;
static edo_waker process_waker;

static void make_process_waker(void)
{
    int rc = edo_waker_new(on_wake, NULL, &process_mark, &process_waker);

    if (rc < 0)
        edo_test_fail(__FILE__, __LINE__, "no memory for a waker");
}

const edo_waker *edo_test_waker(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_process_waker);
    return &process_waker;
}

edo_poll edo_test_poll(edo_future *fut)
{
    const edo_waker *waker = edo_test_waker();

    atomic_store(&process_mark.wakes, 0);
    return edo_future_poll(fut, waker);
}

bool edo_test_is_woken(void)
{
    return edo_test_wake_count() > 0;
}

unsigned edo_test_wake_count(void)
{
    return atomic_load(&process_mark.wakes);
}
