/* locks_test.c: nobody touches a source, a driver's list or a wheel while another holds its lock. */
#include "driver/rig.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "driver/wheel.h"

typedef void call(void);

static void *make(void *arg)
{
    call *const *what = arg;

    (*what)();
    return NULL;
}

/* Somebody sleeps for it, or is about to. */
static void let_pass(lock *l, pthread_t caller)
{
    wait_until(a_load(&l->word, relaxed) == 2);
    lock_drop(l);
    join_thread(caller);
}

static void assert_waits_for(lock *l, call *what)
{
    lock_take(l);
    let_pass(l, start_thread(make, &what));
}

/* Of a call that lets go of the lock meanwhile; what it calls takes the lock then. */
static void assert_takes_again(lock *l, call *what)
{
    let_pass(l, start_thread(make, &what));
}

static driver *d;
static source *src;
static int peer;
static counter c;
static edo_op op, ready;
static char byte;

static void set_up(void)
{
    d = open_driver();
    src = open_pair(d, SOCK_STREAM, &peer);
    op_init(&op, src, OP_RECV, &byte, 1);
    readiness_init(&ready, src, POLLIN);
}

static void tear_down(void)
{
    free_driver(d);
    close(peer);
}

static void ask_if_it_may_begin(void)
{
    assert_ok(op_may_begin(&op));
}

static void try_it(void)
{
    assert_err(op_try(&op), -EAGAIN);
}

static void poll_it(void)
{
    assert_op_waits(&op, &c);
}

static void poll_the_wait(void)
{
    assert_op_waits(&ready, &c);
}

static void wake_wanting(void)
{
    source_wake_wanting(src, src->gen, POLLIN);
}

static void wake_behind(void)
{
    source_wake_behind(&op);
}

static void handle_an_event(void)
{
    check_events(d, 1);
}

static void cancel(void)
{
    op_cancel(&op);
}

static void release(void)
{
    int fd;

    assert_err(source_release(src, &fd), -EBUSY);
}

static void close_it(void)
{
    source_close(src);
}

static void shut_down(void)
{
    driver_shutdown(d);
}

EDO_TEST_PLAIN(who_touches_a_source_waits_for_its_lock)
{
    static call *const calls[] = {ask_if_it_may_begin, try_it,      poll_it, poll_the_wait,
                                  wake_wanting,        wake_behind, release, cancel};

    set_up();
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_waits_for(&src->lock, calls[i]);
    assert_int_equal(write(peer, "x", 1), 1);
    assert_waits_for(&src->lock, handle_an_event);
    assert_waits_for(&src->lock, shut_down);
    assert_waits_for(&src->lock, close_it);
    assert_op_ends(&op, &c, -ECANCELED);
    assert_op_ends(&ready, &c, -ECANCELED);
    tear_down();
}

static void open_another(void)
{
    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src));
}

EDO_TEST_PLAIN(who_changes_a_drivers_list_waits_for_its_lock)
{
    set_up();
    source *first = src;
    assert_waits_for(&d->lock, open_another);
    assert_waits_for(&d->lock, close_it);
    assert_waits_for(&d->lock, shut_down);
    source_close(first);
    tear_down();
}

static int64_t take_the_lock(int fd, void *arg)
{
    (void)fd;
    lock_take(arg);
    return 0;
}

static void call_by(void)
{
    assert_ok(op_try_by(&op, take_the_lock, &src->lock));
}

static void *lend(op_lender *from)
{
    (void)from;
    lock_take(&src->lock);
    return &byte;
}

static void take_back(op_lender *from, void *data)
{
    (void)from, (void)data;
}

EDO_TEST_PLAIN(what_comes_back_from_a_call_takes_the_lock_again)
{
    op_lender from = {lend, take_back, 1};
    edo_op_lend loan = {&from, NULL};

    set_up();
    assert_takes_again(&src->lock, call_by);
    op_init(&op, src, OP_RECV_LENT, &loan, 1);
    assert_takes_again(&src->lock, poll_it);
    close_it();
    assert_op_ends(&op, &c, -ECANCELED);
    tear_down();
}

static lock *wanted;

/* The first that is woken. */
static bool mark(void *data)
{
    (void)data;
    return true;
}

static void push(void *data)
{
    unsigned *pushes = data;

    if ((*pushes)++ == 0)
        lock_take(wanted);
}

static const struct edo_waker_ops waker_ops = {.mark = mark, .push = push};

enum { MANY = 40 }; /* more than are woken in one go */

