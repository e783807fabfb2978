/*
 * io_mock.c: a stream that plays a script.
 *
 * Sides       A read and a write may be under way at the same time, in two tasks: each side has its waker and its
 *             sleep. The lock guards the script and the wakers; a sleep is of the side that polls it.
 * Waits       A wait begins when a side first comes to it, for both. Whoever's sleep ends first marks it as over;
 *             the other's ends by itself.
 * Late        The transfer keeps what it did, in its own words, until it is polled again.
 */
#include <edo/testing_io.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <edo/time.h>

#include "testing/io_report.h"
#include "testing/io_script.h"

enum { READS, WRITES };

typedef struct side {
    edo_waker waker; /* of who waits for the other side or for a handle; ops NULL: nobody does */
    bool sleeps;
    size_t sleeps_for; /* which step */
    edo_sleep_future sleep;
} side;

struct edo_io_mock_handle {
    edo_io_mock *mock;
};

struct edo_io_mock {
    pthread_mutex_t lock;
    edo_io_mock_handle handle;
    bool is_released, is_late;
    io_report by;      /* where it was made; the name is its own */
    unsigned failures; /* of the test, when it was made */
    io_script script;  /* open while there is a handle */
    side sides[2];
};

/* What a transfer keeps in its own words. */
enum { IS_DONE, RESULT, STEP };

/* Its life. */

static void free_mock(edo_io_mock *m)
{
    io_script_fini(&m->script);
    free((char *)(uintptr_t)m->by.name);
    free(m);
}

int edo_io_mock_new_from(const char *file, int line, const char *name, const edo_mock_step *steps,
                         size_t count, const edo_io_mock_opts *opts, edo_io_mock **ret_mock)
{
    int rc = name && (steps || !count) && ret_mock ? 0 : -EINVAL;
    edo_io_mock *m = rc == 0 ? calloc(1, sizeof *m) : NULL;

    if (!m)
        return rc < 0 ? rc : -ENOMEM;
    m->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    m->handle.mock = m;
    m->by = (io_report){file, line, strdup(name)};
    m->failures = edo_test_failures();
    m->is_late = opts && opts->is_late;
    io_script_init(&m->script);
    rc = m->by.name ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = io_script_append(&m->script, steps[i]);
    if (rc < 0) {
        free_mock(m);
        return rc;
    }
    if (opts && opts->ret_handle) {
        m->script.is_open = true;
        *opts->ret_handle = &m->handle;
    }
    *ret_mock = m;
    return 0;
}

/* Polling. */

static edo_waker take_waker(side *s)
{
    edo_waker waker = s->waker;

    s->waker = (edo_waker){0};
    return waker;
}

static void wake(edo_waker waker)
{
    if (waker.ops)
        edo_waker_wake(waker);
}

/* Waits for what the other side or a handle does; lock held. */
static edo_waker wait_for_others(side *s, const edo_waker *waker)
{
    edo_waker before = s->waker;

    if (before.ops && edo_waker_is_same(&before, waker))
        return (edo_waker){0};
    s->waker = (edo_waker){0};
    edo_waker_clone(waker, &s->waker);
    return before;
}

static void end_wait(edo_io_mock *m, size_t at)
{
    pthread_mutex_lock(&m->lock);
    m->script.steps[at].over = true;
    pthread_mutex_unlock(&m->lock);
}

