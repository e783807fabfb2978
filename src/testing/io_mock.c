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

#include <edo/error.h>
#include <edo/time.h>

typedef struct step {
    edo_mock_step is; /* with a copy of the data */
    size_t done;      /* bytes of it read or written */
    bool over;
} step;

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
    bool has_handle, is_released, is_late;
    const char *file;
    int line;
    unsigned failures; /* of the test, when it was made */
    char *name;
    step *steps;
    size_t count, room;
    size_t waits_for; /* the step whose wait has begun, or SIZE_MAX */
    edo_instant wait_ends;
    side sides[2];
};

/* What a transfer keeps in its own words. */
enum { IS_DONE, RESULT, STEP };

/* The script. */

static int copy_data(edo_mock_step *is)
{
    void *copy = malloc(is->len);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, is->data, is->len);
    is->data = copy;
    return 0;
}

static bool is_good(const edo_mock_step *is)
{
    switch (is->kind) {
    case EDO_MOCK_READ:
    case EDO_MOCK_WRITE:
        return is->data || !is->len;
    case EDO_MOCK_WAIT:
        return true;
    case EDO_MOCK_READ_ERROR:
    case EDO_MOCK_WRITE_ERROR:
        return is->error < 0;
    }
    return false;
}

static bool has_bytes(const edo_mock_step *is)
{
    return is->kind == EDO_MOCK_READ || is->kind == EDO_MOCK_WRITE;
}

static int append(edo_io_mock *m, edo_mock_step is)
{
    if (!is_good(&is))
        return -EINVAL;
    if (has_bytes(&is) && is.len == 0)
        return 0;
    if (m->count == m->room) {
        size_t room = m->room ? 2 * m->room : 8;
        step *steps = realloc(m->steps, room * sizeof *steps);
        if (!steps)
            return -ENOMEM;
        m->steps = steps;
        m->room = room;
    }
    if (has_bytes(&is) && copy_data(&is) < 0)
        return -ENOMEM;
    m->steps[m->count++] = (step){.is = is};
    return 0;
}

static void free_mock(edo_io_mock *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (has_bytes(&m->steps[i].is))
            free((void *)(uintptr_t)m->steps[i].is.data);
    free(m->steps);
    free(m->name);
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
    m->file = file;
    m->line = line;
    m->failures = edo_test_failures();
    m->waits_for = SIZE_MAX;
    m->is_late = opts && opts->is_late;
    rc = (m->name = strdup(name)) ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = append(m, steps[i]);
    if (rc < 0) {
        free_mock(m);
        return rc;
    }
    if (opts && opts->ret_handle) {
        m->has_handle = true;
        *opts->ret_handle = &m->handle;
    }
    *ret_mock = m;
    return 0;
}

/* The first step that isn't over. */
static size_t front(edo_io_mock *m)
{
    size_t i = 0;

    while (i < m->count && m->steps[i].over)
        i++;
    return i;
}

/* Failures. The lock is not held. */

static const char *kind_name(edo_mock_kind kind)
{
    static const char *const names[] = {"a read", "a write", "a wait", "a read error",
                                        "a write error"};

    return names[kind];
}

/* Bytes as a person reads them, at most sixteen. */
static const char *show(const unsigned char *data, size_t len, char text[80])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;

    for (size_t i = 0; i < len && i < 16; i++) {
        if (data[i] >= ' ' && data[i] < 0x7f) {
            *at++ = (char)data[i];
        } else {
            *at++ = '\\';
            *at++ = 'x';
            *at++ = digits[data[i] >> 4];
            *at++ = digits[data[i] & 15];
        }
    }
    *at = 0;
    return text;
}

static size_t first_difference(const unsigned char *a, const unsigned char *b, size_t len)
{
    size_t i = 0;

    while (i < len && a[i] == b[i])
        i++;
    return i;
}

/* A write that differs from a step, from its byte `from` on. */
typedef struct difference {
    size_t step, from;
    const unsigned char *written, *expected;
    size_t written_len, expected_len;
} difference;

static void fail_difference(const edo_io_mock *m, const difference *d)
{
    char written[80], expected[80];
    size_t shorter = d->written_len < d->expected_len ? d->written_len : d->expected_len;
    size_t at = first_difference(d->written, d->expected, shorter);

    edo_test_fail(m->file, m->line,
                  "mock '%s': step %zu: from byte %zu on \"%s\" was written, \"%s\" is expected",
                  m->name, d->step + 1, d->from + at,
                  show(d->written + at, d->written_len - at, written),
                  show(d->expected + at, d->expected_len - at, expected));
}

static void fail_unexpected(const edo_io_mock *m, const unsigned char *data, size_t len)
{
    char written[80];

    edo_test_fail(m->file, m->line,
                  "mock '%s': after its %zu steps \"%s\" was written, nothing is expected", m->name,
                  m->count, show(data, len, written));
}

/* Reading and writing, with the lock held. What has to happen afterwards without it: */
typedef struct outcome {
    bool progress; /* the other side may go on */
    bool sleeps;   /* until m->wait_ends */
    bool is_unexpected;
    bool differs;
    difference difference;
} outcome;

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

/* The step in front is a wait. */
static edo_poll sleep_for(edo_io_mock *m, size_t at, outcome *out)
{
    edo_duration span = m->steps[at].is.wait;

    if (m->waits_for != at) {
        m->waits_for = at;
        m->wait_ends = edo_instant_add(edo_now(), span.ns ? span : EDO_MILLIS(1));
    }
    out->sleeps = true;
    return EDO_PENDING;
}