EDO_TEST_PLAIN(a_close_that_wakes_many_takes_the_lock_again)
{
    static edo_op ops[MANY];
    unsigned pushes = 0;
    edo_waker waker = {.ops = &waker_ops, .data = &pushes};

    set_up();
    wanted = &src->lock;
    for (unsigned i = 0; i < MANY; i++) {
        op_init(&ops[i], src, OP_RECV, &byte, 1);
        assert_int_equal(op_poll(&ops[i], &waker), EDO_PENDING);
    }
    assert_takes_again(&src->lock, close_it);
    assert_int_equal(pushes, MANY);
    for (unsigned i = 0; i < MANY; i++)
        assert_op_ends(&ops[i], &c, -ECANCELED);
    tear_down();
}

/* The slots' lock is nobody's but the slab's; it is held over a fork, at whose handlers it can be seen. */
typedef struct late_call {
    call *what;
    int thread;           /* atomic: its number in the system; 0: it isn't there yet */
    unsigned begun, over; /* atomic */
} late_call;

static unsigned fork_begun; /* atomic */
static late_call late[2];

static void *call_during_the_fork(void *arg)
{
    late_call *mine = arg;

    a_store(&mine->thread, (int)syscall(SYS_gettid), release);
    wait_until(a_load(&fork_begun, acquire));
    a_store(&mine->begun, 1, release);
    mine->what();
    a_store(&mine->over, 1, release);
    return NULL;
}

static bool sleeps(int thread)
{
    char path[64], text[256] = "";

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    return strstr(text, ") S ");
}

/* What has begun either comes to its end, or sleeps for the lock. */
static void see_them_wait(void)
{
    a_store(&fork_begun, 1, release);
    for (unsigned i = 0; i < 2; i++) {
        wait_until(a_load(&late[i].begun, acquire));
        wait_until(a_load(&late[i].over, acquire) || sleeps(late[i].thread));
        assert_int_equal(a_load(&late[i].over, acquire), 0);
    }
}

static source *closed;

static void close_the_other(void)
{
    source_close(closed);
}

EDO_TEST_PLAIN(nobody_takes_or_gives_a_slot_during_a_fork)
{
    pthread_t threads[2];
    int status;

    assert_int_equal(pthread_atfork(see_them_wait, NULL, NULL), 0); /* called after the guard's */
    source_slab_guard();
    set_up();
    closed = src;
    late[0].what = open_another;
    late[1].what = close_the_other;
    for (unsigned i = 0; i < 2; i++) {
        threads[i] = start_thread(call_during_the_fork, &late[i]);
        wait_until(a_load(&late[i].thread, acquire));
    }
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, &status, 0), child);
    for (unsigned i = 0; i < 2; i++)
        join_thread(threads[i]);
    assert_true(late[0].over && late[1].over);
    source_close(src);
    tear_down();
}

static timer_wheel wheel;
static edo_timer timer;

static void begin_a_life(void)
{
    wheel_init(&wheel, 0);
}

static void add_timer(void)
{
    edo_waker waker = waker_of(&c);
    bool sooner;

    wheel_add(&wheel, &timer, NS_PER_S, &waker, &sooner);
}

static void poll_timer(void)
{
    edo_waker waker = waker_of(&c);

    assert_int_equal(wheel_poll(&timer, &waker), TIMER_WAITING);
}

static void reset_timer(void)
{
    bool sooner;
    wakes owed;

    wakes_init(&owed);
    assert_int_equal(wheel_reset(&timer, 2 * NS_PER_S, NULL, &sooner, &owed), TIMER_WAITING);
}

static void ask_for_the_next(void)
{
    assert_int_equal(wheel_next(&wheel) != UINT64_MAX, true);
}

static void advance_a_little(void)
{
    assert_int_equal(wheel_advance(&wheel, NS_PER_MS), 0);
}

static void advance_to_a_second(void)
{
    assert_int_equal(wheel_advance(&wheel, NS_PER_S), MANY);
}

static void remove_timer(void)
{
    assert_int_equal(wheel_remove(&timer), TIMER_WAITING);
}

static void end_the_wheel(void)
{
    wheel_shutdown(&wheel);
}

EDO_TEST_PLAIN(who_touches_a_wheel_waits_for_its_lock)
{
    static call *const calls[] = {begin_a_life,     add_timer,        poll_timer,   reset_timer,
                                  ask_for_the_next, advance_a_little, remove_timer, end_the_wheel};

    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_waits_for(&wheel.lock, calls[i]);
}

EDO_TEST_PLAIN(a_wheel_that_wakes_many_takes_the_lock_again)
{
    static edo_timer timers[MANY];
    unsigned pushes = 0;
    edo_waker waker = {.ops = &waker_ops, .data = &pushes};
    bool sooner;

    begin_a_life();
    wanted = &wheel.lock;
    for (unsigned i = 0; i < MANY; i++)
        assert_true(wheel_add(&wheel, &timers[i], NS_PER_S, &waker, &sooner));
    assert_takes_again(&wheel.lock, advance_to_a_second);
    assert_int_equal(pushes, MANY);
}