/* READY: this side sleeps no more; a negative result says why it couldn't. */
static edo_poll end_sleep(edo_io_mock *m, side *s, const edo_transfer *t, const edo_waker *waker,
                          int64_t *ret_result)
{
    if (t->canceled)
        edo_future_cancel(&s->sleep.base);
    if (edo_future_poll(&s->sleep.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    s->sleeps = false;
    *ret_result = s->sleep.base.result;
    if (*ret_result == 0)
        end_wait(m, s->sleeps_for);
    return EDO_READY;
}

static void tell(const edo_io_mock *m, const edo_transfer *t, const io_outcome *out)
{
    if (out->differs)
        io_report_difference(m->by, &out->difference);
    if (out->is_unexpected)
        io_report_unexpected(m->by, &m->script, t->buf, t->len);
}

/* A look at the script. */
static edo_poll look(edo_io_mock *m, int which, edo_transfer *t, const edo_waker *waker)
{
    io_outcome out = {0};
    edo_waker old = {0}, other = {0};
    side *mine = &m->sides[which];

    pthread_mutex_lock(&m->lock);
    edo_poll is =
        which == READS ? io_script_read(&m->script, t, &out) : io_script_write(&m->script, t, &out);
    t->own.words[STEP] = out.step;
    if (out.progress)
        other = take_waker(&m->sides[!which]);
    if (is == EDO_PENDING && !out.sleeps)
        old = wait_for_others(mine, waker);
    else
        old = take_waker(mine);
    edo_instant until = m->script.wait_ends;
    mine->sleeps_for = m->script.waits_for;
    pthread_mutex_unlock(&m->lock);
    edo_waker_drop(old);
    wake(other);
    tell(m, t, &out);
    if (out.sleeps) {
        mine->sleep = edo_sleep_until_async(until);
        mine->sleeps = true;
    }
    return is;
}

/* The result waits for another poll. */
static edo_poll be_late(edo_transfer *t, const edo_waker *waker)
{
    t->own.words[IS_DONE] = 1;
    t->own.words[RESULT] = (uint64_t)t->result;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static edo_poll give_up(edo_io_mock *m, side *mine, edo_transfer *t)
{
    pthread_mutex_lock(&m->lock);
    edo_waker old = take_waker(mine);
    pthread_mutex_unlock(&m->lock);
    edo_waker_drop(old);
    return answer(t, -ECANCELED);
}

static edo_poll poll_side(edo_io_mock *m, int which, edo_transfer *t, const edo_waker *waker)
{
    side *mine = &m->sides[which];
    edo_poll is = EDO_PENDING;
    int64_t slept = 0;

    if (t->own.words[IS_DONE])
        return answer(t, (int64_t)t->own.words[RESULT]);
    do {
        if (mine->sleeps && end_sleep(m, mine, t, waker, &slept) == EDO_PENDING)
            return EDO_PENDING;
        if (t->canceled)
            return give_up(m, mine, t);
        if (slept < 0)
            return answer(t, slept);
        is = look(m, which, t, waker);
    } while (is == EDO_PENDING && mine->sleeps);
    return is == EDO_READY && m->is_late ? be_late(t, waker) : is;
}

static edo_poll mock_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return poll_side(self, READS, t, waker);
}

static edo_poll mock_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return poll_side(self, WRITES, t, waker);
}

static int mock_put_back(void *self, edo_transfer *t)
{
    edo_io_mock *m = self;

    pthread_mutex_lock(&m->lock);
    io_script_unread(&m->script, t->own.words[STEP], (size_t)t->result);
    pthread_mutex_unlock(&m->lock);
    return 0;
}

edo_reader edo_io_mock_reader(edo_io_mock *mock)
{
    static const edo_reader_ops ops = {
        .read = mock_read, .put_back = mock_put_back, .name = "io_mock"};

    return (edo_reader){mock ? &ops : NULL, mock};
}

edo_writer edo_io_mock_writer(edo_io_mock *mock)
{
    static const edo_writer_ops ops = {.write = mock_write, .name = "io_mock"};

    return (edo_writer){mock ? &ops : NULL, mock};
}

edo_io edo_io_mock_io(edo_io_mock *mock)
{
    return (edo_io){edo_io_mock_reader(mock), edo_io_mock_writer(mock)};
}

/* The handle. */

static void wake_both(edo_io_mock *m, edo_waker wakers[2])
{
    wakers[READS] = take_waker(&m->sides[READS]);
    wakers[WRITES] = take_waker(&m->sides[WRITES]);
}

int edo_io_mock_add(edo_io_mock_handle *handle, edo_mock_step added)
{
    edo_waker wakers[2];

    if (!handle)
        return -EINVAL;
    edo_io_mock *m = handle->mock;
    pthread_mutex_lock(&m->lock);
    int rc = io_script_append(&m->script, added);
    wake_both(m, wakers);
    pthread_mutex_unlock(&m->lock);
    wake(wakers[READS]);
    wake(wakers[WRITES]);
    return rc;
}

void edo_io_mock_handle_release(edo_io_mock_handle *handle)
{
    edo_waker wakers[2];

    if (!handle)
        return;
    edo_io_mock *m = handle->mock;
    pthread_mutex_lock(&m->lock);
    m->script.is_open = false;
    bool is_last = m->is_released;
    wake_both(m, wakers);
    pthread_mutex_unlock(&m->lock);
    wake(wakers[READS]);
    wake(wakers[WRITES]);
    if (is_last)
        free_mock(m);
}

/* The end. */

/* Fails the test for what the script had still. */
static void look_for_rest(const edo_io_mock *m, const char *file, int line)
{
    size_t first, left = io_script_left(&m->script, &first);

    if (left && edo_test_failures() == m->failures)
        io_report_left((io_report){file, line, m->by.name}, &m->script, first, left);
}

void edo_io_mock_release_from(const char *file, int line, edo_io_mock *mock)
{
    if (!mock)
        return;
    bool is_used = mock->sides[READS].waker.ops || mock->sides[WRITES].waker.ops ||
                   mock->sides[READS].sleeps || mock->sides[WRITES].sleeps;
    if (is_used)
        edo_test_fail(file, line, "mock '%s' is released while a read or write waits",
                      mock->by.name);
    look_for_rest(mock, file, line);
    pthread_mutex_lock(&mock->lock);
    mock->is_released = true;
    bool is_last = !mock->script.is_open;
    pthread_mutex_unlock(&mock->lock);
    if (is_last)
        free_mock(mock);
}
