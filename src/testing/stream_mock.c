/*
 * stream_mock.c: a stream of items that plays a script.
 *
 * Waits       A wait begins when a next first comes to it, and ends at that time, whoever is waiting then.
 */
#include <edo/testing_stream.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/time.h>

enum step_kind { STEP_ITEM, STEP_ERROR, STEP_WAIT };

typedef struct step {
    enum step_kind kind;
    int error;
    edo_duration span;
    void *item;
} step;

struct edo_stream_mock {
    edo_item item;
    const char *file;
    int line;
    unsigned failures; /* of the test, when it was made */
    char *name;
    step *steps;
    size_t count, at;
    edo_stream_bounds hint;
    bool has_hint;
    bool waits;  /* the step's time has begun, and ends at `ends` */
    bool sleeps; /* the sleep has said PENDING */
    edo_instant ends;
    edo_sleep_future sleep;
};

int edo_stream_mock_new_from(const char *file, int line, const char *name, const edo_item *item,
                             edo_stream_mock **ret_mock)
{
    if (!name || !item || !ret_mock)
        return -EINVAL;
    edo_stream_mock *mock = malloc(sizeof *mock);
    char *copy = strdup(name);
    if (!mock || !copy) {
        free(mock);
        free(copy);
        return -ENOMEM;
    }
    *mock = (edo_stream_mock){
        .item = *item, .file = file, .line = line, .failures = edo_test_failures(), .name = copy};
    *ret_mock = mock;
    return 0;
}

static int add(edo_stream_mock *mock, step s)
{
    step *steps = realloc(mock->steps, (mock->count + 1) * sizeof *steps);

    if (!steps)
        return -ENOMEM;
    mock->steps = steps;
    steps[mock->count++] = s;
    return 0;
}

int edo_stream_mock_item(edo_stream_mock *mock, const void *item)
{
    if (!mock || (!item && mock->item.size))
        return -EINVAL;
    void *copy = malloc(mock->item.size + 1);
    if (!copy)
        return -ENOMEM;
    if (mock->item.size)
        memcpy(copy, item, mock->item.size);
    int rc = add(mock, (step){.kind = STEP_ITEM, .item = copy});
    if (rc < 0)
        free(copy);
    return rc;
}

int edo_stream_mock_error(edo_stream_mock *mock, int error)
{
    return mock && error < 0 ? add(mock, (step){.kind = STEP_ERROR, .error = error}) : -EINVAL;
}

int edo_stream_mock_wait(edo_stream_mock *mock, edo_duration span)
{
    return mock ? add(mock, (step){.kind = STEP_WAIT, .span = span}) : -EINVAL;
}

void edo_stream_mock_hint(edo_stream_mock *mock, edo_stream_bounds bounds)
{
    mock->hint = bounds;
    mock->has_hint = true;
}

/* How many items are left, or errors as well. */
static size_t left(const edo_stream_mock *mock, bool with_errors)
{
    size_t n = 0;

    for (size_t i = mock->at; i < mock->count; i++)
        n += mock->steps[i].kind == STEP_ITEM || (with_errors && mock->steps[i].kind == STEP_ERROR);
    return n;
}

void edo_stream_mock_release_from(const char *file, int line, edo_stream_mock *mock)
{
    if (!mock)
        return;
    size_t n = left(mock, true);
    if (n && edo_test_failures() == mock->failures)
        edo_test_fail(file, line, "stream mock \"%s\" of %s:%d: %zu of its items were not taken",
                      mock->name, mock->file, mock->line, n);
    for (size_t i = 0; i < mock->count; i++) {
        if (i >= mock->at && mock->steps[i].kind == STEP_ITEM && mock->item.destroy)
            mock->item.destroy(mock->steps[i].item);
        free(mock->steps[i].item);
    }
    free(mock->steps);
    free(mock->name);
    free(mock);
}

/* The stream. */

static edo_poll finish(edo_pull *p, int64_t result)
{
    p->result = result;
    return EDO_READY;
}

/* PENDING; or READY and 0: the time is over; or why it can't be waited for. */
static edo_poll wait(edo_stream_mock *mock, edo_duration span, const edo_waker *waker, int64_t *rc)
{
    if (!mock->waits)
        mock->ends = edo_instant_add(edo_now(), span);
    mock->waits = true;
    if (!mock->sleeps)
        mock->sleep = edo_sleep_until_async(mock->ends);
    mock->sleeps = edo_future_poll(&mock->sleep.base, waker) == EDO_PENDING;
    if (mock->sleeps)
        return EDO_PENDING;
    *rc = mock->sleep.base.result;
    mock->waits = *rc < 0;
    return EDO_READY;
}

static edo_poll mock_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stream_mock *mock = self;
    int64_t rc;

    while (mock->at < mock->count) {
        step *s = &mock->steps[mock->at];
        if (s->kind == STEP_WAIT) {
            if (wait(mock, s->span, waker, &rc) == EDO_PENDING)
                return EDO_PENDING;
            if (rc < 0)
                return finish(p, rc);
            mock->at++;
            continue;
        }
        if (p->canceled)
            return finish(p, -ECANCELED);
        mock->at++;
        if (s->kind == STEP_ITEM && mock->item.size)
            memcpy(p->item, s->item, mock->item.size);
        return finish(p, s->kind == STEP_ITEM ? 1 : s->error);
    }
    return finish(p, 0);
}

static void mock_cancel(void *self, edo_pull *p)
{
    edo_stream_mock *mock = self;

    (void)p;
    if (mock->sleeps)
        edo_future_cancel(&mock->sleep.base);
}

static int mock_put_back(void *self, edo_pull *p)
{
    edo_stream_mock *mock = self;

    if (mock->waits || mock->at == 0 || mock->steps[mock->at - 1].kind != STEP_ITEM)
        return -EBUSY;
    mock->at--;
    if (mock->item.size)
        memcpy(mock->steps[mock->at].item, p->item, mock->item.size);
    return 0;
}

static edo_stream_bounds mock_hint(void *self)
{
    const edo_stream_mock *mock = self;
    size_t n = left(mock, false);

    return mock->has_hint ? mock->hint : (edo_stream_bounds){n, n, true};
}

edo_stream edo_stream_mock_stream(edo_stream_mock *mock)
{
    static const edo_stream_ops ops = {
        .next = mock_next,
        .cancel = mock_cancel,
        .put_back = mock_put_back,
        .hint = mock_hint,
        .name = "mock",
    };

    return (edo_stream){&ops, mock, &mock->item};
}