static edo_poll read_now(edo_io_mock *m, edo_transfer *t, outcome *out)
{
    size_t at = front(m);
    step *s = m->steps + at;

    if (at == m->count)
        return m->has_handle ? EDO_PENDING : answer(t, 0);
    if (s->is.kind == EDO_MOCK_WAIT)
        return sleep_for(m, at, out);
    if (s->is.kind == EDO_MOCK_READ_ERROR) {
        s->over = out->progress = true;
        return answer(t, s->is.error);
    }
    if (s->is.kind != EDO_MOCK_READ)
        return EDO_PENDING;
    size_t left = s->is.len - s->done, n = t->len < left ? t->len : left;
    memcpy(t->buf, (const char *)s->is.data + s->done, n);
    s->done += n;
    s->over = out->progress = s->done == s->is.len;
    t->own.words[STEP] = at;
    return answer(t, (int64_t)n);
}

/* Compares with a write step what was written: the bytes that it takes; 0: they differ. */
static size_t match(step *s, size_t at, const unsigned char *data, size_t len, outcome *out)
{
    size_t left = s->is.len - s->done, n = len < left ? len : left;
    const unsigned char *expected = (const unsigned char *)s->is.data + s->done;

    if (memcmp(data, expected, n) != 0) {
        out->differs = true;
        out->difference = (difference){at, s->done, data, expected, len, left};
        return 0;
    }
    s->done += n;
    s->over = s->done == s->is.len;
    out->progress |= s->over;
    return n;
}

/* What a write ends with at a step that takes no bytes, if none were taken before. */
static edo_poll write_stops(edo_io_mock *m, size_t at, edo_transfer *t, outcome *out)
{
    step *s = m->steps + at;

    if (s->is.kind == EDO_MOCK_WAIT && at == front(m))
        return sleep_for(m, at, out);
    if (s->is.kind != EDO_MOCK_WRITE_ERROR)
        return EDO_PENDING;
    s->over = out->progress = true;
    return answer(t, s->is.error);
}

static edo_poll write_now(edo_io_mock *m, edo_transfer *t, outcome *out)
{
    size_t done = 0;

    for (size_t at = front(m); at < m->count && done < t->len; at++) {
        step *s = m->steps + at;
        if (s->over || s->is.kind == EDO_MOCK_READ)
            continue;
        if (s->is.kind != EDO_MOCK_WRITE)
            return done ? answer(t, (int64_t)done) : write_stops(m, at, t, out);
        size_t n = match(s, at, (unsigned char *)t->buf + done, t->len - done, out);
        if (n == 0)
            return answer(t, -EIO);
        done += n;
    }
    if (done)
        return answer(t, (int64_t)done);
    if (m->has_handle)
        return EDO_PENDING;
    out->is_unexpected = true;
    return answer(t, -EIO);
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
    m->steps[at].over = true;
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

static void tell(const edo_io_mock *m, const edo_transfer *t, const outcome *out)
{
    if (out->differs)
        fail_difference(m, &out->difference);
    if (out->is_unexpected)
        fail_unexpected(m, t->buf, t->len);
}

/* A look at the script. */
static edo_poll look(edo_io_mock *m, int which, edo_transfer *t, const edo_waker *waker)
{
    outcome out = {0};
    edo_waker old = {0}, other = {0};
    side *mine = &m->sides[which];

    pthread_mutex_lock(&m->lock);
    edo_poll is = which == READS ? read_now(m, t, &out) : write_now(m, t, &out);
    if (out.progress)
        other = take_waker(&m->sides[!which]);
    if (is == EDO_PENDING && !out.sleeps)
        old = wait_for_others(mine, waker);
    else
        old = take_waker(mine);
    edo_instant until = m->wait_ends;
    mine->sleeps_for = m->waits_for;
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
    step *s = m->steps + t->own.words[STEP];
    s->done -= (size_t)t->result;
    s->over = false;
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
    int rc = append(m, added);
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
    m->has_handle = false;
    bool is_last = m->is_released;
    wake_both(m, wakers);
    pthread_mutex_unlock(&m->lock);
    wake(wakers[READS]);
    wake(wakers[WRITES]);
    if (is_last)
        free_mock(m);
}

/* The end. */

static bool is_left(const step *s)
{
    return has_bytes(&s->is) && !s->over;
}

/* Fails the test for what the script had still. */
static void look_for_rest(const edo_io_mock *m, const char *file, int line)
{
    size_t left = 0, first = 0;

    for (size_t i = m->count; i-- > 0;) {
        if (is_left(&m->steps[i])) {
            left++;
            first = i;
        }
    }
    if (left == 0 || edo_test_failures() != m->failures)
        return;
    const step *s = m->steps + first;
    edo_test_fail(file, line,
                  "mock '%s' is released with %zu of its %zu steps to do: step %zu is %s of which "
                  "%zu bytes are left",
                  m->name, left, m->count, first + 1, kind_name(s->is.kind), s->is.len - s->done);
}

void edo_io_mock_release_from(const char *file, int line, edo_io_mock *mock)
{
    if (!mock)
        return;
    bool is_used = mock->sides[READS].waker.ops || mock->sides[WRITES].waker.ops ||
                   mock->sides[READS].sleeps || mock->sides[WRITES].sleeps;
    if (is_used)
        edo_test_fail(file, line, "mock '%s' is released while a read or write waits", mock->name);
    look_for_rest(mock, file, line);
    pthread_mutex_lock(&mock->lock);
    mock->is_released = true;
    bool is_last = !mock->has_handle;
    pthread_mutex_unlock(&mock->lock);
    if (is_last)
        free_mock(mock);
}
